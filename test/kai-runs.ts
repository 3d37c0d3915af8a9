// Clusters, queues and runs for the tests of the policy `kai`.
import type { Cluster } from '../src/cluster.ts';
import { simulate } from '../src/engine/simulate.ts';
import type { SimulationOptions } from '../src/engine/simulate.ts';
import { readParameters } from '../src/parameters.ts';
import { firstFit } from '../src/placement/first-fit.ts';
import { kai } from '../src/policies/kai/kai.ts';
import type { Schedule } from '../src/schedule.ts';
import { WorkloadBuilder } from '../src/workload-builder.ts';
import type { Workload } from '../src/workload.ts';

export const SECOND = 1000;

export interface Row {
  readonly submit?: number;
  /** [s] */
  readonly runtime: number;
  readonly tasks?: number;
  readonly minimum?: number;
  /** Of each task [devices]. */
  readonly gpus?: number;
  /** Of each task [processors]. */
  readonly cpus?: number;
  readonly queue?: string;
  readonly priority?: number;
}

export function workload(rows: readonly Row[]): Workload {
  const builder = new WorkloadBuilder();
  rows.forEach(({ submit = 0, runtime, tasks = 1, minimum, gpus = 0, cpus = 0, queue, priority }, id) => {
    const request = builder.request({ cpu: 1000 * cpus, memory: 0, gpu: Math.round(1000 * gpus) });
    const times = { submit: SECOND * submit, runtime: SECOND * runtime, walltime: Infinity };
    builder.add({ id, ...times, tasks, minimum, request, queue, priority });
  });
  return builder.finish('rows');
}

export function nodes(count: number, { gpus = 0, cpus = 64, name = 'node' } = {}): Cluster {
  const pool = { name, count, cpu: 1000 * cpus, memory: Infinity, gpus };
  return { name: `${count} nodes`, interchangeable: false, pools: [pool], partitions: [], outages: [] };
}

/** [GPUs: quota, limit, over-quota weight; -1 is no limit]; cpu and memory are free for all. */
export interface QueueText {
  readonly name: string;
  readonly parent?: string;
  readonly quota?: number;
  readonly limit?: number;
  readonly weight?: number;
  readonly priority?: number;
  readonly more?: Readonly<Record<string, unknown>>;
}

export function queueFile(queues: readonly QueueText[]): string {
  const free = { quota: -1, limit: -1, overQuotaWeight: 1 };
  const items = queues.map(({ name, parent, quota = 0, limit = -1, weight = 1, priority, more }) => ({
    apiVersion: 'scheduling.run.ai/v2',
    kind: 'Queue',
    metadata: { name },
    spec: {
      parentQueue: parent,
      priority,
      resources: { cpu: free, memory: free, gpu: { quota, limit, overQuotaWeight: weight } },
      ...more,
    },
  }));
  return JSON.stringify({ kind: 'List', items });
}

export interface KaiRun extends SimulationOptions {
  readonly queues?: readonly QueueText[];
  readonly config?: string;
  readonly given?: Readonly<Record<string, string>>;
}

export function runKai(jobs: Workload, cluster: Cluster, { queues, config, given = {}, ...options }: KaiRun = {}): Schedule {
  const files = {
    ...(queues && { queues: { path: 'queues.json', text: queueFile(queues) } }),
    ...(config !== undefined && { config: { path: 'config.yaml', text: config } }),
  };
  const parameters = readParameters(kai.parameters ?? {}, given, 'kai');
  return simulate(jobs, cluster, kai, { placement: firstFit, audit: true, files, parameters, ...options });
}

/** [s] */
export function seconds(times: ArrayLike<number>): number[] {
  return Array.from(times, (time) => time / SECOND);
}
