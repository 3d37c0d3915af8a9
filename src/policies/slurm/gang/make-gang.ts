/** The gangs that a slurm.conf asks for. */
import type { SlurmConfig } from '../../../slurm.ts';
import type { PlanClock } from '../plan-clock.ts';
import type { Running } from '../running.ts';
import { Gang } from './gang.ts';

export interface GangParts {
  readonly config: SlurmConfig;
  readonly running: Running;
  readonly clock: PlanClock;
}

/** Undefined without PreemptMode=GANG. */
export function makeGang({ config, running, clock }: GangParts): Gang | undefined {
  const { preemption, partitions, timing } = config;
  if (!preemption.mode.gang) return undefined;
  return new Gang({
    running,
    clock,
    timeSlice: timing.timeSlice,
    tiers: partitions.map(({ priorityTier }) => priorityTier),
  });
}
