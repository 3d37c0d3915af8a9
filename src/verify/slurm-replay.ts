/** Simulates a record of a real slurmctld, with the phases of its timers and the latency of its nodes chosen anew each time. */
import type { Cluster } from '../cluster.ts';
import { slurmBackfill } from '../policies/slurm/slurm-backfill.ts';
import { slurmBuiltin } from '../policies/slurm/slurm-builtin.ts';
import { slurmPolicy } from '../policies/slurm/slurm-policy.ts';
import { readParameters } from '../parameters.ts';
import type { Parameters } from '../parameters.ts';
import type { PolicySpec } from '../policy.ts';
import { JobPartitions } from '../job-partitions.ts';
import { CANCELLED, PREEMPTED, SUSPENDED } from '../schedule.ts';
import type { Schedule } from '../schedule.ts';
import { jobId } from '../workload.ts';
import type { Workload } from '../workload.ts';
import type { SlurmStarts } from './slurm-comparison.ts';
import { recordedWorkload } from './slurm-record.ts';
import type { SlurmRecord, SlurmRecordConfig } from './slurm-record.ts';
import type { BackfillPace } from './slurm-timers.ts';

const SECOND = 1000;
/** What is not known of a record: how long it takes until nodes are clean again [ms]. Half of it to one and a half are tried. */
const RELEASE = 700;
/** sched_interval and bf_interval, if nothing else is said [ms]. */
const FULL = 60 * SECOND;
const BACKFILL = 30 * SECOND;
/** By how much priorities are computed before the pass that follows them [ms]. */
const LEAD = SECOND;

/** The simulator, which this layer does not know: handed in. `release`: see `Costs`. */
export type SimulateSlurm = (
  workload: Workload,
  cluster: Cluster,
  policy: PolicySpec,
  options: { readonly parameters: Parameters; readonly release: number },
) => Schedule;

/** A simulated run of a record. Starts are those of the last runs. */
export interface SlurmReplay extends SlurmStarts {
  /** Name of the partition of each job. */
  readonly partition: readonly string[];
  /** Ids of jobs that were preempted, once for each time. */
  readonly preempted: readonly string[];
}

export interface SlurmPhases {
  /** [ms] */
  readonly poll: number;
  readonly full: number;
  readonly backfill: number;
  /** With which of the passes over the whole queue PriorityCalcPeriod begins, as a share of those that it has [0..1). */
  readonly priority: number;
  readonly release: number;
  /** How long backfill takes for one job [ms]; 0 if absent. */
  readonly testTime?: number;
  /** From one backfill cycle to the next [ms]; what slurm.conf says if absent. */
  readonly period?: number;
}

/** After how long the timers begin anew [ms]. */
export interface SlurmPeriods {
  readonly full: number;
  readonly backfill: number;
}

export function periodsOf({ cluster: { slurm } }: SlurmRecordConfig): SlurmPeriods {
  const orElse = (interval = Infinity, otherwise: number) => (interval === Infinity ? otherwise : interval);
  const { main, backfill } = slurm?.scheduler ?? {};
  return { full: orElse(main?.interval, FULL), backfill: orElse(backfill?.interval, BACKFILL) };
}

/** The phases of run `index` of `runs`: each timer goes once through its period, in orders that do not follow each other. */
export function phasesOf(index: number, runs: number, periods: SlurmPeriods = { full: FULL, backfill: BACKFILL }): SlurmPhases {
  const share = (stride: number) => ((index * stride) % runs) / runs;
  return {
    poll: Math.round(SECOND * share(3)),
    full: Math.round(periods.full * share(1)),
    backfill: Math.round(periods.backfill * share(7)),
    priority: share(3),
    release: Math.round(RELEASE * (0.5 + share(9))),
  };
}

/** The same, but with backfill where a record shows it, within its second. */
export function phasesAtPace(
  { first, period }: BackfillPace,
  index: number,
  runs: number,
  periods: SlurmPeriods = { full: FULL, backfill: BACKFILL },
): SlurmPhases {
  const phases = phasesOf(index, runs, periods);
  const within = SECOND * (phases.backfill / periods.backfill - 0.5);
  return { ...phases, backfill: Math.max(0, Math.round(period - first + within)), period };
}

