/**
 * The base blocks of one block, and which of them is used next. Where the block is larger than what it is made of, base blocks
 * that stand together in a smaller one, a part, are kept together. Source: Slurm 26.05, eval_nodes_block.c, _choose_best_bblock.
 */
import { addAll, countCommon, emptyNodeSet, keepOnly, overlaps } from '../node-set.ts';
import type { NodeSet } from '../node-set.ts';
import type { Blocks, BlockScale } from './blocks.ts';

/** A base block that could be used next. */
export interface NextBase {
  /** [index] */
  readonly index: number;
  /** Whether it holds all that is still wanted. */
  readonly fits: boolean;
  /** Whether none of its part was used before. */
  readonly opensPart: boolean;
}

export class BaseBlocks {
  readonly #blocks: Blocks;
  readonly #scale: BlockScale;
  /** Whether it matters which parts are used: the block has more of them than are needed. */
  readonly countsParts: boolean;
  /** Parts that may still be opened [count]. */
  partsLeft: number;
  readonly #isUsed: boolean[];
  #first = 0;
  #end = 0;
  /** Nodes that may be used, of each base block and of each part [count]. */
  readonly #count: number[];
  readonly #ofPart: number[] = [];

  /** `size`: nodes that are to stand together [count]. */
  constructor(blocks: Blocks, size: number) {
    const scale = blocks.scaleOf(size);
    this.#blocks = blocks;
    this.#scale = scale;
    this.partsLeft = Math.ceil(size / (scale.perPart * blocks.baseSize));
    this.countsParts = scale.perBlock !== scale.perPart * this.partsLeft;
    this.#isUsed = blocks.base.map(() => false);
    this.#count = blocks.base.map(() => 0);
  }

  /** Blocks that could hold it [count]. */
  get blocks(): number {
    return Math.ceil(this.#blocks.base.length / this.#scale.perBlock);
  }

  /** Nodes of a block among these. */
  nodesOf(block: number, nodes: NodeSet): NodeSet {
    const { perBlock } = this.#scale;
    const own = emptyNodeSet(nodes.length * 32);
    for (const base of this.#blocks.base.slice(block * perBlock, (block + 1) * perBlock)) addAll(own, base);
    keepOnly(own, nodes);
    return own;
  }

  /** Nodes of a block among these that it could use: those of as many parts as it may have [count]. */
  mostIn(block: number, nodes: NodeSet): number {
    const { perBlock, perPart } = this.#scale;
    const counts = this.#blocks.base.slice(block * perBlock, (block + 1) * perBlock).map((base) => countCommon(base, nodes));
    if (!this.countsParts) return counts.reduce((sum, count) => sum + count, 0);
    const parts: number[] = [];
    counts.forEach((count, index) => (parts[Math.floor(index / perPart)] = (parts[Math.floor(index / perPart)] ?? 0) + count));
    // A part that is not whole, at the end of all blocks, is not seen here.
    const whole = parts.slice(0, Math.floor(perBlock / perPart)).sort((a, b) => b - a);
    const largest = whole.slice(0, this.partsLeft);
    return largest.reduce((sum, count) => sum + count, 0);
  }

  /** All that follows is about this block. */
  enter(block: number): void {
    const { perBlock } = this.#scale;
    this.#first = block * perBlock;
    this.#end = Math.min(this.#blocks.base.length, this.#first + perBlock);
  }

  /** Base blocks with any of these nodes are used; whether that takes no more parts than there may be. */
  use(nodes: NodeSet): boolean {
    let last = -1;
    for (let index = this.#first; index < this.#end; index++) {
      if (this.#isUsed[index]) last = index;
      else if (overlaps(this.#blocks.base[index], nodes)) {
        this.#isUsed[index] = true;
        if (last >= 0 && this.#partOf(last) === this.#partOf(index)) continue;
        this.partsLeft--;
        last = index;
      }
    }
    return this.partsLeft >= 0;
  }

  /** The base blocks that are used. */
  used(): NodeSet[] {
    return this.#blocks.base.filter((_, index) => this.#isUsed[index]);
  }

  /** Nodes among these are what the other base blocks have. */
  count(nodes: NodeSet): void {
    for (let index = this.#first; index < this.#end; index++) {
      if (this.#isUsed[index]) continue;
      const own = countCommon(this.#blocks.base[index], nodes);
      this.#count[index] = own;
      this.#ofPart[this.#partOf(index)] = (this.#ofPart[this.#partOf(index)] ?? 0) + own;
    }
  }

  /** Which one to use next for so many nodes; undefined if all are used. */
  best(wanted: number): NextBase | undefined {
    let best: NextBase | undefined;
    for (let index = this.#first; index < this.#end; index++) {
      if (this.#isUsed[index]) continue;
      const opensPart = this.countsParts && !this.#isPartUsed(index);
      const other = { index, fits: this.#count[index] >= wanted, opensPart };
      if (best === undefined || this.#isBetter(other, best, wanted)) best = other;
    }
    return best;
  }

  /** It is used from now on; its nodes. */
  take({ index, opensPart }: NextBase): NodeSet {
    this.#isUsed[index] = true;
    if (opensPart) this.partsLeft--;
    return this.#blocks.base[index];
  }

  #partOf(index: number): number {
    return Math.floor(index / this.#scale.perPart);
  }

  #isPartUsed(index: number): boolean {
    const first = this.#partOf(index) * this.#scale.perPart;
    return this.#isUsed.slice(first, first + this.#scale.perPart).includes(true);
  }

  /** First as few parts as may be, then as few base blocks; the later one of two that are alike. */
  #isBetter(other: NextBase, best: NextBase, wanted: number): boolean {
    if (this.countsParts && this.#partOf(other.index) !== this.#partOf(best.index)) {
      if (other.opensPart !== best.opensPart) return best.opensPart;
      const [own, theirs] = [this.#ofPart[this.#partOf(other.index)], this.#ofPart[this.#partOf(best.index)]];
      if (own >= wanted !== theirs >= wanted) return own >= wanted;
      if (own !== theirs) return own >= wanted ? own < theirs : own > theirs;
    }
    const [own, theirs] = [this.#count[other.index], this.#count[best.index]];
    if (other.fits !== best.fits) return other.fits;
    return other.fits ? own <= theirs : own >= theirs;
  }
}
