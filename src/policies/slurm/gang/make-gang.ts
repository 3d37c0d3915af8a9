/** The gangs that a slurm.conf asks for. */
import type { SlurmConfig } from '../../../slurm.ts';
import type { Machine } from '../machine.ts';
import type { PlanClock } from '../plan-clock.ts';
import type { Running } from '../running.ts';
import type { Selection } from '../selection.ts';
import { Gang } from './gang.ts';

export interface GangParts {
  readonly config: SlurmConfig;
  readonly machine: Machine;
  readonly selection: Selection;
  readonly running: Running;
  readonly clock: PlanClock;
}

/** Undefined without PreemptMode=GANG. */
export function makeGang({ config, machine, selection, running, clock }: GangParts): Gang | undefined {
  const { preemption, partitions, timing } = config;
  if (!preemption.mode.gang) return undefined;
  const suspends = preemption.type === 'partition_prio' && preemption.mode.how === 'suspend';
  return new Gang({
    machine,
    selection,
    running,
    clock,
    timeSlice: timing.timeSlice,
    tiers: partitions.map(({ priorityTier }) => priorityTier),
    rows: partitions.map(({ overSubscribe: { mode, jobs } }) => (mode === 'force' ? jobs : 1)),
    yields: partitions.map(({ preemptMode = preemption.mode }) => suspends && preemptMode.how === 'suspend'),
  });
}
