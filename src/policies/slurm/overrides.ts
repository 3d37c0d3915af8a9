/**
 * Parameters of the policies that stand in for options of slurm.conf, so that an experiment can vary them. They bear the
 * names of the options and are written as there, in Slurm's own units; what is not given stays as the file has it.
 */
import type { Cluster } from '../../cluster.ts';
import { usageError } from '../../errors.ts';
import type { Parameters, ParameterSpecs } from '../../parameters.ts';
import { ConfNotes } from '../../slurm-conf-notes.ts';
import { readSchedulerParameters } from '../../slurm-conf-scheduler.ts';
import { readPriority } from '../../slurm-conf-settings.ts';
import { ConfTable } from '../../slurm-conf-table.ts';
import type { SlurmPriority } from '../../slurm.ts';
import type { SlurmSchedulerParameters } from '../../slurm-scheduler-parameters.ts';

/** Bounds nothing that is changed here [ms]. */
const MESSAGE_TIMEOUT = 10_000;

/** Which fields of the configuration an option sets. */
interface Option<Part> {
  readonly option: string;
  readonly unit: string;
  apply(to: Part, read: Part): Part;
}

type MainField = keyof SlurmSchedulerParameters['main'];
type BackfillField = keyof SlurmSchedulerParameters['backfill'];

/** `follower` is what has the same value if nothing else was said of it. */
function backfill(
  option: string,
  unit: string,
  field: BackfillField,
  follower?: BackfillField,
): Option<SlurmSchedulerParameters> {
  return {
    option,
    unit,
    apply(to, read) {
      const follows = follower !== undefined && to.backfill[follower] === to.backfill[field];
      const values = { [field]: read.backfill[field], ...(follows ? { [follower]: read.backfill[field] } : {}) };
      return { ...to, backfill: { ...to.backfill, ...values } };
    },
  };
}

function main(option: string, unit: string, field: MainField): Option<SlurmSchedulerParameters> {
  return { option, unit, apply: (to, read) => ({ ...to, main: { ...to.main, [field]: read.main[field] } }) };
}

function priority(option: string, unit: string, field: keyof SlurmPriority): Option<SlurmPriority> {
  return { option, unit, apply: (to, read) => ({ ...to, [field]: read[field] }) };
}

function weight(option: string, field: keyof SlurmPriority['weights']): Option<SlurmPriority> {
  const apply = (to: SlurmPriority, read: SlurmPriority) => ({ ...to, weights: { ...to.weights, [field]: read.weights[field] } });
  return { option, unit: 'a whole number', apply };
}

const MAIN: Readonly<Record<string, Option<SlurmSchedulerParameters>>> = {
  'default-queue-depth': main('default_queue_depth', 'jobs', 'depth'),
  'sched-interval': main('sched_interval', 'seconds', 'interval'),
  'batch-sched-delay': main('batch_sched_delay', 'seconds', 'delay'),
  'partition-job-depth': main('partition_job_depth', 'jobs', 'partitionDepth'),
};

const BACKFILL: Readonly<Record<string, Option<SlurmSchedulerParameters>>> = {
  'bf-interval': backfill('bf_interval', 'seconds', 'interval', 'maxTime'),
  'bf-max-time': backfill('bf_max_time', 'seconds', 'maxTime'),
  'bf-window': backfill('bf_window', 'minutes', 'window'),
  'bf-resolution': backfill('bf_resolution', 'seconds', 'resolution'),
  'bf-max-job-test': backfill('bf_max_job_test', 'jobs', 'maxTests', 'nodeSpaceSize'),
  'bf-max-job-start': backfill('bf_max_job_start', 'jobs', 'maxStarts'),
  'bf-max-job-user': backfill('bf_max_job_user', 'jobs', 'maxPerUser'),
  'bf-max-job-part': backfill('bf_max_job_part', 'jobs', 'maxPerPartition'),
  'bf-min-age-reserve': backfill('bf_min_age_reserve', 'seconds', 'minAgeReserve'),
};

const PRIORITY: Readonly<Record<string, Option<SlurmPriority>>> = {
  'priority-weight-age': weight('PriorityWeightAge', 'age'),
  'priority-weight-fairshare': weight('PriorityWeightFairshare', 'fairShare'),
  'priority-weight-job-size': weight('PriorityWeightJobSize', 'jobSize'),
  'priority-weight-partition': weight('PriorityWeightPartition', 'partition'),
  'priority-weight-qos': weight('PriorityWeightQOS', 'qos'),
  'priority-max-age': priority('PriorityMaxAge', 'minutes, HH:MM:SS or D-HH', 'maxAge'),
  'priority-decay-half-life': priority('PriorityDecayHalfLife', 'minutes, HH:MM:SS or D-HH', 'decayHalfLife'),
  'priority-calc-period': priority('PriorityCalcPeriod', 'minutes or HH:MM:SS', 'calcPeriod'),
  'priority-favor-small': priority('PriorityFavorSmall', 'YES or NO', 'favorSmall'),
};

function specsOf(options: Readonly<Record<string, Pick<Option<unknown>, 'option' | 'unit'>>>): ParameterSpecs {
  const specs = Object.entries(options).map(([name, { option, unit }]) => {
    return [name, { summary: `${option} instead of that of slurm.conf: ${unit}.`, type: 'text', default: '' }] as const;
  });
  return Object.fromEntries(specs);
}

export const OVERRIDES: ParameterSpecs = { ...specsOf(MAIN), ...specsOf(PRIORITY) };
/** Those that only sched/backfill has. */
export const BACKFILL_OVERRIDES: ParameterSpecs = specsOf(BACKFILL);

/** What an experiment may change of the scheduler. */
export function overriddenScheduler(
  usual: SlurmSchedulerParameters,
  given: Parameters,
  policy: string,
): SlurmSchedulerParameters {
  let scheduler = usual;
  for (const [name, { option, unit, apply }] of Object.entries({ ...MAIN, ...BACKFILL })) {
    const value = String(given[name] ?? '').trim();
    if (value === '') continue;
    const notes = new ConfNotes();
    const at = `${policy}:${name}`;
    const read = readSchedulerParameters({ key: 'SchedulerParameters', value: `${option}=${value}`, at }, MESSAGE_TIMEOUT, notes);
    if (notes.warnings.length > 0 || !/^-?\d+$/.test(value))
      throw usageError(`"${value}" is no ${option}`, at, `give it in ${unit}`);
    scheduler = apply(scheduler, read);
  }
  return scheduler;
}

/** The cluster with priorities as the parameters say. */
export function overriddenPriority(cluster: Cluster, given: Parameters, policy: string): Cluster {
  let changed = cluster;
  for (const [name, { option, apply }] of Object.entries(PRIORITY)) {
    const value = String(given[name] ?? '').trim();
    if (value === '') continue;
    const at = `${policy}:${name}`;
    const { slurm } = changed;
    if (slurm?.priority.type !== 'multifactor') {
      throw usageError(`${option} needs PriorityType=priority/multifactor`, at, 'set that in the slurm.conf of the cluster');
    }
    const read = readPriority(new ConfTable([{ key: option, value, at }]), new ConfNotes(), true);
    changed = { ...changed, slurm: { ...slurm, priority: apply(slurm.priority, read) } };
  }
  return changed;
}
