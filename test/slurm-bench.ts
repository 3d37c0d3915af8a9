// Jobs placed one after the other by the select plugin of Slurm's policies, without any scheduler around it.
import { Books } from '../src/policies/slurm/books.ts';
import { Demands } from '../src/policies/slurm/demand.ts';
import { Machine } from '../src/policies/slurm/machine.ts';
import { nodeSetOf } from '../src/policies/slurm/node-set.ts';
import { Selection } from '../src/policies/slurm/selection.ts';
import type { Occasion } from '../src/policies/slurm/selection.ts';
import type { Share } from '../src/policies/slurm/share.ts';
import { readSlurmConf } from '../src/slurm-conf.ts';
import type { SlurmOptions } from '../src/slurm-workload.ts';
import { requestsOf } from '../src/workload.ts';
import type { TaskRequest } from '../src/workload.ts';
import { WorkloadBuilder } from '../src/workload-builder.ts';

export interface BenchJob {
  /** Tasks [count]; those of the options if absent. */
  readonly tasks?: number;
  /** Of each task; one processor if absent. */
  readonly request?: Partial<TaskRequest>;
  readonly options?: SlurmOptions;
  readonly user?: string;
  readonly partition?: string;
  readonly occasion?: Occasion;
  /** It is over before the next one comes. */
  readonly ends?: boolean;
}

export interface BenchSetting {
  /** Lines of slurm.conf after the first ones. */
  readonly conf: readonly string[];
  readonly topology?: readonly string[];
  /** Unix time at which each job comes [ms]. */
  readonly clock?: (job: number) => number;
}

const HEAD = ['ClusterName=test', 'SelectType=select/cons_tres', 'SelectTypeParameters=CR_Core'];

/** What each job gets; undefined where it does not fit. */
export function place({ conf, topology, clock = () => 0 }: BenchSetting, jobs: readonly BenchJob[]): (Share[] | undefined)[] {
  const file = (name: string, lines: readonly string[]) => ({ path: name, text: `${lines.join('\n')}\n` });
  const partitions = conf.some((line) => line.startsWith('PartitionName')) ? [] : ['PartitionName=main Nodes=ALL Default=YES'];
  const { cluster } = readSlurmConf({
    conf: file('slurm.conf', [...HEAD, ...conf, ...partitions]),
    ...(topology === undefined ? {} : { topology: file('topology.conf', topology) }),
  });
  const requests = requestsOf(workloadOf(jobs));
  const machine = new Machine(requests, cluster);
  const demands = new Demands(requests, machine, cluster.slurm);
  const books = new Books(machine);
  const time = { unix: 0 };
  const selection = new Selection(machine, { config: cluster.slurm, idle: books.empty, clock: time });
  return jobs.map(({ partition, occasion, ends = false }, job) => {
    const index = cluster.slurm!.partitions.findIndex(({ name }) => name === (partition ?? cluster.slurm!.partitions[0].name));
    const demand = demands.of(job, index);
    if (demand.trouble !== undefined) throw new Error(demand.trouble);
    time.unix = clock(job);
    const nodes = nodeSetOf(machine.nodes, cluster.slurm!.partitions[index].nodes);
    demand.excluded?.forEach((word, at) => (nodes[at] &= ~word));
    const shares = selection.choose(books, demand, nodes, occasion);
    if (shares !== undefined && !ends) books.take(shares, demand.whole);
    return shares;
  });
}

function workloadOf(jobs: readonly BenchJob[]) {
  const builder = new WorkloadBuilder();
  jobs.forEach(({ tasks, request, options = {}, user = 'ada' }, id) => {
    builder.add({
      id,
      submit: id,
      runtime: 1,
      walltime: 60_000,
      tasks: tasks ?? options.tasks ?? 1,
      request: builder.request({ cpu: 1000, memory: 0, gpu: 0, ...request }),
      user,
      slurm: { options: builder.slurm.options(options) },
    });
  });
  return builder.finish('test');
}

/** Node numbers, ascending. */
export function nodesOf(shares: readonly Share[] | undefined): number[] | undefined {
  return shares?.map(({ node }) => node).sort((a, b) => a - b);
}

/** `0x4 1x2`: tasks on each node. */
export function layoutOf(shares: readonly Share[] | undefined): string {
  if (shares === undefined) return 'none';
  return shares.map(({ node, tasks }) => `${node}x${tasks}`).join(' ');
}
