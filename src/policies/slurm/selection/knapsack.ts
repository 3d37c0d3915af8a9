/**
 * If the nodes that look best do not work out, because the job may not have so many of them, those with little are left
 * out one step after the other. Source: Slurm 22.05, src/plugins/select/cons_tres/job_test.c, choose_nodes.
 */
import type { GroupAsk } from './ask.ts';
import type { Room } from './room.ts';
import { Search } from './search.ts';
import type { Bounds } from './search.ts';

const PROCESSOR = 1000;

/** Tries on and on; undefined if nothing works. */
export function searchWithFewer(
  ask: GroupAsk,
  room: Room,
  bounds: Bounds,
  required: readonly number[],
  choose: (search: Search) => boolean,
): Search | undefined {
  const { processors, gpus } = room;
  // No choice among the nodes makes up for what all of them together lack.
  if (room.sum < bounds.processors) return undefined;
  const first = new Search(ask, room, bounds);
  if (choose(first)) return first;
  const resources = (node: number) => Math.floor(processors[node] / PROCESSOR) + (ask.gres.length > 0 ? gpus[node] : 0);
  let nodes = Array.from(processors.keys()).filter((node) => processors[node] > 0);
  let most = nodes.reduce((sum, node) => Math.max(sum, resources(node)), 0);
  for (let count = 1; count < most && nodes.length > bounds.minNodes; count++) {
    const kept = nodes.filter((node) => resources(node) > count || required.includes(node));
    if (kept.length === nodes.length && count > 1) continue;
    drop(room, nodes, kept, bounds.minNodes);
    nodes = nodes.filter((node) => processors[node] > 0);
    const search = new Search(ask, room, bounds);
    if (choose(search)) return search;
    most = nodes.reduce((sum, node) => Math.max(sum, resources(node)), 0);
  }
  return undefined;
}

/** Takes away what is not kept, but leaves as many nodes as are needed. */
function drop({ processors }: Room, nodes: readonly number[], kept: readonly number[], minNodes: number): void {
  const stays = new Set(kept);
  let left = nodes.length;
  for (const node of nodes) {
    if (left <= minNodes) return;
    if (stays.has(node)) continue;
    processors[node] = 0;
    left--;
  }
}
