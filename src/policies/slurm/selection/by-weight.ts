/**
 * Ways of choosing that go through the nodes of each weight, the lightest first, and take one after the other: all of
 * them (--spread-job), those that are in use first (bf_busy_nodes), from the end (pack_serial_at_end), or the least
 * loaded (LLN). Source: Slurm 22.05, src/plugins/select/cons_tres/job_test.c, _eval_nodes_spread, _eval_nodes_busy,
 * _eval_nodes_serial and _eval_nodes_lln.
 */
import { hasNode } from '../node-set.ts';
import type { NodeSet } from '../node-set.ts';
import type { Search } from './search.ts';

export type WeightRule = 'spread' | 'busy' | 'serial' | 'least-loaded';

/** `idle`: nodes without jobs. Whether enough was found; the nodes that the job names have been taken already. */
export function chooseByWeight(search: Search, rule: WeightRule, idle?: NodeSet): boolean {
  if (search.isDone) return true;
  for (const nodes of byWeight(search)) {
    if (search.maxNodes <= 0) break;
    if (rule === 'least-loaded') takeLeastLoaded(search, nodes);
    else takeInTurn(search, inOrder(nodes, rule, idle));
    if (search.isDone) return true;
  }
  return search.isEnough;
}

/** Nodes with room that are not chosen yet, by weight. */
function byWeight(search: Search): number[][] {
  const { processors, weight } = search.room;
  const classes = new Map<number, number[]>();
  for (let node = 0; node < processors.length; node++) {
    if (processors[node] === 0 || search.has(node)) continue;
    const known = classes.get(weight[node]);
    if (known === undefined) classes.set(weight[node], [node]);
    else known.push(node);
  }
  return [...classes].sort(([a], [b]) => a - b).map(([, nodes]) => nodes);
}

function inOrder(nodes: number[], rule: WeightRule, idle: NodeSet | undefined): readonly number[] {
  if (rule === 'serial') return nodes.reverse();
  if (rule === 'spread' || idle === undefined) return nodes;
  const isIdle = (node: number) => hasNode(idle, node);
  return [...nodes.filter((node) => !isIdle(node)), ...nodes.filter(isIdle)];
}

function takeInTurn(search: Search, nodes: readonly number[]): void {
  for (const node of nodes) {
    if (search.maxNodes <= 0 || search.isDone) return;
    search.take(node);
  }
}

/** Again and again the node of which the largest share is free; a node as free as the last one is taken at once. */
function takeLeastLoaded(search: Search, nodes: readonly number[]): void {
  const { room } = search;
  let last = -1;
  while (search.maxNodes > 0 && !search.isDone) {
    let best = -1;
    for (const node of nodes) {
      if (search.has(node)) continue;
      if (best >= 0 && room.free(best) * room.total(node) >= room.free(node) * room.total(best)) continue;
      best = node;
      if (room.free(best) === last) break;
    }
    if (best < 0) return;
    last = room.free(best);
    if (!search.take(best)) return;
  }
}
