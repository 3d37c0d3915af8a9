// The simulator of Gavel as its source has it (stanford-futuredata/gavel, scheduler/scheduler.py, `simulate`), around shares of time
// that are made elsewhere: rounds in which jobs do whole steps, and which are over when the last job has done its own.
import type { Allocate } from '../src/policies/gavel/allocation.ts';
import { TimeReceived } from '../src/policies/gavel/time-received.ts';

export interface GavelJob {
  /** [s] */
  readonly arrival: number;
  readonly gpus: number;
  readonly steps: number;
  /** On each type [1/s]. */
  readonly throughputs: Float64Array;
}

export interface GavelRun {
  readonly jobs: readonly GavelJob[];
  /** Of each type [count]. */
  readonly workers: readonly number[];
  readonly allocate: Allocate;
  /** Jobs without a share do not run. */
  readonly onlySharers?: boolean;
  /** The order in which types are filled in the next round. */
  order(): readonly number[];
}

const ROUND = 360;
const LEAST_BETWEEN_RESETS = 1920;

/** When each job is over [s]. */
export function simulateGavel({ jobs, workers, allocate, onlySharers = false, order }: GavelRun): Float64Array {
  const ends = new Float64Array(jobs.length).fill(NaN);
  const left = jobs.map(({ steps }) => steps);
  const received = new TimeReceived(ROUND, workers.length);
  const active = new Set<number>();
  let [now, begin, end, next, reset] = [jobs[0].arrival, 0, NaN, 0, 0];
  let stale = true;
  let running: { job: number; type: number; steps: number; until: number }[] = [];
  while (next < jobs.length || active.size > 0) {
    if (next === jobs.length && running.length === 0) reset = 0;
    if (running.length > 0) {
      if (!Number.isNaN(end)) begin = end;
      now = end = Math.max(...running.map(({ until }) => until));
    } else if (next < jobs.length) now = jobs[next].arrival;
    // In the order of the heap there: sums of doubles decide between equals.
    for (const { job, type, steps, until } of running.sort((a, b) => b.until - a.until || a.job - b.job)) {
      received.ran(job, type, until - begin);
      left[job] -= steps;
      if (left[job] > 0) continue;
      ends[job] = until;
      active.delete(job);
      received.remove(job);
      stale = true;
    }
    for (; next < jobs.length && jobs[next].arrival <= now; next++) {
      active.add(next);
      received.add(next);
      stale = true;
    }
    if (stale && (now - reset >= LEAST_BETWEEN_RESETS || reset === 0)) {
      received.reset(now - reset);
      const holders = [...active];
      if (holders.length > 0) received.setShares(holders, allocate(stateOf(holders, jobs, workers, now, left)));
      reset = now;
      stale = false;
    }
    running = [];
    const free = [...workers];
    const taken = new Set<number>();
    for (const type of order()) {
      for (const { job, priority } of received.order(type)) {
        const { gpus, throughputs } = jobs[job];
        if (taken.has(job) || throughputs[type] <= 0 || gpus > free[type] || (onlySharers && priority <= 0)) continue;
        free[type] -= gpus;
        taken.add(job);
        // One that has come since shares were made takes its place, and does nothing in it.
        if (!received.hasShare(job)) continue;
        const steps = Math.min(left[job], Math.floor(throughputs[type] * ROUND));
        running.push({ job, type, steps, until: now + steps / throughputs[type] });
      }
    }
  }
  return ends;
}

function stateOf(holders: number[], jobs: readonly GavelJob[], workers: readonly number[], now: number, left: readonly number[]) {
  return {
    jobs: holders,
    widths: holders.map((job) => jobs[job].gpus),
    speeds: holders.map((job) => jobs[job].throughputs),
    weights: holders.map(() => 1),
    ages: holders.map((job) => now - jobs[job].arrival),
    left: holders.map((job) => left[job]),
    workers: Float64Array.from(workers),
  };
}

/** The generator of Python's `random`, with a seed below 2^32, as far as shuffles need it. */
export class PythonRandom {
  readonly #state = new Uint32Array(624);
  #at = 624;

  constructor(seed: number) {
    const state = this.#state;
    state[0] = 19650218;
    for (let i = 1; i < 624; i++) state[i] = Math.imul(1812433253, state[i - 1] ^ (state[i - 1] >>> 30)) + i;
    let i = 1;
    for (let k = 0; k < 624; k++) {
      state[i] = (state[i] ^ Math.imul(state[i - 1] ^ (state[i - 1] >>> 30), 1664525)) + seed;
      if (++i === 624) [state[0], i] = [state[623], 1];
    }
    for (let k = 0; k < 623; k++) {
      state[i] = (state[i] ^ Math.imul(state[i - 1] ^ (state[i - 1] >>> 30), 1566083941)) - i;
      if (++i === 624) [state[0], i] = [state[623], 1];
    }
    state[0] = 0x80000000;
  }

  below(bound: number): number {
    const bits = 32 - Math.clz32(bound);
    for (;;) {
      const drawn = this.#next() >>> (32 - bits);
      if (drawn < bound) return drawn;
    }
  }

  shuffle(list: number[]): number[] {
    for (let last = list.length - 1; last > 0; last--) {
      const other = this.below(last + 1);
      [list[last], list[other]] = [list[other], list[last]];
    }
    return list;
  }

  #next(): number {
    if (this.#at === 624) this.#renew();
    let drawn = this.#state[this.#at++];
    drawn ^= drawn >>> 11;
    drawn ^= (drawn << 7) & 0x9d2c5680;
    drawn ^= (drawn << 15) & 0xefc60000;
    return (drawn ^ (drawn >>> 18)) >>> 0;
  }

  #renew(): void {
    const state = this.#state;
    for (let i = 0; i < 624; i++) {
      const mixed = (state[i] & 0x80000000) | (state[(i + 1) % 624] & 0x7fffffff);
      state[i] = state[(i + 397) % 624] ^ (mixed >>> 1) ^ (mixed & 1 ? 0x9908b0df : 0);
    }
    this.#at = 0;
  }
}
