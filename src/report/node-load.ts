import type { TimeWindow } from './chart.ts';
import type { PageTable } from './page-table.ts';
import { lastHeld } from './run-steps.ts';
import { orderByTime } from './time-order.ts';

/** What jobs held on nodes: a row for each job and node of its last run, or of what it last held of that. */
export interface NodeHolds {
  readonly nodes: readonly string[];
  readonly job: Uint32Array;
  /** Index into `nodes`. */
  readonly node: Uint32Array;
  /** [ms] */
  readonly from: Float64Array;
  /** [ms]; the end of the run for a job that was not over. */
  readonly until: Float64Array;
  /** [processors] */
  readonly held: Float64Array;
  /** The most that was held on each node at once [processors]: what a full node is drawn as. */
  readonly most: Float64Array;
}

/** A part of the nodes: from one up to, but not including, another. */
export interface NodeRange {
  readonly from: number;
  readonly until: number;
}

const known = new WeakMap<PageTable, NodeHolds>();

/** Undefined if no job has a placement. */
export function nodeHolds(table: PageTable, until: number): NodeHolds | undefined {
  if (table.placements === undefined) return undefined;
  let holds = known.get(table);
  if (holds === undefined) known.set(table, (holds = makeHolds(table, table.placements, until)));
  return holds;
}

function makeHolds(table: PageTable, placements: NonNullable<PageTable['placements']>, runEnd: number): NodeHolds {
  const { nodes, first, node, tasks } = placements;
  const size = node.length;
  const [job, on] = [new Uint32Array(size), Uint32Array.from(node)];
  const [from, until, held] = [new Float64Array(size), new Float64Array(size), new Float64Array(size)];
  const last = lastHeld(table);
  for (let row = 0; row < table.count; row++) {
    let all = 0;
    for (let entry = first[row]; entry < first[row + 1]; entry++) all += tasks[entry];
    for (let entry = first[row]; entry < first[row + 1]; entry++) {
      job[entry] = row;
      from[entry] = last.from[row];
      until[entry] = Number.isNaN(table.end[row]) ? runEnd : table.end[row];
      held[entry] = ((last.cpus[row] / 1000) * tasks[entry]) / Math.max(1, all);
    }
  }
  const holds = { nodes, job, node: on, from, until, held };
  return { ...holds, most: mostHeld(holds) };
}

function mostHeld({ nodes, node, from, until, held }: Omit<NodeHolds, 'most'>): Float64Array {
  const now = new Float64Array(nodes.length);
  const most = new Float64Array(nodes.length);
  const begins = orderByTime(from);
  const ends = orderByTime(until);
  for (let begun = 0, ended = 0; begun < begins.length;) {
    if (ended < ends.length && until[ends[ended]] <= from[begins[begun]]) {
      now[node[ends[ended]]] -= held[ends[ended++]];
      continue;
    }
    const entry = begins[begun++];
    now[node[entry]] += held[entry];
    most[node[entry]] = Math.max(most[node[entry]], now[node[entry]]);
  }
  return most;
}

/** How full the nodes were, as a grid of shares: rows of nodes, columns of time. */
export function loadGrid(holds: NodeHolds, window: TimeWindow, range: NodeRange, rows: number, columns: number): Float64Array {
  const grid = new Float64Array(rows * columns);
  const perRow = (range.until - range.from) / rows;
  const perColumn = (window.until - window.from) / columns;
  const capacity = capacityOfRows(holds, range, rows);
  for (let entry = 0; entry < holds.job.length; entry++) {
    const { [entry]: node } = holds.node;
    if (node < range.from || node >= range.until) continue;
    const from = (Math.max(holds.from[entry], window.from) - window.from) / perColumn;
    const until = (Math.min(holds.until[entry], window.until) - window.from) / perColumn;
    if (!(until > from)) continue;
    const row = Math.min(rows - 1, Math.floor((node - range.from) / perRow));
    const share = capacity[row] === 0 ? 0 : holds.held[entry] / capacity[row];
    for (let column = Math.floor(from); column < Math.min(columns, until); column++)
      grid[row * columns + column] += share * (Math.min(until, column + 1) - Math.max(from, column));
  }
  return grid;
}

function capacityOfRows({ most }: NodeHolds, { from, until }: NodeRange, rows: number): Float64Array {
  const capacity = new Float64Array(rows);
  const perRow = (until - from) / rows;
  for (let node = from; node < until; node++) capacity[Math.min(rows - 1, Math.floor((node - from) / perRow))] += most[node];
  return capacity;
}

/** Entries that lie in a window and a range, in their order; undefined if there are more than `limit`. */
export function entriesWithin(holds: NodeHolds, window: TimeWindow, range: NodeRange, limit: number): number[] | undefined {
  const found: number[] = [];
  for (let entry = 0; entry < holds.job.length; entry++) {
    if (!(holds.until[entry] > window.from && holds.from[entry] < window.until)) continue;
    if (holds.node[entry] < range.from || holds.node[entry] >= range.until) continue;
    if (found.length === limit) return undefined;
    found.push(entry);
  }
  return found;
}
