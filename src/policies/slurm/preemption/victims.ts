/**
 * Which jobs have to go so that another one fits: candidates are let go one by one until it does; then those whose nodes
 * it would use come to the front, and it is tried again. Source: Slurm 22.05, cons_common/job_test.c, _run_now.
 */
import type { JobDemand } from '../demand.ts';
import { countCommon, overlaps } from '../node-set.ts';
import type { NodeSet } from '../node-set.ts';
import type { Allocation, Running } from '../running.ts';
import type { Selection } from '../selection.ts';
import type { Overlay } from '../sharing/overlay.ts';

export interface VictimSearch {
  readonly running: Running;
  readonly selection: Selection;
  /** Absent if every core has one job. */
  readonly overlay?: Overlay | undefined;
  /** preempt_reorder_count */
  readonly reorderCount: number;
  /** preempt_strict_order */
  readonly strictOrder: boolean;
  /** Whether the job can be made to give its nodes back: not if it is only suspended. */
  readonly isRemovable: (allocation: Allocation) => boolean;
}

/** Among `candidates`, in their order. Empty if not even all of them make room on `nodes`. */
export function chooseVictims(
  search: VictimSearch,
  demand: JobDemand,
  nodes: NodeSet,
  candidates: readonly Allocation[],
): Allocation[] {
  let order = [...candidates];
  for (let pass = 0; ; pass++) {
    const found = letGo(search, demand, nodes, order);
    if (found === undefined) return [];
    const { last, chosen } = found;
    if (pass > search.reorderCount || order.length <= pass + 1) {
      return order.slice(0, last + 1).filter((one) => search.isRemovable(one) && overlaps(one.nodes, chosen));
    }
    order = search.strictOrder ? bringForward(order, last) : reorder(order, last, chosen);
  }
}

/** Lets candidates go until the job fits: the last of them, and the nodes that the job would get. */
function letGo(
  { running, selection, overlay, isRemovable }: VictimSearch,
  demand: JobDemand,
  nodes: NodeSet,
  order: readonly Allocation[],
): { readonly last: number; readonly chosen: NodeSet } | undefined {
  const books = running.books.copy();
  const rows = overlay?.rows.copy();
  for (let last = 0; last < order.length; last++) {
    const { shares, whole, nodes: own } = order[last];
    if (!isRemovable(order[last]) || !overlaps(own, nodes)) continue;
    books.give(shares, whole);
    rows?.remove(order[last]);
    const found =
      overlay === undefined || rows === undefined
        ? selection.choose(books, demand, nodes)
        : overlay.chooseFrom(rows, demand, nodes, 'now', 'usual');
    if (found !== undefined) return { last, chosen: running.nodesOf(found) };
  }
  return undefined;
}

/** The job that made room first, all others as they were. */
function bringForward(order: readonly Allocation[], last: number): Allocation[] {
  return [order[last], ...order.slice(0, last), ...order.slice(last + 1)];
}

/** The job that made room first, then those before it by the nodes of theirs that were chosen, then those behind it. */
function reorder(order: readonly Allocation[], last: number, chosen: NodeSet): Allocation[] {
  const used = order.map(({ nodes }, index) => (index < last ? countCommon(nodes, chosen) : index === last ? Infinity : 0));
  return order
    .map((_, index) => index)
    .sort((a, b) => (used[a] === used[b] ? a - b : used[b] - used[a]))
    .map((index) => order[index]);
}
