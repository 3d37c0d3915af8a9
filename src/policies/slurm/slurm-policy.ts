/** The policies of Slurm's two schedulers: the same controller with or without its backfill thread. */
import type { Cluster } from '../../cluster.ts';
import type { ParameterSpecs } from '../../parameters.ts';
import type { Policy, PolicySetup } from '../../policy.ts';
import { ConfNotes } from '../../slurm-conf-notes.ts';
import { readSchedulerParameters } from '../../slurm-conf-scheduler.ts';
import { countOf } from '../../units.ts';
import { checkConfig } from './config-check.ts';
import { BACKFILL_OVERRIDES, overriddenPriority, overriddenScheduler, OVERRIDES } from './overrides.ts';
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
  ...OVERRIDES,
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
  ...BACKFILL_OVERRIDES,
};

export function slurmPolicy(setup: PolicySetup, backfills: boolean, onStart?: SlurmSchedulerSetup['onStart']): Policy {
  const { jobs, parameters } = setup;
  const cluster = configured(setup, backfills ? 'slurm-backfill' : 'slurm-builtin');
  const { slurm } = cluster;
  const duration = (name: string) => Number(parameters[name] ?? 0);
  const plain = () => readSchedulerParameters(undefined, MESSAGE_TIMEOUT, new ConfNotes());
  return new SlurmScheduler({
    jobs,
    cluster,
    parameters: slurm?.scheduler ?? overriddenScheduler(plain(), parameters, 'slurm'),
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

/** The cluster with what parameters say instead of its slurm.conf, which is refused if it asks for what is not modelled. */
function configured({ cluster: given, jobs, parameters, warn }: PolicySetup, policy: string): Cluster {
  const cluster = overriddenPriority(given, parameters, policy);
  const { slurm } = cluster;
  if (slurm === undefined) return cluster;
  const config = { ...slurm, scheduler: overriddenScheduler(slurm.scheduler, parameters, policy) };
  checkConfig(config, policy, parameters.partial === true, (message) => warn?.(message));
  const lost = config.reservations.length > 0 ? 0 : namingReservations(jobs);
  if (lost > 0) warn?.(`${countOf(lost, 'job')} name a reservation, and none are known (reservations.txt): they run without one`);
  return { ...cluster, slurm: config };
}

/** Jobs that ask for a reservation [count]. */
function namingReservations({ slurm, firstGroup, submit }: PolicySetup['jobs']): number {
  const asks = slurm?.options.map(({ reservation }) => reservation !== undefined) ?? [];
  if (!asks.includes(true)) return 0;
  let jobs = 0;
  for (let job = 0; job < submit.length; job++) if (asks[slurm?.optionsOfGroup[firstGroup[job]] ?? -1]) jobs++;
  return jobs;
}
