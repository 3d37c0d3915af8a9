// Short runs of Slurm's policies, on nodes of eight processors, with accounts where they are given.
import { simulate } from '../src/engine/simulate.ts';
import type { SimulationOptions } from '../src/engine/simulate.ts';
import { readParameters } from '../src/parameters.ts';
import { firstFit } from '../src/placement/first-fit.ts';
import { slurmBackfill } from '../src/policies/slurm/slurm-backfill.ts';
import type { PolicySpec } from '../src/policy.ts';
import type { Schedule } from '../src/schedule.ts';
import { readSlurmConf } from '../src/slurm-conf.ts';
import type { SlurmOptions } from '../src/slurm-workload.ts';
import { COMPLETES } from '../src/workload.ts';
import type { Workload } from '../src/workload.ts';
import { WorkloadBuilder } from '../src/workload-builder.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
/** What has not happened then never will. */
const DAY = 24 * 60 * MINUTE;

export interface RunJob {
  /** [s] */
  readonly at: number;
  /** Processors, one task each. */
  readonly cpus?: number;
  readonly memory?: number;
  /** [s] */
  readonly runs: number;
  /** [min]; Infinity = none is asked. */
  readonly limit?: number;
  readonly partition?: string;
  readonly user?: string;
  readonly account?: string;
  readonly qos?: string;
  readonly options?: SlurmOptions;
  /** Processors of each further component of a heterogeneous job. */
  readonly components?: readonly number[];
  readonly array?: { readonly id: number; readonly limit?: number; readonly task: number };
  /** --begin and --deadline [s]. */
  readonly begin?: number;
  readonly deadline?: number;
  /** What became of it in its trace: it completed, if absent. */
  readonly outcome?: number;
}

export interface RunSetting {
  readonly spec?: PolicySpec | undefined;
  readonly given?: Record<string, unknown>;
  readonly scheduler?: string | undefined;
  readonly nodes?: number;
  readonly partitions?: readonly string[];
  /** Further lines of slurm.conf. */
  readonly conf?: readonly string[];
  /** Lines for sacctmgr. */
  readonly accounts?: readonly string[];
  readonly options?: SimulationOptions;
}

const SHARED = ['PartitionName=main Nodes=ALL Default=YES'];

export function workloadOf(jobs: readonly RunJob[]): Workload {
  const builder = new WorkloadBuilder();
  jobs.forEach((job, id) => {
    const {
      at,
      cpus = 1,
      memory = 0,
      runs,
      limit = 60,
      partition,
      user = 'ada',
      account,
      qos,
      options,
      array,
      begin,
      deadline,
      components = [],
      outcome = COMPLETES,
    } = job;
    const request = builder.request({ cpu: 1000, memory, gpu: 0 });
    builder.add({
      id,
      submit: at * SECOND,
      runtime: runs * SECOND,
      walltime: limit * MINUTE,
      outcome,
      tasks: cpus,
      request,
      user,
      ...(partition === undefined ? {} : { partition }),
      ...(account === undefined ? {} : { account }),
      ...(qos === undefined ? {} : { qos }),
      moreGroups: components.map((tasks, index) => ({ tasks, request, slurm: { component: index + 1 } })),
      slurm: {
        ...(options === undefined ? {} : { options: builder.slurm.options(options) }),
        ...(array === undefined ? {} : { array: { limit: Infinity, ...array } }),
        ...(begin === undefined ? {} : { begin: begin * SECOND }),
        ...(deadline === undefined ? {} : { deadline: deadline * SECOND }),
      },
    });
  });
  return builder.finish('test');
}

export function run(jobs: readonly RunJob[], setting: RunSetting = {}): Schedule {
  const { spec = slurmBackfill, given = {}, scheduler, nodes = 4, partitions = SHARED, conf = [], accounts, options } = setting;
  const lines = [
    ...['ClusterName=test', 'SelectType=select/cons_tres', 'SelectTypeParameters=CR_Core'],
    ...[`NodeName=n[1-${nodes}] CPUs=8 RealMemory=8000`, ...partitions, ...conf],
  ];
  if (scheduler !== undefined) lines.push(`SchedulerParameters=${scheduler}`);
  const file = (path: string, text: readonly string[]) => ({ path, text: `${text.join('\n')}\n` });
  const files = { conf: file('slurm.conf', lines), ...(accounts === undefined ? {} : { accounts: file('sacctmgr', accounts) }) };
  const { cluster } = readSlurmConf(files);
  const parameters = readParameters(
    spec.parameters ?? {},
    { ...(spec.keepsPartitions === true ? { epilog: true } : {}), ...given },
    spec.name,
  );
  return simulate(workloadOf(jobs), cluster, spec, {
    parameters,
    placement: firstFit,
    audit: true,
    explain: true,
    until: DAY,
    ...options,
  });
}

/** When each job starts [s]; NaN = never. */
export function startsOf({ start }: Schedule): number[] {
  return Array.from(start, (time) => time / SECOND);
}

/** What was said of a job, in order; without whose limit it was, or behind whom it stood. */
export function reasonsOf(schedule: Schedule, job: number): string[] {
  return storyOf(schedule, job).map((reason) =>
    reason.replace(/ \(((account|user|QoS|behind) [^)]*|\d+ licences [^)]*free)\)$/, ''),
  );
}

/** All that was said of a job, in order. */
export function storyOf({ explanations }: Schedule, job: number): string[] {
  return explanations.filter((one) => one.job === job).map(({ reason }) => reason);
}
