/** When a session might decide otherwise although nothing has happened: because time has passed. */
import type { KaiSettings } from './kai-parameters.ts';
import type { PodGroup } from './pod-group.ts';
import type { UsageHistory } from './usage-history.ts';

export class WakeTimes {
  readonly #period: number;
  readonly #staleness: number;
  /** Times for which jobs may be protected [ms]. */
  readonly #protections: readonly number[];
  #due = Infinity;

  constructor({ configuration, queues = [], staleness, period }: KaiSettings) {
    this.#period = period;
    this.#staleness = staleness;
    const { preemptMinRuntime, reclaimMinRuntime } = configuration;
    const own = queues.flatMap((queue) => [queue.preemptMinRuntime ?? 0, queue.reclaimMinRuntime ?? 0]);
    this.#protections = [...new Set([preemptMinRuntime, reclaimMinRuntime, ...own])].filter((time) => time > 0);
  }

  /** The time that was told last [ms]. */
  get due(): number {
    return this.#due;
  }

  /** The first session at or after such a time, after now [ms]; Infinity if there is none. */
  next(now: number, groups: readonly PodGroup[], usage: UsageHistory | undefined): number {
    this.#due = Infinity;
    let waits = false;
    for (const { staleSince, pendingTasks } of groups) {
      waits ||= pendingTasks > 0;
      this.#consider(staleSince + this.#staleness, now);
    }
    if (!waits) return this.#due;
    for (const { lastStart } of groups) for (const time of this.#protections) this.#consider(lastStart + time, now);
    if (usage?.moves === true) this.#consider(usage.nextFetch, now);
    return this.#due;
  }

  #consider(time: number, now: number): void {
    const session = Math.ceil(time / this.#period) * this.#period;
    if (session > now) this.#due = Math.min(this.#due, session);
  }
}
