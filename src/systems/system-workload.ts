import type { Workload } from '../workload.ts';
import type { Mix } from './step.ts';

/** The jobs of a run, and what a single scheduler never asks about them. */
export interface SystemWorkload {
  readonly jobs: Workload;
  /** What each job does; nothing but computing if absent. */
  mixOf?(job: number): Mix;
  /** Steps that a job consists of, which may run side by side: the tasks of a workflow; 1 if absent [count]. */
  readonly steps?: Int32Array;
  /** When its user cancels it [ms]; NaN = never. */
  readonly cancelAt?: Float64Array;
  /** When its user deletes the object that stands for it [ms]; NaN = never. */
  readonly deleteAt?: Float64Array;
  readonly disturbances?: readonly Disturbance[];
}

/** A node of a manager's own that goes for a time. */
export interface Disturbance {
  readonly manager: string;
  readonly node: number;
  /** [ms] */
  readonly at: number;
  readonly until: number;
  /** `drain`: what runs there is told first. `loss`: nothing is. */
  readonly how: 'drain' | 'loss';
}

export const ONLY_CPU: Mix = { network: 0, io: 0 };
