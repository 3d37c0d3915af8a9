import type { Cycle } from '../../policy.ts';
import type { Plan } from './plan.ts';

/** In the order of the queue, starts jobs before their reservations are due, where that delays no other. */
export function startEarly(plan: Plan, cycle: Cycle): void {
  const { free, pending, now } = cycle;
  const search = new Search(plan, cycle);
  for (let job = search.next(-1); job >= 0; job = search.next(job)) {
    // Not the arrivals of this instant, which have no reservation yet, nor those whose time has come.
    if (!(plan.promised(job) > now) || !pending.has(job) || !free.fits(job) || !plan.hasten(job, now)) continue;
    plan.start(job, cycle);
    search.begin();
  }
}

/**
 * Finds the jobs that are worth a look. Soon there will be a time at which not a single processor is free any more: a
 * job can only start if it is over by then, or if its own reservation has begun. The first kind the queue finds
 * quickly, the second kind are few.
 */
class Search {
  readonly #plan: Plan;
  readonly #cycle: Cycle;
  /** How long a processor stays free [ms]. */
  #gap = 0;
  /** Jobs whose reservation begins in that time and that would run on beyond it, in the order of the queue. */
  readonly #covered: number[] = [];
  #nextCovered = 0;

  constructor(plan: Plan, cycle: Cycle) {
    this.#plan = plan;
    this.#cycle = cycle;
    this.begin();
  }

  /** Looks at the plan anew: a job has been moved. */
  begin(): void {
    const { now, pending, free } = this.#cycle;
    const covered = this.#covered;
    covered.length = 0;
    this.#nextCovered = 0;
    if (pending.size === 0 || free.procs === 0) return;
    this.#gap = this.#plan.gap(now);
    if (this.#gap === Infinity) return;
    this.#plan.coveredWithin(this.#gap, free.procs, this.#cycle, covered);
    if (covered.length > 1) covered.sort((a, b) => (pending.isBefore(a, b) ? -1 : 1));
  }

  /** The next job behind this one; -1 if there is none. */
  next(job: number): number {
    const { pending, free } = this.#cycle;
    const covered = this.#covered;
    const ends = pending.nextWithin(job, free.procs, this.#plan.longest(this.#gap), 0);
    while (this.#nextCovered < covered.length && job >= 0 && !pending.isBefore(job, covered[this.#nextCovered]))
      this.#nextCovered++;
    if (this.#nextCovered === covered.length) return ends;
    const other = covered[this.#nextCovered];
    return ends < 0 || pending.isBefore(other, ends) ? other : ends;
  }
}
