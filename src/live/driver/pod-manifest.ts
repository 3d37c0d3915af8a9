/** The pods of jobs, as they are made on a real cluster. */
import { ownRunTime } from '../../engine/outcomes.ts';
import { usageError } from '../../errors.ts';
import type { Toleration } from '../../kubernetes.ts';
import { COMPLETES, jobId } from '../../workload.ts';
import type { TaskRequest, Workload } from '../../workload.ts';
import { EXIT_CODE, FAKE_NODE, RUNTIME, STOP } from '../cluster/names.ts';
import { podSpecManifest, resourcesManifest } from './pod-spec-manifest.ts';
import { FINALIZER, JOB_ID, marksOf, podName } from './run-marks.ts';
import type { Task } from './tasks.ts';

export interface PodStyle {
  readonly run: string;
  readonly namespace: string;
  readonly schedulerName: string;
  /** `fake`: KWOK plays them, by their annotations. `sleep`: their container sleeps for as long as they run. */
  readonly pods: 'fake' | 'sleep';
  /** Must have `sleep` and a shell if pods are real. */
  readonly image: string;
  /** Times of the workload are divided by this. */
  readonly timeScale: number;
}

const GPU = 'nvidia.com/gpu';
const GPU_MODEL = 'nvidia.com/gpu.product';
/** KWOK's own taint, which keeps pods off that would wait there for ever. */
const TOLERATES_FAKES: Toleration = { key: FAKE_NODE.key, operator: 'Exists', value: '', effect: 'NoSchedule' };

export function podManifest(workload: Workload, task: Task, generation: number, style: PodStyle): Record<string, unknown> {
  const { job } = task;
  const group = workload.firstGroup[job] + task.group;
  const template = workload.kubernetes?.templates[workload.kubernetes.templateOfGroup[group]];
  const spec = template === undefined ? plainSpec(workload, job, group, style) : podSpecManifest(template.spec, style.image);
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: podName(style.run, task, generation),
      namespace: style.namespace,
      labels: { ...Object.fromEntries(template?.labels ?? []), ...marksOf(style.run, task, generation) },
      annotations: { [JOB_ID]: jobId(workload, job), ...lifeOf(workload, job, style) },
    },
    spec: {
      ...spec,
      ...(style.pods === 'fake' ? { tolerations: [...listOf(spec.tolerations), TOLERATES_FAKES] } : {}),
      ...(style.pods === 'sleep' ? sleepers(spec, workload, job, style) : {}),
      schedulerName: style.schedulerName,
      restartPolicy: 'Never',
      automountServiceAccountToken: false,
      enableServiceLinks: false,
    },
  };
}

/** The same pod, whose object stays when it is deleted until the driver lets it go. */
export function held(manifest: Record<string, unknown>): Record<string, unknown> {
  return { ...manifest, metadata: { ...(manifest.metadata as object), finalizers: [FINALIZER] } };
}

/** For KWOK: how long it runs, and how it ends. */
function lifeOf(workload: Workload, job: number, { pods, timeScale }: PodStyle): Record<string, string> {
  if (pods !== 'fake') return {};
  const runtime = ownRunTime(workload, job);
  return {
    ...(runtime < Infinity ? { [RUNTIME]: `${(runtime / timeScale / 1000).toFixed(3)}s` } : {}),
    [EXIT_CODE]: workload.outcome[job] === COMPLETES ? '0' : '1',
    // Those that are asked to stop take all the time that they are given, as in the simulation.
    [STOP]: 'grace',
  };
}

function plainSpec(workload: Workload, job: number, group: number, { image }: PodStyle): Record<string, unknown> {
  const request = workload.requests[workload.groupRequest[group]];
  return {
    containers: [{ name: 'task', image, resources: resourcesManifest(resourcesOf(request, jobId(workload, job))) }],
    affinity: request.gpuModels && modelAffinity(request.gpuModels),
  };
}

function resourcesOf({ cpu, memory, gpu, other = {} }: TaskRequest, id: string): Map<string, number> {
  if (gpu % 1000 !== 0) {
    const hint = 'a device plugin that shares GPUs would be needed: take the job out, or round its request up';
    throw usageError(`it asks for ${gpu / 1000} GPUs, and pods get whole ones`, `job ${id}`, hint);
  }
  const resources = new Map<string, number>();
  if (cpu > 0) resources.set('cpu', cpu);
  if (memory > 0) resources.set('memory', memory);
  if (gpu > 0) resources.set(GPU, gpu / 1000);
  for (const [name, count] of Object.entries(other)) if (count > 0) resources.set(name, count);
  return resources;
}

function modelAffinity(models: readonly string[]): Record<string, unknown> {
  const term = { matchExpressions: [{ key: GPU_MODEL, operator: 'In', values: models }] };
  return { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [term] } } };
}

/**
 * Containers that sleep for as long as the job runs, with the requests that they have. A shell that is the first process of
 * its container does not heed SIGTERM: one that is stopped takes all the time that it is given, as in the simulation.
 */
function sleepers(spec: Record<string, unknown>, workload: Workload, job: number, { timeScale }: PodStyle): object {
  const runtime = ownRunTime(workload, job);
  const seconds = runtime < Infinity ? (runtime / timeScale / 1000).toFixed(3) : 'infinity';
  const code = workload.outcome[job] === COMPLETES ? 0 : 1;
  const command = ['sh', '-c', `sleep ${seconds} & wait $!; exit ${code}`];
  const containers = listOf(spec.containers).map((one) => ({ ...(one as object), command }));
  if (spec.initContainers === undefined) return { containers };
  // What comes before the others is done at once; what goes on beside them does so until they are done.
  const beside = ['sh', '-c', 'sleep infinity & wait $!'];
  const initContainers = listOf(spec.initContainers).map((one) => {
    const isBeside = (one as { restartPolicy?: string }).restartPolicy === 'Always';
    return { ...(one as object), command: isBeside ? beside : ['true'] };
  });
  return { containers, initContainers };
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
