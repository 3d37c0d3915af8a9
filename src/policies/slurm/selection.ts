/**
 * Which nodes a job gets. Source: Slurm 22.05, src/plugins/select/cons_tres/job_test.c, _eval_nodes, which picks the way
 * of choosing; src/plugins/select/cons_common/job_test.c, _select_nodes; node_scheduler.c, _get_req_features.
 */
import type { SlurmConfig } from '../../slurm.ts';
import type { Books } from './books.ts';
import type { JobDemand } from './demand.ts';
import type { Machine } from './machine.ts';
import { countCommon, countNodes, hasNode, keepOnly, nodeSetOf, overlaps, removeAll, removeNode } from './node-set.ts';
import type { NodeSet } from './node-set.ts';
import type { GroupAsk } from './selection/ask.ts';
import { chooseInBlocks } from './selection/block.ts';
import { Blocks } from './selection/blocks.ts';
import { chooseByWeight } from './selection/by-weight.ts';
import type { WeightRule } from './selection/by-weight.ts';
import { chooseConsecutive } from './selection/consecutive.ts';
import { sharesOf } from './selection/distribution.ts';
import { searchWithFewer } from './selection/knapsack.ts';
import { Room } from './selection/room.ts';
import type { Bounds, Search } from './selection/search.ts';
import { switchTree } from './selection/switches.ts';
import type { Switch } from './selection/switches.ts';
import { chooseInTree, countLeaves } from './selection/tree.ts';
import type { Share } from './share.ts';

export type { Share } from './share.ts';

/** What is asked: whether the job fits on what is free, or on what will be when running jobs are gone. */
export type Occasion = 'now' | 'later';

/** What was found out before: it saves measuring the nodes. */
export interface KnownRoom {
  /** Of each node: processors that it has for a job with one group and no generic resources [thousandths]. */
  readonly processors: Float64Array;
  /** Makes the books right for these nodes: they are looked at no sooner. */
  readonly settle: (nodes: readonly number[]) => void;
}

export interface SelectionSettings {
  readonly config: SlurmConfig | undefined;
  /** Nodes without jobs, as they are now. */
  readonly idle: NodeSet;
  /** Unix time [ms]. */
  readonly clock: { readonly unix: number };
}

export class Selection {
  readonly #settings: SelectionSettings | undefined;
  readonly #machine: Machine;
  readonly #switches: readonly Switch[];
  readonly #blocks: Blocks | undefined;
  #room: Room | undefined;
  #all: NodeSet | undefined;
  /** For the choice that is being made. */
  #known: KnownRoom | undefined;

  /** Without settings, nodes are all alike but for their weights. */
  constructor(machine: Machine, settings?: SelectionSettings) {
    this.#machine = machine;
    this.#settings = settings;
    const { topology = 'flat', switches = [], blockSizes = [] } = settings?.config ?? {};
    this.#switches = topology === 'tree' ? switchTree(switches, machine.nodes) : [];
    if (topology === 'block') this.#blocks = new Blocks(switches, blockSizes, machine.nodes);
  }

  /** Where the job would go among the candidates; undefined if it does not fit there. */
  choose(
    books: Books,
    demand: JobDemand,
    candidates: NodeSet,
    occasion: Occasion = 'now',
    known?: KnownRoom,
  ): Share[] | undefined {
    const { groups, whole } = demand;
    // Most searches end here: a whole node must be empty, and there are too few of them.
    const few = whole && known === undefined ? countCommon(candidates, books.empty) : countNodes(candidates);
    if (few < demand.leastNodes) return undefined;
    this.#known = known;
    if (groups.length === 1) return this.#chooseGroup(books, groups[0], demand, candidates, occasion);
    const scratch = books.copy();
    const among = candidates.slice();
    const shares: Share[] = [];
    for (const group of groups) {
      const own = this.#chooseGroup(scratch, group, demand, among, occasion);
      if (own === undefined) return undefined;
      scratch.take(own, whole);
      shares.push(...own);
      // No component is put on nodes of another one: they are planned one by one, and each keeps its nodes from the rest.
      if (demand.heterogeneous) for (const { node } of own) removeNode(among, node);
    }
    return shares;
  }

  /** Whether what is chosen for a later time depends on which nodes have jobs now. */
  get prefersBusyNodes(): boolean {
    return this.#settings?.config?.scheduler.backfill.busyNodes === true;
  }

  get nodes(): number {
    return this.#machine.nodes;
  }

