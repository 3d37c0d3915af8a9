/** What a live run was, beside its schedule: the content of live.json. */
import type { Cluster } from '../cluster.ts';
import { nodeName } from '../cluster.ts';
import { spreadOf } from '../live/compare/spread.ts';
import { PodTimesBook } from '../live/driver/pod-times.ts';
import type { PodTimes } from '../live/driver/pod-times.ts';
import type { ApiTally, CallTally } from '../live/kubernetes/api-tally.ts';
import type { SlurmBook } from '../live/slurm/slurm-book.ts';
import type { SlurmLook } from '../live/slurm/slurm-cluster.ts';
import { COMPLETED } from '../schedule.ts';
import type { Schedule } from '../schedule.ts';
import { SECOND } from '../units.ts';
import type { Workload } from '../workload.ts';

export interface LiveFacts {
  readonly policy: string;
  readonly ended: 'over' | 'stopped';
  readonly time_scale: number;
  readonly wall_s: number;
  readonly jobs: number;
  readonly over: number;
  readonly pods: number;
  /** From the first pod to be seen until the last one to be bound, by the clock [pods/s]. */
  readonly bound_per_s: number;
  /** The most pods that were bound within a second of the clock [pods/s]. */
  readonly bound_per_s_peak: number;
  readonly api: { readonly relists: number; readonly stale: number; readonly calls: readonly CallTally[] };
  /** The finest level of the topology, by node; absent if the nodes tell of none. */
  readonly racks?: Readonly<Record<string, string>>;
  /** Of a run on Slurm, which has no pods. */
  readonly slurm?: SlurmFacts;
}

export interface SlurmFacts {
  readonly cluster: string;
  readonly version: string;
  /** Jobs that sbatch took, and that it or we refused [count]. */
  readonly submitted: number;
  readonly refused: number;
  /** Jobs by who started them: `Main`, `Backfill`, `Submit`. */
  readonly started_by: Readonly<Record<string, number>>;
  /** From the time that the workload says until sbatch had answered, by the clock. */
  readonly submit_late_s: SpreadOfSeconds;
  /** How much longer jobs held their nodes than they were to run; those that ran into their limit left out. */
  readonly run_longer_s: SpreadOfSeconds;
  /** Slurm's clock less ours, where the two must differ; 0 if they may agree. */
  readonly clock_off_s: number;
}

interface SpreadOfSeconds {
  readonly median: number;
  readonly p95: number;
  readonly max: number;
}

interface KnownOfSlurm extends Omit<Known, 'times'> {
  readonly book: SlurmBook;
  readonly look: SlurmLook;
}

export function slurmFacts(known: KnownOfSlurm): LiveFacts {
  const { book, look, workload, schedule, timeScale } = known;
  const startedBy: Record<string, number> = {};
  for (const { sight, start } of book.jobs) {
    if (sight === undefined || Number.isNaN(start) || sight.scheduler === '') continue;
    startedBy[sight.scheduler] = (startedBy[sight.scheduler] ?? 0) + 1;
  }
  const late = book.jobs.map(({ answered }, job) => (answered - workload.submit[job]) / timeScale);
  const longer = Array.from(schedule.end, (end, job) =>
    schedule.state[job] === COMPLETED ? (end - schedule.lastStart[job] - workload.runtime[job]) / timeScale : NaN,
  );
  // Slurm tells whole seconds: a job that was sent at 7.9 and answered at 8.1 may have come at 7 or at 8.
  const off = book.jobs.flatMap(({ sent, answered, submit, tries }) => {
    if (tries !== 1 || Number.isNaN(submit + answered)) return [];
    return [submit > answered ? submit - answered : Math.min(0, submit + SECOND * timeScale - sent)];
  });
  return {
    ...liveFacts({ ...known, times: new PodTimesBook(() => 0) }),
    slurm: {
      ...{ cluster: look.name, version: look.version },
      submitted: book.jobs.filter(({ id }) => id !== '').length,
      refused: book.jobs.filter(({ id, trouble }) => id === '' && trouble !== undefined).length,
      started_by: Object.fromEntries(Object.entries(startedBy).sort()),
      ...{ submit_late_s: inSeconds(late), run_longer_s: inSeconds(longer) },
      clock_off_s: (off.sort((a, b) => a - b)[off.length >> 1] ?? 0) / timeScale / SECOND,
    },
  };
}

function inSeconds(values: readonly number[]): SpreadOfSeconds {
  const { median, p95, max } = spreadOf(values);
  return { median: median / SECOND, p95: p95 / SECOND, max: max / SECOND };
}

interface Known {
  readonly label: string;
  readonly schedule: Schedule;
  readonly cluster: Cluster;
  readonly times: PodTimesBook;
  readonly ended: 'over' | 'stopped';
  readonly workload: Workload;
  readonly tally: ApiTally;
  readonly wall: number;
  readonly timeScale: number;
}

export function liveFacts({ label, schedule, cluster, times, ended, workload, tally, wall, timeScale }: Known): LiveFacts {
  const pods = [...times.all()];
  return {
    policy: label,
    ended,
    time_scale: timeScale,
    wall_s: wall / 1000,
    jobs: workload.count,
    over: schedule.end.reduce((sum, end) => sum + (Number.isNaN(end) ? 0 : 1), 0),
    pods: pods.length,
    ...throughput(pods, timeScale),
    api: { relists: tally.relists, stale: tally.stale, calls: tally.all() },
    racks: racksOf(cluster),
  };
}

function throughput(pods: readonly PodTimes[], timeScale: number): Pick<LiveFacts, 'bound_per_s' | 'bound_per_s_peak'> {
  const bound = pods.flatMap(({ bound: at }) => (at === undefined ? [] : [at / timeScale])).sort((a, b) => a - b);
  const first = pods.reduce((least, { seen }) => Math.min(least, seen / timeScale), Infinity);
  if (bound.length === 0) return { bound_per_s: 0, bound_per_s_peak: 0 };
  let peak = 0;
  let oldest = 0;
  bound.forEach((at, index) => {
    while (at - bound[oldest] >= 1000) oldest++;
    peak = Math.max(peak, index - oldest + 1);
  });
  const took = Math.max(1, bound[bound.length - 1] - first);
  return { bound_per_s: (bound.length * 1000) / took, bound_per_s_peak: peak };
}

function racksOf(cluster: Cluster): Record<string, string> | undefined {
  const level = cluster.topology?.at(-1);
  if (level === undefined) return undefined;
  const { code, names } = level.domain;
  return Object.fromEntries([...code].map((domain, node) => [nodeName(cluster, node), names[domain] ?? '']));
}
