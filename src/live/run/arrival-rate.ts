/** Whether an API server can take the pods of a workload as fast as they come. */
import { usageError } from '../../errors.ts';
import type { Workload } from '../../workload.ts';

/** Longer bursts than this count; shorter ones wait a moment [ms by the clock]. */
export const WINDOW = 10_000;

/** The most pods that come within any `WINDOW`, as a rate by the clock [pods/s]. */
export function peakRate({ count, submit, firstGroup, groupTasks }: Workload, timeScale: number): number {
  const pods = (job: number) => {
    let sum = 0;
    for (let group = firstGroup[job]; group < firstGroup[job + 1]; group++) sum += groupTasks[group];
    return sum;
  };
  let [peak, inside, oldest] = [0, 0, 0];
  for (let job = 0; job < count; job++) {
    inside += pods(job);
    for (; submit[job] - submit[oldest] >= WINDOW * timeScale; oldest++) inside -= pods(oldest);
    peak = Math.max(peak, inside);
  }
  return (peak * 1000) / WINDOW;
}

/** Throws `InputError` if pods come faster than `most` [pods/s]. */
export function checkRate(workload: Workload, timeScale: number, most: number): number {
  const peak = peakRate(workload, timeScale);
  if (peak <= most) return peak;
  const fitting = Math.floor(((timeScale * most) / peak) * 1000) / 1000;
  throw usageError(
    `at most ${peak.toFixed(1)} pods come a second (over ${WINDOW / 1000} s), where the cluster is taken to bear ${most}`,
    `--time-scale ${timeScale}`,
    `at ${fitting} it would fit; or say what the cluster bears with --max-rate`,
  );
}
