import type { PolicySpec } from '../../policy.ts';
import { BACKFILL_PARAMETERS, slurmPolicy } from './slurm-policy.ts';

export const slurmBackfill: PolicySpec = {
  name: 'slurm-backfill',
  summary: 'Slurm with sched/backfill: passes in strict order, and a thread that fills gaps between reservations for all.',
  source: 'SchedMD/slurm 22.05.8: job_scheduler.c, controller.c, sched/backfill, select/cons_tres',
  parameters: BACKFILL_PARAMETERS,
  needsNodes: true,
  keepsPartitions: true,
  create: (setup) => slurmPolicy(setup, true),
};
