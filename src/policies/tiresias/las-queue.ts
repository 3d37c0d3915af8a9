/**
 * A queue of las-2d. Thousands may wait in it, most of them asking for what others ask for too, so they stand in one line for
 * each request: once the first of a line finds no room, nobody need look at the rest.
 */
import type { Cycle } from '../../policy.ts';
import type { JobScan } from './job-scan.ts';
import type { JobShapes } from './job-shapes.ts';
import { WaitingLine } from './waiting-line.ts';

/** Keys of jobs that run, where they go first: below all others. */
const RUNNING = -(2 ** 52);
const LAST_RUNNING = RUNNING / 2;

export class LasQueue {
  readonly #shapes: JobShapes;
  readonly #runningFirst: boolean;
  /** Of each job in any queue: lower ones are tried first. */
  readonly #key: number[];
  #front = 0;
  #back = 0;
  /** Those that ran after the last cycle, and those that have joined since, by ascending keys. */
  #held: number[] = [];
  readonly #lines = new Map<number, WaitingLine>();

  /** `key`: what the queues share, and nobody else touches. */
  constructor(shapes: JobShapes, runningFirst: boolean, key: number[]) {
    this.#shapes = shapes;
    this.#runningFirst = runningFirst;
    this.#key = key;
  }

  /** Jobs that run, after a cycle. */
  get held(): readonly number[] {
    return this.#held;
  }

  /** The job joins at the end. */
  put(job: number): void {
    this.#key[job] = ++this.#back;
    this.#held.push(job);
  }

  scan(): JobScan {
    return new QueueScan(this.#held, [...this.#lines.values()], this.#key);
  }

  /** All jobs in their order. */
  list(): number[] {
    const jobs: number[] = [];
    const scan = this.scan();
    for (let job = scan.next(); job >= 0; job = scan.next()) jobs.push(job);
    return jobs;
  }

  /** Takes out those that leave, and tells who they are, in their order. Others than `held` are asked only if they may too. */
  takeOut(leaves: (job: number) => boolean, othersToo: boolean): number[] {
    const leaving = (othersToo ? this.list() : this.#held).filter(leaves);
    if (leaving.length === 0) return leaving;
    const gone = new Set(leaving);
    for (const job of leaving) this.#leaveLine(job);
    this.#held = this.#held.filter((job) => !gone.has(job));
    return leaving;
  }

  /** A cycle is over in which these jobs of all queues were started. Whoever has gone is left out. */
  settle({ running, pending }: Cycle, started: readonly number[]): void {
    const key = this.#key;
    const held = this.#held;
    let inOrder = true;
    for (const job of started) {
      if (!this.#leaveLine(job)) continue;
      held.push(job);
      inOrder = false;
    }
    if (!inOrder) held.sort((a, b) => key[a] - key[b]);
    const stopped: number[] = [];
    this.#held = held.filter((job) => {
      const runs = running.has(job);
      if (!runs && pending.has(job)) stopped.push(job);
      return runs;
    });
    for (const job of stopped.reverse()) this.#waits(job);
    // Whoever was taken out of the queue by others than this policy.
    for (const line of this.#lines.values()) {
      while (line.length > 0 && !pending.has(line.at(0))) this.#leaveLine(line.at(0));
    }
    if (this.#runningFirst) this.#held.forEach((job, index) => (key[job] = RUNNING + index));
  }

  /** False if it stands in no line of this queue. Empty lines are not kept. */
  #leaveLine(job: number): boolean {
    const shape = this.#shapes.of(job);
    const line = this.#lines.get(shape);
    if (line === undefined || !line.remove(job)) return false;
    if (line.length === 0) this.#lines.delete(shape);
    return true;
  }

  /** Before those that wait already if it ran ahead of them; else where it is. */
  #waits(job: number): void {
    if (this.#key[job] < LAST_RUNNING) this.#key[job] = --this.#front;
    const shape = this.#shapes.of(job);
    let line = this.#lines.get(shape);
    if (line === undefined) this.#lines.set(shape, (line = new WaitingLine(this.#key)));
    line.add(job);
  }
}

interface Cursor {
  readonly line: WaitingLine;
  at: number;
}

/** What is held and the lines, merged by their keys. */
class QueueScan implements JobScan {
  readonly #held: readonly number[];
  readonly #key: readonly number[];
  /** A heap: the line whose next job has the lowest key is first. */
  readonly #lines: Cursor[];
  #at = 0;
  /** Whether the last job came from the first line, which has not moved on yet. */
  #fromLine = false;

  constructor(held: readonly number[], lines: readonly WaitingLine[], key: readonly number[]) {
    this.#held = held;
    this.#key = key;
    this.#lines = lines.map((line) => ({ line, at: 0 }));
    for (let index = (this.#lines.length >> 1) - 1; index >= 0; index--) this.#sink(index);
  }

  next(): number {
    if (this.#fromLine) this.#moveOn();
    const first = this.#lines.length > 0 ? this.#keyOf(this.#lines[0]) : Infinity;
    this.#fromLine = this.#at >= this.#held.length || first < this.#key[this.#held[this.#at]];
    if (!this.#fromLine) return this.#held[this.#at++];
    if (this.#lines.length > 0) return this.#lines[0].line.at(this.#lines[0].at);
    this.#fromLine = false;
    return -1;
  }

  leaveOutItsLike(): void {
    if (!this.#fromLine) return;
    this.#fromLine = false;
    this.#removeFirst();
  }

  #moveOn(): void {
    const first = this.#lines[0];
    if (++first.at < first.line.length) this.#sink(0);
    else this.#removeFirst();
  }

  #removeFirst(): void {
    const last = this.#lines.pop();
    if (last === undefined || this.#lines.length === 0) return;
    this.#lines[0] = last;
    this.#sink(0);
  }

  #sink(from: number): void {
    const lines = this.#lines;
    const sinking = lines[from];
    let index = from;
    for (let child = 2 * index + 1; child < lines.length; child = 2 * index + 1) {
      if (child + 1 < lines.length && this.#keyOf(lines[child + 1]) < this.#keyOf(lines[child])) child++;
      if (this.#keyOf(lines[child]) >= this.#keyOf(sinking)) break;
      lines[index] = lines[child];
      index = child;
    }
    lines[index] = sinking;
  }

  #keyOf({ line, at }: Cursor): number {
    return this.#key[line.at(at)];
  }
}
