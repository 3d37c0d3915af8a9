// The policy fair-share: who comes first, by what was used lately.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { processorPool } from '../src/cluster.ts';
import { simulate } from '../src/engine/simulate.ts';
import { readParameters } from '../src/parameters.ts';
import type { ParameterFiles } from '../src/parameters.ts';
import { firstFit } from '../src/placement/first-fit.ts';
import { fairShare } from '../src/policies/fair-share/fair-share.ts';
import { readShares } from '../src/policies/fair-share/shares-file.ts';
import { UsageBook } from '../src/policies/fair-share/usage-book.ts';
import { WorkloadBuilder } from '../src/workload-builder.ts';
import type { Workload } from '../src/workload.ts';

// Planted, and caught here: jobs that start within a period charged for all of it; a rate that stays when its job ends; usage
// lost when somebody new comes; users of two accounts taken for one with method tree, for two with method users.

const SECOND = 1000;
const MINUTE = 60 * SECOND;

interface Job {
  readonly at: number;
  readonly procs: number;
  readonly runs: number;
  readonly user: string;
  readonly account?: string;
}

function workloadOf(jobs: readonly Job[]): Workload {
  const builder = new WorkloadBuilder();
  jobs.forEach(({ at, procs, runs, user, account = 'a' }, id) => {
    const request = builder.request({ cpu: 1000, memory: 0, gpu: 0 });
    builder.add({
      id,
      submit: at * SECOND,
      runtime: runs * SECOND,
      walltime: runs * SECOND,
      tasks: procs,
      request,
      user,
      account,
    });
  });
  return builder.finish('test');
}

function starts(jobs: readonly Job[], given: Record<string, unknown> = {}, shares = ''): number[] {
  const parameters = readParameters(fairShare.parameters ?? {}, { period: '1s', ...given }, 'fair-share');
  const files: ParameterFiles = shares === '' ? {} : { shares: { path: 'shares', text: shares } };
  const { start } = simulate(workloadOf(jobs), processorPool(4), fairShare, {
    parameters,
    files,
    placement: firstFit,
    audit: true,
  });
  return Array.from(start, (time) => time / SECOND);
}

describe('who used less comes first', () => {
  const jobs: Job[] = [
    { at: 0, procs: 4, runs: 60, user: 'ann' },
    { at: 1, procs: 4, runs: 10, user: 'ann' },
    { at: 2, procs: 4, runs: 10, user: 'ben' },
  ];

  test.each(['tree', 'classic', 'users'])('by %s', (method) => {
    expect(starts(jobs, { method })).toEqual([0, 70, 60]);
  });

  test('until it is forgotten, or with shares that allow it', () => {
    expect(starts(jobs, {}, 'a:ann 1\na:ben 0\n')).toEqual([0, 60, 70]);
  });

  test('as usage stood when it was last computed', () => {
    expect(starts(jobs, { period: '10min' })).toEqual([0, 60, 70]);
  });
});

describe('accounts', () => {
  const jobs: Job[] = [
    { at: 0, procs: 2, runs: 60, user: 'ann', account: 'big' },
    { at: 0, procs: 2, runs: 60, user: 'ben', account: 'small' },
    // Of the account that used as much, but has fewer shares; of the one with more shares, by whom who used all of it.
    { at: 1, procs: 4, runs: 10, user: 'new', account: 'small' },
    { at: 2, procs: 4, runs: 10, user: 'ann', account: 'big' },
  ];
  const shares = '# two accounts\nbig 3\nsmall 1\n';

  test('come before their users with method tree', () => expect(starts(jobs, {}, shares)).toEqual([0, 0, 70, 60]));

  test('do not count with method users', () => expect(starts(jobs, { method: 'users' }, shares)).toEqual([0, 0, 60, 70]));

  test('have users each by himself with method tree; with method users he is the same in both', () => {
    const both: Job[] = [
      { at: 0, procs: 4, runs: 60, user: 'ann', account: 'x' },
      { at: 1, procs: 4, runs: 10, user: 'ann', account: 'y' },
      { at: 1, procs: 4, runs: 10, user: 'ben', account: 'x' },
    ];
    expect(starts(both)).toEqual([0, 60, 70]);
    expect(starts(both, { method: 'users' })).toEqual([0, 70, 60]);
  });

  test('may stand below each other, in capitals or not', () => {
    const deep = 'top 1\nBig 3 top\nsmall 1 Top\n';
    expect(starts(jobs, {}, deep)).toEqual([0, 0, 70, 60]);
  });

  test('are read from what sacctmgr dump writes', () => {
    const dump = "Cluster - 'c':Fairshare=1\nParent - 'root'\nAccount - 'big':Fairshare=3\nAccount - 'small':Fairshare=1\n";
    expect(starts(jobs, {}, dump)).toEqual([0, 0, 70, 60]);
  });
});

