/** What a job asks for, as the select plugin sees it. */
import type { SlurmConfig } from '../../slurm.ts';
import type { SlurmOptions } from '../../slurm-workload.ts';
import type { Requests } from '../../workload.ts';
import type { LicenseCounts } from './licenses.ts';
import type { Machine } from './machine.ts';
import { addAll, addNode, emptyNodeSet, hasNode, nodeSetOf } from './node-set.ts';
import type { NodeSet } from './node-set.ts';
import { PlanClock } from './plan-clock.ts';
import type { GroupAsk } from './selection/ask.ts';
import { anyOf, ConstraintError, hasNodes, readConstraint } from './selection/features.ts';
import type { Constraint } from './selection/features.ts';
import { askOf } from './selection/group-ask.ts';
import { unitProcessors } from './selection/hardware.ts';
import type { Sharing } from './share.ts';

/** What a job is given now tells nothing of what it, or another, is given later. */
export const ONE_OF_A_KIND = -1;

export interface JobDemand {
  readonly groups: readonly GroupAsk[];
  /** Takes its nodes for itself. */
  readonly whole: boolean;
  /** Whether it would have its nodes for itself, or its cores with others; absent = neither. */
  readonly sharing?: Sharing;
  readonly minNodes: number;
  /** With fewer nodes it cannot do, whatever they have free. */
  readonly leastNodes: number;
  /** Several components, of different nodes: only backfill starts it, all of them at one time. */
  readonly heterogeneous: boolean;
  readonly likeness: Likeness;
  /** The same where nobody keeps nodes for one user: whose job it is makes no difference then. */
  readonly likenessOfAll: Likeness;
  /** Index into the partitions. */
  readonly partition: number;
  /** MaxCPUsPerNode of its partition [thousandths]. */
  readonly mostPerNode: number;
  /** As a code of the workload. */
  readonly user: number;
  /** Shares its nodes with jobs of its owner only. */
  readonly forUser: boolean;
  readonly leastLoaded: boolean;
  readonly contiguous: boolean;
  readonly spread: boolean;
  /** --nodelist: all of them must be used. Absent if none was given. */
  readonly required?: NodeSet;
  /** --exclude */
  readonly excluded?: NodeSet;
  /** --constraint */
  readonly constraint?: Constraint;
  /** Nodes of which the constraint takes any. */
  readonly allowed?: NodeSet;
  /** Nodes that have what it asks for of each, features included, if nobody is there; absent = all nodes of the cluster. */
  readonly suitable?: NodeSet;
  /** --prefer: nodes that are tried before all that will do. */
  readonly preferred?: NodeSet;
  /** --switches */
  readonly switches?: SwitchWish;
  /** --segment: nodes that stand in one block [count]. */
  readonly segment?: number;
  readonly licenses?: LicenseCounts;
  /** --reservation */
  readonly reservation?: string;
  /** What Slurm would do with the job is not modelled, or it cannot be: it never starts, for this reason. */
  readonly trouble?: string;
}

/** What jobs have in common, as numbers. */
export interface Likeness {
  /** Jobs with equal numbers ask the same of a node: they have the same room on every node. */
  readonly asks: number;
  /** Jobs with equal numbers are given the same nodes, if they ask under the same circumstances; or `ONE_OF_A_KIND`. */
  readonly kind: number;
}

/** Leaf switches that a job would like at most, and how long it waits for them. */
export interface SwitchWish {
  readonly count: number;
  /** [ms] */
  readonly wait: number;
  /** It has waited since it was submitted: it is tried then, on all nodes, whatever keeps it back [Unix ms]. */
  readonly since: number;
}

export class Demands {
  readonly #jobs: Requests;
  readonly #machine: Machine;
  readonly #config: SlurmConfig | undefined;
  readonly #clock: PlanClock;
  /** Of each request that was asked for: tasks that fit on the roomiest node. */
  readonly #most = new Map<number, number>();
  /** Of each text by which jobs are told apart. */
  readonly #numbers = new Map<string, number>();
  readonly #constraints = new Map<string, Constraint | ConstraintError>();

  constructor(jobs: Requests, machine: Machine, config: SlurmConfig | undefined) {
    this.#jobs = jobs;
    this.#machine = machine;
    this.#config = config;
    this.#clock = new PlanClock(jobs);
  }

