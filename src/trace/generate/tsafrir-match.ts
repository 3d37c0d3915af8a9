import type { Random } from '../../random.ts';
import { SECOND } from '../../units.ts';
import type { EstimateBin } from './tsafrir-bins.ts';

/**
 * Deals the estimates out at random, none below its job's run time [ms]. The longest job is served first, from all
 * estimates that are long enough. Where the histogram has too few long estimates for the run times, the shortest
 * sufficient one is used more often than the histogram says (the authors' program gives up there).
 * The longest estimate must be at least the longest run time.
 */
export function matchEstimates(runtime: Float64Array, bins: readonly EstimateBin[], random: Random): Float64Array {
  const count = runtime.length;
  const jobs = Int32Array.from(runtime, (_, job) => job).sort((a, b) => runtime[b] - runtime[a] || a - b);
  const estimates = longestFirst(bins, count);
  raiseShortOnes(estimates, jobs, runtime, bins);
  const walltime = new Float64Array(count);
  let enough = 0;
  for (let place = 0; place < count; place++) {
    const job = jobs[place];
    // Estimates from `place` to `enough` are still there, and no shorter than this job runs.
    if (enough < place) enough = place;
    while (enough + 1 < count && estimates[enough + 1] >= runtime[job]) enough++;
    const chosen = place + random.integer(enough - place + 1);
    walltime[job] = estimates[chosen];
    estimates[chosen] = estimates[place];
  }
  return walltime;
}

/** An estimate a job, longest first [ms]. */
function longestFirst(bins: readonly EstimateBin[], count: number): Float64Array {
  const estimates = new Float64Array(count);
  let place = 0;
  for (const { time, jobs } of [...bins].sort((a, b) => b.time - a.time)) {
    estimates.fill(time * SECOND, place, place + jobs);
    place += jobs;
  }
  return estimates;
}

/** Raises the k-th longest estimate to the k-th longest run time where it falls short; their order stays. */
function raiseShortOnes(estimates: Float64Array, jobs: Int32Array, runtime: Float64Array, bins: readonly EstimateBin[]): void {
  const times = bins.map(({ time }) => time * SECOND).sort((a, b) => a - b);
  for (let place = 0; place < estimates.length; place++) {
    const needed = runtime[jobs[place]];
    if (estimates[place] >= needed) continue;
    estimates[place] = times.find((time) => time >= needed) ?? needed;
  }
}
