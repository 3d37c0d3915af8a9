/**
 * Processors that jobs hold over time, of two runs on one axis: from the first start of each job until its end. Jobs that
 * have not ended are left out.
 */
import type { JobTable } from '../../results/job-table.ts';

export interface Overlay {
  /** [ms] */
  readonly time: readonly number[];
  /** Processors held from `time[i]` until `time[i + 1]`. */
  readonly a: readonly number[];
  readonly b: readonly number[];
  /** Between the two, as a share of what the first one held altogether [0..]. */
  readonly between: number;
}

export function overlay(a: JobTable, b: JobTable): Overlay {
  const changes: { time: number; side: 0 | 1; cpus: number }[] = [];
  for (const [side, jobs] of [[0, a] as const, [1, b] as const]) {
    for (let row = 0; row < jobs.count; row++) {
      if (Number.isNaN(jobs.start[row]) || Number.isNaN(jobs.end[row])) continue;
      const cpus = jobs.cpus[row] / 1000;
      changes.push({ time: jobs.start[row], side, cpus }, { time: jobs.end[row], side, cpus: -cpus });
    }
  }
  changes.sort((left, right) => left.time - right.time);
  const [time, ofA, ofB]: number[][] = [[], [], []];
  const held = [0, 0];
  let [between, whole] = [0, 0];
  changes.forEach(({ time: at, side, cpus }, index) => {
    held[side] += cpus;
    const next = changes[index + 1]?.time ?? at;
    if (next === at && index + 1 < changes.length) return;
    time.push(at);
    ofA.push(held[0]);
    ofB.push(held[1]);
    between += Math.abs(held[0] - held[1]) * (next - at);
    whole += held[0] * (next - at);
  });
  return { time, a: ofA, b: ofB, between: between / whole };
}
