/**
 * Where a job goes where cores may be held by several jobs: on idle ones, else over jobs of lower partitions, else into one of
 * the rows of its partition. Source: Slurm 22.05, src/plugins/select/cons_common/job_test.c, _job_test, tests 1 to 4,
 * _verify_node_state and _get_job_node_req.
 */
import type { Allocation } from '../allocation.ts';
import { Books } from '../books.ts';
import type { JobDemand } from '../demand.ts';
import type { Machine } from '../machine.ts';
import { addNode, emptyNodeSet, hasNode, membersOf } from '../node-set.ts';
import type { NodeSet } from '../node-set.ts';
import type { Occasion, Selection } from '../selection.ts';
import type { Share } from '../share.ts';
import { allCores, countCores, CoreRows, lowestCores } from './core-rows.ts';
import type { Cores } from './core-rows.ts';

export interface OverlaySettings {
  readonly machine: Machine;
  readonly selection: Selection;
  /** Jobs take turns on cores that they share. */
  readonly gang: boolean;
  readonly preemption: 'none' | 'qos' | 'partition_prio';
  /** Of each partition. */
  readonly partitions: readonly OverlayPartition[];
}

export interface OverlayPartition {
  readonly tier: number;
  /** OverSubscribe=FORCE: jobs are not asked whether they would share. */
  readonly isForced: boolean;
  /** Jobs that may share a core, without the one that QoS lets in beyond them. */
  readonly rows: number;
  /** Its jobs are not suspended: nobody is put over them, where tiers preempt. Those that go are gone before. */
  readonly isProtected: boolean;
}

/** `preemptor`: the row that QoS keeps for jobs that suspend others may be used. */
export type Rank = 'usual' | 'preemptor';

/** What a job asks for, and under which circumstances. */
interface Quest {
  readonly rows: CoreRows;
  readonly demand: JobDemand;
  readonly nodes: NodeSet;
  readonly occasion: Occasion;
  readonly rank: Rank;
}

export class Overlay {
  readonly #settings: OverlaySettings;
  readonly #all: readonly Cores[];
  /** Partitions, the highest tier first. */
  readonly #order: readonly number[];
  /** As jobs hold them now. */
  readonly rows: CoreRows;

  constructor(settings: OverlaySettings) {
    const { machine, partitions, preemption } = settings;
    this.#settings = settings;
    this.#all = Array.from(machine.units, allCores);
    this.#order = partitions.map((_, partition) => partition).sort((a, b) => partitions[b].tier - partitions[a].tier || a - b);
    const extra = preemption === 'qos' ? 1 : 0;
    this.rows = new CoreRows(
      machine,
      partitions.map(({ rows }) => rows + extra),
    );
  }

  /** Whether it would share cores, and could do without. */
  mayStandAlone({ sharing, partition, constraint, preferred }: JobDemand): boolean {
    const isPlain = constraint === undefined && preferred === undefined;
    return sharing === 'shared' && isPlain && !this.#settings.partitions[partition].isForced;
  }

  /** With the cores that it would hold; undefined if it does not fit. */
  choose(demand: JobDemand, nodes: NodeSet, rank: Rank = 'usual'): Share[] | undefined {
    return this.chooseFrom(this.rows, demand, nodes, 'now', rank);
  }

  chooseFrom(rows: CoreRows, demand: JobDemand, nodes: NodeSet, occasion: Occasion, rank: Rank): Share[] | undefined {
    const { gang, partitions } = this.#settings;
    const quest = { rows, demand, occasion, rank, nodes: this.#admitting(rows, demand, nodes, rank) };
    const idle = this.#fit(quest, this.#without(this.#all, this.#order, rows));
    if (idle !== undefined || (!gang && demand.sharing === undefined)) return idle;
    const own = partitions[demand.partition].tier;
    const available = this.#without(
      this.#all,
      this.#order.filter((other) => this.#isUntouchable(other, own)),
      rows,
    );
    if (this.#fit(quest, available) === undefined) return undefined;
    const same = this.#order.filter((other) => partitions[other].tier === own);
    const free = this.#without(available, same, rows);
    const over = this.#fit(quest, free, available);
    return over === undefined ? this.#intoRow(quest, available) : this.#sparing(quest, free, available, over);
  }

  /** Jobs of these are never below others. */
  #isUntouchable(partition: number, own: number): boolean {
    const { preemption, partitions } = this.#settings;
    return preemption === 'partition_prio' && (partitions[partition].tier > own || partitions[partition].isProtected);
  }

