/** The policies of Slurm's two schedulers: the same controller with or without its backfill thread. */
import type { ParameterSpecs } from '../../parameters.ts';
import type { Policy, PolicySetup } from '../../policy.ts';
import { ConfNotes } from '../../slurm-conf-notes.ts';
import { readSchedulerParameters } from '../../slurm-conf-scheduler.ts';
import { checkConfig } from './config-check.ts';
import { basicPriorities } from './priorities.ts';
import { MultifactorPriorities } from './priority/multifactor.ts';
import { SlurmScheduler } from './scheduler.ts';
import type { SlurmSchedulerSetup } from './scheduler.ts';

/** PERIODIC_TIMEOUT: limits are looked at this often [ms]. */
const KILL_SCAN = 30_000;
const MESSAGE_TIMEOUT = 10_000;

export const SLURM_PARAMETERS: ParameterSpecs = {
  epilog: {
    summary: 'Nodes run an epilog: a pass follows its end at once; without one it waits for batch_sched_delay.',
    type: 'flag',
    default: false,
  },
  'poll-phase': {
    summary: 'When the loop of the controller wakes within each second.',
    type: 'duration',
    default: 0,
    min: 0,
  },
  'full-phase': {
    summary: 'When the first pass over the whole queue happens, after the first submission.',
    type: 'duration',
    default: 0,
    min: 0,
  },
  'priority-phase': {
    summary:
      'When priorities are computed anew for the first time, after the first submission (PriorityType=priority/multifactor).',
    type: 'duration',
    default: 0,
    min: 0,
  },
  'preempt-cleaning': {
    summary: 'How long it takes until the nodes of a job that was preempted are clean.',
    type: 'duration',
    default: 1000,
    min: 1,
  },
  partial: {
    summary: 'Simulate though slurm.conf asks for what is not modelled; without it that is refused by name.',
    type: 'flag',
    default: false,
  },
};

export const BACKFILL_PARAMETERS: ParameterSpecs = {
  ...SLURM_PARAMETERS,
  'backfill-phase': {
    summary: 'How long before the first submission the last backfill cycle ended.',
    type: 'duration',
    default: 0,
    min: 0,
  },
  'test-time': {
    summary: 'How long backfill takes to test one job.',
    type: 'duration',
    default: 0,
    min: 0,
  },
};

export function slurmPolicy(
  { jobs, cluster, parameters, warn }: PolicySetup,
  backfills: boolean,
  onStart?: SlurmSchedulerSetup['onStart'],
): Policy {
  const { slurm } = cluster;
  const name = backfills ? 'slurm-backfill' : 'slurm-builtin';
  if (slurm !== undefined) checkConfig(slurm, name, parameters.partial === true, (message) => warn?.(message));
  const duration = (name: string) => Number(parameters[name] ?? 0);
  return new SlurmScheduler({
    jobs,
    cluster,
    parameters: slurm?.scheduler ?? readSchedulerParameters(undefined, MESSAGE_TIMEOUT, new ConfNotes()),
    priorities:
      slurm?.priority.type === 'multifactor'
        ? new MultifactorPriorities(jobs, cluster, slurm, duration('priority-phase'))
        : basicPriorities(jobs),
    backfills,
    phases: { poll: duration('poll-phase'), full: duration('full-phase'), backfill: duration('backfill-phase') },
    epilog: parameters.epilog === true,
    testTime: duration('test-time'),
    cleaning: Number(parameters['preempt-cleaning'] ?? 1000),
    ...(slurm === undefined ? {} : { killScan: KILL_SCAN }),
    ...(onStart === undefined ? {} : { onStart }),
  });
}
