/** What published measurements are compared with: small runs of the systems that are shipped. */
import { WorkloadBuilder } from '../../workload-builder.ts';
import type { Workload } from '../../workload.ts';
import type { SystemOptions, SystemRun } from '../simulate-system.ts';
import type { SystemChanges } from '../system-file.ts';
import type { System } from '../system.ts';
import type { SystemWorkload } from '../system-workload.ts';

/** Reads systems, and runs them with the policies they name. */
export interface Bench {
  system(name: string, changes?: SystemChanges): System;
  run(system: System, workload: SystemWorkload, options?: SystemOptions): SystemRun;
}

/** A published figure, and what the model says instead. */
export interface Comparison {
  readonly system: string;
  readonly what: string;
  readonly unit: string;
  readonly published: number;
  readonly model: number;
  /**
   * `input`: the model was given the figure, and it must come out again. `outcome`: it was not told. `coarse`: it has one
   * ratio for several things that were measured apart, and this is not the one that it was given.
   */
  readonly kind: 'input' | 'outcome' | 'coarse';
  /** Where the figure was published. */
  readonly source: string;
}

/** A job of equal tasks; times [ms]. */
export interface BenchJob {
  readonly submit: number;
  readonly runtime: number;
  readonly tasks: number;
  /** Of each task [millicores]. */
  readonly cpu: number;
  readonly walltime?: number;
  readonly queue?: string;
  readonly user?: string;
  readonly priority?: number;
}

export function workloadOf(jobs: readonly BenchJob[], name = 'bench'): Workload {
  const builder = new WorkloadBuilder();
  jobs.forEach(({ cpu, walltime = Infinity, ...job }, id) =>
    builder.add({ ...job, id, walltime, request: builder.request({ cpu, memory: 0, gpu: 0 }) }),
  );
  return builder.finish(name);
}

/** So many jobs of this kind on an idle machine, far enough apart not to meet. */
export function oneByOne(count: number, every: number, job: Omit<BenchJob, 'submit'>): Workload {
  return workloadOf(Array.from({ length: count }, (_, row) => ({ ...job, submit: row * every })));
}

export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < values.length; index++) sum += values[index];
  return sum / values.length;
}

export function deviation(values: readonly number[]): number {
  const middle = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - middle) ** 2)));
}

/** The value below which this share of the values lies. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}
