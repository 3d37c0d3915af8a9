/**
 * What the three actions have in common by which jobs make way for others: consolidation, reclaim and preempt.
 * Source: pkg/scheduler/actions/consolidation, reclaim and preempt (KAI-Scheduler v0.13.0).
 */
import type { Action } from './configuration.ts';
import { JobsByQueue } from './jobs-by-queue.ts';
import type { PodGroup } from './pod-group.ts';
import { Representatives } from './representatives.ts';
import type { Session } from './session.ts';
import { solve } from './solver.ts';
import type { Search } from './solver.ts';
import type { Task } from './task.ts';
import { pendingCandidates } from './waiting-jobs.ts';

export interface Trial extends Search {
  /** What is said of a victim. */
  say(victim: Task): string;
}

export interface WayAction {
  readonly name: Action;
  /** Jobs that are no easier to place than one that failed are left out; jobs are compared within their queue, or all. */
  readonly comparesWithin: 'queue' | 'cluster';
  /** Whether the job may be tried at all. */
  concerns(group: PodGroup): boolean;
  /** The trial for one job; undefined if it is not to be tried. */
  prepare(group: PodGroup): Trial | undefined;
}

/** Tries job after job. */
export function makeWay(session: Session, action: WayAction): void {
  const candidates = pendingCandidates(session).filter(({ group }) => action.concerns(group));
  const order = new JobsByQueue(session, candidates, { depth: session.configuration.queueDepth.get(action.name) });
  const failures = new Map<unknown, Representatives>();
  for (let next = order.pop(); next !== undefined; next = order.pop()) {
    const { group } = next;
    const scope = action.comparesWithin === 'queue' ? group.queue : action;
    let failed = failures.get(scope);
    if (failed === undefined) failures.set(scope, (failed = new Representatives()));
    const trial = failed.isWorthATry(group) ? action.prepare(group) : undefined;
    if (trial === undefined) continue;
    const statement = solve(session, group, trial);
    if (statement === undefined) failed.note(group);
    else statement.commit((victim) => trial.say(victim));
  }
}

/** Jobs that may lose something, in the order in which they do. */
export function victimsAmong(session: Session, groups: readonly PodGroup[]): JobsByQueue {
  return new JobsByQueue(
    session,
    groups.map((group) => ({ group })),
    { victims: true },
  );
}

/** As messages call a pod. */
export function podName({ pod: { pod } }: Task): string {
  return `${pod.namespace}/${pod.name}`;
}
