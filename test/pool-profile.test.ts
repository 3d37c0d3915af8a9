import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PoolProfile } from '../src/engine/pool-profile.ts';
import type { Profile } from '../src/policy.ts';

// Planted in PoolProfile, and caught:
// - a whole chunk is not counted into `pending` when a span covers it (only where there are many chunks);
// - `<` for `<=` where a stretch that is just long enough ends, in a chunk (all) and at its head (only 'finds a gap');
// - the moment of a job without length is not looked at;
// - `#joinChunks` or `#splitChunk` forgets what was held back (only 'joins steps that are alike');
// - a chunk with too little room does not end the stretch before it;
// - `advance` forgets one step too many.

/** A job with as many processors as its row number says. */
const jobs = { procs: Int32Array.from({ length: 12 }, (_, procs) => procs) };

/** The definition: what is free at each moment until `end`, and one more field for all time behind it. */
class EveryMoment implements Profile {
  readonly #free: number[];
  readonly #end: number;

  constructor(capacity: number, end: number) {
    this.#free = new Array<number>(end + 1).fill(capacity);
    this.#end = end;
  }

  fits(job: number, from: number, until: number): boolean {
    return this.#moments(from, Math.max(until, from + 1)).every((moment) => this.#free[moment] >= jobs.procs[job]);
  }

  earliest(job: number, from: number, length: number): number {
    for (let time = from; time <= this.#end; time++) if (this.fits(job, time, time + length)) return time;
    return Infinity;
  }

  take(job: number, from: number, until: number): void {
    for (const moment of this.#moments(from, until)) this.#free[moment] -= jobs.procs[job];
  }

  give(job: number, from: number, until: number): void {
    for (const moment of this.#moments(from, until)) this.#free[moment] += jobs.procs[job];
  }

  freeUntil(procs: number, from: number): number {
    const short = this.#free.findIndex((free, moment) => moment >= from && free < procs);
    return short < 0 ? Infinity : short;
  }

  advance(): void {}

  #moments(from: number, until: number): number[] {
    const moments = [];
    for (let moment = from; moment <= this.#end && moment < until; moment++) moments.push(moment);
    return moments;
  }
}

interface Step {
  readonly job: number;
  readonly from: number;
  readonly length: number;
  readonly does: 'ask' | 'plan' | 'undo' | 'advance';
}

/** Does the same to both and compares every answer. Times in steps count from the last `advance`. */
function compare(capacity: number, end: number, steps: readonly Step[]): PoolProfile {
  const profile = new PoolProfile(jobs, capacity);
  const definition = new EveryMoment(capacity, end);
  const planned: { job: number; from: number; until: number }[] = [];
  let now = 0;
  for (const { job, from, length, does } of steps) {
    const time = Math.min(end, now + from);
    const earliest = definition.earliest(job, time, length);
    expect(profile.earliest(job, time, length)).toBe(earliest);
    expect(profile.fits(job, time, time + length)).toBe(definition.fits(job, time, time + length));
    expect(profile.freeUntil(job, time)).toBe(definition.freeUntil(job, time));
    if (does === 'plan' && earliest < Infinity) {
      // What reaches the last field reaches for ever.
      const until = earliest + length > end ? Infinity : earliest + length;
      for (const plan of [profile, definition]) plan.take(job, earliest, until);
      planned.push({ job, from: earliest, until });
    } else if (does === 'undo' && planned.length > 0) {
      const { job, from, until } = planned.splice(time % planned.length, 1)[0];
      // As when a job ends early: what lies in the past stays as it was.
      for (const plan of [profile, definition]) plan.give(job, Math.max(now, from), Math.max(now, until));
    } else if (does === 'advance' && now + from <= end) {
      now = time;
      profile.advance(now);
    }
  }
  return profile;
}

const steps = (times: number, lengths: number, maxLength: number) =>
  fc.array(
    fc.record({
      job: fc.nat({ max: 6 }),
      from: fc.nat({ max: times }),
      length: fc.oneof({ weight: 9, arbitrary: fc.nat({ max: lengths }) }, { weight: 1, arbitrary: fc.constant(Infinity) }),
      does: fc.constantFrom('ask', 'plan', 'plan', 'plan', 'undo', 'advance'),
    } satisfies Record<keyof Step, fc.Arbitrary<unknown>>),
    { maxLength, size: 'max' },
  );

describe('the plan of a processor pool', () => {
  test('agrees with an array that has a field for every moment', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), steps(3, 5, 60), (capacity, list) => void compare(capacity, 40, list)),
      { numRuns: 1500 },
    );
  });

