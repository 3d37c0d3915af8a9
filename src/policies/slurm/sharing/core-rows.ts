/**
 * Which cores jobs hold, where jobs may share them: each partition has as many rows as jobs may share a core, and in no row do
 * two jobs hold the same one. Source: Slurm 22.05, src/plugins/select/cons_common/part_data.c; job_resources.c,
 * job_res_add_job and job_res_rm_job. Departs from it in that a job takes the lowest cores of a node that are left to it,
 * whatever sockets they are on.
 */
import type { Allocation } from '../allocation.ts';
import type { Machine } from '../machine.ts';

/** Cores as bits, by node. */
export type Cores = bigint;

interface Row {
  jobs: Allocation[];
}

export class CoreRows {
  readonly #machine: Machine;
  /** Of each partition. */
  readonly #rows: Row[][];
  /** Jobs that hold memory and generic resources, with cores or without. */
  readonly #holders = new Map<number, Allocation>();

  /** `counts`: rows of each partition. */
  constructor(machine: Machine, counts: readonly number[]) {
    this.#machine = machine;
    this.#rows = counts.map((count) => Array.from({ length: count }, () => ({ jobs: [] })));
  }

  copy(): CoreRows {
    const copy = new CoreRows(this.#machine, []);
    for (const rows of this.#rows) copy.#rows.push(rows.map(({ jobs }) => ({ jobs: [...jobs] })));
    for (const holder of this.holders()) copy.#holders.set(holder.job, holder);
    return copy;
  }

  /** The job goes into the first row in which nobody has its cores; if there is none, its cores count for nobody. */
  add(allocation: Allocation): void {
    this.#holders.set(allocation.job, allocation);
    this.#rows[allocation.partition].find((row) => fitsInto(row, allocation))?.jobs.push(allocation);
  }

  /** The job holds nothing any more, or its memory only. */
  remove({ job, partition }: Allocation, keeps: 'nothing' | 'memory' = 'nothing'): void {
    if (keeps === 'nothing') this.#holders.delete(job);
    const rows = this.#rows[partition];
    for (const row of rows) row.jobs = row.jobs.filter((one) => one.job !== job);
    if (rows.length > 1) this.#pack(rows);
  }

  /** Jobs that hold memory and generic resources, with cores or without. */
  holders(): Iterable<Allocation> {
    return this.#holders.values();
  }

  /** Rows of a partition [count]. */
  rowsOf(partition: number): number {
    return this.#rows[partition].length;
  }

  /** The rows of a partition, the fullest first. */
  sort(partition: number): void {
    sortRows(this.#rows[partition]);
  }

  /** Cores of each node that jobs of a partition hold, in one of its rows or in any. */
  usedBy(partition: number, row?: number): Cores[] {
    const used: Cores[] = [];
    const rows = this.#rows[partition];
    for (const { jobs } of row === undefined ? rows : [rows[row]]) {
      for (const { shares } of jobs) for (const { node, held } of shares) used[node] = (used[node] ?? 0n) | (held.cores ?? 0n);
    }
    return used;
  }

  /** All jobs of the partition anew into its rows, by the first core of each; if one finds no place, all stay where they were. */
  #pack(rows: Row[]): void {
    const before = rows.map(({ jobs }) => jobs);
    const jobs = before.flat().sort((a, b) => this.#firstCore(a) - this.#firstCore(b));
    for (const row of rows) row.jobs = [];
    for (const job of jobs) {
      const row = rows.find((one) => fitsInto(one, job));
      if (row === undefined) {
        rows.forEach((one, index) => (one.jobs = before[index]));
        return;
      }
      row.jobs.push(job);
      sortRows(rows);
    }
  }

  /** [index among the cores of all nodes] */
  #firstCore({ shares }: Allocation): number {
    const first = shares.reduce((least, share) => (share.node < least.node ? share : least));
    let before = 0;
    for (let node = 0; node < first.node; node++) before += this.#machine.units[node];
    return before + lowestOf(first.held.cores ?? 0n);
  }
}

/** The fullest row first, by swaps, as that decides which of two rows that are as full comes first. */
function sortRows(rows: Row[]): void {
  const counts = rows.map(({ jobs }) => jobs.reduce((sum, { shares }) => sum + coresIn(shares), 0));
  for (let i = 0; i < rows.length; i++) {
    for (let j = i + 1; j < rows.length; j++) {
      if (counts[j] <= counts[i]) continue;
      [rows[i], rows[j]] = [rows[j], rows[i]];
      [counts[i], counts[j]] = [counts[j], counts[i]];
    }
  }
}

function coresIn(shares: Allocation['shares']): number {
  return shares.reduce((sum, { held }) => sum + countCores(held.cores ?? 0n), 0);
}

function fitsInto({ jobs }: Row, allocation: Allocation): boolean {
  return jobs.every((job) => !shareCores(job, allocation));
}

/** Whether two jobs hold the same core somewhere. */
export function shareCores(one: Allocation, other: Allocation): boolean {
  const own = new Map(one.shares.map(({ node, held }) => [node, held.cores ?? 0n]));
  return other.shares.some(({ node, held }) => ((own.get(node) ?? 0n) & (held.cores ?? 0n)) !== 0n);
}

export function allCores(count: number): Cores {
  return (1n << BigInt(count)) - 1n;
}

/** The lowest so many of these. */
export function lowestCores(cores: Cores, count: number): Cores {
  let taken = 0n;
  for (let rest = cores, left = count; left > 0 && rest !== 0n; left--) {
    const core = rest & -rest;
    taken |= core;
    rest ^= core;
  }
  return taken;
}

export function countCores(cores: Cores): number {
  let count = 0;
  for (let rest = cores; rest !== 0n; rest &= rest - 1n) count++;
  return count;
}

/** [index] */
function lowestOf(cores: Cores): number {
  return cores === 0n ? 0 : (cores & -cores).toString(2).length - 1;
}
