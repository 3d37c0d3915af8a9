/** What a job holds that runs. */
import type { NodeSet } from './node-set.ts';
import type { Share } from './share.ts';

export interface Allocation {
  readonly job: number;
  readonly shares: readonly Share[];
  readonly nodes: NodeSet;
  readonly whole: boolean;
  /** When it was started [Unix ms]. */
  readonly start: number;
  /** When its limit is used up [Unix ms]. */
  readonly end: number;
  /** Index into the partitions. */
  readonly partition: number;
}

/** No jobs that a job may preempt. */
export const NOBODY: readonly Allocation[] = [];

/** The order in which jobs go: by the end of their limits; ties in the order of their rows, which is that of their ids. */
export function compareEnds(a: Allocation, b: Allocation): number {
  return a.end - b.end || a.job - b.job;
}
