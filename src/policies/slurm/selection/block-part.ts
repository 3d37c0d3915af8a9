/** A job, or one segment of it, in one block. Source: Slurm 26.05, src/plugins/topology/block/eval_nodes_block.c. */
import { addAll, countCommon, emptyNodeSet, isWithin, keepOnly, membersOf, nodeSetOf, overlaps, removeAll } from '../node-set.ts';
import type { NodeSet } from '../node-set.ts';
import { BaseBlocks } from './base-blocks.ts';
import type { Blocks } from './blocks.ts';
import type { WeightClass } from './room.ts';
import type { Search } from './search.ts';

export interface BlockPartSettings {
  readonly search: Search;
  readonly blocks: Blocks;
  /** Nodes that may be used, with those that were taken because the job names them. */
  readonly nodes: NodeSet;
  /** Nodes without which it cannot run [count]. */
  readonly size: number;
  /** By how many nodes a block may fall short of it: as many as the job would like beyond what it needs. */
  readonly slack: number;
}

export class BlockPart {
  readonly #search: Search;
  readonly #nodes: NodeSet;
  readonly #settings: BlockPartSettings;
  readonly #required: readonly number[];
  readonly #classes: readonly WeightClass[];
  readonly #base: BaseBlocks;

  constructor(settings: BlockPartSettings, required: readonly number[]) {
    const { search, blocks, nodes, size } = settings;
    this.#settings = settings;
    this.#search = search;
    this.#nodes = nodes;
    this.#required = required;
    this.#classes = search.room.classes().filter(({ nodes: own }) => overlaps(own, nodes));
    this.#base = new BaseBlocks(blocks, size);
  }

  /** Whether enough was found. */
  choose(): boolean {
    const search = this.#search;
    const named = nodeSetOf(search.room.processors.length, this.#required);
    const block = this.#bestBlock(named);
    if (block < 0) return false;
    const inside = this.#base.nodesOf(block, this.#nodes);
    if (!isWithin(named, inside)) return false;
    const base = this.#base;
    base.enter(block);
    if (this.#required.length > 0) {
      if (base.countsParts && !base.use(named)) return false;
      if (this.#isDone) return true;
      if (search.maxNodes <= 0) return false;
    }
    const light = this.#lightest(inside);
    if (light === undefined) return false;
    const { best, lighter } = light;
    if (lighter !== undefined) {
      this.#take(membersOf(lighter));
      if (this.#isDone) return true;
      keepOnly(lighter, search.pickedSet);
      if (search.maxNodes <= 0 || !base.use(lighter)) return false;
    }
    if (this.#required.length > 0 || lighter !== undefined) {
      for (const own of base.used()) this.#take(common(own, best));
    }
    return this.#isDone || this.#fill(best) || search.isEnough;
  }

  get #rest(): number {
    return this.#settings.size - this.#search.picked.length;
  }

  get #isDone(): boolean {
    return this.#rest <= 0 && this.#search.processors <= 0 && this.#search.hasGres;
  }

  /** With the lightest node; of several the one with the fewest nodes that suffices, and of those the last. -1 if none does. */
  #bestBlock(named: NodeSet): number {
    const { processors } = this.#search.room;
    let best = -1;
    let bestWeight = 0;
    let bestCount = 0;
    for (let block = 0; block < this.#base.blocks; block++) {
      const nodes = this.#base.nodesOf(block, this.#nodes);
      if (this.#required.length > 0) {
        if (overlaps(named, nodes)) return block;
        continue;
      }
      const room = membersOf(nodes).reduce((sum, node) => sum + processors[node], 0);
      const usable = this.#base.mostIn(block, this.#nodes);
      if (usable < this.#rest - this.#settings.slack || room < this.#search.processors) continue;
      const weight = this.#classes.find(({ nodes: own }) => overlaps(own, nodes))?.weight;
      if (weight === undefined) continue;
      const count = countCommon(nodes, nodes);
      if (best >= 0 && (weight > bestWeight || (weight === bestWeight && count > bestCount))) continue;
      best = block;
      bestWeight = weight;
      bestCount = count;
    }
    return best;
  }

  /**
   * Nodes of the lowest weights, until there are as many as it would like. All of the lighter ones are used: only the
   * heaviest ones are chosen by block. Undefined if all nodes together do not suffice.
   */
  #lightest(inside: NodeSet): { readonly best: NodeSet; readonly lighter?: NodeSet } | undefined {
    const search = this.#search;
    const best = emptyNodeSet(search.room.processors.length);
    let lighter: NodeSet | undefined;
    let room = 0;
    let count = 0;
    let isEnough = false;
    for (const { nodes } of this.#classes) {
      if (count > 0) lighter = best.slice();
      const own = nodes.slice();
      keepOnly(own, inside);
      removeAll(own, search.pickedSet);
      addAll(best, own);
      for (const node of membersOf(own)) {
        room += search.room.processors[node];
        count++;
      }
      const fits = room >= search.processors && search.wouldHaveGres(membersOf(best));
      isEnough ||= fits && count >= this.#rest - this.#settings.slack;
      if (fits && count >= this.#rest) break;
    }
    if (!isEnough) return undefined;
    return { best, ...(lighter === undefined ? {} : { lighter }) };
  }

  /** Base block by base block. */
  #fill(best: NodeSet): boolean {
    const base = this.#base;
    base.count(best);
    for (let before = Infinity; this.#rest < before;) {
      before = this.#rest;
      const next = base.best(this.#rest);
      if (next === undefined || (next.opensPart && base.partsLeft <= 0)) return false;
      this.#take(common(base.take(next), best));
      if (this.#isDone) return true;
    }
    return false;
  }

  #take(nodes: readonly number[]): void {
    const search = this.#search;
    for (const node of nodes) {
      if (search.maxNodes <= 0 || this.#isDone) return;
      if (!search.has(node)) search.take(node);
    }
  }
}

function common(one: NodeSet, other: NodeSet): number[] {
  const both = one.slice();
  keepOnly(both, other);
  return membersOf(both);
}