  /** `partition`: index into the partitions of the configuration. */
  of(job: number, partition: number): JobDemand {
    const { firstGroup, user } = this.#jobs;
    const first = firstGroup[job];
    const options = this.#optionsOf(first);
    const groups = Array.from({ length: firstGroup[job + 1] - first }, (_, group) => this.#group(first, group, partition));
    const { exclusiveUser = false, leastLoadedNodes = false, maxCpusPerNode = Infinity } = this.#rules(partition) ?? {};
    return {
      groups,
      whole: this.#isWhole(options, partition),
      ...this.#sharing(options, partition),
      minNodes: Math.max(...groups.map(({ minNodes }) => minNodes)),
      leastNodes: Math.max(...groups.map((group) => this.#leastNodes(group))),
      heterogeneous: this.#isHeterogeneous(job),
      ...this.#likenesses(job, options, groups, partition),
      partition,
      mostPerNode: maxCpusPerNode * 1000,
      user: user.code[job],
      forUser: options.exclusive === 'user' || exclusiveUser,
      leastLoaded: leastLoadedNodes || this.#config?.select.leastLoadedNodes === true,
      contiguous: options.contiguous === true,
      spread: options.spreadJob === true,
      ...this.#choice(options, groups, this.#clock.unixOf(this.#jobs.submit[job])),
    };
  }

  #isHeterogeneous(job: number): boolean {
    const { slurm, firstGroup } = this.#jobs;
    const component = slurm?.componentOfGroup;
    return component !== undefined && component[firstGroup[job]] !== component[firstGroup[job + 1] - 1];
  }

  /** Who it is counts only where nodes are kept for one user, and where it goes where they are shared out among partitions. */
  #likenesses(job: number, options: SlurmOptions, groups: readonly GroupAsk[], partition: number) {
    const whole = this.#isWhole(options, partition);
    const user = this.#jobs.user.code[job];
    const { exclusiveUser = false, maxCpusPerNode = Infinity } = this.#rules(partition) ?? {};
    const forUser = options.exclusive === 'user' || exclusiveUser;
    const place = maxCpusPerNode < Infinity ? partition : -1;
    const ofAll = JSON.stringify([whole, forUser ? user : -1, place, ...groups]);
    const own = this.#machine.tracksTenants ? JSON.stringify([whole, forUser, user, place, ...groups]) : ofAll;
    return { likeness: this.#alike(job, partition, own), likenessOfAll: this.#alike(job, partition, ofAll) };
  }

  /** How the nodes of a job with `switches` are chosen depends on how long that job itself has waited. */
  #alike(job: number, partition: number, asks: string): Likeness {
    const { slurm, firstGroup } = this.#jobs;
    const options = slurm === undefined ? [] : Array.from(slurm.optionsOfGroup.subarray(firstGroup[job], firstGroup[job + 1]));
    const waits = options.some((option) => slurm?.options[option]?.switches !== undefined);
    const kind = JSON.stringify([asks, partition, options]);
    return { asks: this.#numberOf(asks), kind: waits ? ONE_OF_A_KIND : this.#numberOf(kind) };
  }

  /** Equal texts have one number. */
  #numberOf(text: string): number {
    let number = this.#numbers.get(text);
    if (number === undefined) this.#numbers.set(text, (number = this.#numbers.size));
    return number;
  }

  #rules(partition: number): SlurmConfig['partitions'][number] | undefined {
    return this.#config?.partitions[partition];
  }

