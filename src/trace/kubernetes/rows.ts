/** Makes rows of planned jobs: times counted from the first object, priorities settled, templates made whole. */
import type { Container } from '../../kubernetes.ts';
import { gpuShare } from '../../kubernetes-quantity.ts';
import type { GroupRow } from '../../workload-builder.ts';
import { COMPLETES, FAILS } from '../../workload.ts';
import type { TraceSink } from '../format.ts';
import { gpuFractionMark, queueMark, submitMark, userMark, workloadPriorityMark } from './marks.ts';
import type { GangClaim, JobPlan, PodGroupPlan } from './plan.ts';
import type { PodGroups } from './pod-groups.ts';
import { GPU } from './pod-specs.ts';
import type { AskedSpec, PodSpecs } from './pod-specs.ts';
import type { Priorities } from './priorities.ts';

/** What has been gathered from all objects. */
export interface Gathered {
  readonly specs: PodSpecs;
  readonly priorities: Priorities;
  readonly groups: PodGroups;
  /** Of jobs that do not tell theirs [ms]. */
  readonly runtime: number;
}

/** The earliest creation [ms since 1970]; undefined if there is none. */
export function beginningOf(plans: readonly JobPlan[]): number | undefined {
  let beginning = Infinity;
  for (const { created } of plans) if (created !== undefined && created < beginning) beginning = created;
  return beginning === Infinity ? undefined : beginning;
}

export function addRows(plans: readonly JobPlan[], gathered: Gathered, sink: TraceSink): void {
  const beginning = beginningOf(plans);
  if (beginning === undefined) {
    sink.warn('no object has a creationTimestamp: all jobs are submitted at 0, or as yardmaster.dev/submit says');
  } else sink.declare({ epoch: 0, timeZone: 'UTC' });
  for (const plan of plans) addRow(plan, beginning, gathered, sink);
}

function addRow(plan: JobPlan, beginning: number | undefined, gathered: Gathered, sink: TraceSink): void {
  const { id, walltime, fails, namespace, marks, throttle, gang, source } = plan;
  const [first, ...moreGroups] = plan.groups.map((group) => groupRow(group, plan, gathered, sink));
  const submit = submitOf(plan, beginning, sink);
  sink.jobs.add({
    ...first,
    ...{ id, submit, walltime, throttle },
    moreGroups: moreGroups.length === 0 ? undefined : moreGroups,
    runtime: runtimeOf(plan, gathered, sink),
    outcome: fails ? FAILS : COMPLETES,
    recordedStart: startOf(plan, submit, sink),
    user: userMark(marks) ?? namespace,
    account: namespace,
    queue: plan.queue ?? queueMark(marks) ?? (gang && gathered.groups.queue(namespace, gang)),
    priority: priorityOf(plan, gathered),
  });
  const isPodGroup = gang !== undefined && gang.key === `${namespace}/${gang.name}`;
  if (isPodGroup && gang.minimum === undefined)
    sink.repair('the PodGroup is not listed: all its pods are taken to be needed', source);
}

function groupRow(group: PodGroupPlan, plan: JobPlan, { specs, priorities }: Gathered, sink: TraceSink): GroupRow {
  const { tasks, minimum = tasks } = group;
  const asked = withGpuShare(group.spec, plan, specs);
  if (priorities.isUnknown(asked)) sink.repair('the priority class is not listed: priority 0', plan.source);
  const spec = priorities.resolve(asked);
  const gang = plan.gang && gangOf(plan.gang, plan.groups);
  const template = sink.jobs.template({ ...group.template, spec, ...(gang === undefined ? {} : { gang }) });
  return { tasks, minimum, request: sink.jobs.request(specs.request(spec)), template };
}

function gangOf({ name, minimum, timeout }: GangClaim, groups: readonly PodGroupPlan[]) {
  const needed = groups.reduce((sum, { tasks, minimum: own = tasks }) => sum + own, 0);
  return { name, minimum: minimum ?? needed, ...(timeout === undefined ? {} : { timeout }) };
}

/**
 * A part of a GPU is no resource that Kubernetes counts: it stands in an annotation. Here it is asked for as a part of the
 * resource, by the pod too: else policies that go by what pods ask for would find room where the books have none.
 */
function withGpuShare(asked: AskedSpec, { marks }: JobPlan, specs: PodSpecs): AskedSpec {
  const share = gpuFractionMark(marks);
  if (share === undefined || specs.request(asked.spec).gpu > 0) return asked;
  return specs.changed(asked, (spec) => ({ ...spec, containers: withGpu(spec.containers, gpuShare(share)) }));
}

/** The first container asks for so much of a GPU. */
function withGpu(
  [first = { name: '', image: '', requests: new Map(), ports: [], restartable: false }, ...others]: readonly Container[],
  amount: number,
): Container[] {
  return [{ ...first, requests: new Map([...first.requests, [GPU, amount]]) }, ...others];
}

function submitOf({ created, marks, source }: JobPlan, beginning: number | undefined, sink: TraceSink): number {
  if (created !== undefined) return created;
  const offset = submitMark(marks);
  if (beginning !== undefined && offset === undefined) sink.repair('no creationTimestamp: submitted with the first job', source);
  return (beginning ?? 0) + (offset ?? 0);
}

function runtimeOf({ runtime, source }: JobPlan, gathered: Gathered, sink: TraceSink): number {
  if (runtime !== undefined) return runtime;
  sink.repair('no run time is known: taken from the parameter "runtime"', source);
  return gathered.runtime;
}

function startOf({ recordedStart, source }: JobPlan, submit: number, sink: TraceSink): number | undefined {
  if (recordedStart === undefined || recordedStart >= submit) return recordedStart;
  sink.repair('it started before it was created: the start is left out', source);
  return undefined;
}

/** Kueue's class goes first: it is what its queues are ordered by. */
function priorityOf({ marks, groups }: JobPlan, { priorities }: Gathered): number {
  return priorities.workloadPriority(workloadPriorityMark(marks)) ?? priorities.resolve(groups[0].spec).priority;
}
