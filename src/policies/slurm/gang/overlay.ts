/**
 * Where a job goes where gangs share nodes: on what is idle, else over jobs of lower partitions, else, if its partition lets
 * jobs share, into one of its rows. Source: Slurm 22.05, cons_common/job_test.c, _job_test, steps 1 to 4.
 * Departs from it in that processors are counted, not named: which of them two jobs share is not known.
 */
import { Books } from '../books.ts';
import type { JobDemand } from '../demand.ts';
import type { Machine } from '../machine.ts';
import type { NodeSet } from '../node-set.ts';
import type { Allocation } from '../running.ts';
import type { Selection } from '../selection.ts';
import type { Share } from '../share.ts';

export interface OverlaySettings {
  readonly machine: Machine;
  readonly selection: Selection;
  /** Tier of each partition. */
  readonly tiers: readonly number[];
  /** Jobs that may share a resource, of each partition. */
  readonly rows: readonly number[];
  /** Of each partition: whether others may be put over its jobs. */
  readonly yields: readonly boolean[];
}

export function chooseOver(
  settings: OverlaySettings,
  allocations: readonly Allocation[],
  demand: JobDemand,
  nodes: NodeSet,
): Share[] | undefined {
  const { selection, tiers, rows, yields, machine } = settings;
  const { partition } = demand;
  const own = tiers[partition];
  const choose = (keeps: (allocation: Allocation) => boolean) =>
    selection.choose(viewOf(machine, allocations, keeps), demand, nodes);
  const idle = choose(() => true);
  if (idle !== undefined) return idle;
  const isLower = (allocation: Allocation) => tiers[allocation.partition] < own && yields[allocation.partition];
  let over = choose((allocation) => !isLower(allocation));
  if (over !== undefined) {
    // Lower partitions are spared as far as that goes, the highest of them first.
    const lower = [...new Set(allocations.filter(isLower).map((allocation) => allocation.partition))];
    lower.sort((a, b) => tiers[b] - tiers[a] || a - b);
    const spared = new Set<number>();
    for (const one of lower) {
      spared.add(one);
      const less = choose((allocation) => !isLower(allocation) || spared.has(allocation.partition));
      if (less === undefined) break;
      over = less;
    }
    return over;
  }
  for (const row of rows[partition] > 1 ? rowsOf(machine, allocations, partition, rows[partition]) : []) {
    const found = choose(
      (allocation) => row.includes(allocation) || (allocation.partition !== partition && !isLower(allocation)),
    );
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What is left beside some jobs; of all others, the memory and the generic resources are held too. */
function viewOf(machine: Machine, allocations: readonly Allocation[], keeps: (allocation: Allocation) => boolean): Books {
  const books = new Books(machine);
  for (const allocation of allocations) {
    if (!keeps(allocation)) books.take(memoryOf(allocation.shares), allocation.whole);
    // Jobs in other rows, or over each other, hold the same processors: those count once.
    else if (hasRoom(books, allocation.shares)) books.take(allocation.shares, allocation.whole);
    else books.take(restOf(books, allocation.shares), allocation.whole);
  }
  return books;
}

/** The jobs of a partition in rows, in none of which two hold the same. The fullest row comes first. */
function rowsOf(machine: Machine, allocations: readonly Allocation[], partition: number, count: number): Allocation[][] {
  const rows = Array.from({ length: count }, () => ({ jobs: [] as Allocation[], books: new Books(machine), units: 0 }));
  for (const allocation of allocations) {
    if (allocation.partition !== partition) continue;
    const row = rows.find(({ books }) => hasRoom(books, allocation.shares)) ?? rows[0];
    row.jobs.push(allocation);
    row.books.take(allocation.shares, false);
    row.units += allocation.shares.reduce((sum, { held }) => sum + held.units, 0);
  }
  return rows.sort((a, b) => b.units - a.units).map(({ jobs }) => jobs);
}

export function hasRoom(books: Books, shares: readonly Share[]): boolean {
  return shares.every(({ node, request, tasks, held }) => {
    return books.units[node] >= held.units && books.fitting(node, request, tasks) >= tasks;
  });
}

/** What a suspended job keeps. */
export function memoryOf(shares: readonly Share[]): Share[] {
  return shares.map((share) => ({ ...share, tasks: 0, held: { ...share.held, units: 0 } }));
}

/** As much of what a job holds as is still there. */
function restOf(books: Books, shares: readonly Share[]): Share[] {
  return shares.map((share) => {
    const tasks = Math.max(0, books.fitting(share.node, share.request, share.tasks));
    return { ...share, tasks, held: { ...share.held, units: Math.max(0, Math.min(share.held.units, books.units[share.node])) } };
  });
}