  /** What measures single nodes for a job with one group, until something else is asked. */
  roomFor(books: Books, demand: JobDemand): Room {
    const room = (this.#room ??= new Room(this.#machine, books));
    room.begin(books, demand, demand.groups[0]);
    return room;
  }

  /** Processors that each node has for a job with one group, whatever else keeps it away [thousandths]. */
  roomOf(books: Books, demand: JobDemand): Float64Array {
    const room = (this.#room ??= new Room(this.#machine, books));
    this.#all ??= nodeSetOf(this.#machine.nodes, this.#machine.numbers());
    room.measure(books, demand, demand.groups[0], this.#all);
    return room.processors.slice();
  }

  /** Features that the job would like best are tried first; then each of those of which one must hold. */
  #chooseGroup(books: Books, ask: GroupAsk, demand: JobDemand, candidates: NodeSet, occasion: Occasion): Share[] | undefined {
    const { constraint, preferred } = demand;
    if (constraint === undefined && preferred === undefined) return this.#fit(books, ask, demand, candidates, occasion);
    const sets = [...(preferred === undefined ? [] : [preferred]), ...(constraint?.alternatives ?? [candidates])];
    for (const set of sets) {
      const among = candidates.slice();
      keepOnly(among, set);
      const shares = this.#fit(books, ask, demand, among, occasion);
      if (shares !== undefined) return shares;
    }
    return undefined;
  }

  #fit(books: Books, ask: GroupAsk, demand: JobDemand, candidates: NodeSet, occasion: Occasion): Share[] | undefined {
    const required = this.#required(books, ask, demand, candidates, occasion);
    if (required === undefined) return undefined;
    const minNodes = Math.max(minNodesOf(ask), required.length);
    const wantedNodes = Math.max(ask.wantedNodes, required.length);
    const { maxNodes, processors } = ask;
    const search = this.#search(books, ask, demand, candidates, occasion, required, {
      minNodes,
      wantedNodes,
      maxNodes,
      processors,
    });
    if (search === undefined || !this.#hasSwitches(search, demand)) return undefined;
    this.#known?.settle(search.picked);
    return sharesOf(search, demand);
  }

  /** Nodes that the job names, and those that it must have for features it counts; undefined if they are not to be had. */
  #required(books: Books, ask: GroupAsk, demand: JobDemand, candidates: NodeSet, occasion: Occasion): number[] | undefined {
    const required = demand.required === undefined ? [] : this.#numbers(demand.required);
    for (const { nodes, count } of demand.constraint?.counted ?? []) {
      const among = candidates.slice();
      keepOnly(among, nodes);
      removeAll(among, nodeSetOf(this.#machine.nodes, required));
      const bounds = { minNodes: count, wantedNodes: count, maxNodes: count, processors: count * 1000 };
      const search = this.#search(books, ask, demand, among, occasion, [], bounds);
      if (search === undefined) return undefined;
      required.push(...search.picked);
    }
    return required.sort((a, b) => a - b);
  }

  #search(
    books: Books,
    ask: GroupAsk,
    demand: JobDemand,
    candidates: NodeSet,
    occasion: Occasion,
    required: readonly number[],
    bounds: Omit<Bounds, 'whole'>,
  ): Search | undefined {
    const room = (this.#room ??= new Room(this.#machine, books));
    room.measure(books, demand, ask, candidates, this.#known?.processors);
    if (room.count < bounds.minNodes || required.some((node) => room.processors[node] === 0)) return undefined;
    const blocks = this.#blocksOf(room.there);
    const rule = this.#rule(ask, demand, occasion);
    const maxNodes = Math.min(bounds.maxNodes, Math.max(ask.jobTasks, bounds.minNodes));
    const limits = { ...bounds, maxNodes, whole: demand.whole };
    return searchWithFewer(ask, room, limits, required, (search) => {
      if (blocks !== undefined) return chooseInBlocks(search, blocks, required, demand.segment ?? 0);
      if (!search.takeAll(required)) return false;
      if (rule === 'tree') return chooseInTree(search, this.#switches, required);
      if (rule === 'consecutive') return chooseConsecutive(search, { contiguous: demand.contiguous, required });
      return chooseByWeight(search, rule, this.#settings?.idle);
    });
  }

  /** Absent where none of the nodes is in a block. */
  #blocksOf(nodes: NodeSet): Blocks | undefined {
    return this.#blocks !== undefined && overlaps(this.#blocks.all, nodes) ? this.#blocks : undefined;
  }

  /** The way of choosing; the first that applies. */
  #rule(ask: GroupAsk, demand: JobDemand, occasion: Occasion): WeightRule | 'tree' | 'consecutive' {
    const { config } = this.#settings ?? {};
    if (demand.spread) return 'spread';
    if (occasion === 'later' && config?.scheduler.backfill.busyNodes === true && !demand.contiguous) return 'busy';
    if (demand.leastLoaded) return 'least-loaded';
    const serial = ask.processors === 1000 && ask.wantedNodes === 1;
    if (config?.scheduler.choice.packSerialAtEnd === true && serial) return 'serial';
    const optional = config?.topologyFlags.includes('topooptional') === true && demand.switches === undefined;
    return this.#switches.length > 0 && !demand.contiguous && !optional ? 'tree' : 'consecutive';
  }

  /** Whether there are no more leaf switches than the job would like, or it has waited long enough. */
  #hasSwitches({ picked }: Search, { switches }: JobDemand): boolean {
    if (switches === undefined || this.#switches.length === 0 || this.#settings === undefined) return true;
    const { clock, config } = this.#settings;
    if (clock.unix - switches.since >= Math.min(switches.wait, config?.scheduler.choice.maxSwitchWait ?? Infinity)) return true;
    return countLeaves(this.#switches, nodeSetOf(this.#machine.nodes, picked)) <= switches.count;
  }

  #numbers(set: NodeSet): number[] {
    return this.#machine.numbers().filter((node) => hasNode(set, node));
  }
}

/** --ntasks-per-node says how many nodes there must be for all tasks. */
function minNodesOf({ minNodes, jobTasks, tasksPerNode }: GroupAsk): number {
  return tasksPerNode > 0 ? Math.max(minNodes, Math.ceil(jobTasks / tasksPerNode)) : minNodes;
}
