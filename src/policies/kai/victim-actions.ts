/**
 * The three actions by which jobs make way for others: consolidation moves them, reclaim takes from other queues, preempt
 * from less important jobs of the same queue.
 * Source: pkg/scheduler/actions/consolidation, reclaim and preempt (KAI-Scheduler v0.13.0).
 */
import { describeQuantities, overQuota } from './capacity.ts';
import { JobsByQueue } from './jobs-by-queue.ts';
import { MinRuntime } from './min-runtime.ts';
import { sumOf } from './pod-group.ts';
import type { PodGroup, SubGroup } from './pod-group.ts';
import { GPU } from './quantities.ts';
import type { Quantities } from './quantities.ts';
import type { Queue } from './queue.ts';
import { Holdings, isReclaimFair, mayReclaim } from './reclaimable.ts';
import type { Loss } from './reclaimable.ts';
import { Representatives } from './representatives.ts';
import type { Scenario } from './scenario.ts';
import type { Session } from './session.ts';
import { solve } from './solver.ts';
import type { Search } from './solver.ts';
import { chooseTasks } from './task-choice.ts';
import type { Task } from './task.ts';
import { pendingCandidates } from './waiting-jobs.ts';

/** For one job: undefined if it is not to be tried. */
type Prepare = (group: PodGroup) => Search | undefined;

/** Tries job after job; those that are no easier than one that failed are left out. */
function forEachJob(session: Session, depth: number | undefined, memory: MemoryOf, prepare: Prepare, say: Say): void {
  const candidates = pendingCandidates(session).filter(({ group }) => memory.concerns(group));
  const order = new JobsByQueue(session, candidates, { depth });
  for (let next = order.pop(); next !== undefined; next = order.pop()) {
    const { group } = next;
    const failed = memory.of(group);
    const search = failed.isWorthATry(group) ? prepare(group) : undefined;
    if (search === undefined) continue;
    const statement = solve(session, group, search);
    if (statement === undefined) failed.note(group);
    else statement.commit((victim) => say(victim, group));
  }
}

type Say = (victim: Task, group: PodGroup) => string;

/** Which jobs are compared when one has failed: those of one queue, or all. */
interface MemoryOf {
  concerns(group: PodGroup): boolean;
  of(group: PodGroup): Representatives;
}

function byQueue(): MemoryOf {
  const memories = new Map<Queue, Representatives>();
  return {
    concerns: () => true,
    of({ queue }) {
      let memory = memories.get(queue);
      if (memory === undefined) memories.set(queue, (memory = new Representatives()));
      return memory;
    },
  };
}

export function consolidate(session: Session): void {
  if (session.maxConsolidationPreemptees === 0) return;
  const memory = new Representatives();
  const mayMove = (group: PodGroup, other: PodGroup) => other !== group && other.preemptible && other.activeTasks > 0;
  forEachJob(
    session,
    session.configuration.queueDepth.get('consolidation'),
    { concerns: ({ preemptible }) => preemptible, of: () => memory },
    (group) => ({
      victims: () => {
        const movable = session.groups.filter((other) => mayMove(group, other));
        // One more than the limit says, as the scheduler counts.
        const some = movable.slice(0, session.maxConsolidationPreemptees + 1);
        return new JobsByQueue(session, hasGpus(session, group) ? some.map((one) => ({ group: one })) : [], { victims: true });
      },
      isValid: ({ victims }) => [...victims.values()].flat().every(({ status }) => status !== 'releasing'),
    }),
    ({ pod }) =>
      `Pod ${pod.pod.namespace}/${pod.pod.name} was preempted and rescheduled due to bin packing (resource consolidation) procedure`,
  );
}

/** The cluster has as many GPUs left as the job asks for, wherever they are. */
function hasGpus({ table }: Session, group: PodGroup): boolean {
  const gpu = table.shared(GPU);
  const left = table.rows.reduce((sum, row) => sum + (table.isReady(row) ? table.left(gpu, row) : 0), 0);
  return left >= sumOf(chooseTasks(group, false))[GPU];
}