  #optionsOf(group: number): SlurmOptions {
    const { slurm } = this.#jobs;
    return slurm?.options[slurm.optionsOfGroup[group]] ?? {};
  }

  #group(first: number, group: number, partition: number): GroupAsk {
    const { groupTasks, groupMinimum, groupRequest, requests } = this.#jobs;
    // One that may run with fewer tasks is given all of them, as a request of Slurm has one size.
    const tasks = Math.max(groupTasks[first + group], groupMinimum[first + group]);
    const request = groupRequest[first + group];
    return askOf({ group, request, tasks, each: requests[request] }, this.#optionsOf(first + group), this.#config, partition);
  }

  /** Which nodes, beside those of the partition. */
  #choice(options: SlurmOptions, groups: readonly GroupAsk[], since: number): Partial<JobDemand> {
    const { nodeList, excludedNodes = [], licenses, reservation } = options;
    const constraint = options.constraint === undefined ? undefined : this.#constraint(options.constraint);
    const prefer = options.prefer === undefined ? undefined : this.#constraint(options.prefer);
    const unreadable = [constraint, prefer].filter((read) => read instanceof ConstraintError);
    const troubles = [...this.#trouble(options, groups), ...unreadable.map(({ message }) => message)];
    const nowhere = [constraint].some((read) => isOnNoNode(read));
    if (nowhere) troubles.push(`no node has the features ${options.constraint ?? ''}`);
    return {
      ...(nodeList === undefined ? {} : { required: this.#set(nodeList) }),
      ...(excludedNodes.length === 0 ? {} : { excluded: this.#set(excludedNodes) }),
      ...(constraint === undefined || constraint instanceof ConstraintError
        ? {}
        : { constraint, allowed: this.#allowed(constraint, prefer) }),
      ...(prefer === undefined || prefer instanceof ConstraintError ? {} : { preferred: prefer.alternatives[0] }),
      ...this.#suitable(groups, constraint instanceof ConstraintError ? undefined : constraint, prefer),
      ...(options.switches === undefined ? {} : { switches: { ...options.switches, since } }),
      ...(options.segment === undefined ? {} : { segment: options.segment }),
      ...(licenses === undefined ? {} : { licenses }),
      ...(reservation === undefined ? {} : { reservation }),
      ...(troubles.length === 0 ? {} : { trouble: `BadConstraints (${troubles.join('; ')})` }),
    };
  }

  /** Source: node_scheduler.c, job_req_node_filter, which backfill asks. GPUs are not looked at. */
  #suitable(
    groups: readonly GroupAsk[],
    constraint: Constraint | undefined,
    prefer: Constraint | ConstraintError | undefined,
  ): { readonly suitable?: NodeSet } {
    if (groups.length > 1) return {};
    const allowed = constraint === undefined ? undefined : this.#allowed(constraint, prefer);
    const numbers = this.#machine.numbers();
    const isSuitable = (node: number) => (allowed === undefined || hasNode(allowed, node)) && this.#couldHold(node, groups[0]);
    const suitable = numbers.filter(isSuitable);
    return suitable.length === numbers.length ? {} : { suitable: nodeSetOf(numbers.length, suitable) };
  }

  #couldHold(node: number, { nodeProcessors, memory }: GroupAsk): boolean {
    const { units, hardware, poolOf } = this.#machine;
    if (nodeProcessors > units[node] * unitProcessors(hardware[poolOf[node]], Infinity)) return false;
    const times = memory?.per === 'processor' ? Math.max(1, nodeProcessors / 1000) : memory?.per === 'node' ? 1 : 0;
    return times * (memory?.bytes ?? 0) <= this.#machine.memory[node];
  }

  #allowed(constraint: Constraint, prefer: Constraint | ConstraintError | undefined): NodeSet {
    const allowed = anyOf(constraint, this.#machine.nodes);
    if (prefer !== undefined && !(prefer instanceof ConstraintError)) addAll(allowed, prefer.alternatives[0]);
    return allowed;
  }

  #constraint(text: string): Constraint | ConstraintError {
    let known = this.#constraints.get(text);
    if (known === undefined) this.#constraints.set(text, (known = this.#read(text)));
    return known;
  }

  #read(text: string): Constraint | ConstraintError {
    const { nodes, poolOf } = this.#machine;
    const all = nodeSetOf(nodes, this.#machine.numbers());
    const having = (feature: string) => {
      const set = emptyNodeSet(nodes);
      for (let node = 0; node < nodes; node++) {
        if (this.#config?.pools[poolOf[node]].features.includes(feature) === true) addNode(set, node);
      }
      return set;
    };
    try {
      return readConstraint(text, all, having);
    } catch (error) {
      if (error instanceof ConstraintError) return error;
      throw error;
    }
  }

  #leastNodes({ request, tasks, minNodes, jobTasks, tasksPerNode }: GroupAsk): number {
    const most = this.#most.get(request) ?? this.#machine.mostOnNode(request);
    this.#most.set(request, most);
    const byTasks = tasksPerNode > 0 ? Math.ceil(jobTasks / tasksPerNode) : 1;
    return Math.max(minNodes, byTasks, Math.ceil(tasks / Math.max(1, most)));
  }

  #isWhole({ exclusive }: SlurmOptions, partition: number): boolean {
    if (exclusive === 'node' || this.#config === undefined) return exclusive === 'node';
    return this.#config.select.type === 'linear' || this.#rules(partition)?.overSubscribe.mode === 'exclusive';
  }

  /** OverSubscribe of the partition; with YES it is the job that says so, unless it wants whole nodes. */
  #sharing({ overSubscribe, exclusive }: SlurmOptions, partition: number): { readonly sharing?: Sharing } {
    const mode = this.#rules(partition)?.overSubscribe.mode;
    if (mode === 'exclusive') return { sharing: 'reserved' };
    const isShared = mode === 'force' || (mode === 'yes' && overSubscribe === true && exclusive !== 'node');
    return isShared ? { sharing: 'shared' } : {};
  }

  #trouble(options: SlurmOptions, groups: readonly GroupAsk[]): string[] {
    const { requests } = this.#jobs;
    const names: string[] = [];
    if (groups.some(({ request }) => requests[request].gpu % 1000 !== 0)) names.push('shares of a GPU');
    if (options.segment !== undefined && options.gresPerJob !== undefined) names.push('--segment with --gpus');
    return names.length === 0 ? [] : [`not modelled: ${names.join(', ')}`];
  }

  #set(names: readonly string[]): NodeSet {
    return nodeSetOf(this.#machine.nodes, this.#machine.numbersOf(names));
  }
}

function isOnNoNode(constraint: Constraint | ConstraintError | undefined): boolean {
  if (constraint === undefined || constraint instanceof ConstraintError) return false;
  return !constraint.alternatives.some(hasNodes) || constraint.counted.some(({ nodes }) => !hasNodes(nodes));
}
