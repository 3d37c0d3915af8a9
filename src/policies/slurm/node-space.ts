/**
 * What backfill has promised: which nodes are left over the time of its window. Made anew in each of its cycles; running
 * jobs do not stand in it. Source: Slurm 22.05, src/plugins/sched/backfill/backfill.c, node_space_map_t.
 */
import { isSameSet, isWithin, keepOnly, removeAll } from './node-set.ts';
import type { LicenseCounts } from './licenses.ts';
import type { NodeSet } from './node-set.ts';

/** [begin, end) in Unix time [ms]. */
interface Row {
  begin: number;
  end: number;
  readonly left: NodeSet;
  /** Licences that are left; absent if they are not planned. */
  readonly licenses?: Record<string, number>;
}

/** What is left of some nodes over a time, and when it is worth to look again. */
export interface NodesLeft {
  readonly nodes: NodeSet;
  /** The end of the first row behind which there are nodes that are not there before it [Unix ms]; 0 = none. */
  readonly later: number;
  /** Whether the licences are there, too. */
  readonly licensed: boolean;
}

export class NodeSpace {
  readonly #rows: Row[];
  readonly #resolution: number;
  /** Rows that were ever made: those that were joined again still count towards the limit of the table. */
  records = 1;

  /** `licenses`: those that are left now; absent if they are not planned. */
  constructor(up: NodeSet, begin: number, end: number, resolution: number, licenses?: Record<string, number>) {
    this.#rows = [{ begin, end, left: up.slice(), ...(licenses === undefined ? {} : { licenses }) }];
    this.#resolution = resolution;
  }

  /** What is left of `nodes` throughout [start, end], the end included as Slurm does. */
  leftOf(nodes: NodeSet, start: number, end: number, licenses?: LicenseCounts): NodesLeft {
    const rows = this.#rows;
    const left = nodes.slice();
    let later = 0;
    let licensed = true;
    for (let index = this.#rowAt(start); index < rows.length; index++) {
      const row = rows[index];
      if (later === 0 && index + 1 < rows.length && hasMore(rows[index + 1].left, nodes, left, row.left)) later = row.end;
      if (row.begin > end) break;
      keepOnly(left, row.left);
      if (hasLicenses(row, licenses)) continue;
      licensed = false;
      later = row.end;
    }
    return { nodes: left, later, licensed };
  }

  /** Whether a promise on `nodes` in [start, end) would break one that was made before. */
  breaks(nodes: NodeSet, start: number, end: number, licenses?: LicenseCounts): boolean {
    const rows = this.#rows;
    for (let index = this.#rowAt(start); index < rows.length && rows[index].begin < end; index++) {
      if (!isWithin(nodes, rows[index].left) || !hasLicenses(rows[index], licenses)) return true;
    }
    return false;
  }

  /** Takes nodes and licences away from [start, end), for one slot at least. Both are multiples of the resolution. */
  reserve(nodes: NodeSet, start: number, end: number, licenses?: LicenseCounts): void {
    const rows = this.#rows;
    const from = Math.max(start, rows[0].begin);
    const until = Math.max(end, from + this.#resolution);
    let index = this.#rowAt(from);
    if (index === rows.length) return;
    // Slurm makes a row even where one begins already at the start of the table.
    if (rows[index].begin < from) this.#split(index++, from);
    else if (index === 0) this.records++;
    const first = index;
    for (; index < rows.length && rows[index].begin < until; index++) {
      if (until < rows[index].end) this.#split(index, until);
      removeAll(rows[index].left, nodes);
      takeLicenses(rows[index], licenses);
    }
    this.#joinOnce(Math.max(0, first - 2), index);
  }

  /** The first row that is not over at this time [index]; their number if all are. */
  #rowAt(time: number): number {
    let from = 0;
    let until = this.#rows.length;
    while (from < until) {
      const middle = (from + until) >>> 1;
      if (this.#rows[middle].end > time) until = middle;
      else from = middle + 1;
    }
    return from;
  }

  #split(index: number, at: number): void {
    const row = this.#rows[index];
    const licenses = row.licenses === undefined ? {} : { licenses: { ...row.licenses } };
    this.#rows.splice(index + 1, 0, { begin: at, end: row.end, left: row.left.slice(), ...licenses });
    row.end = at;
    this.records++;
  }

  /** Joins the first two neighbours that have become alike. */
  #joinOnce(from: number, until: number): void {
    const rows = this.#rows;
    for (let index = from; index < until && index + 1 < rows.length; index++) {
      if (!isSameSet(rows[index].left, rows[index + 1].left) || !hasSameLicenses(rows[index], rows[index + 1])) continue;
      rows[index].end = rows[index + 1].end;
      rows.splice(index + 1, 1);
      return;
    }
  }
}

/** Whether the next row leaves some of the nodes that are gone by now. */
function hasMore(next: NodeSet, nodes: NodeSet, left: NodeSet, now: NodeSet): boolean {
  for (let word = 0; word < nodes.length; word++) {
    if ((next[word] & nodes[word] & ~(left[word] & now[word])) !== 0) return true;
  }
  return false;
}

function hasLicenses({ licenses: left }: Row, licenses?: LicenseCounts): boolean {
  if (left === undefined || licenses === undefined) return true;
  return Object.entries(licenses).every(([name, count]) => count <= (left[name] ?? 0));
}

function takeLicenses({ licenses: left }: Row, licenses: LicenseCounts = {}): void {
  if (left === undefined) return;
  for (const [name, count] of Object.entries(licenses)) left[name] = Math.max(0, (left[name] ?? 0) - count);
}

function hasSameLicenses({ licenses: a }: Row, { licenses: b }: Row): boolean {
  if (a === undefined || b === undefined) return a === b;
  return Object.keys(a).every((name) => a[name] === b[name]);
}
