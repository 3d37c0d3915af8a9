/** The pods of jobs: made from the workload's Kubernetes objects, or from what the jobs request. */
import type { Cluster } from '../../cluster.ts';
import type { OwnerReference, Pod, PodSpec, Requirement } from '../../kubernetes.ts';
import { gpuShare } from '../../kubernetes-quantity.ts';
import type { PodTemplate } from '../../kubernetes-workload.ts';
import { JobPartitions } from '../../job-partitions.ts';
import { jobId } from '../../workload.ts';
import type { Requests, TaskRequest } from '../../workload.ts';
import { GPU, GPU_MODEL, PARTITION } from './cluster-nodes.ts';

/** One task of a job. */
export interface TaskOf {
  readonly job: number;
  /** Task group [index within the job]. */
  readonly group: number;
  /** Task [index within the group]. */
  readonly index: number;
}

interface MadeSpec {
  readonly partition: number;
  readonly importance: number;
  readonly spec: PodSpec;
}

const NAMESPACE = 'default';
const NO_LABELS: ReadonlyMap<string, string> = new Map();
const NO_OWNERS: readonly OwnerReference[] = [];
/** Kubernetes' own default [ms]. */
const GRACE = 30_000;

export class JobPods {
  readonly #jobs: Requests;
  readonly #partitions: JobPartitions;
  readonly #declaresPartitions: boolean;
  readonly #modelsMemory: boolean;
  /** By request: the specs that were made of it. */
  readonly #specs = new Map<number, MadeSpec[]>();
  #made = 0;

  constructor(jobs: Requests, cluster: Cluster) {
    this.#jobs = jobs;
    this.#partitions = new JobPartitions(jobs, cluster);
    this.#declaresPartitions = cluster.partitions.length > 0;
    this.#modelsMemory = cluster.pools.every(({ memory }) => memory < Infinity);
  }

  /** The template of a group, if the workload was read from Kubernetes objects. */
  template(job: number, group: number): PodTemplate | undefined {
    const { kubernetes, firstGroup } = this.#jobs;
    return kubernetes?.templates[kubernetes.templateOfGroup[firstGroup[job] + group]];
  }

  /** Whether a pod of the group that is evicted is followed by another one. */
  isReplaced(job: number, group: number): boolean {
    const template = this.template(job, group);
    return template === undefined || template.replacement !== undefined;
  }

  /** The how-manieth pod of the task this is counts from 0: one that was evicted is followed by another. */
  make(task: TaskOf, generation: number, created: number): Pod {
    const { job, group } = task;
    const template = this.template(job, group);
    const naming = template?.replacement?.name ?? 'new';
    // One literal with every field, so that all pods have one shape and none grows later.
    return {
      name: this.#name(task, template?.name ?? jobId(this.#jobs, job), naming, generation),
      namespace: template?.namespace ?? NAMESPACE,
      uid: this.#made++,
      labels: template?.labels ?? NO_LABELS,
      owners: template?.owners ?? NO_OWNERS,
      spec: template?.spec ?? this.#spec(job, group),
      nodeName: generation === 0 ? template?.nodeName : undefined,
      nominatedNodeName: undefined,
      created,
      startTime: undefined,
      deletionTimestamp: undefined,
      phase: undefined,
      preempted: false,
    };
  }
  #name({ job, group, index }: TaskOf, base: string, naming: 'same' | 'new', generation: number): string {
    const { firstGroup, groupTasks } = this.#jobs;
    const groups = firstGroup[job + 1] - firstGroup[job];
    const inGroup = groups > 1 ? `${base}-${group}` : base;
    const ofTask = groupTasks[firstGroup[job] + group] > 1 ? `${inGroup}-${index}` : inGroup;
    return naming === 'new' && generation > 0 ? `${ofTask}-r${generation}` : ofTask;
  }

  #spec(job: number, group: number): PodSpec {
    const { groupRequest, firstGroup, requests, priority, slurm } = this.#jobs;
    const request = groupRequest[firstGroup[job] + group];
    const partition = this.#declaresPartitions ? this.#partitions.of(job) : -1;
    // What Slurm had computed from age and shares is no wish of anybody, and a pod's priority evicts others.
    const importance = slurm === undefined ? (priority?.[job] ?? 0) : 0;
    let made = this.#specs.get(request);
    if (made === undefined) this.#specs.set(request, (made = []));
    for (const one of made) if (one.partition === partition && one.importance === importance) return one.spec;
    const name = partition < 0 ? undefined : this.#partitions.partitions[partition].name;
    const spec = this.#specOf(requests[request], name, importance);
    made.push({ partition, importance, spec });
    return spec;
  }

  #specOf(request: TaskRequest, partition: string | undefined, priority: number): PodSpec {
    const required = requirements(request, partition);
    return {
      priority,
      preemptionPolicy: 'PreemptLowerPriority',
      schedulerName: 'default-scheduler',
      terminationGrace: GRACE,
      nodeSelector: NO_LABELS,
      nodeAffinity: {
        required: required.length === 0 ? undefined : [{ matchExpressions: required, matchFields: [] }],
        preferred: [],
      },
      podAffinity: { required: [], preferred: [] },
      podAntiAffinity: { required: [], preferred: [] },
      tolerations: [],
      topologySpreadConstraints: [],
      containers: [{ name: 'task', image: '', requests: this.#resources(request), ports: [], restartable: false }],
      initContainers: [],
      podRequests: NO_RESOURCES,
      overhead: NO_RESOURCES,
      schedulingGates: [],
      imageVolumes: [],
    };
  }

  /** GPU shares are shares of the resource's unit, which real clusters do only with plugins for it. */
  #resources({ cpu, memory, gpu, other = {} }: TaskRequest): Map<string, number> {
    const resources = new Map<string, number>();
    if (cpu > 0) resources.set('cpu', cpu);
    if (memory > 0 && this.#modelsMemory) resources.set('memory', memory);
    if (gpu > 0) resources.set(GPU, gpuShare(gpu));
    for (const [name, count] of Object.entries(other)) if (count > 0) resources.set(name, count);
    return resources;
  }
}

const NO_RESOURCES: ReadonlyMap<string, number> = new Map();

function requirements({ gpuModels }: TaskRequest, partition: string | undefined): Requirement[] {
  const model = gpuModels === undefined ? [] : [{ key: GPU_MODEL, operator: 'In', values: gpuModels }];
  return partition === undefined ? model : [...model, { key: PARTITION + partition, operator: 'Exists', values: [] }];
}
