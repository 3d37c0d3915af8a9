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
 * RLScheduler's: the shadow time is fixed when a job becomes the first one. After each event there is a pass over the
 * whole queue, in which only jobs start that are over before the shadow time; one that ends just then does not.
 */
export function strictReservation({ jobs }: PolicySetup): Policy {
  let head = -1;
  let shadow = Infinity;

  return {
    rhythm: { first: 'submissions', cycle: 'event' },
    schedule(cycle) {
      const { pending, free, running, now } = cycle;
      const first = startFromHead(cycle);
      if (first !== head && first >= 0) shadow = running.whenFits(first).time;
      head = first;
      if (head < 0) return;
      let job = pending.nextWithin(head, free.procs, shadow - now, -1);
      for (; job >= 0; job = pending.nextWithin(job, free.procs, shadow - now, -1)) {
        if (now + jobs.walltime[job] < shadow && free.fits(job)) cycle.start(job);
      }
    },
  };
}

/**
 * AccaSim's `EASYBackfilling`: the first job is tried again only from its reserved time on, which is never made anew;
 * meanwhile any other job that fits starts, whether or not that delays the first one.
 */
export function withoutProtection(_setup: PolicySetup): Policy {
  let blocked = -1;
  let reserved = Infinity;

  return {
    schedule(cycle) {
      const { pending, free, running, now } = cycle;
      if (blocked < 0 || !pending.has(blocked) || now >= reserved || reserved === Infinity) {
        const head = startFromHead(cycle);
        if (head !== blocked && head >= 0) reserved = running.whenFits(head).time;
        blocked = head;
      }
      if (blocked < 0) return;
      let job = pending.nextWithin(blocked, free.procs);
      for (; job >= 0; job = pending.nextWithin(job, free.procs)) if (free.fits(job)) cycle.start(job);
      // It does not wake up for the reserved time, but nothing else may be left to happen.
      if (running.size === 0 && now < reserved && reserved < Infinity) cycle.wakeAt(reserved);
    },
  };
}