describe('which jobs start', () => {
  const jobs: Job[] = [
    { at: 0, procs: 3, runs: 60, user: 'ann' },
    { at: 1, procs: 4, runs: 10, user: 'ben' },
    { at: 2, procs: 1, runs: 100, user: 'ann' },
    { at: 3, procs: 1, runs: 30, user: 'ann' },
  ];

  test.each([
    { start: 'in-order', expected: [0, 60, 70, 70] },
    { start: 'easy', expected: [0, 60, 70, 3] },
    { start: 'first-fit', expected: [0, 102, 2, 60] },
  ])('$start', ({ start, expected }) => expect(starts(jobs, { start })).toEqual(expected));
});

describe('the usage of many jobs', () => {
  const HALF_LIFE = 100_000;
  const PER_SECOND = 1 - 0.693 / 100;
  const runs = fc.array(
    fc.record({
      user: fc.constantFrom('u', 'v', 'w'),
      start: fc.integer({ min: 0, max: 12 }),
      length: fc.integer({ min: 1, max: 15 }),
      procs: fc.constantFrom(1, 3),
    }),
    { minLength: 1, maxLength: 8 },
  );

  test('ranks users as the sum over their jobs and periods does', () => {
    fc.assert(
      fc.property(runs, fc.constantFrom(4, 5), (jobs, period) => {
        const workload = workloadOf(jobs.map(({ user, procs }) => ({ at: 0, procs, runs: 1, user })));
        const book = new UsageBook(workload, {
          method: 'tree',
          halfLife: HALF_LIFE,
          period: period * SECOND,
          gpuWeight: 0,
          shares: [],
        });
        for (let now = 0; now <= 30; now++) {
          book.catchUp(now * SECOND);
          jobs.forEach(({ start, length }, job) => {
            if (start + length === now) book.end(job, now * SECOND);
            if (start === now) book.start(job, now * SECOND);
          });
        }
        const last = 30 - (30 % period);
        const used = new Map<string, number>();
        for (const { user, start, length, procs } of jobs) {
          used.set(user, (used.get(user) ?? 0) + procs * usageByDefinition(start, start + length, period, last));
        }
        for (const [job, { user }] of jobs.entries()) {
          for (const [other, { user: otherUser }] of jobs.entries()) {
            const difference = (used.get(user) ?? 0) - (used.get(otherUser) ?? 0);
            if (Math.abs(difference) > 1e-9) expect(book.factorOf(job) < book.factorOf(other)).toBe(difference > 0);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  function usageByDefinition(start: number, end: number, period: number, last: number): number {
    let sum = 0;
    for (let from = 0; from < last; from += period) {
      const until = from + period;
      const seconds = Math.max(0, Math.min(end, until) - Math.max(start, from));
      // What ended within the period was charged then, and has decayed with all that was there before.
      sum += seconds * PER_SECOND ** seconds * PER_SECOND ** (end < until ? last - from : last - until);
    }
    return sum;
  }
});

describe('a file of shares', () => {
  test.each([
    { text: 'physics\n', says: /shares:1: "physics" is not an account and its shares/ },
    { text: '# none\nphysics many\n', says: /shares:2: "physics many"/ },
    { text: 'physics 1 root extra\n', says: /"physics 1 root extra"/ },
    { text: 'physics:ann 1 root\n', says: /physics:ann stands below physics already/ },
    { text: 'a 1 b\nb 1 a\n', says: /stands below itself/ },
  ])('$text', ({ text, says }) => expect(() => readShares({ path: 'shares', text })).toThrow(says));
});

test('a minute of nothing costs nothing', () => {
  const book = new UsageBook(workloadOf([{ at: 0, procs: 1, runs: 1, user: 'u' }]), {
    ...{ method: 'tree', halfLife: Infinity, period: MINUTE, gpuWeight: 0, shares: [] },
  });
  book.catchUp(MINUTE);
  expect(book.factorOf(0)).toBe(1);
});
