import { Float64Column, Int32Column } from '../../columns.ts';
import { usageError } from '../../errors.ts';
import type { CycleClock } from './cycle-clock.ts';
import type { DrawnColumn } from './drawn-column.ts';

/** One class of jobs of a model: what its jobs are, and how far apart they come. */
export interface JobStream {
  /** The class, for the queue column. */
  readonly queue?: string;
  /** Between a job and the one before it [points of the clock]. */
  readonly gap: DrawnColumn;
  /** Processors or GPUs [count]. */
  readonly size: DrawnColumn;
  /** [s] */
  readonly runtime: DrawnColumn;
  /** The stream's clock, at its beginning. */
  clock(): CycleClock;
}

/** How much to make: so many jobs, or as many as arrive before a time. */
export interface Extent {
  readonly jobs: number;
  /** First instant that is left out, counted from the beginning of the clock's bucket 0 [s]. */
  readonly until: number;
}

/** Streams laid out on the clock, merged by time. */
export interface Submissions {
  readonly count: number;
  /** [s], whole seconds, rising. */
  readonly time: Float64Array;
  /** Which stream a job is of, and which job of it. */
  readonly stream: Int32Array;
  readonly row: Int32Array;
}

/**
 * Lays the streams out on their clocks; the earliest next job is always taken, of equals that of the first stream.
 * `factor` stretches every gap, at the same daily cycle.
 */
export function submissions(streams: readonly JobStream[], extent: Extent, factor: number): Submissions {
  const clocks = streams.map((stream) => stream.clock());
  const taken = streams.map(() => 0);
  const next = streams.map((stream, s) => clocks[s].advance(stream.gap.at(0) * factor));
  const time = new Float64Column();
  const which = new Int32Column();
  const row = new Int32Column();
  while (time.length < extent.jobs) {
    let first = 0;
    for (let s = 1; s < next.length; s++) if (next[s] < next[first]) first = s;
    const second = Math.floor(next[first]);
    if (second >= extent.until) break;
    time.push(second);
    which.push(first);
    row.push(taken[first]++);
    next[first] = clocks[first].advance(streams[first].gap.at(taken[first]) * factor);
  }
  return { count: time.length, time: time.done(), stream: which.done(), row: row.done() };
}

/** Work of the jobs over what the machine could do between the first and the last submission [ratio]. */
export function offeredLoad(streams: readonly JobStream[], plan: Submissions, capacity: number): number {
  let work = 0;
  for (let job = 0; job < plan.count; job++) {
    const { size, runtime } = streams[plan.stream[job]];
    work += size.at(plan.row[job]) * runtime.at(plan.row[job]);
  }
  const span = plan.count === 0 ? 0 : plan.time[plan.count - 1] - plan.time[0];
  return work / (capacity * span);
}

/** How close a load has to come to what was asked [ratio]. */
const CLOSE_ENOUGH = 1e-3;
const MOST_TRIES = 40;

/** The same jobs, with their gaps stretched so that the offered load on `capacity` processors or GPUs is `load`. */
export function submissionsAtLoad(
  streams: readonly JobStream[],
  extent: Extent,
  { load, capacity, factor }: { load: number; capacity: number; factor: number },
): Submissions {
  let stretch = factor;
  let best = { plan: submissions(streams, extent, stretch), error: Infinity };
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const plan = tries === 0 ? best.plan : submissions(streams, extent, stretch);
    const ratio = offeredLoad(streams, plan, capacity) / load;
    if (!Number.isFinite(ratio) || ratio <= 0) {
      throw usageError(`${plan.count} jobs have no load`, 'load', 'ask for more jobs or days, or leave the load out');
    }
    // The load is not quite proportional to the stretch (the cycle, and whole seconds), so it is approached.
    const error = Math.abs(Math.log(ratio));
    if (error < best.error) best = { plan, error };
    if (error < CLOSE_ENOUGH) break;
    stretch *= ratio;
  }
  return best.plan;
}
