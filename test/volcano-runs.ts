// Runs of the Volcano policy for tests, from a few words.
import type { Cluster, NodePool } from '../src/cluster.ts';
import { simulate } from '../src/engine/simulate.ts';
import type { SimulationOptions } from '../src/engine/simulate.ts';
import { readParameters } from '../src/parameters.ts';
import { firstFit } from '../src/placement/first-fit.ts';
import type { Eviction, PolicySpec } from '../src/policy.ts';
import { volcano } from '../src/policies/volcano/volcano.ts';
import type { Schedule } from '../src/schedule.ts';
import { WorkloadBuilder } from '../src/workload-builder.ts';
import { ONE_PROCESSOR } from '../src/workload.ts';
import type { Workload } from '../src/workload.ts';

export interface GangJob {
  /** Its row if absent. */
  readonly id?: string | number;
  readonly submit?: number;
  readonly runtime: number;
  readonly tasks: number;
  /** All of them if absent. */
  readonly minimum?: number;
  readonly queue?: string;
  readonly priority?: number;
  /** Of each task [millicores]. */
  readonly cpu?: number;
  /** A second kind of tasks. */
  readonly more?: { readonly tasks: number; readonly minimum?: number; readonly cpu?: number };
}

export function gangs(...jobs: readonly GangJob[]): Workload {
  const builder = new WorkloadBuilder();
  const request = (cpu = 1000) => builder.request({ ...ONE_PROCESSOR, cpu });
  jobs.forEach(({ id, submit = 0, tasks, cpu, more, ...job }, row) => {
    const moreGroups = more === undefined ? [] : [{ ...more, request: request(more.cpu) }];
    builder.add({ ...job, id: id ?? row, submit, walltime: Infinity, tasks, request: request(cpu), moreGroups });
  });
  return builder.finish('gangs');
}

export function nodes(count: number, pool: Partial<NodePool> = {}): Cluster {
  const usual: NodePool = { name: 'node', count, cpu: 1000, memory: Infinity, gpus: 0 };
  return { name: 'nodes', interchangeable: false, pools: [{ ...usual, ...pool }], partitions: [], outages: [] };
}

export interface QueueWords {
  readonly weight?: number;
  readonly priority?: number;
  readonly reclaimable?: boolean;
  readonly parent?: string;
  /** [processors] */
  readonly capability?: number;
  readonly guarantee?: number;
  readonly deserved?: number;
  readonly hierarchy?: string;
  readonly hierarchyWeights?: string;
}

/** As `kubectl get queues -o json` prints them. */
export function queueObjects(queues: Readonly<Record<string, QueueWords>>): string {
  const cpus = (cpu?: number) => (cpu === undefined ? undefined : { cpu });
  const items = Object.entries(queues).map(([name, words]) => {
    const { capability, guarantee, deserved, hierarchy, hierarchyWeights, ...plain } = words;
    const annotations = { 'volcano.sh/hierarchy': hierarchy, 'volcano.sh/hierarchy-weights': hierarchyWeights };
    const amounts = { capability: cpus(capability), guarantee: { resource: cpus(guarantee) }, deserved: cpus(deserved) };
    return { kind: 'Queue', metadata: { name, annotations }, spec: { ...plain, ...amounts } };
  });
  return JSON.stringify({ kind: 'List', items });
}

export interface Words {
  readonly config?: string;
  readonly queues?: Readonly<Record<string, QueueWords>>;
  readonly parameters?: Readonly<Record<string, unknown>>;
  readonly options?: SimulationOptions;
  /** Gathers the tasks that were evicted, when they are gone. */
  readonly evictions?: Eviction[];
}

export function run(
  jobs: Workload,
  cluster: Cluster,
  { config, queues, parameters = {}, options, evictions }: Words = {},
): Schedule {
  const files = {
    ...(config === undefined ? {} : { config: { path: 'volcano-scheduler.conf', text: config } }),
    ...(queues === undefined ? {} : { queues: { path: 'queues.yaml', text: queueObjects(queues) } }),
  };
  return simulate(jobs, cluster, evictions === undefined ? volcano : watched(evictions), {
    placement: firstFit,
    parameters: readParameters(volcano.parameters ?? {}, parameters, 'volcano'),
    files,
    audit: true,
    explain: true,
    ...options,
  });
}

function watched(evictions: Eviction[]): PolicySpec {
  return {
    ...volcano,
    create(setup) {
      const policy = volcano.create(setup);
      return {
        schedule(cycle) {
          evictions.push(...cycle.changed.evicted);
          policy.schedule(cycle);
        },
      };
    },
  };
}

/** Why a job waited, in the order in which it was told. */
export function reasons(schedule: Schedule, job: number): string[] {
  return schedule.explanations.filter((one) => one.job === job).map(({ reason }) => reason);
}

/** A configuration with these actions, and the plugins of each tier in a line. */
export function conf(actions: string, ...tiers: string[]): string {
  const plugin = (text: string) => {
    const [name, ...settings] = text.trim().split(' ');
    return [`  - name: ${name}`, ...settings.map((setting) => `    ${setting.replace('=', ': ')}`)];
  };
  return [`actions: "${actions}"`, 'tiers:', ...tiers.flatMap((tier) => ['- plugins:', ...tier.split(',').flatMap(plugin)])].join(
    '\n',
  );
}
