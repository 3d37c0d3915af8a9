// Shockwave: plans against slow definitions, and its workload of 120 jobs beside themis and gavel.
//
// Planted, and seen to be caught: the width of jobs does not count in what a window has; no share in what is left for after the
// window; no other power for the last round; the longest rest is not multiplied by rounds; progress that was made counts as ahead;
// no exchanges; guesses that are not weighed by their time; no new plan at arrivals, at every round, or never without them.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Cluster } from '../src/cluster.ts';
import { simulate } from '../src/engine/simulate.ts';
import { loadLinearSolver } from '../src/linear-program.ts';
import { readParameters } from '../src/parameters.ts';
import { firstFit } from '../src/placement/first-fit.ts';
import type { PolicySpec } from '../src/policy.ts';
import { gavel, themis } from '../src/policies/gavel/gavel.ts';
import { arrange } from '../src/policies/shockwave/arrange.ts';
import { FinishGoals } from '../src/policies/shockwave/finish-goals.ts';
import { shockwave } from '../src/policies/shockwave/shockwave.ts';
import { countRounds } from '../src/policies/shockwave/window-program.ts';
import type { Window } from '../src/policies/shockwave/window-program.ts';
import { COMPLETED } from '../src/schedule.ts';
import { traceInMemory } from '../src/trace/input.ts';
import { readStored } from '../src/trace/read.ts';
import { SECOND } from '../src/units.ts';
import type { Workload } from '../src/workload.ts';
import { WorkloadBuilder } from '../src/workload-builder.ts';

beforeAll(async () => void (await loadLinearSolver()));

const windows = fc
  .record({
    gpus: fc.integer({ min: 1, max: 4 }),
    rounds: fc.integer({ min: 1, max: 3 }),
    now: fc.constantFrom(0, 10_000),
    makespanWeight: fc.constantFrom(0, 1e-3, 0.1),
    mostUnfair: fc.constantFrom(0.8, 1, 1.5),
    urgency: fc.constantFrom(0, 2, 12),
    gap: fc.constantFrom(0, 0, 0.3),
    jobs: fc.array(
      fc.record({
        width: fc.integer({ min: 1, max: 3 }),
        total: fc.constantFrom(5000, 10_000, 25_000, 60_000),
        part: fc.constantFrom(0, 0.1, 0.4, 0.5, 0.9),
        goal: fc.constantFrom(20_000, 50_000, 90_000, 200_000),
      }),
      { minLength: 1, maxLength: 4 },
    ),
  })
  .map(({ jobs, ...rest }): Window => ({
    ...rest,
    round: 10_000,
    jobs: jobs.map(({ part, ...one }, job) => ({ job, ...one, done: one.total * part })),
  }));

/** Every choice of rounds for each job that together need no more than there is. */
function* choices({ jobs, gpus, rounds }: Window, at = 0, used = 0): Generator<number[]> {
  if (at === jobs.length) return yield [];
  for (let count = 0; count <= (jobs[at].width > gpus ? 0 : rounds); count++) {
    const more = used + count * jobs[at].width;
    if (more <= gpus * rounds) for (const rest of choices({ jobs, gpus, rounds } as Window, at + 1, more)) yield [count, ...rest];
  }
}

/** The logarithm between its bases, read off as one reads a table. */
function logarithm(progress: number): number {
  const table = [0, 0.2, 0.4, 0.6, 0.8, 1].map((base) => [base, Math.log(base || 1e-6)] as const);
  const next = Math.max(
    1,
    table.findIndex(([base]) => base >= progress - 1e-12),
  );
  const [[low, from], [high, to]] = [table[next - 1], table[next]];
  return from + ((to - from) * (progress - low)) / (high - low);
}

const shareOf = ({ gpus, jobs }: Window) => Math.min(1, gpus / jobs.length);

