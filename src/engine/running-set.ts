import type { Reservation, RunningJobs, WhatIf } from '../policy.ts';
import type { Requests } from '../workload.ts';
import type { Ledger } from './ledger.ts';
import { PoolWhatIf } from './pool-ledger.ts';
import type { Recorder } from './recorder.ts';
import { SortedJobs } from './sorted-jobs.ts';

/** The jobs that hold resources, by the time at which they are sure to give them back. */
export class RunningSet implements RunningJobs {
  readonly #jobs: Requests;
  readonly #ledger: Ledger;
  readonly #sorted: SortedJobs;
  readonly #record: Recorder;
  readonly #mayPreempt: (job: number) => boolean;
  readonly #now: () => number;

  constructor(
    jobs: Requests,
    record: Recorder,
    ledger: Ledger,
    core: { now: () => number; mayPreempt: (job: number) => boolean },
  ) {
    this.#jobs = jobs;
    this.#ledger = ledger;
    this.#record = record;
    this.#now = core.now;
    this.#mayPreempt = core.mayPreempt;
    this.#sorted = new SortedJobs(record.lastStart.length, jobs.procs, jobs.walltime);
  }

  get size(): number {
    return this.#sorted.size;
  }

  has(job: number): boolean {
    return this.#sorted.has(job);
  }

  first(): number {
    return this.#sorted.first();
  }

  after(job: number): number {
    return this.#sorted.after(job);
  }

  startOf(job: number): number {
    return this.#record.lastStart[job];
  }

  expectedEnd(job: number): number {
    return this.#sorted.key[job];
  }

  mayPreempt(job: number): boolean {
    return this.#mayPreempt(job);
  }

  add(job: number, expectedEnd: number): void {
    this.#sorted.key[job] = expectedEnd;
    this.#sorted.add(job);
  }

  remove(job: number): void {
    this.#sorted.remove(job);
  }

  /** The job is now expected to give back its resources at another time. */
  move(job: number, expectedEnd: number): void {
    this.remove(job);
    this.add(job, expectedEnd);
  }

  whenFits(job: number): Reservation {
    return this.#ledger.countsOnly ? this.#whenEnoughAreFree(job) : this.#whenItCanBePlaced(job);
  }

  #whenEnoughAreFree(job: number): Reservation {
    const missing = this.#jobs.procs[job] - this.#ledger.procs;
    if (missing <= 0) return { time: this.#now(), extra: new PoolWhatIf(this.#jobs, -missing) };
    const last = this.#sorted.whereSumReaches(missing);
    if (last < 0 || this.#goneAt(last) === Infinity) return { time: Infinity, extra: NOWHERE };
    const time = this.#goneAt(last);
    let freed = this.#sorted.total;
    for (let other = this.after(last); other >= 0 && this.#goneAt(other) === time; other = this.after(other)) {
      freed += this.#jobs.procs[other];
    }
    return { time, extra: new PoolWhatIf(this.#jobs, freed - missing) };
  }

  /** Lets the running jobs go in the order of their ends until the placement finds room. */
  #whenItCanBePlaced(job: number): Reservation {
    const room = this.#ledger.copy();
    let other = this.first();
    let time = this.#now();
    while (!(room.procs >= this.#jobs.procs[job] && room.fits(job))) {
      if (other < 0 || this.#goneAt(other) === Infinity) return { time: Infinity, extra: NOWHERE };
      time = this.#goneAt(other);
      for (; other >= 0 && this.#goneAt(other) === time; other = this.after(other)) room.give(other);
    }
    return { time, extra: room.reserve(job) };
  }

  /** A job that has outlived its walltime may go at any moment: it counts as gone now. */
  #goneAt(job: number): number {
    return Math.max(this.#sorted.key[job], this.#now());
  }
}

/** No extra room: nothing may run past a reservation that is never due. */
const NOWHERE: WhatIf = {
  procs: -1,
  fits: () => false,
  take: (job) => {
    throw new Error(`job ${job} does not fit: there is no room beside a reservation that is never due`);
  },
  give: () => undefined,
  reserve: () => NOWHERE,
  copy: () => NOWHERE,
};
