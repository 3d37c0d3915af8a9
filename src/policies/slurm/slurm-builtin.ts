import type { PolicySpec } from '../../policy.ts';
import { SLURM_PARAMETERS, slurmPolicy } from './slurm-policy.ts';

export const slurmBuiltin: PolicySpec = {
  name: 'slurm-builtin',
  summary: 'Slurm with sched/builtin: passes in strict order, where the first job that does not fit stops its partition.',
  source: 'SchedMD/slurm 22.05.8: job_scheduler.c, controller.c, select/cons_tres',
  parameters: SLURM_PARAMETERS,
  needsNodes: true,
  keepsPartitions: true,
  create: (setup) => slurmPolicy(setup, false),
};
