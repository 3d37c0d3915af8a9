/** What a live run was, beside its schedule: the content of live.json. */
import type { Cluster } from '../cluster.ts';
import { nodeName } from '../cluster.ts';
import type { PodTimes, PodTimesBook } from '../live/driver/pod-times.ts';
import type { ApiTally, CallTally } from '../live/kubernetes/api-tally.ts';
import type { Schedule } from '../schedule.ts';
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
