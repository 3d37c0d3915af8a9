/** Controllers whose pods are of use only together: JobSet, Volcano's Job, and the jobs of Kubeflow. */
import type { Labels } from '../../kubernetes.ts';
import type { JsonField } from '../../kubernetes-json.ts';
import { parseDuration, SECOND } from '../../units.ts';
import { sizeOf } from './batch-job.ts';
import { MOST_PODS, NoJobs } from './controller.ts';
import type { Controller } from './controller.ts';
import { queueMark } from './marks.ts';
import { readJobStatus } from './observed.ts';
import type { GangClaim, JobPlan, PodGroupPlan } from './plan.ts';
import { readDeadline } from './pod-kind.ts';
import type { PodKind } from './pod-kind.ts';
import type { AskedSpec } from './pod-specs.ts';

/** A part of a gang as its controller writes it. */
interface Part {
  readonly name: string;
  readonly template: JsonField;
  readonly tasks: number;
  readonly minimum?: number;
  readonly naming: 'same' | 'new';
  /** What the controller adds to the labels of its pods. */
  readonly labels: Labels;
}

/** What holds of the gang as a whole. */
interface Whole extends Partial<JobPlan> {
  readonly minimum?: number;
  readonly timeout?: number;
  readonly priorityClass?: string;
  readonly deadline?: number;
}

/** jobset.x-k8s.io: replicas of Jobs, all at once. */
export function planJobSet(controller: Controller): JobPlan[] {
  const spec = controller.field.at('spec');
  refuseSuspended(controller, spec.at('suspend'));
  const parts = spec
    .at('replicatedJobs')
    .list()
    .map((job): Part => {
      const jobSpec = job.at('template').at('spec');
      const { parallelism, indexed } = sizeOf(controller, jobSpec);
      const tasks = controller.count(job.at('replicas'), 1) * parallelism;
      const naming = jobSpec.at('completionMode').absent || indexed ? 'same' : 'new';
      const name = job.at('name').text() ?? '';
      const labels = labelled('jobset.sigs.k8s.io', ['jobset-name', controller.object.name], ['replicatedjob-name', name]);
      return { name, template: jobSpec.at('template'), tasks, naming, labels };
    });
  const { fails, runtime, started } = readJobStatus(controller.field);
  return planGang(controller, parts, { fails, runtime, recordedStart: started });
}

/** batch.volcano.sh. */
export function planVolcanoJob(controller: Controller): JobPlan[] {
  const { field } = controller;
  const spec = field.at('spec');
  const parts = spec
    .at('tasks')
    .list()
    .map((task, index): Part => {
      const tasks = controller.count(task.at('replicas'), 1);
      const minimum = task.at('minAvailable').integer();
      const name = task.at('name').text() ?? `default${index}`;
      const labels = labelled('volcano.sh', ['job-name', controller.object.name], ['task-spec', name]);
      return { name, template: task.at('template'), tasks, minimum, naming: 'same', labels };
    });
  const phase = field.at('status').at('state').at('phase').text();
  const ran = field.at('status').at('runningDuration');
  const runtime = ran.absent || phase === 'Running' ? undefined : parseDuration(ran.text() ?? '', ran.path);
  return planGang(controller, parts, {
    runtime,
    fails: phase === 'Failed',
    queue: spec.at('queue').text() || 'default',
    minimum: spec.at('minAvailable').integer(),
    priorityClass: spec.at('priorityClassName').text() || undefined,
  });
}

/** kubeflow.org: MPIJob, PyTorchJob, TFJob and so on. `what` names the field of the replicas. */
export function planKubeflowJob(controller: Controller, what: string): JobPlan[] {
  const spec = controller.field.at('spec');
  const policy = spec.at('runPolicy');
  refuseSuspended(controller, policy.at('suspend'));
  const parts = spec
    .at(what)
    .entries()
    .map(([role, replicas]): Part => {
      const tasks = controller.count(replicas.at('replicas'), 1);
      const name = role.toLowerCase();
      const labels = labelled('training.kubeflow.org', ['job-name', controller.object.name], ['replica-type', name]);
      return { name, template: replicas.at('template'), tasks, naming: 'same', labels };
    });
  const scheduling = policy.at('schedulingPolicy');
  const timeout = scheduling.at('scheduleTimeoutSeconds').integer();
  const { fails, started, runtime } = readJobStatus(controller.field);
  return planGang(controller, parts, {
    ...{ fails, runtime, recordedStart: started },
    queue: scheduling.at('queue').text() || undefined,
    minimum: scheduling.at('minAvailable').integer(),
    timeout: timeout === undefined ? undefined : timeout * SECOND,
    priorityClass: scheduling.at('priorityClass').text() || undefined,
    deadline: readDeadline(policy),
  });
}

function refuseSuspended(controller: Controller, suspend: JsonField): void {
  const { kind, marks } = controller.object;
  if (suspend.flag() === true && queueMark(marks) === undefined) throw new NoJobs('skip', `${kind}: it is suspended`);
}

function planGang(controller: Controller, parts: readonly Part[], whole: Whole): JobPlan[] {
  const { name, namespace, kind: controllerKind } = controller.object;
  const { minimum, timeout, priorityClass, deadline = Infinity, ...more } = whole;
  const kinds: PodKind[] = [];
  const groups: PodGroupPlan[] = [];
  for (const part of parts) {
    if (part.tasks === 0) continue;
    const read = controller.kind(part.template);
    const kind = { ...read, spec: withClass(read.spec, priorityClass) };
    kinds.push(kind);
    const least = part.minimum === undefined ? undefined : Math.max(0, Math.min(part.tasks, part.minimum));
    const { naming, labels } = part;
    groups.push(controller.group(kind, { name: `${name}-${part.name}`, naming, labels }, part.tasks, least));
  }
  checkSize(controller, groups);
  if (groups.length === 0) throw new NoJobs('empty', `${controllerKind}s that ask for no pods`);
  const said: GangClaim = { key: `${controllerKind} ${namespace}/${name}`, name, minimum, timeout };
  const gang = controller.gang(kinds[0]) ?? said;
  const walltime = Math.min(deadline, ...kinds.map((kind) => kind.walltime));
  return [controller.job(name, kinds[0], groups, { ...more, walltime, gang })];
}

function labelled(prefix: string, ...labels: readonly (readonly [string, string])[]): Labels {
  return new Map(labels.map(([key, value]) => [`${prefix}/${key}`, value]));
}

function checkSize({ field }: Controller, groups: readonly PodGroupPlan[]): void {
  const pods = groups.reduce((sum, { tasks }) => sum + tasks, 0);
  if (pods > MOST_PODS) throw field.at('spec').wrong(`a gang of at most ${MOST_PODS} pods`);
}

/** A class that the pods do not name themselves. */
function withClass(spec: AskedSpec, priorityClass: string | undefined): AskedSpec {
  if (priorityClass === undefined || spec.priorityClass !== undefined) return spec;
  return { ...spec, key: `${spec.key} ${priorityClass}`, priorityClass };
}
