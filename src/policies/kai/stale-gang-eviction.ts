/**
 * Lets jobs go that have held less than their minimum for too long.
 * Source: pkg/scheduler/actions/stalegangeviction (KAI-Scheduler v0.13.0).
 */
import type { Session } from './session.ts';
import { Statement } from './statement.ts';

/** `grace`: how long a job may be stale [ms]; below 0: for ever. */
export function evictStaleGangs(session: Session, grace: number): void {
  for (const group of session.groups) {
    if (!group.isStale) {
      group.staleSince = NaN;
      continue;
    }
    if (Number.isNaN(group.staleSince)) group.staleSince = session.now;
    if (grace < 0 || session.now - group.staleSince < grace) continue;
    const statement = new Statement(session);
    for (const task of group.tasks()) if (task.isActive) statement.evict(task);
    statement.commit(
      ({ pod: { pod }, subGroup }) =>
        `Workload doesn't meet the minimum required number of pods (${subGroup.minimum}), evicting remaining pod: ` +
        `${pod.namespace}/${pod.name}`,
    );
  }
}