/** As the source has it: the objective, and whether every job is over by its goal. */
function judge(window: Window, counts: readonly number[], worth: readonly number[]) {
  const { jobs, rounds, round, now } = window;
  const planned = jobs.map(({ total, done }, at) => Math.min(counts[at] * round, total - done));
  const rests = jobs.map(({ total, done }, at) => Math.max(0, total - done - planned[at]));
  const utility = jobs.map(({ total, done }, at) => worth[at] * logarithm((done + planned[at]) / total));
  const value =
    utility.reduce((sum, one) => sum + one, 0) / (jobs.length * rounds) - (window.makespanWeight * Math.max(...rests)) / 1000;
  const isFair = jobs.every(
    ({ goal }, at) => now + rounds * round + rests[at] / shareOf(window) <= goal * window.mostUnfair * (1 + 1e-12) + 1e-6,
  );
  return { value, isFair };
}

function worthOf(window: Window): number[] {
  return window.jobs.map(({ total, done, goal }) => {
    const ratio = (window.now + (total - done) / shareOf(window)) / goal;
    if (ratio <= window.mostUnfair) return 1;
    return Math.min(1e6, ratio ** (total - done < window.round ? 100 : window.urgency));
  });
}

describe('how many rounds each job gets', () => {
  test('is the best of all choices that are fair, or of all where none is', () => {
    let [fair, unfair] = [0, 0];
    fc.assert(
      fc.property(windows, (window) => {
        const same = window.jobs.map(() => 1);
        const all = [...choices(window)];
        const fairOnes = all.filter((counts) => judge(window, counts, same).isFair);
        const worth = fairOnes.length > 0 ? same : worthOf(window);
        const best = Math.max(...(fairOnes.length > 0 ? fairOnes : all).map((counts) => judge(window, counts, worth).value));
        const found = countRounds(window);
        expect(found.worth).toEqual(worth);
        const { value, isFair } = judge(window, found.counts, worth);
        expect(isFair || fairOnes.length === 0).toBe(true);
        const scale = window.jobs.length * window.rounds;
        // What was reached before counts neither for a plan nor for how far from the best one it may be.
        const reached = window.jobs.reduce((sum, { total, done }, at) => sum + worth[at] * logarithm(done / total), 0);
        const mayMiss = (window.gap * Math.abs(scale * value - reached)) / scale;
        expect(Math.abs(value - best)).toBeLessThanOrEqual(mayMiss + 1e-6 * Math.max(1, ...worth));
        expect(found.counts.reduce((sum, count, at) => sum + count * window.jobs[at].width, 0)).toBeLessThanOrEqual(
          window.gpus * window.rounds,
        );
        if (fairOnes.length > 0) fair++;
        else unfair++;
      }),
      { numRuns: 300 },
    );
    // Both ways must have been gone.
    expect(Math.min(fair, unfair)).toBeGreaterThan(30);
  });
});

describe('which rounds they are', () => {
  const cases = fc
    .record({
      gpus: fc.integer({ min: 1, max: 4 }),
      rounds: fc.integer({ min: 1, max: 3 }),
      jobs: fc.array(
        fc.record({ width: fc.constantFrom(1, 1, 2), count: fc.integer({ min: 0, max: 3 }), worth: fc.constantFrom(1, 2, 50) }),
        { minLength: 1, maxLength: 5 },
      ),
    })
    .map(({ gpus, rounds, jobs }) => ({
      window: {
        gpus,
        rounds,
        jobs: jobs.map(({ width }, job) => ({ job, width, total: 1, done: 0, goal: 1 })),
      },
      counts: jobs.map(({ count, width }) => (width > gpus ? 0 : Math.min(count, rounds))),
      worth: jobs.map(({ worth }) => worth),
    }));

  test('no round is too full, no job has more rounds than it gets, and of one width they are all there', () => {
    fc.assert(
      fc.property(cases, ({ window, counts, worth }) => {
        const rounds = arrange(window, { counts, worth });
        expect(rounds).toHaveLength(window.rounds);
        const widthOf = (at: number) => window.jobs[at].width;
        for (const round of rounds) {
          expect([...round].reduce((sum, at) => sum + widthOf(at), 0)).toBeLessThanOrEqual(window.gpus);
        }
        const given = counts.map((_, at) => rounds.filter((round) => round.has(at)).length);
        given.forEach((count, at) => expect(count).toBeLessThanOrEqual(counts[at]));
        const area = counts.reduce((sum, count, at) => sum + count * widthOf(at), 0);
        const isOfOneWidth = new Set(counts.flatMap((count, at) => (count > 0 ? [widthOf(at)] : []))).size <= 1;
        if (isOfOneWidth && counts.every((_, at) => window.gpus % widthOf(at) === 0) && area <= window.gpus * window.rounds) {
          expect(given).toEqual(counts);
        }
      }),
      { numRuns: 1000 },
    );
  });

  test('no exchange of two jobs of one width, and no free place before, would be better', () => {
    fc.assert(
      fc.property(cases, ({ window: { jobs, gpus, rounds: length }, counts, worth }) => {
        const rounds = arrange({ jobs, gpus, rounds: length }, { counts, worth });
        const weight = (at: number) => worth[at] / counts[at];
        rounds.forEach((early, index) => {
          const free = gpus - [...early].reduce((sum, at) => sum + jobs[at].width, 0);
          for (const late of rounds.slice(index + 1)) {
            for (const at of [...late].filter((one) => !early.has(one))) {
              expect(free).toBeLessThan(jobs[at].width);
              for (const other of [...early].filter((one) => !late.has(one) && jobs[one].width === jobs[at].width)) {
                expect(weight(other)).toBeGreaterThanOrEqual(weight(at));
              }
            }
          }
        });
      }),
      { numRuns: 1000 },
    );
  });
});

