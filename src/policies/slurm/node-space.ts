/**
 * What backfill has promised: which nodes are left over the time of its window. Made anew in each of its cycles; running
 * jobs do not stand in it. Source: Slurm 22.05, src/plugins/sched/backfill/backfill.c, node_space_map_t.
 */
import type { LicenseCounts } from './licenses.ts';
import type { NodeSet } from './node-set.ts';
import { SpaceRows } from './space-rows.ts';

/** What is left of some nodes over a time, and when it is worth to look again. */
export interface NodesLeft {
  /** Overwritten when the next question is asked. */
  readonly nodes: NodeSet;
  /** The end of the first row behind which there are nodes that are not there before it [Unix ms]; 0 = none. */
  readonly later: number;
  /** Whether the licences are there, too. */
  readonly licensed: boolean;
}

export class NodeSpace {
  readonly #rows: SpaceRows;
  readonly #resolution: number;
  readonly #left: NodeSet;
  /** Rows that were ever made: those that were joined again still count towards the limit of the table. */
  records = 1;

  /** `licenses`: those that are left now; absent if they are not planned. */
  constructor(up: NodeSet, begin: number, end: number, resolution: number, licenses?: Record<string, number>) {
    this.#rows = new SpaceRows(up, begin, end, licenses);
    this.#resolution = resolution;
    this.#left = new Uint32Array(up.length);
  }

  /** What is left of `nodes` throughout [start, end], the end included as Slurm does. */
  leftOf(nodes: NodeSet, start: number, end: number, licenses?: LicenseCounts): NodesLeft {
    const rows = this.#rows;
    const left = this.#left;
    left.set(nodes);
    let later = 0;
    let licensed = true;
    for (let row = rows.firstAfter(start); row < rows.count; row++) {
      if (later === 0 && row + 1 < rows.count && rows.hasMore(row, nodes, left)) later = rows.end[row];
      if (rows.begin[row] > end) break;
      rows.keepFrom(row, left);
      if (licenses === undefined || rows.hasLicenses(row, licenses)) continue;
      licensed = false;
      later = rows.end[row];
    }
    return { nodes: left, later, licensed };
  }

  /** Whether a promise on `nodes` in [start, end) would break one that was made before. */
  breaks(nodes: NodeSet, start: number, end: number, licenses?: LicenseCounts): boolean {
    const rows = this.#rows;
    for (let row = rows.firstAfter(start); row < rows.count && rows.begin[row] < end; row++) {
      if (!rows.hasAll(row, nodes) || (licenses !== undefined && !rows.hasLicenses(row, licenses))) return true;
    }
    return false;
  }

  /** Takes nodes and licences away from [start, end), for one slot at least. Both are multiples of the resolution. */
  reserve(nodes: NodeSet, start: number, end: number, licenses?: LicenseCounts): void {
    const rows = this.#rows;
    const from = Math.max(start, rows.begin[0]);
    const until = Math.max(end, from + this.#resolution);
    let row = rows.firstAfter(from);
    if (row === rows.count) return;
    // Slurm makes a row even where one begins already at the start of the table.
    if (rows.begin[row] < from) this.#split(row++, from);
    else if (row === 0) this.records++;
    const first = row;
    for (; row < rows.count && rows.begin[row] < until; row++) {
      if (until < rows.end[row]) this.#split(row, until);
      rows.take(row, nodes, licenses);
    }
    this.#joinOnce(Math.max(0, first - 2), row);
  }

  #split(row: number, at: number): void {
    this.#rows.split(row, at);
    this.records++;
  }

  /** Joins the first two neighbours that have become alike. */
  #joinOnce(from: number, until: number): void {
    const rows = this.#rows;
    for (let row = from; row < until && row + 1 < rows.count; row++) if (rows.isLikeNext(row)) return rows.join(row);
  }
}