/**
 * The thread that computes priorities and the loop that goes over the whole queue both begin when the controller starts,
 * and both count in minutes: the passes that see new priorities follow them at once.
 */
function priorityPhase(full: number, share: number, period: number): number {
  const minutes = Math.floor((share * period) / FULL) * FULL;
  return (full - LEAD + minutes + period) % period;
}

/** The schedule that our Slurm makes of the record. */
export function replayRecord(
  record: SlurmRecord,
  config: SlurmRecordConfig,
  { poll, full, backfill, priority, release, testTime = 0, period }: SlurmPhases,
  simulate: SimulateSlurm,
): SlurmReplay {
  const workload = recordedWorkload(record, config);
  const cluster = period === undefined ? config.cluster : withInterval(config.cluster, period);
  const backfills = cluster.slurm?.schedulerType !== 'builtin';
  const spec = backfills ? slurmBackfill : slurmBuiltin;
  const byBackfill = new Set<number>();
  const given = {
    'poll-phase': `${poll}ms`,
    'preempt-cleaning': `${release}ms`,
    'full-phase': `${full}ms`,
    'priority-phase': `${priorityPhase(full, priority, cluster.slurm?.priority.calcPeriod ?? FULL)}ms`,
    ...(backfills ? { 'backfill-phase': `${backfill}ms`, 'test-time': `${testTime}ms` } : {}),
  };
  const watched: PolicySpec = {
    ...spec,
    create: (setup) =>
      slurmPolicy(setup, backfills, (job, starter) => {
        if (starter === 'backfill') byBackfill.add(job);
        else byBackfill.delete(job);
      }),
  };
  const parameters = readParameters(spec.parameters ?? {}, given, spec.name);
  const schedule = simulate(workload, cluster, watched, { parameters, release });
  const seconds = (times: Float64Array) => Array.from(times, (time) => Math.floor((time + workload.origin) / SECOND));
  return {
    ids: Array.from(workload.submit, (_, job) => jobId(workload, job)),
    submit: seconds(schedule.submit),
    start: seconds(recordedStarts(schedule)),
    end: seconds(schedule.end),
    backfilled: Array.from(workload.submit, (_, job) => byBackfill.has(job)),
    partition: partitionNames(workload, cluster),
    preempted: preemptedIn(schedule).map((job) => jobId(workload, job)),
  };
}

function withInterval(cluster: Cluster, interval: number): Cluster {
  const { slurm } = cluster;
  if (slurm === undefined) return cluster;
  const backfill = { ...slurm.scheduler.backfill, interval };
  return { ...cluster, slurm: { ...slurm, scheduler: { ...slurm.scheduler, backfill } } };
}

/** As Slurm records them: a job that was suspended has not started anew. */
function recordedStarts({ lastStart, attempts }: Schedule): Float64Array {
  const starts = lastStart.slice();
  const begunAnew = new Set<number>();
  for (let attempt = attempts.count - 1; attempt >= 0; attempt--) {
    const job = attempts.job[attempt];
    if (attempts.why[attempt] !== SUSPENDED) begunAnew.add(job);
    else if (!begunAnew.has(job)) starts[job] = attempts.start[attempt];
  }
  return starts;
}

/** Those that were requeued, once for each time, and those that may not be and were cancelled instead. */
function preemptedIn({ attempts, state }: Schedule): number[] {
  const requeued = Array.from(attempts.job).filter((_, attempt) => attempts.why[attempt] === PREEMPTED);
  const cancelled = Array.from(state, (_, job) => job).filter((job) => state[job] === CANCELLED);
  return [...requeued, ...cancelled];
}

function partitionNames(workload: Workload, cluster: Cluster): string[] {
  const partitions = new JobPartitions(workload, cluster);
  return Array.from(workload.submit, (_, job) => partitions.partitions[partitions.of(job)]?.name ?? '');
}
