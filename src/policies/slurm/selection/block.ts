/**
 * topology/block: a job stands within one block, the smallest kind that may hold it, and there in as few base blocks as may
 * be; with --segment that is so for each of its segments. No other rule for the choice of nodes counts beside it.
 * Source: Slurm 26.05, src/plugins/topology/block/eval_nodes_block.c.
 */
import { keepOnly, membersOf, nodeSetOf, removeAll } from '../node-set.ts';
import type { NodeSet } from '../node-set.ts';
import { BlockPart } from './block-part.ts';
import type { Blocks } from './blocks.ts';
import type { Room } from './room.ts';
import { Search } from './search.ts';

/** Whether enough was found. `segment`: nodes of each [count]; 0 = not asked for. */
export function chooseInBlocks(search: Search, blocks: Blocks, required: readonly number[], segment: number): boolean {
  const { minNodes, wantedNodes } = search.bounds;
  const nodes = nodesWithRoom(search.room);
  const size = Math.min(minNodes, wantedNodes);
  const count = segment > 0 && segment <= size ? size / segment : 1;
  if (!Number.isInteger(count)) return false;
  if (count > 1) return chooseSegments(search, blocks, among(nodes, required, size), segment, count);
  if (!search.takeAll(required)) return false;
  return new BlockPart({ search, blocks, nodes, size, slack: Math.max(0, wantedNodes - minNodes) }, required).choose();
}

/** One after the other, none on the nodes of another one. */
function chooseSegments(search: Search, blocks: Blocks, nodes: NodeSet, segment: number, count: number): boolean {
  const { maxNodes, processors, whole } = search.bounds;
  const bounds = {
    minNodes: segment,
    wantedNodes: segment,
    maxNodes: Math.floor(maxNodes / count),
    processors: Math.floor(processors / count),
    whole,
  };
  for (let index = 0; index < count; index++) {
    const own = new Search(search.ask, search.room, bounds);
    if (!new BlockPart({ search: own, blocks, nodes, size: segment, slack: 0 }, []).choose()) return false;
    search.takeAll(own.picked);
    removeAll(nodes, own.pickedSet);
  }
  return true;
}

/** Where the job names nodes, its segments stand on those; nowhere if they are too few. */
function among(nodes: NodeSet, required: readonly number[], size: number): NodeSet {
  if (required.length === 0) return nodes;
  const named = nodeSetOf(nodes.length * 32, required.length < size ? [] : required);
  keepOnly(named, nodes);
  return named;
}

/** Without those that were left out since they were measured. */
function nodesWithRoom({ there, processors }: Room): NodeSet {
  return nodeSetOf(
    processors.length,
    membersOf(there).filter((node) => processors[node] > 0),
  );
}
