/** The rows of backfill's table, one behind the other in flat columns: every job that is planned goes through most of them. */
import type { LicenseCounts } from './licenses.ts';
import type { NodeSet } from './node-set.ts';

/** Rows that there is room for at first [count]. */
const FEW = 64;

export class SpaceRows {
  count = 1;
  /** Of each row, which is [begin, end) in Unix time [ms]. */
  readonly begin: number[];
  readonly end: number[];
  /** Of each row, one after the other: the nodes that are left. */
  #left: Uint32Array;
  readonly #words: number;
  /** Of each row: licences that are left; absent if they are not planned. */
  readonly #licenses: Record<string, number>[] | undefined;

  constructor(left: NodeSet, begin: number, end: number, licenses: Record<string, number> | undefined) {
    this.begin = [begin];
    this.end = [end];
    this.#words = left.length;
    this.#left = new Uint32Array(FEW * this.#words);
    this.#left.set(left);
    this.#licenses = licenses === undefined ? undefined : [licenses];
  }

  /** The first row that is not over at this time [index]; `count` if all are. */
  firstAfter(time: number): number {
    const { end } = this;
    let from = 0;
    let until = this.count;
    while (from < until) {
      const middle = (from + until) >>> 1;
      if (end[middle] > time) until = middle;
      else from = middle + 1;
    }
    return from;
  }

  /** Whether the row behind this one leaves some of the nodes that are gone by now, or are in this row. */
  hasMore(row: number, nodes: NodeSet, left: NodeSet): boolean {
    const all = this.#left;
    const words = this.#words;
    for (let word = 0, at = row * words; word < words; word++, at++) {
      if ((all[at + words] & nodes[word] & ~(left[word] & all[at])) !== 0) return true;
    }
    return false;
  }

  /** Takes from `nodes` what the row does not leave. */
  keepFrom(row: number, nodes: NodeSet): void {
    const all = this.#left;
    const words = this.#words;
    for (let word = 0, at = row * words; word < words; word++, at++) nodes[word] &= all[at];
  }

  hasAll(row: number, nodes: NodeSet): boolean {
    const all = this.#left;
    const words = this.#words;
    for (let word = 0, at = row * words; word < words; word++, at++) if ((nodes[word] & ~all[at]) !== 0) return false;
    return true;
  }

  hasLicenses(row: number, licenses: LicenseCounts): boolean {
    const left = this.#licenses?.[row];
    return left === undefined || Object.entries(licenses).every(([name, count]) => count <= (left[name] ?? 0));
  }

  take(row: number, nodes: NodeSet, licenses: LicenseCounts = {}): void {
    const all = this.#left;
    const words = this.#words;
    for (let word = 0, at = row * words; word < words; word++, at++) all[at] &= ~nodes[word];
    const left = this.#licenses?.[row];
    if (left === undefined) return;
    for (const [name, count] of Object.entries(licenses)) left[name] = Math.max(0, (left[name] ?? 0) - count);
  }

  /** The row ends there, and another one with the same follows. */
  split(row: number, at: number): void {
    const words = this.#words;
    if ((this.count + 1) * words > this.#left.length) this.#grow();
    this.#left.copyWithin((row + 1) * words, row * words, this.count * words);
    this.begin.splice(row + 1, 0, at);
    this.end.splice(row, 0, at);
    this.#licenses?.splice(row, 0, { ...this.#licenses[row] });
    this.count++;
  }

  /** Whether it has the same as the row behind it. */
  isLikeNext(row: number): boolean {
    const all = this.#left;
    const words = this.#words;
    for (let word = 0, at = row * words; word < words; word++, at++) if (all[at] !== all[at + words]) return false;
    const [own, next] = [this.#licenses?.[row] ?? {}, this.#licenses?.[row + 1] ?? {}];
    return this.#licenses === undefined || Object.keys(own).every((name) => own[name] === next[name]);
  }

  /** Joins it with the row behind it. */
  join(row: number): void {
    const words = this.#words;
    this.#left.copyWithin((row + 1) * words, (row + 2) * words, this.count * words);
    this.end.splice(row, 1);
    this.begin.splice(row + 1, 1);
    this.#licenses?.splice(row + 1, 1);
    this.count--;
  }

  #grow(): void {
    const more = new Uint32Array(this.#left.length * 2);
    more.set(this.#left);
    this.#left = more;
  }
}
