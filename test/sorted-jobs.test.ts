import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SortedJobs } from '../src/engine/sorted-jobs.ts';

// Planted in SortedJobs, and caught:
// - the least processors of a chunk are those of the first job that was added;
// - `<` for `<=` between walltimes in `nextWithin`;
// - the right half of a split chunk loses its sum of processors (only 'a long queue');
// - ties are broken by the larger row;
// - `after` of a removed job leaves out the one behind it.
// - a job that is added again with another key goes where it stood last (only 'questions in between');
// - `<` for `<=` between processors in a frontier;
// - the right half of a split block has no frontier (only 'many blocks');
// - a new last chunk takes the place of the first half instead (only long lists);
// - the frontier of a block does not hear of jobs that are added (only 'many blocks').
// Not caught, and rightly so: a frontier that is not counted anew after a removal promises too much, and one that keeps
// a job that another beats is longer than it need be, which only costs time.

/** The definition: an array that is sorted for each question. */
class PlainList {
  readonly key: number[];
  readonly procs: ArrayLike<number>;
  readonly walltime: ArrayLike<number>;
  members: number[] = [];

  constructor(count: number, procs: ArrayLike<number>, walltime: ArrayLike<number>) {
    this.key = new Array<number>(count).fill(0);
    this.procs = procs;
    this.walltime = walltime;
  }

  sorted(): number[] {
    return this.members.sort((a, b) => (this.key[a] === this.key[b] ? a - b : this.key[a] - this.key[b]));
  }

  behind(job: number): number[] {
    if (job < 0) return this.sorted();
    const { key } = this;
    return this.sorted().filter((other) => key[other] > key[job] || (key[other] === key[job] && other > job));
  }

  nextWithin(job: number, procs: number, walltime: number, beyond: number): number {
    const isWorthALook = (other: number) =>
      this.procs[other] <= procs && (this.walltime[other] <= walltime || this.procs[other] <= beyond);
    return this.behind(job).find(isWorthALook) ?? -1;
  }

  whereSumReaches(procs: number): { job: number; total: number } {
    let total = 0;
    for (const job of this.sorted()) {
      total += this.procs[job];
      if (total >= procs) return { job, total };
    }
    return { job: -1, total };
  }
}

interface Step {
  readonly does: 'add' | 'remove' | 'look' | 'sum' | 'rekey';
  readonly job: number;
  readonly key: number;
  readonly procs: number;
  readonly walltime: number;
  readonly beyond: number;
}

const KEYS = [-Infinity, 0, 1, 2, 3, Infinity];

function steps(jobs: number, length: number): fc.Arbitrary<Step[]> {
  return fc.array(
    fc.record({
      does: fc.constantFrom('add', 'add', 'add', 'remove', 'look', 'look', 'sum', 'rekey'),
      job: fc.nat(jobs - 1),
      key: fc.constantFrom(...KEYS),
      procs: fc.nat(5),
      walltime: fc.constantFrom(0, 1, 2, 3, Infinity),
      beyond: fc.integer({ min: -1, max: 4 }),
    }),
    { maxLength: length },
  );
}

/** Does the same to both and compares every answer. */
class Comparison {
  readonly real: SortedJobs;
  readonly plain: PlainList;
  readonly #count: number;

  constructor(procs: Int32Array, walltime: Float64Array) {
    this.#count = procs.length;
    this.real = new SortedJobs(procs.length, procs, walltime);
    this.plain = new PlainList(procs.length, procs, walltime);
  }

  add(job: number, key: number): void {
    if (this.real.has(job)) return;
    this.real.key[job] = this.plain.key[job] = key;
    this.real.add(job);
    this.plain.members.push(job);
  }

  remove(job: number): void {
    if (!this.real.has(job)) return;
    this.real.remove(job);
    this.plain.members = this.plain.members.filter((other) => other !== job);
  }

  rekey(by: number): void {
    const keyOf = (job: number) => KEYS[(job * by + 1) % KEYS.length];
    this.real.rekey(keyOf);
    for (const job of this.plain.members) this.plain.key[job] = keyOf(job);
  }

  look({ job, procs, walltime, beyond }: Pick<Step, 'job' | 'procs' | 'walltime' | 'beyond'>): void {
    const { real, plain } = this;
    expect(real.nextWithin(job, procs, walltime, beyond)).toBe(plain.nextWithin(job, procs, walltime, beyond));
    expect(real.nextWithin(-1, procs, walltime, beyond)).toBe(plain.nextWithin(-1, procs, walltime, beyond));
    expect(real.after(job)).toBe(plain.behind(job)[0] ?? -1);
  }

  sum(procs: number): void {
    const job = this.real.whereSumReaches(procs);
    expect({ job, total: this.real.total }).toEqual(this.plain.whereSumReaches(procs));
  }

