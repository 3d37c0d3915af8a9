import type { Cycle, Profile } from '../../policy.ts';
import type { Requests } from '../../workload.ts';
import { SECOND } from '../../units.ts';
import { PromiseQueue } from './promise-queue.ts';

/**
 * What conservative backfilling remembers: a profile in which running jobs stand until they have used up their
 * walltime, and waiting jobs where they have a reservation.
 *
 * A job that cannot be promised any time, because something without a limit is in its way, has none until there is
 * one. Promises are kept as long as the cluster does what the plan assumes. When nodes fail or come back, or jobs
 * hold their processors for longer than they may (limits that are only looked at now and then, clean-up), a promise
 * may be broken: then the whole plan is made anew.
 */
export class Plan {
  readonly #jobs: Requests;
  readonly #createProfile: () => Profile;
  #profile: Profile;
  /** When each job is planned to start, or has started [ms]; NaN = it is not in the plan; Infinity = no promise is possible. */
  readonly #from: Float64Array;
  /** Until when it is planned to hold its resources [ms]. */
  readonly #until: Float64Array;
  readonly #promises: PromiseQueue;
  /** Jobs that are due but do not fit yet; filled and emptied by `startDue`. */
  readonly #late: number[] = [];
  /** What launching costs on top of the walltime, as far as has been seen [ms]. */
  #launch = 0;
  #wakesAt = -Infinity;
  /** Waiting jobs without a promise [count]. */
  unpromised = 0;

  constructor(jobs: Requests, createProfile: () => Profile) {
    this.#jobs = jobs;
    this.#createProfile = createProfile;
    this.#profile = createProfile();
    this.#from = new Float64Array(jobs.submit.length).fill(NaN);
    this.#until = new Float64Array(jobs.submit.length).fill(NaN);
    this.#promises = new PromiseQueue(this.#from);
  }

  /** When the job has its reservation [ms]; NaN if it was not given any, Infinity if none is possible. */
  promised(job: number): number {
    return this.#from[job];
  }

  /** Whether the plan is no longer true, so that it has to be made anew. */
  isBroken({ changed, now }: Cycle): boolean {
    return changed.nodes || this.#promises.firstTime < now;
  }

  /** Takes jobs that have ended out of the plan. Answers whether any of them has given back what it held early. */
  settle({ changed, now }: Cycle): boolean {
    this.#profile.advance(now);
    let early = false;
    for (const job of changed.ended) {
      if (this.#until[job] > now) {
        this.#profile.give(job, now, this.#until[job]);
        early = true;
      }
      this.#from[job] = this.#until[job] = NaN;
    }
    return early;
  }

  /** Gives the job the earliest reservation that is in nobody's way. */
  promise(job: number, now: number): void {
    const length = this.#lengthOf(job);
    const from = this.#profile.earliest(job, now, length);
    this.#book(job, from, from + length);
  }

  withdraw(job: number): void {
    if (this.#from[job] === Infinity) this.unpromised--;
    else this.#profile.give(job, this.#from[job], this.#until[job]);
    this.#promises.remove(job);
    this.#from[job] = this.#until[job] = NaN;
  }

  /**
   * Brings the job's reservation forward to now if that delays no other: its own covers it from then on. Answers
   * whether it did.
   */
  hasten(job: number, now: number): boolean {
    const from = this.#from[job];
    const until = this.#until[job];
    const end = now + this.#lengthOf(job);
    if (!this.#profile.fits(job, now, Math.min(from, end))) return false;
    this.withdraw(job);
    // Always true for interchangeable processors; where nodes differ, the two parts may lie on different ones.
    const fits = this.#profile.fits(job, now, end);
    if (fits) this.#book(job, now, end);
    else this.#book(job, from, until);
    return fits;
  }

  /** How long a processor stays free in the plan [ms]. */
  gap(now: number): number {
    return this.#profile.freeUntil(1, now) - now;
  }

  /** The longest walltime with which a job is over after this time [ms]. */
  longest(time: number): number {
    return time - this.#launch;
  }

  /**
   * Adds the jobs whose reservation begins within a time but which run on beyond it, if they need at most so many
   * processors. In no special order.
   */
  coveredWithin(time: number, procs: number, cycle: Cycle, into: number[]): void {
    const longest = this.longest(time);
    this.#promises.eachUntil(cycle.now + time, (job) => {
      if (this.#jobs.procs[job] <= procs && this.#jobs.walltime[job] > longest && this.#from[job] > cycle.now) into.push(job);
    });
  }

  /** Starts a job that is planned for now, if what it needs is really free. */
  start(job: number, cycle: Cycle): void {
    if (!cycle.free.fits(job)) return;
    cycle.start(job);
    this.#promises.remove(job);
    const walltime = this.#jobs.walltime[job];
    if (walltime < Infinity) this.#launch = Math.max(this.#launch, cycle.running.expectedEnd(job) - cycle.now - walltime);
  }

  /**
   * Starts the jobs whose time has come, and asks to be woken for the next one: mostly the end of another job would
   * bring a cycle then, but on nodes, or after failures, nothing need end.
   */
  startDue(cycle: Cycle): void {
    const promises = this.#promises;
    const late = this.#late;
    while (promises.firstTime <= cycle.now) late.push(promises.pop());
    const next = promises.firstTime;
    for (const job of late) {
      promises.add(job);
      // Gone from the queue without having run, as a job that was cancelled there.
      if (!cycle.pending.has(job)) this.withdraw(job);
      else this.start(job, cycle);
    }
    late.length = 0;
    if (next < Infinity && next !== this.#wakesAt) cycle.wakeAt(next);
    this.#wakesAt = next;
  }

  /** Makes the plan anew: running jobs first, then the waiting ones in the order of the queue. */
  renew({ running, pending, now }: Cycle): void {
    this.#profile = this.#createProfile();
    this.#promises.clear();
    this.unpromised = 0;
    for (let job = running.first(); job >= 0; job = running.after(job)) {
      const end = running.expectedEnd(job);
      this.#from[job] = now;
      this.#until[job] = end;
      // One that has outlived its walltime may go at any moment: it counts as gone.
      if (end > now) this.#profile.take(job, now, end);
    }
    for (let job = pending.first(); job >= 0; job = pending.after(job)) this.promise(job, now);
  }

  /** Says to the job what it is promised at first: ends of others may bring that forward many times. */
  explain(job: number, cycle: Cycle): void {
    const from = this.#from[job];
    if (from > cycle.now)
      cycle.explain(
        job,
        from < Infinity ? `first reserved from ${(from + this.#jobs.origin) / SECOND} s` : 'no reservation is possible',
      );
  }

  /** How long the job may hold its resources [ms]. One without length is planned for a moment, or it would have no promise. */
  #lengthOf(job: number): number {
    return Math.max(1, this.#jobs.walltime[job] + this.#launch);
  }

  #book(job: number, from: number, until: number): void {
    this.#from[job] = from;
    this.#until[job] = until;
    if (from === Infinity) {
      this.unpromised++;
      return;
    }
    this.#profile.take(job, from, until);
    this.#promises.add(job);
  }
}