test('the goal of a job is the mean of its guesses over time, and a tenth of the last', () => {
  const goals = new FinishGoals();
  goals.guess(7, 100, 1000);
  expect(goals.of(7, 100)).toBe(1000);
  expect(goals.of(7, 300)).toBeCloseTo(1000, 9);
  goals.guess(7, 300, 2000);
  // 200 with the first guess, 600 with the second.
  expect(goals.of(7, 900)).toBeCloseTo(0.9 * 1750 + 0.1 * 2000, 9);
  goals.forget(7);
  goals.guess(7, 900, 5);
  expect(goals.of(7, 950)).toBeCloseTo(5, 9);
});

function v100s(nodes: number, gpus: number): Cluster {
  const pool = { name: 'v100', count: nodes, cpu: 1_000_000, memory: Infinity, gpus, gpuModel: 'V100' };
  return { name: 'v100s', interchangeable: false, pools: [pool], partitions: [], outages: [] };
}

function run(workload: Workload, cluster: Cluster, spec: PolicySpec, given: Record<string, unknown> = {}) {
  const parameters = readParameters(spec.parameters ?? {}, given, spec.name);
  return simulate(workload, cluster, spec, { parameters, placement: firstFit });
}

describe('rounds', () => {
  /** submit [s], run time [s], GPUs */
  function workloadOf(...rows: readonly (readonly [submit: number, runtime: number, gpus: number])[]): Workload {
    const jobs = new WorkloadBuilder();
    rows.forEach(([submit, runtime, gpus], id) => {
      const request = jobs.request({ cpu: 0, memory: 0, gpu: gpus * 1000 });
      jobs.add({ id, submit: submit * SECOND, runtime: runtime * SECOND, walltime: Infinity, tasks: 1, request });
    });
    return jobs.finish('test');
  }

  test('one job runs through its rounds without a stop', () => {
    const { start, end } = run(workloadOf([0, 1000, 1]), v100s(1, 1), shockwave);
    expect([start[0], end[0]]).toEqual([0, 1_000_000]);
  });

  test('jobs that do not fit together take turns, and no round is lost', () => {
    const { end } = run(workloadOf([0, 240, 2], [0, 240, 1], [0, 240, 1]), v100s(1, 2), shockwave);
    expect(Math.max(...end)).toBe(480_000);
  });

  test('a job that comes within a round starts with the next, for which the plan is made anew', () => {
    const { start } = run(workloadOf([0, 1000, 1], [130, 1000, 1]), v100s(1, 2), shockwave);
    expect([...start]).toEqual([0, 240_000]);
  });

  // The third would be over in time when it comes (6000 s + 100 s / (2/3), as is its goal), while the others are late: so much
  // less is their share now. It is late by the time the plan is made anew, and its last round is worth that to the power of 100.
  test.each([
    { resolve: '8', start: 6720 },
    { resolve: '7', start: 6720 },
    { resolve: '6', start: 6480 },
  ])('a job that has become late goes first once the plan is made anew, after $resolve rounds', ({ resolve, start }) => {
    const jobs = workloadOf([0, 100_000, 1], [0, 100_000, 1], [6000, 100, 1]);
    expect(run(jobs, v100s(1, 2), shockwave, { resolve }).start[2]).toBe(start * SECOND);
  });

  test('every job comes to its end, whatever comes when', { timeout: 60_000 }, () => {
    const job = fc.tuple(fc.constantFrom(0, 60, 120, 500), fc.constantFrom(1, 120, 130, 600), fc.constantFrom(1, 1, 2));
    fc.assert(
      fc.property(fc.array(job, { minLength: 1, maxLength: 6 }), fc.constantFrom(1, 2), fc.boolean(), (rows, nodes, isBlind) => {
        const runtimes = isBlind ? 'walltime' : 'oracle';
        const { state, end, start } = run(workloadOf(...rows), v100s(nodes, 2), shockwave, { runtimes, rounds: '4' });
        expect([...state].every((one) => one === COMPLETED)).toBe(true);
        expect([...end].every((time, at) => time > start[at])).toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});

// Makespan [s], average completion time [s], worst finish-time ratio and part of jobs above 1.05, there and here:
//   shockwave            24197  9958 1.78  5.0 %     24022 11880 1.26 22.5 %
//   themis               31929 11302 3.44 22.5 %     33338 10509 2.42 15.8 %
//   gavel (max-min, LAS) 33208 11274 2.95 25.0 %     33458 10639 2.46 22.5 %
// There, batch sizes grow while jobs run, so that they need 11 % less time in all than the trace says. With what each takes there by
// itself (completion time over the ratio of its results) in place of the run times of the trace, ours are (shockwave with gap=0)
//   shockwave            21614 10044 1.09  3.3 %
//   themis               31201 10121 2.52 17.5 %
//   gavel                31081 10265 2.57 24.2 %
// What is left: there, what jobs still need is forecast, and all policies lose time to loading and saving between rounds.
const ARCHIVE = '../shared/traces/gpu/shockwave-workloads.tar.xz';
describe.skipIf(!existsSync(ARCHIVE))('120 jobs on 32 V100 (skipped without ../shared)', () => {
  test(
    'Shockwave is the fairest of three and ends first, at about the ratios of its artifact',
    { timeout: 300_000 },
    async () => {
      const text = execFileSync('tar', ['-xOf', ARCHIVE, '--wildcards', '*/120_*.trace'], { encoding: 'utf8' });
      const { workload } = await readStored(traceInMemory(text, '120.trace'), { parameters: {} });
      expect(workload.count).toBe(120);
      const of = (spec: PolicySpec, given = {}) => {
        const { submit, end } = run(workload, v100s(8, 4), spec, given);
        // As there: every job is measured against a 120th of the cluster.
        const ratios = Array.from(end, (time, job) => (time - submit[job]) / ((workload.runtime[job] * 120) / 32));
        return { makespan: Math.max(...end) / 1000, worst: Math.max(...ratios) };
      };
      const ours = of(shockwave);
      const fair = of(themis, { round: '120s' });
      const least = of(gavel, { round: '120s' });
      for (const [found, published] of [
        [ours, 24_197],
        [fair, 31_929],
        [least, 33_208],
      ] as const) {
        expect(Math.abs(found.makespan / published - 1)).toBeLessThan(0.06);
      }
      // There 0.758 and 0.729.
      expect(Math.abs(ours.makespan / fair.makespan - 0.758)).toBeLessThan(0.06);
      expect(Math.abs(ours.makespan / least.makespan - 0.729)).toBeLessThan(0.06);
      // There 1.78, 3.44 and 2.95: themis and gavel change places.
      expect(ours.worst).toBeLessThan(1.78);
      expect(fair.worst / ours.worst).toBeGreaterThan(1.5);
      expect(least.worst / ours.worst).toBeGreaterThan(1.5);
    },
  );
});