  /** Jobs of lower partitions are left alone as far as that goes, those of the highest first. */
  #sparing(quest: Quest, free: readonly Cores[], available: readonly Cores[], found: Share[]): Share[] {
    const { partitions } = this.#settings;
    const own = partitions[quest.demand.partition].tier;
    let cores = free;
    let best = found;
    for (const lower of this.#order) {
      if (partitions[lower].tier >= own) continue;
      cores = this.#without(cores, [lower], quest.rows);
      const less = this.#fit(quest, cores, available);
      if (less === undefined) break;
      best = less;
    }
    return best;
  }

  #intoRow(quest: Quest, available: readonly Cores[]): Share[] | undefined {
    const { rows, demand, rank } = quest;
    const { partition, sharing } = demand;
    const byQos = this.#settings.preemption === 'qos';
    if (!byQos) rows.sort(partition);
    const count = byQos && sharing !== 'shared' ? 1 : rows.rowsOf(partition) - (byQos && rank === 'usual' ? 1 : 0);
    for (let row = 0; row < count; row++) {
      const found = this.#fit(quest, minus(available, rows.usedBy(partition, row)), available);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #without(cores: readonly Cores[], partitions: readonly number[], rows: CoreRows): readonly Cores[] {
    return partitions.reduce((left, partition) => minus(left, rows.usedBy(partition)), cores);
  }

  /** What it would get of these cores. Whole nodes must have all that are `available`. */
  #fit({ rows, demand, nodes, occasion }: Quest, free: readonly Cores[], available = this.#all): Share[] | undefined {
    const { selection, machine } = this.#settings;
    const among = demand.whole ? subset(nodes, (node) => free[node] === available[node]) : nodes;
    const shares = selection.choose(booksOf(machine, free, rows.holders()), demand, among, occasion);
    return shares?.map((share) => {
      const cores = lowestCores(free[share.node], share.held.units);
      return { ...share, held: { ...share.held, cores, ...(demand.sharing && { sharing: demand.sharing }) } };
    });
  }

  /** Nodes on which jobs of its kind may be beside those that are there. */
  #admitting(rows: CoreRows, { sharing, partition }: JobDemand, nodes: NodeSet, rank: Rank): NodeSet {
    const { length } = this.#all;
    const reserved = emptyNodeSet(length);
    const oneRow = emptyNodeSet(length);
    for (const { shares } of rows.holders()) {
      for (const { node, held } of shares) {
        if (held.sharing === 'reserved') addNode(reserved, node);
        if (held.sharing === undefined) addNode(oneRow, node);
      }
    }
    const used = this.#usedBeside(rows, partition, sharing, rank);
    return subset(nodes, (node) => {
      if (hasNode(reserved, node)) return false;
      if (hasNode(oneRow, node) && sharing !== undefined) return false;
      return sharing === 'shared' || (used[node] ?? 0n) === 0n;
    });
  }

  /** Cores of partitions with several rows, beside its own; for those that want nodes for themselves, of all. */
  #usedBeside(rows: CoreRows, partition: number, sharing: JobDemand['sharing'], rank: Rank): Cores[] {
    const used: Cores[] = [];
    const spared = this.#settings.preemption === 'qos' && rank === 'usual' ? 1 : 0;
    for (const other of this.#order) {
      const isAlone = rows.rowsOf(other) - spared < 2 || other === partition;
      if (sharing === undefined && isAlone) continue;
      rows.usedBy(other).forEach((cores, node) => (used[node] = (used[node] ?? 0n) | cores));
    }
    return used;
  }
}

function minus(cores: readonly Cores[], used: readonly Cores[]): Cores[] {
  return cores.map((own, node) => own & ~(used[node] ?? 0n));
}

function subset(nodes: NodeSet, has: (node: number) => boolean): NodeSet {
  const kept = emptyNodeSet(nodes.length * 32);
  for (const node of membersOf(nodes)) if (has(node)) addNode(kept, node);
  return kept;
}

/** What is free if these cores are, and the memory and generic resources that nobody holds. */
function booksOf(machine: Machine, free: readonly Cores[], holders: Iterable<Allocation>): Books {
  const books = new Books(machine);
  for (const { shares } of holders) {
    for (const { node, held } of shares) {
      books.memory[node] -= held.memory;
      held.gres?.forEach((count, slot) => (books.gres[node * machine.gresSlots + slot] -= count));
      if (machine.tracksTenants) books.tenants.change(node, held, -1);
    }
  }
  free.forEach((cores, node) => (books.units[node] = countCores(cores)));
  return books;
}
