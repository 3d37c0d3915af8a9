/** What Slurm knows of jobs that hold nodes: the running ones, and those whose nodes are still being cleaned. */
import { compareEnds } from './allocation.ts';
import type { Allocation } from './allocation.ts';
import { Books } from './books.ts';
import { Departures } from './departures.ts';
import type { Machine } from './machine.ts';
import { addNode, emptyNodeSet, nodeSetOf, removeNode } from './node-set.ts';
import type { NodeSet } from './node-set.ts';
import type { Share } from './selection.ts';

export type { Allocation } from './allocation.ts';

export class Running {
  readonly #machine: Machine;
  readonly books: Books;
  /** What nodes get back when jobs are gone. */
  readonly departures: Departures;
  /** The books without any job. */
  readonly idle: Books;
  readonly up: NodeSet;
  /** How often nodes have gone down or come back [count]. */
  turns = 0;
  /** Nodes where jobs that are over are still being cleaned: they are no more in the books, but not to be had yet. */
  readonly completing: NodeSet;
  readonly #cleaning: Int32Array;
  readonly #jobs = new Map<number, Allocation>();
  /** Jobs whose nodes are being cleaned, and since when [Unix ms]. */
  readonly #over = new Map<number, { readonly allocation: Allocation; readonly since: number }>();
  /** For how long jobs that run were suspended [ms]. */
  readonly #suspended = new Map<number, number>();
  #sorted: readonly Allocation[] | undefined;

  constructor(machine: Machine) {
    this.#machine = machine;
    this.books = new Books(machine);
    this.departures = new Departures(this.books, machine.nodes);
    this.idle = new Books(machine);
    this.up = nodeSetOf(
      machine.nodes,
      Array.from({ length: machine.nodes }, (_, node) => node),
    );
    this.completing = emptyNodeSet(machine.nodes);
    this.#cleaning = new Int32Array(machine.nodes);
  }

  add(allocation: Allocation): void {
    const before = this.#jobs.get(allocation.job);
    this.books.take(allocation.shares, allocation.whole);
    this.#sorted = before === undefined ? this.#sorted && withOne(this.#sorted, allocation) : undefined;
    this.#put(before, allocation);
  }

  #put(before: Allocation | undefined, now: Allocation): void {
    if (before !== undefined) {
      this.departures.remove(before);
      // Nothing was taken or given, but its shares will come back at another time.
      this.books.note(before.shares);
    }
    this.#jobs.set(now.job, now);
    this.departures.add(now);
  }

  /** Its script has ended, or it is being stopped: the select plugin forgets it, its nodes stay for the epilog. `now`: [Unix ms]. */
  finish(job: number, now: number): void {
    const allocation = this.#jobs.get(job);
    if (allocation === undefined) return;
    this.#jobs.delete(job);
    this.departures.remove(allocation);
    this.#suspended.delete(job);
    this.#sorted = this.#sorted?.filter((one) => one !== allocation);
    this.books.give(allocation.shares, allocation.whole);
    this.#over.set(job, { allocation, since: now });
    for (const { node } of allocation.shares) {
      if (this.#cleaning[node]++ === 0) addNode(this.completing, node);
    }
  }

  /** Its nodes can be used again. */
  release(job: number): void {
    const over = this.#over.get(job);
    if (over === undefined) return;
    this.#over.delete(job);
    for (const { node } of over.allocation.shares) {
      if (--this.#cleaning[node] === 0) removeNode(this.completing, node);
    }
  }

  /** Jobs that ended at this time or later, and are still being cleaned [Unix ms]. */
  completingSince(time: number): Allocation[] {
    return [...this.#over.values()].filter(({ since }) => since >= time).map(({ allocation }) => allocation);
  }

  turn(node: number, up: boolean): void {
    this.turns++;
    if (up) addNode(this.up, node);
    else removeNode(this.up, node);
  }

  /** Jobs that run, by no particular order. */
  jobs(): IterableIterator<number> {
    return this.#jobs.keys();
  }

  /** What a job that runs holds; undefined if it does not run. */
  of(job: number): Allocation | undefined {
    return this.#jobs.get(job);
  }

  /** By no particular order. */
  allocations(): IterableIterator<Allocation> {
    return this.#jobs.values();
  }

  /** The job is sure to be over at this time, if not before [Unix ms]. */
  endBy(job: number, time: number): void {
    const allocation = this.#jobs.get(job);
    if (allocation === undefined || allocation.end <= time) return;
    this.#put(allocation, { ...allocation, end: time });
    this.#sorted = undefined;
  }

  /** It goes on after it was suspended for so long: its limit is used up so much later [ms]. */
  extend(job: number, by: number): void {
    const allocation = this.#jobs.get(job);
    if (allocation === undefined || by === 0) return;
    this.#suspended.set(job, this.suspendedOf(job) + by);
    this.#put(allocation, { ...allocation, end: allocation.end + by });
    this.#sorted = undefined;
  }

  /** For how long a job that runs was suspended [ms]. */
  suspendedOf(job: number): number {
    return this.#suspended.get(job) ?? 0;
  }

  /** By the end of their limits; ties in the order of their rows, which is that of their ids. */
  byEnd(): readonly Allocation[] {
    return (this.#sorted ??= [...this.#jobs.values()].sort(compareEnds));
  }

  nodesOf(shares: readonly Share[]): NodeSet {
    return nodeSetOf(
      this.#machine.nodes,
      shares.map(({ node }) => node),
    );
  }
}

/** The list is never changed in place: who has asked for it keeps it. */
function withOne(sorted: readonly Allocation[], added: Allocation): Allocation[] {
  let at = sorted.length;
  while (at > 0 && compareEnds(sorted[at - 1], added) > 0) at--;
  return [...sorted.slice(0, at), added, ...sorted.slice(at)];
}