  test('agrees with it when it has many chunks', () => {
    let most = 0;
    fc.assert(
      fc.property(steps(500, 40, 500), (list) => {
        // So that the plan is long from the beginning: short jobs with gaps between them.
        const comb = Array.from({ length: 300 }, (_, tooth): Step => ({
          job: 1 + (tooth % 5),
          from: tooth * 5,
          length: 3,
          does: 'plan',
        }));
        const mixed = list.map((step) => (step.length === Infinity && step.from % 4 > 0 ? { ...step, length: 200 } : step));
        most = Math.max(
          most,
          compare(6, 1600, [
            ...comb,
            ...mixed.map((step) => ({ ...step, from: (step.from * (step.does === 'advance' ? 0.02 : 3)) | 0 })),
          ]).steps,
        );
      }),
      { numRuns: 60 },
    );
    expect(most).toBeGreaterThan(300);
  });

  test('finds a gap of just the right length, wherever chunks begin', () => {
    for (let teeth = 0; teeth <= 140; teeth++) {
      const profile = new PoolProfile(jobs, 6);
      // Never more than four are free, but for one gap behind some of the teeth.
      const gap = 10 * teeth;
      if (gap > 0) profile.take(2, 0, gap);
      profile.take(2, gap + 7, Infinity);
      for (let tooth = 0; tooth < 280; tooth++) {
        const from = 10 * tooth + (tooth < teeth ? 0 : 7);
        profile.take(1, from, from + 3);
      }
      expect(profile.earliest(6, 0, 7)).toBe(gap);
      expect(profile.earliest(5, 0, 8)).toBe(Infinity);
      expect(profile.fits(6, gap, gap + 7)).toBe(true);
      expect(profile.fits(6, gap, gap + 8)).toBe(false);
    }
  });

  test('joins steps that are alike: what is given back leaves no trace', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ from: fc.nat({ max: 300 }), length: fc.integer({ min: 1, max: 300 }) }), {
          maxLength: 200,
          size: 'max',
        }),
        (spans) => {
          const profile = new PoolProfile(jobs, 200);
          for (const { from, length } of spans) profile.take(1, from, from + length);
          for (const { from, length } of spans) profile.give(1, from, from + length);
          expect(profile.steps).toBe(1);
          expect(profile.earliest(11, 0, Infinity)).toBe(0);
        },
      ),
      { numRuns: 200 },
    );
  });

  test('refuses what does not fit, and what was never taken', () => {
    const profile = new PoolProfile(jobs, 4);
    profile.take(3, 10, 20);
    expect(() => profile.take(2, 15, 16)).toThrow(/2 processors of job 2 taken from 15 until 16/);
    expect(() => new PoolProfile(jobs, 4).give(1, 0, 5)).toThrow(/given back/);
  });

  test('a job of the whole pool has to wait for a gap; one that is too large never fits', () => {
    const profile = new PoolProfile(jobs, 4);
    profile.take(1, 5, 9);
    profile.take(4, 12, Infinity);
    expect(profile.earliest(4, 0, 5)).toBe(0);
    expect(profile.earliest(4, 1, 5)).toBe(Infinity);
    expect(profile.earliest(4, 1, 3)).toBe(1);
    expect(profile.earliest(4, 6, 3)).toBe(9);
    expect(profile.earliest(3, 1, 11)).toBe(1);
    expect(profile.earliest(5, 0, 0)).toBe(Infinity);
  });
});
