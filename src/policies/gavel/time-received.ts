import type { Allocation } from './allocation.ts';

/** A job on a type of GPUs: who might run in the next round. */
export interface Candidate {
  readonly job: number;
  /** What it is to get, against what it has got. */
  readonly priority: number;
  /** By how much it was kept short before the last reset [ms]. */
  readonly deficit: number;
  readonly share: number;
}

/**
 * What part of the time of each type jobs have received since their shares were made, and who is thereby next. Source:
 * stanford-futuredata/gavel, scheduler/scheduler.py (`_reset_time_run_so_far`, `_update_priorities`). A job that has received
 * nothing counts half a round.
 */
export class TimeReceived {
  readonly #half: number;
  readonly #types: number;
  #shares = new Map<number, Float64Array>();
  /** Of each job and type, since the last reset, with half a round more [ms]. */
  readonly #received = new Map<number, Float64Array>();
  /** Of each type, over all jobs, each as if it were one GPU wide [ms]. */
  readonly #ofType: Float64Array;
  readonly #deficits = new Map<number, Float64Array>();

  constructor(round: number, types: number) {
    this.#half = round / 2;
    this.#types = types;
    this.#ofType = new Float64Array(types);
  }

  add(job: number): void {
    this.#received.set(job, new Float64Array(this.#types).fill(this.#half));
    this.#deficits.set(job, new Float64Array(this.#types));
  }

  remove(job: number): void {
    this.#received.delete(job);
    this.#deficits.delete(job);
  }

  /** The job has run on GPUs of this type for so long [ms]. One that is over counts for the type all the same. */
  ran(job: number, type: number, time: number): void {
    const received = this.#received.get(job);
    if (received !== undefined) received[type] += time;
    this.#ofType[type] += time;
  }

  /** Shares are made anew: what jobs were kept short of in the time since the last reset is remembered [ms]. */
  reset(sinceLast: number): void {
    this.#ofType.fill(this.#received.size * this.#half);
    for (const [job, received] of this.#received) {
      const share = this.#shares.get(job);
      const deficit = this.#deficits.get(job)!;
      for (let type = 0; type < this.#types; type++) {
        deficit[type] += (share?.[type] ?? 0) * sinceLast - (received[type] - this.#half);
      }
      received.fill(this.#half);
    }
  }

  setShares(jobs: readonly number[], allocation: Allocation): void {
    this.#shares = new Map(jobs.map((job, at) => [job, allocation[at]]));
  }

  /** Whether the job was there when shares were made. */
  hasShare(job: number): boolean {
    return this.#shares.has(job);
  }

  /** Everybody by their priority on this type; of equals those who came first. */
  order(type: number): Candidate[] {
    const candidates = Array.from(this.#received, ([job, received]) => {
      const share = this.#shares.get(job)?.[type] ?? 0;
      return { job, share, priority: this.#priority(share, received[type], type), deficit: this.#deficits.get(job)![type] };
    });
    return candidates.sort((a, b) => b.priority - a.priority || b.deficit - a.deficit || b.share - a.share);
  }

  #priority(share: number, received: number, type: number): number {
    const all = this.#ofType[type];
    return all === 0 ? share * 1e9 : share / (received / all);
  }
}
