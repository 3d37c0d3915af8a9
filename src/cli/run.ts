import type { Cluster } from '../cluster.ts';
import { scheduleDigest } from '../digest.ts';
import { countServing, countStates, summaryFacts } from '../experiment/run-summary.ts';
import type { StateName } from '../experiment/run-summary.ts';
import { measure } from '../metrics/measure.ts';
import type { Measurement } from '../metrics/metric.ts';
import type { PoolFacts } from '../results/pool-facts.ts';
import { UNFINISHED } from '../schedule.ts';
import type { Rejection, Schedule } from '../schedule.ts';
import type { SlurmConfOptions } from '../slurm-conf-notes.ts';
import type { Trace } from '../trace/format.ts';
import type { Workload } from '../workload.ts';
import type { SelectedPolicy } from './selected-policy.ts';

/** What all policies of a replay are given. */
export interface ReplayInput {
  /** Of the trace, as given. */
  readonly path: string;
  readonly trace: Trace;
  /** The jobs of the trace, with the limits they are replayed with. */
  readonly workload: Workload;
  readonly cluster: Cluster;
  /** For JSON: the spec as given, its file if it is one, and what it came to. */
  readonly clusterFacts: ClusterFacts;
}

export interface ClusterFacts {
  readonly spec: string;
  readonly name: string;
  readonly nodes: number;
  readonly processors: number;
  readonly gpus: number;
  /** Undefined where processors have no identity. */
  readonly pools?: readonly PoolFacts[];
  /** The file it was read from. */
  readonly file?: { readonly path: string; readonly sha256: string };
  /** Others that belong to that file. */
  readonly beside?: readonly { readonly path: string; readonly sha256: string }[];
  /** Options of a slurm.conf that were not heeded. */
  readonly options?: SlurmConfOptions;
}

/** What is kept of a run when its schedule has been written. */
export interface FinishedRun {
  readonly policy: SelectedPolicy;
  readonly oracle: boolean;
  readonly digest: string;
  /** Jobs in each state [count]. */
  readonly states: Readonly<Record<StateName, number>>;
  /** Why jobs were rejected; absent if none was. */
  readonly rejections?: readonly Rejection[] | undefined;
  /** Of the unfinished jobs, services that ran at the end: that is all they can do [count]. */
  readonly serving: number;
  readonly measurements: readonly Measurement[];
  /** Jobs that had not started at the end: no figure of waits has them. */
  readonly waiting: StillWaiting;
  readonly jobs: number;
  /** Simulated [s]. */
  readonly simulatedSeconds: number;
  /** Spent on it, without reading and writing [s]. */
  readonly wallSeconds: number;
}

/** Jobs that had waited in vain. */
export interface StillWaiting {
  /** [count] */
  readonly jobs: number;
  /** What they had waited so far, together [s]. */
  readonly seconds: number;
}

/** Metrics of the table on the screen; the others take time and are taken only for files and JSON. */
const SHOWN = ['wait', 'bounded-slowdown', 'utilization', 'gpu-utilization', 'makespan', 'restarts', 'core-hours-lost'];

/** Measures a run. */
export function finishRun(
  { workload, cluster }: ReplayInput,
  policy: SelectedPolicy,
  schedule: Schedule,
  wallSeconds: number,
  everything: boolean,
): FinishedRun {
  const states = countStates(schedule);
  return {
    policy,
    oracle: policy.isOracle(),
    digest: scheduleDigest(schedule),
    states,
    rejections: schedule.rejections,
    serving: countServing(workload, schedule),
    measurements: measure({ workload, cluster, schedule }, everything ? {} : { names: SHOWN }),
    waiting: stillWaiting(schedule),
    jobs: schedule.count,
    simulatedSeconds: schedule.until / 1000,
    wallSeconds,
  };
}

function stillWaiting({ state, start, submit, until }: Schedule): StillWaiting {
  let jobs = 0;
  let ms = 0;
  for (let job = 0; job < state.length; job++) {
    if (state[job] !== UNFINISHED || !Number.isNaN(start[job]) || Number.isNaN(submit[job])) continue;
    jobs++;
    ms += until - submit[job];
  }
  return { jobs, seconds: ms / 1000 };
}

/** A run for machines. */
export function runFacts(run: FinishedRun): object {
  return {
    ...summaryOf(run),
    folder: run.policy.folder,
    still_waiting: { jobs: run.waiting.jobs, waited_s: run.waiting.seconds },
    simulated_s: run.simulatedSeconds,
    wall_s: run.wallSeconds,
    jobs_per_s: run.jobs / run.wallSeconds,
  };
}

/** What summary.json holds. */
export function summaryOf({ policy, ...run }: FinishedRun): object {
  return summaryFacts({ ...run, label: policy.label, name: policy.spec.name, parameters: policy.parameters });
}
