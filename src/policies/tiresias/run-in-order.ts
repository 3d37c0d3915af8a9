/**
 * Who runs, if jobs that come earlier in an order may push out later ones: all are put into the empty cluster one after the
 * other, and those for which there is no room any more wait. Large jobs do not block smaller ones behind them.
 *
 * Source: the loop that the policies of Tiresias' simulator share (github.com/SymbioticLab/Tiresias, simulator/run_sim.py:
 * `empty_infra`, then one job after the other). There, running jobs move to other GPUs for nothing; here they stay where they
 * are, and a job for which there is room only in pieces waits.
 */
import type { Cycle, WhatIf } from '../../policy.ts';
import type { JobScan } from './job-scan.ts';
import type { JobShapes } from './job-shapes.ts';

const IN_PIECES = 'there is room for it only in pieces';

/** How the decisions are carried out. */
export interface Verbs {
  start(job: number): void;
  stop(job: number): void;
}

/** `scan` goes once through all jobs that wait or run. */
export function runInOrder(cycle: Cycle, scan: () => JobScan, shapes: JobShapes, verbs: Verbs): void {
  if (startWhatFits(cycle, scan(), shapes, verbs)) return;
  const { starts, stops } = wishes(cycle, scan(), shapes);
  const { admitted, stopped } = withinReach(cycle, starts, stops, shapes);
  for (const job of stopped) verbs.stop(job);
  for (const job of admitted) {
    if (cycle.free.fits(job)) verbs.start(job);
    else cycle.explain(job, 'waits until the jobs that make way for it have stopped');
  }
}

/**
 * Starts what fits beside all that runs. False, with nothing started, if a job does not fit that jobs behind it could make
 * way for, or jobs that are leaving: then it must be found out who goes, as those that start may get what they leave.
 */
function startWhatFits(cycle: Cycle, scan: JobScan, shapes: JobShapes, verbs: Verbs): boolean {
  const { pending, running, free } = cycle;
  if (pending.size === 0) return true;
  let behind = running.size;
  let room: WhatIf | undefined;
  const misfits = shapes.nothing();
  const starts: number[] = [];
  for (let job = scan.next(); job >= 0; job = scan.next()) {
    if (running.mayPreempt(job)) behind--;
    else if (pending.has(job)) {
      if (misfits.has(job)) scan.leaveOutItsLike();
      else if ((room ?? free).fits(job)) {
        room ??= free.copy();
        room.take(job);
        starts.push(job);
      } else if (behind > 0) return false;
      else misfits.add(job);
    }
  }
  for (const job of starts) verbs.start(job);
  return true;
}

interface Wishes {
  readonly starts: readonly number[];
  readonly stops: readonly number[];
}

/** Fills the empty cluster in the order. What jobs hold that are leaving counts as free. */
function wishes(cycle: Cycle, scan: JobScan, shapes: JobShapes): Wishes {
  const { pending, running } = cycle;
  const room = cycle.free.copy();
  for (let job = running.first(); job >= 0; job = running.after(job)) room.give(job);
  const misfits = shapes.nothing();
  const starts: number[] = [];
  const stops: number[] = [];
  for (let job = scan.next(); job >= 0; job = scan.next()) {
    const runs = running.mayPreempt(job);
    if (!runs && !pending.has(job)) continue;
    const fits = !misfits.has(job) && room.fits(job);
    if (fits) room.take(job);
    else misfits.add(job);
    if (!fits && !runs) scan.leaveOutItsLike();
    if (fits && !runs) starts.push(job);
    if (!fits && runs) stops.push(job);
  }
  return { starts, stops };
}

/**
 * What of the wishes can be had while the jobs that go on stay on their nodes. Jobs stop, the least important ones first,
 * only if that makes room for one that starts.
 */
function withinReach(cycle: Cycle, starts: readonly number[], stops: readonly number[], shapes: JobShapes) {
  let room = withoutLeaving(cycle);
  let left = stops.length;
  const misfits = shapes.nothing();
  const admitted: number[] = [];
  for (const job of starts) {
    if (misfits.has(job)) {
      cycle.explain(job, IN_PIECES);
      continue;
    }
    const attempt = room.fits(job) || left === 0 ? room : room.copy();
    let at = left;
    while (!attempt.fits(job) && at > 0) attempt.give(stops[--at]);
    if (!attempt.fits(job)) {
      misfits.add(job);
      cycle.explain(job, IN_PIECES);
      continue;
    }
    attempt.take(job);
    [room, left] = [attempt, at];
    admitted.push(job);
  }
  return { admitted, stopped: stops.slice(left) };
}

function withoutLeaving({ free, running }: Cycle): WhatIf {
  const room = free.copy();
  for (let job = running.first(); job >= 0; job = running.after(job)) if (!running.mayPreempt(job)) room.give(job);
  return room;
}
