/** What a job asks for, as the select plugin sees it. */
import { nodeSetOf } from './node-set.ts';
import type { NodeSet } from './node-set.ts';
import type { SlurmConfig } from '../../slurm.ts';
import type { SlurmOptions } from '../../slurm-workload.ts';
import type { Requests } from '../../workload.ts';
import type { Machine } from './machine.ts';

/** One task group of a job. */
export interface GroupDemand {
  /** [index within the job] */
  readonly group: number;
  /** [index into `jobs.requests`] */
  readonly request: number;
  /** [count] */
  readonly tasks: number;
  readonly minNodes: number;
  readonly maxNodes: number;
  /** Most tasks on one node [count]. */
  readonly perNode: number;
}

export interface JobDemand {
  readonly groups: readonly GroupDemand[];
  /** Takes its nodes for itself. */
  readonly whole: boolean;
  readonly minNodes: number;
  /** With fewer nodes it cannot do, whatever they have free. */
  readonly leastNodes: number;
  /** --nodelist: all of them must be used. Absent if none was given. */
  readonly required?: NodeSet;
  /** --exclude */
  readonly excluded?: NodeSet;
  /** What Slurm would do with the job is not modelled: it never starts, for this reason. */
  readonly trouble?: string;
}

/** Options that change where and when a job starts, and that nobody heeds yet. */
const NOT_MODELLED: Readonly<Partial<Record<keyof SlurmOptions, string>>> = {
  timeMin: '--time-min',
  constraint: '--constraint',
  prefer: '--prefer',
  licenses: '--licenses',
  reservation: '--reservation',
  switches: '--switches',
  contiguous: '--contiguous',
  spreadJob: '--spread-job',
};

export class Demands {
  readonly #jobs: Requests;
  readonly #machine: Machine;
  readonly #config: SlurmConfig | undefined;
  /** Of each request that was asked for: tasks that fit on the roomiest node. */
  readonly #most = new Map<number, number>();

  constructor(jobs: Requests, machine: Machine, config: SlurmConfig | undefined) {
    this.#jobs = jobs;
    this.#machine = machine;
    this.#config = config;
  }

  /** `partition`: index into the partitions of the configuration. */
  of(job: number, partition: number): JobDemand {
    const { firstGroup, slurm } = this.#jobs;
    const first = firstGroup[job];
    const option = slurm?.optionsOfGroup[first] ?? -1;
    const options: SlurmOptions = option < 0 ? {} : slurm!.options[option];
    const groups = Array.from({ length: firstGroup[job + 1] - first }, (_, group) =>
      this.#group(first, group, options, partition),
    );
    const { nodeList, excludedNodes = [] } = options;
    const trouble = this.#trouble(job, options, groups);
    return {
      groups,
      whole: this.#isWhole(options, partition),
      minNodes: Math.max(...groups.map(({ minNodes }) => minNodes)),
      leastNodes: Math.max(...groups.map((group) => this.#leastNodes(group))),
      ...(nodeList === undefined ? {} : { required: this.#set(nodeList) }),
      ...(excludedNodes.length === 0 ? {} : { excluded: this.#set(excludedNodes) }),
      ...(trouble === undefined ? {} : { trouble }),
    };
  }

  #group(first: number, group: number, options: SlurmOptions, partition: number): GroupDemand {
    const { groupTasks, groupMinimum, groupRequest } = this.#jobs;
    const tasks = groupTasks[first + group];
    // One that may run with fewer tasks is given all of them, as a request of Slurm has one size.
    const needed = Math.max(tasks, groupMinimum[first + group]);
    const { minNodes = 1, maxNodes = Infinity, tasksPerNode } = options;
    return {
      group,
      request: groupRequest[first + group],
      tasks: needed,
      minNodes: Math.max(1, Math.min(minNodes, needed)),
      maxNodes: Math.min(maxNodes, this.#config?.partitions[partition]?.maxNodes ?? Infinity),
      perNode: tasksPerNode !== undefined && options.tasks === undefined ? tasksPerNode : Infinity,
    };
  }

  #leastNodes({ request, tasks, minNodes, perNode }: GroupDemand): number {
    const most = this.#most.get(request) ?? this.#machine.mostOnNode(request);
    this.#most.set(request, most);
    return Math.max(minNodes, Math.ceil(tasks / Math.max(1, Math.min(perNode, most))));
  }

  #isWhole({ exclusive }: SlurmOptions, partition: number): boolean {
    if (exclusive === 'node' || this.#config === undefined) return exclusive === 'node';
    const { select, partitions } = this.#config;
    return select.type === 'linear' || partitions[partition]?.overSubscribe.mode === 'exclusive';
  }

  #trouble(job: number, options: SlurmOptions, groups: readonly GroupDemand[]): string | undefined {
    const { slurm, requests } = this.#jobs;
    const named = Object.entries(NOT_MODELLED).filter(([option]) => options[option as keyof SlurmOptions] !== undefined);
    const names = named.map(([, name]) => name);
    if (options.exclusive === 'user') names.push('--exclusive=user');
    const array = slurm?.arrayOfJob?.[job] ?? -1;
    if (array >= 0 && slurm!.arrays[array].limit < Infinity) names.push('the limit of running tasks of an array');
    if (slurm?.componentOfGroup !== undefined && groups.length > 1) names.push('components of a heterogeneous job');
    if (slurm?.deadline !== undefined && !Number.isNaN(slurm.deadline[job])) names.push('--deadline');
    if (groups.some(({ request }) => requests[request].gpu % 1000 !== 0)) names.push('shares of a GPU');
    return names.length === 0 ? undefined : `BadConstraints (not modelled: ${names.join(', ')})`;
  }

  #set(names: readonly string[]): NodeSet {
    return nodeSetOf(this.#machine.nodes, this.#machine.numbersOf(names));
  }
}
