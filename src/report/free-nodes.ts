import type { PoolFacts } from '../results/pool-facts.ts';
import type { PagePlacements, PageTable } from './page-table.ts';
import { lastHeld, lastTime } from './run-steps.ts';
import { orderByTime } from './time-order.ts';

/** What is counted on nodes. */
export type Resource = 'gpus' | 'processors';

/** How much of what was free could have been used by requests of each size, over time. */
export interface FreeSteps {
  /** There are of it [count]. */
  readonly total: number;
  /** Requests on one node that are looked at, ascending; each divides the next [count]. */
  readonly sizes: readonly number[];
  /** [ms]; the last is the end of the run. */
  readonly time: Float64Array;
  /** For each size [count]: that of size 1 is all that is free in whole pieces. */
  readonly usable: readonly Float64Array[];
}

/** What a node has, in thousandths as jobs hold it. */
interface Capacities {
  /** Of the nodes that ever held a job. */
  readonly ofNode: Float64Array;
  /** Of the nodes that never did, by what each has [nodes]. */
  readonly untouched: ReadonlyMap<number, number>;
  readonly largest: number;
  readonly total: number;
}

/**
 * Undefined where the nodes are not known. A node with 7 free takes one request of 4, so that 4 of them are usable for
 * it. Jobs of several task groups are counted as if all their tasks were alike, nodes that are down as if they were
 * free, and of an interrupted job the last run only, of one that was resized what it held last: that is what tables of jobs hold.
 */
export function freeSteps(table: PageTable, pools: readonly PoolFacts[], resource: Resource): FreeSteps | undefined {
  if (table.placements === undefined) return undefined;
  const capacities = capacitiesOf(table.placements.nodes, pools, resource);
  if (capacities === undefined || capacities.largest < 1000) return undefined;
  const sizes = sizesOf(capacities.largest / 1000);
  const held = heldOn(table, table.placements, resource);
  return { total: capacities.total / 1000, sizes, ...sweep(held, capacities, sizes, lastTime(table)) };
}

function capacitiesOf(nodes: readonly string[], pools: readonly PoolFacts[], resource: Resource): Capacities | undefined {
  const indexOf = new Map(nodes.map((name, index) => [name, index]));
  const ofNode = new Float64Array(nodes.length).fill(NaN);
  const untouched = new Map<number, number>();
  let [largest, total] = [0, 0];
  for (const pool of pools) {
    const each = Math.round(1000 * (resource === 'gpus' ? pool.gpus : pool.cpus));
    largest = Math.max(largest, each);
    total += each * pool.nodes;
    let idle = pool.nodes;
    for (let node = 0; node < pool.nodes; node++) {
      const index = indexOf.get(pool.node_names?.[node] ?? `${pool.name}${node}`);
      if (index === undefined) continue;
      ofNode[index] = each;
      idle--;
    }
    untouched.set(each, (untouched.get(each) ?? 0) + idle);
  }
  return ofNode.some(Number.isNaN) ? undefined : { ofNode, untouched, largest, total };
}

/** 1, 2, 4 and 8 as far as a node has them; of larger nodes also a quarter, a half and the whole of one. */
export function sizesOf(largest: number): number[] {
  if (largest < 16) return [1, 2, 4, 8].filter((size) => size <= largest);
  const quarter = Math.floor(largest / 4);
  return [1, quarter, 2 * quarter, 4 * quarter];
}

/** Pieces of jobs on nodes, as columns. */
interface Held {
  readonly node: Float64Array;
  readonly from: Float64Array;
  readonly until: Float64Array;
  /** [thousandths] */
  readonly amount: Float64Array;
}

function heldOn(table: PageTable, { first, node, tasks }: PagePlacements, resource: Resource): Held {
  const [from, until] = [new Float64Array(node.length), new Float64Array(node.length)];
  const amount = new Float64Array(node.length);
  const last = lastHeld(table);
  const amounts = resource === 'gpus' ? last.gpus : last.cpus;
  const end = lastTime(table);
  for (let row = 0; row < table.count; row++) {
    let all = 0;
    for (let entry = first[row]; entry < first[row + 1]; entry++) all += tasks[entry];
    for (let entry = first[row]; entry < first[row + 1]; entry++) {
      from[entry] = last.from[row];
      until[entry] = Number.isNaN(table.end[row]) ? end : table.end[row];
      amount[entry] = Math.round((amounts[row] * tasks[entry]) / Math.max(1, all));
    }
  }
  return { node, from, until, amount };
}

/** Walks over all beginnings and ends in the order of time; ends come first. */
function sweep({ node, from, until, amount }: Held, { ofNode, untouched }: Capacities, sizes: readonly number[], end: number) {
  const free = ofNode.slice();
  const now = sizes.map((size) => usableAtFirst(ofNode, untouched, size));
  const begins = orderByTime(from);
  const ends = orderByTime(until);
  const time = new Float64Array(begins.length + ends.length + 2);
  const usable = sizes.map(() => new Float64Array(time.length));
  let steps = 0;
  const note = (instant: number) => {
    if (steps === 0 || time[steps - 1] !== instant) time[steps++] = instant;
    for (let size = 0; size < sizes.length; size++) usable[size][steps - 1] = now[size];
  };
  const change = (on: number, by: number) => {
    for (let size = 0; size < sizes.length; size++)
      now[size] += wholePieces(free[on] + by, sizes[size]) - wholePieces(free[on], sizes[size]);
    free[on] += by;
  };
  note(0);
  for (let begun = 0, ended = 0; begun < begins.length || ended < ends.length;) {
    const entry = ended < ends.length && !(begun < begins.length && from[begins[begun]] < until[ends[ended]]) ? ends[ended] : -1;
    if (entry >= 0) {
      ended++;
      // One that never began holds nothing.
      if (Number.isNaN(from[entry])) continue;
      change(node[entry], amount[entry]);
      note(until[entry]);
    } else {
      change(node[begins[begun]], -amount[begins[begun]]);
      note(from[begins[begun++]]);
    }
  }
  note(Math.max(end, time[steps - 1]));
  return { time: time.slice(0, steps), usable: usable.map((column) => column.slice(0, steps)) };
}

/** Of so much [thousandths], what requests of a size can take; [count]. */
function wholePieces(free: number, size: number): number {
  return free <= 0 ? 0 : Math.floor(free / (1000 * size)) * size;
}

function usableAtFirst(ofNode: Float64Array, untouched: ReadonlyMap<number, number>, size: number): number {
  let sum = 0;
  for (const each of ofNode) sum += wholePieces(each, size);
  for (const [each, nodes] of untouched) sum += nodes * wholePieces(each, size);
  return sum;
}