  all(): void {
    const walked = [];
    for (let job = this.real.first(); job >= 0; job = this.real.after(job)) walked.push(job);
    expect(walked).toEqual(this.plain.sorted());
    expect(this.real.size).toBe(walked.length);
    const members = Array.from({ length: this.#count }, (_, job) => job).filter((job) => this.real.has(job));
    expect(members).toEqual([...walked].sort((a, b) => a - b));
  }
}

const columns = (count: number) =>
  fc.record({
    procs: fc.int32Array({ min: 1, max: 5, minLength: count, maxLength: count }),
    walltime: fc
      .array(fc.constantFrom(0, 1, 2, 3, Infinity), { minLength: count, maxLength: count })
      .map((walltimes) => Float64Array.from(walltimes)),
  });

describe('jobs in order', () => {
  test('are those of a sorted array, in a short queue', () => {
    fc.assert(
      fc.property(columns(12), steps(12, 60), ({ procs, walltime }, list) => {
        const both = new Comparison(procs, walltime);
        for (const step of list) {
          if (step.does === 'add') both.add(step.job, step.key);
          else if (step.does === 'remove') both.remove(step.job);
          else if (step.does === 'rekey') both.rekey(step.job);
          else if (step.does === 'sum') both.sum(3 * step.procs + 1);
          both.look(step);
          both.all();
        }
      }),
      { numRuns: 500 },
    );
  });

  test('are those of a sorted array, without questions in between', () => {
    fc.assert(
      fc.property(columns(8), steps(8, 60), ({ procs, walltime }, list) => {
        const both = new Comparison(procs, walltime);
        for (const step of list) {
          // At another place, as a running job whose end moves.
          if (step.does === 'add' || step.does === 'sum') both.remove(step.job);
          if (step.does === 'add' || step.does === 'sum') both.add(step.job, step.key);
          else if (step.does === 'remove') both.remove(step.job);
          else if (step.does === 'look') both.look(step);
        }
        both.all();
      }),
      { numRuns: 1000 },
    );
  });

  // Longer than several chunks. Wide jobs are rare and long ones too, so that whole chunks are skipped.
  test('are those of a sorted array, in a long queue', () => {
    const count = 700;
    const rare = fc.array(fc.nat(count - 1), { maxLength: 8 });
    fc.assert(
      fc.property(rare, rare, steps(count, 80), fc.boolean(), (narrow, brief, list, backwards) => {
        const procs = new Int32Array(count).fill(4);
        const walltime = new Float64Array(count).fill(3);
        for (const job of narrow) procs[job] = 1;
        for (const job of brief) walltime[job] = 1;
        const both = new Comparison(procs, walltime);
        for (let i = 0; i < count; i++) both.add(backwards ? count - 1 - i : i, KEYS[i % 3]);
        for (const step of list) {
          // A stretch of jobs at once: chunks split, empty and lose their minima.
          for (let job = step.job; job < Math.min(count, step.job + 40); job++) {
            if (step.does === 'add') both.add(job, step.key);
            else if (step.does === 'remove') both.remove(job);
          }
          for (const job of [...narrow, ...brief].slice(0, step.procs)) both.remove(job);
          if (step.does === 'rekey') both.rekey(step.job);
          for (const procsSought of [1, 3, 4]) both.look({ ...step, procs: procsSought });
          both.sum(step.job * 4 + step.procs);
        }
        both.all();
      }),
      { numRuns: 100 },
    );
  });

  // More than two blocks of 64 chunks of 128. Small jobs are rare, brief ones too, and others are neither.
  test('are those of a sorted array, in many blocks', () => {
    const count = 30_000;
    const stretch = fc.record({
      from: fc.nat(count - 1),
      by: fc.constantFrom(1, 7, 4001),
      length: fc.nat(9000),
      adds: fc.boolean(),
    });
    fc.assert(
      fc.property(
        fc.array(stretch, { minLength: 3, maxLength: 8 }),
        fc.array(fc.nat(count - 1), { maxLength: 20 }),
        (list, small) => {
          const procs = Int32Array.from({ length: count }, (_, job) => 4 + (job % 3));
          const walltime = Float64Array.from({ length: count }, (_, job) => 9 - (job % 3));
          for (const job of small) [procs[job], walltime[job]] = [1 + (job % 3), 3 - (job % 3)];
          const real = new SortedJobs(count, procs, walltime);
          for (let job = 0; job < count; job++) real.key[job] = (job * 7) % 100;
          for (const { from, by, length, adds } of list) {
            for (let i = 0, job = from; i < length; i++, job = (job + by) % count) {
              if (adds === real.has(job)) continue;
              if (adds) real.add(job);
              else real.remove(job);
            }
            for (const job of small) if (!real.has(job)) real.add(job);
            const order = [];
            for (let job = 0; job < count; job++) if (real.has(job)) order.push(job);
            order.sort((a, b) => real.key[a] - real.key[b] || a - b);
            const walked = [];
            for (let job = real.first(); job >= 0; job = real.after(job)) walked.push(job);
            expect(walked).toEqual(order);
            for (const [most, longest, beyond] of [
              [3, 3, -1],
              [2, 1, 1],
              [1, 9, -1],
              [5, 7, 2],
              [3, 0, 2],
              [6, 2, -1],
            ]) {
              const fitting = order.filter((job) => procs[job] <= most && (walltime[job] <= longest || procs[job] <= beyond));
              const found = [];
              for (let job = -1; (job = real.nextWithin(job, most, longest, beyond)) >= 0;) found.push(job);
              expect(found).toEqual(fitting);
            }
          }
        },
      ),
      { numRuns: 12 },
    );
  });

  test('can be walked while the job one stands on is removed', () => {
    const both = new Comparison(new Int32Array(400).fill(1), new Float64Array(400).fill(1));
    for (let job = 0; job < 400; job++) both.add(job, job % 7);
    const expected = [...both.plain.sorted()];
    const walked = [];
    for (let job = both.real.first(); job >= 0; job = both.real.after(job)) {
      walked.push(job);
      both.remove(job);
    }
    expect(walked).toEqual(expected);
    expect(both.real.first()).toBe(-1);
  });

  test('are in the list once', () => {
    const list = new SortedJobs(3, Int32Array.of(1, 1, 1), Float64Array.of(1, 1, 1));
    list.add(1);
    expect(() => list.add(1)).toThrow('job 1 is already in the list');
    expect(() => list.remove(2)).toThrow('job 2 is not in the list');
  });
});
