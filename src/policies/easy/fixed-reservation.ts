import type { Cycle, Policy, PolicySetup } from '../../policy.ts';
import { startFromHead } from '../fcfs.ts';

/**
 * Batsched's `easy_bf_fast`: the shadow time is fixed when a job becomes the first one, and early ends never improve
 * it. Only jobs that end by then are backfilled. After ends there is one pass over the queue; arrivals are then tried
 * one by one.
 */
export function fixedReservation({ jobs }: PolicySetup): Policy {
  let head = -1;
  let shadow = Infinity;

  function tryAlone(job: number, cycle: Cycle): void {
    if (cycle.free.fits(job) && cycle.now + jobs.walltime[job] <= shadow) cycle.start(job);
  }

  /** Starts what it can from the head on; a new head gets its reservation from the jobs that run then. */
  function advanceHead(cycle: Cycle): void {
    const first = startFromHead(cycle);
    if (first !== head && first >= 0) shadow = cycle.running.whenFits(first).time;
    head = first;
  }

  return {
    schedule(cycle) {
      const { pending, free, changed, now } = cycle;
      if (head < 0 || changed.ended.length > 0 || changed.nodes) {
        // The arrivals of this instant stand last in the queue: one pass tries them after all others, each alone.
        advanceHead(cycle);
        if (head < 0) return;
        let job = pending.nextWithin(head, free.procs, shadow - now, -1);
        for (; job >= 0; job = pending.nextWithin(job, free.procs, shadow - now, -1)) tryAlone(job, cycle);
      } else {
        for (const job of changed.submitted) tryAlone(job, cycle);
      }
    },
  };
}

/**
 * AccaSim's `EASYBackfilling`: the first job is tried again only when its reserved time has come, and meanwhile any
 * other job that fits starts, whether or not that delays the first one. A job that becomes first in the pass in which
 * its predecessor's reservation came due gets its own reservation only in the pass after that, and is not tried in it.
 */
export function withoutProtection(_setup: PolicySetup): Policy {
  let blocked = false;
  /** When the blocked job is tried again; NaN = not decided yet. */
  let reserved = NaN;

  /** A reservation is always at the expected end of some running job, even if the job would fit by now. */
  function reserve(head: number, { running, now }: Cycle): number {
    const { time } = running.whenFits(head);
    return time > now ? time : running.expectedEnd(running.first());
  }

  return {
    schedule(cycle) {
      const { pending, free, now } = cycle;
      if (pending.size === 0) return;
      const hadReservation = !Number.isNaN(reserved);
      if (hadReservation && now >= reserved && blocked && free.fits(pending.first())) {
        cycle.start(pending.first());
        blocked = false;
        reserved = NaN;
      }
      const head = blocked ? pending.first() : startFromHead(cycle);
      if (head < 0) return;
      blocked = true;
      if (!hadReservation) reserved = reserve(head, cycle);
      let job = pending.nextWithin(head, free.procs);
      for (; job >= 0; job = pending.nextWithin(job, free.procs)) if (free.fits(job)) cycle.start(job);
    },
  };
}
