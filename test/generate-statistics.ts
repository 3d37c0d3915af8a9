/** Statistics of workloads, for comparing a generator with what it follows. */
import type { Workload } from '../src/workload.ts';

const isPowerOfTwo = (size: number) => (size & (size - 1)) === 0;

export function quantile(values: Float64Array, q: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.floor(q * (sorted.length - 1))];
}

export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
}

export function deviation(values: ArrayLike<number>): number {
  const middle = mean(values);
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i] - middle) ** 2;
  return Math.sqrt(sum / (values.length - 1));
}

/** What is compared: sizes, run times [ln s], gaps [ln s] and the hours of the day of these instants [ms since midnight]. */
export function statisticsOf(jobs: Workload, instant = (job: number) => jobs.submit[job] + jobs.origin): Record<string, number> {
  const { count, procs } = jobs;
  const runtime = jobs.runtime.map((time) => Math.log(time / 1000));
  const gap = jobs.submit.slice(1).map((time, job) => Math.log(Math.max(time - jobs.submit[job], 500) / 1000));
  const share = (of: (job: number) => boolean) => {
    let found = 0;
    for (let job = 0; job < count; job++) if (of(job)) found++;
    return found / count;
  };
  const statistics: Record<string, number> = {
    'share serial': share((job) => procs[job] === 1),
    'share of powers of two': share((job) => procs[job] > 1 && isPowerOfTwo(procs[job])),
    'share above 32': share((job) => procs[job] > 32),
    'mean size': mean(procs),
    'mean run time': mean(jobs.runtime) / 1000,
  };
  for (const q of [0.1, 0.25, 0.5, 0.75, 0.9, 0.99]) {
    statistics[`run time q${q}`] = quantile(runtime, q);
    statistics[`gap q${q}`] = quantile(gap, q);
  }
  const hour = (job: number) => Math.floor((instant(job) / 3_600_000) % 24);
  for (let from = 0; from < 24; from += 4) {
    statistics[`share from ${from} to ${from + 4} h`] = share((job) => hour(job) >= from && hour(job) < from + 4);
  }
  return statistics;
}
