/**
 * What is free when running jobs are gone, one after the other, by the end of their limits: the same for every job that asks,
 * as long as the same jobs run. What is worked out once is kept until that changes.
 */
import type { Books } from './books.ts';
import type { JobDemand } from './demand.ts';
import { Forecasts } from './forecasts.ts';
import type { NodeSet } from './node-set.ts';
import type { Allocation, Running } from './running.ts';
import type { Selection } from './selection.ts';

/** Books that are kept at most. */
const MOST_KEPT = 128;

export class Timeline {
  readonly jobs: readonly Allocation[];
  /** What was told to those who asked. */
  readonly forecasts = new Forecasts();
  readonly #now: Books;
  readonly #changes: number;
  readonly #selection: Selection;
  /** By the number of jobs that are gone. */
  readonly #books = new Map<number, Books>();
  /** Of what is asked, and of the number of jobs that are gone: processors that each node has for it. */
  readonly #rooms = new Map<number, Map<number, Float64Array>>();

  constructor({ books }: Running, jobs: readonly Allocation[], selection: Selection) {
    this.jobs = jobs;
    this.#now = books;
    this.#changes = books.changes;
    this.#selection = selection;
  }

  /** Whether it is still right: gangs that take turns hold and release nodes without a start or an end. */
  isOf(jobs: readonly Allocation[]): boolean {
    return this.jobs === jobs && this.#now.changes === this.#changes;
  }

  /** When the first `gone` jobs are gone. */
  books(gone: number): Books {
    if (gone === 0) return this.#now;
    const known = this.#books.get(gone);
    if (known !== undefined) return known;
    let from = 0;
    for (const before of this.#books.keys()) if (before < gone && before > from) from = before;
    const books = this.books(from).copy();
    for (let index = from; index < gone; index++) books.give(this.jobs[index].shares, this.jobs[index].whole);
    if (this.#books.size >= MOST_KEPT) this.#books.clear();
    this.#books.set(gone, books);
    return books;
  }

  /** Whether the job could fit there when so many jobs are gone; false is sure, true is not. */
  mayFit(demand: JobDemand, gone: number, candidates: NodeSet): boolean {
    if (demand.groups.length > 1) return true;
    const [{ minNodes, maxNodes, processors, jobTasks }] = demand.groups;
    const room = this.#room(demand, gone);
    let nodes = 0;
    let sum = 0;
    let most = 0;
    for (let word = 0; word < candidates.length; word++) {
      for (let bits = candidates[word]; bits !== 0; bits &= bits - 1) {
        const here = room[word * 32 + 31 - Math.clz32(bits & -bits)];
        if (here === 0) continue;
        nodes++;
        sum += here;
        if (here > most) most = here;
      }
    }
    return nodes >= minNodes && sum >= processors && most * Math.min(maxNodes, Math.max(jobTasks, minNodes)) >= processors;
  }

  #room(demand: JobDemand, gone: number): Float64Array {
    let rooms = this.#rooms.get(demand.asks);
    if (rooms === undefined) this.#rooms.set(demand.asks, (rooms = new Map<number, Float64Array>()));
    let room = rooms.get(gone);
    if (room === undefined) rooms.set(gone, (room = this.#selection.roomOf(this.books(gone), demand)));
    return room;
  }
}