export function reclaim(session: Session): void {
  const { queueDepth, saturationMultiplier } = session.configuration;
  const protection = new MinRuntime(session.configuration);
  const memory = byQueue();
  forEachJob(
    session,
    queueDepth.get('reclaim'),
    memory,
    (group) => {
      const { queue, preemptible } = group;
      const request = sumOf(chooseTasks(group, false));
      if (!mayReclaim({ queue, preemptible, request })) return undefined;
      const holdings = new Holdings(session.queues);
      const from = (victim: PodGroup) => protection.reclaimableFrom(queue, victim);
      const mayLose = (other: PodGroup) =>
        other.queue !== queue && other.preemptible && other.activeTasks > 0 && (other.isElastic || session.now >= from(other));
      return {
        victims: () => victimsOf(session, mayLose),
        isValid: (scenario) => {
          const reclaimer = { queue, preemptible, request: sumOf(scenario.preemptor.tasks) };
          return (
            isReclaimFair(reclaimer, lossesOf(scenario), holdings, saturationMultiplier) &&
            protection.spares(scenario.victims, from, session.now)
          );
        },
      };
    },
    (victim, group) => sayReclaimed(victim, group),
  );
}

export function preempt(session: Session): void {
  const protection = new MinRuntime(session.configuration);
  const from = (victim: PodGroup) => protection.preemptibleFrom(victim);
  forEachJob(
    session,
    session.configuration.queueDepth.get('preempt'),
    byQueue(),
    (group) => {
      const request = sumOf(chooseTasks(group, false));
      // It counts as one for which nobody was found.
      const isTooMuch = !group.preemptible && overQuota(group.queue, request) !== undefined;
      const mayLose = (other: PodGroup) =>
        !isTooMuch &&
        other.queue === group.queue &&
        other.preemptible &&
        other.priority < group.priority &&
        other.activeTasks > 0 &&
        (other.isElastic || session.now >= from(other));
      return {
        victims: () => victimsOf(session, mayLose),
        isValid: ({ victims }) => protection.spares(victims, from, session.now),
      };
    },
    ({ pod }, { name }) => `Pod ${pod.pod.namespace}/${pod.pod.name} was preempted by higher priority workload ${name}`,
  );
}

function victimsOf(session: Session, mayLose: (group: PodGroup) => boolean): JobsByQueue {
  const groups = session.groups.filter(mayLose);
  return new JobsByQueue(
    session,
    groups.map((group) => ({ group })),
    { victims: true },
  );
}

/** What queues would lose: nothing by tasks that have found another place, or keep theirs. */
function lossesOf({ victims }: Scenario): Loss[] {
  const byQueues = new Map<Queue, Quantities[]>();
  for (const [{ queue }, tasks] of victims) {
    const { core, spare } = splitVictims(tasks);
    const pieces = [...spare.map((task) => [task]), core].map((piece) => piece.filter((task) => !task.isActive));
    const losses = pieces.filter((piece) => piece.length > 0).map(sumOf);
    if (losses.length > 0) byQueues.set(queue, [...(byQueues.get(queue) ?? []), ...losses]);
  }
  return [...byQueues].map(([queue, pieces]) => ({ queue, pieces }));
}

/** As many victims of each sub-group as its minimum count together, the others one by one. */
function splitVictims(tasks: readonly Task[]): { core: Task[]; spare: Task[] } {
  const bySubGroup = new Map<SubGroup, Task[]>();
  for (const task of tasks) bySubGroup.set(task.subGroup, [...(bySubGroup.get(task.subGroup) ?? []), task]);
  const parts = [...bySubGroup];
  return {
    core: parts.flatMap(([{ minimum }, its]) => its.slice(0, minimum)),
    spare: parts.flatMap(([{ minimum }, its]) => its.slice(minimum)),
  };
}

function sayReclaimed({ pod, group }: Task, { name, queue }: PodGroup): string {
  const sameParent = queue.parent === group.queue.parent;
  const own = sameParent ? queue : (queue.parent ?? queue);
  const its = sameParent ? group.queue : (group.queue.parent ?? group.queue);
  const details = [its, own].map(
    (one) =>
      `${one.object.displayName} uses <${describeQuantities(one.allocated)}> with a quota of ` +
      `<${describeQuantities(one.object.deserved)}>, fair-share of <${describeQuantities(one.fairShare)}> and queue ` +
      `priority of <${one.object.priority}>.`,
  );
  return [`Pod ${pod.pod.namespace}/${pod.pod.name} was preempted by workload ${name}.`, ...details].join(' ');
}
