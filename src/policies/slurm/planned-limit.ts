/** The limit that backfill plans a job with. Source: Slurm 22.05, src/plugins/sched/backfill/backfill.c, _attempt_backfill. */
import { MINUTE } from '../../units.ts';
import type { Scheduling } from './scheduling.ts';

/** --time-min is the limit that a job is planned with, and keeps if it is started here. NoReserve has one of a minute. */
export function shortenForPlan({ partitions, limits, preemption, deadlines }: Scheduling, job: number): void {
  const least = partitions.leastLimitOf(job);
  if (least < partitions.limitOf(job) && deadlines.of(job) === Infinity) partitions.shorten(job, least);
  if (preemption !== undefined && limits?.mayNotReserve(job) === true) partitions.shorten(job, MINUTE);
}
