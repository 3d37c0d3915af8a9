/**
 * The blocks of topology/block and their sizes: base blocks in the order of topology.conf, of which each two, four, eight ...
 * that stand side by side are a larger one, if BlockSizes names its size. Source: Slurm 26.05,
 * src/plugins/topology/block/block_record.c; eval_nodes_block.c, _get_block_level.
 */
import { addAll, emptyNodeSet, nodeSetOf } from '../node-set.ts';
import type { NodeSet } from '../node-set.ts';
import type { SlurmSwitch } from '../../../slurm.ts';

/** What blocks are put together to if BlockSizes is not given: up to sixteen base blocks. */
const USUAL_LEVELS = [0, 1, 2, 3, 4];

/** Into how many base blocks a request is packed. */
export interface BlockScale {
  /** Base blocks of the block that must hold it [count]. */
  readonly perBlock: number;
  /** Base blocks of the largest smaller ones, of which it uses as few as may be [count]. */
  readonly perPart: number;
}

export class Blocks {
  readonly base: readonly NodeSet[];
  /** Nodes that are in any of them. */
  readonly all: NodeSet;
  /** Nodes that a base block is planned with [count]. */
  readonly baseSize: number;
  /** Powers of two: base blocks of each kind of block, ascending. */
  readonly #levels: readonly number[];

  /** `sizes`: BlockSizes [nodes]; empty if they are not given. */
  constructor(blocks: readonly SlurmSwitch[], sizes: readonly number[], nodes: number) {
    this.base = blocks.map(({ nodes: own }) => nodeSetOf(nodes, own));
    this.all = emptyNodeSet(nodes);
    for (const own of this.base) addAll(this.all, own);
    this.baseSize = sizes[0] ?? blocks[0].nodes.length;
    this.#levels = sizes.length === 0 ? USUAL_LEVELS : sizes.map((size) => Math.log2(size / this.baseSize)).sort((a, b) => a - b);
  }

  /** For so many nodes that are to be near each other. */
  scaleOf(nodes: number): BlockScale {
    const wanted = Math.ceil(Math.log2(Math.max(1, Math.ceil(nodes / this.baseSize))));
    const level = this.#levels.find((one) => one >= wanted);
    const below = wanted === 0 ? 0 : (this.#levels.findLast((one) => one < wanted) ?? 0);
    return { perBlock: level === undefined ? this.base.length : 2 ** level, perPart: 2 ** below };
  }
}
