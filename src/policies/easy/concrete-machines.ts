import { processorCount } from '../../cluster.ts';
import type { Cycle, Policy, PolicySetup } from '../../policy.ts';

const NOBODY = -1;

/**
 * Batsched's `easy_bf`: every job holds certain machines, the lowest numbers that are free, and so does the
 * reservation of the first job. A later job that runs into the reservation must do without its machines, even if
 * others will be free by then. After ends the reservation is made anew and the whole queue is tried; otherwise only
 * what has just come in.
 *
 * The machines are the policy's own bookkeeping: processors, numbered. On a cluster of nodes they say nothing about
 * where a job goes.
 */
export function concreteMachines({ jobs, cluster }: PolicySetup): Policy {
  const machines = new Machines(processorCount(cluster));
  /** Until when each running job may hold its machines [ms]. */
  const until = new Map<number, number>();
  let head = -1;
  /** When the reservation of the head begins [ms]. */
  let due = Infinity;

  function tryNow(job: number, cycle: Cycle): boolean {
    const end = cycle.now + jobs.walltime[job];
    const avoidsReserved = head >= 0 && end > due;
    if (!cycle.free.fits(job) || !machines.take(job, jobs.procs[job], avoidsReserved)) return false;
    until.set(job, end);
    cycle.start(job);
    return true;
  }

  function reserve(job: number, now: number): void {
    head = job;
    // Running jobs by their expected ends: each frees machines for good, as far as the plan goes.
    const ends = [...until].sort(([a, end], [b, other]) => end - other || a - b);
    let enough = machines.idle;
    due = now;
    for (const [other, end] of ends) {
      if (enough >= jobs.procs[job]) break;
      enough += jobs.procs[other];
      due = Math.max(now, end);
    }
    machines.reserve(jobs.procs[job], (owner) => until.get(owner)! <= due);
  }

  /** Starts jobs from the head on while they fit; the first that does not gets the reservation. */
  function advanceHead(cycle: Cycle): void {
    head = -1;
    machines.reserve(0, () => false);
    let first = cycle.pending.first();
    while (first >= 0 && tryNow(first, cycle)) first = cycle.pending.first();
    if (first >= 0) reserve(first, cycle.now);
  }

  return {
    schedule(cycle) {
      const { pending, free, changed } = cycle;
      for (const job of changed.ended) if (until.delete(job)) machines.give(job);
      const isReleased = changed.ended.length > 0 || changed.nodes;
      if (isReleased || pending.first() !== head) advanceHead(cycle);
      if (head < 0) return;
      if (isReleased) {
        let job = pending.nextWithin(head, free.procs);
        for (; job >= 0; job = pending.nextWithin(job, free.procs)) tryNow(job, cycle);
      } else {
        for (const job of changed.submitted) if (job !== head && pending.has(job)) tryNow(job, cycle);
      }
    },
  };
}

/** Who holds which machine, and which are reserved. */
class Machines {
  readonly #owner: Int32Array;
  readonly #reserved: Uint8Array;
  /** Machines that nobody holds [count]. */
  idle: number;

  constructor(count: number) {
    this.#owner = new Int32Array(count).fill(NOBODY);
    this.#reserved = new Uint8Array(count);
    this.idle = count;
  }

  /** Gives the job the lowest machines that are free. Answers whether there are enough. */
  take(job: number, wanted: number, avoidsReserved: boolean): boolean {
    const owner = this.#owner;
    // Where nodes have fractions of processors, a job may count more of them than there are.
    const count = Math.min(wanted, owner.length);
    if (count > this.idle) return false;
    const isFree = (machine: number) => owner[machine] === NOBODY && !(avoidsReserved && this.#reserved[machine] === 1);
    let last = -1;
    for (let found = 0; found < count; found++) {
      do last++;
      while (last < owner.length && !isFree(last));
      if (last === owner.length) return false;
    }
    for (let machine = 0; machine <= last; machine++) if (isFree(machine)) owner[machine] = job;
    this.idle -= count;
    return true;
  }

  give(job: number): void {
    for (let machine = 0; machine < this.#owner.length; machine++) {
      if (this.#owner[machine] !== job) continue;
      this.#owner[machine] = NOBODY;
      this.idle++;
    }
  }

  /** Reserves the lowest machines that are idle, or whose owner will be gone. */
  reserve(wanted: number, isGone: (owner: number) => boolean): void {
    this.#reserved.fill(0);
    let left = wanted;
    for (let machine = 0; machine < this.#owner.length && left > 0; machine++) {
      if (this.#owner[machine] !== NOBODY && !isGone(this.#owner[machine])) continue;
      this.#reserved[machine] = 1;
      left--;
    }
  }
}
