import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readParameters } from '../src/parameters.ts';
import { randomStream } from '../src/random.ts';
import { addEstimates, ESTIMATE_PARAMETERS } from '../src/trace/generate/estimates.ts';
import { lublin } from '../src/trace/generate/lublin.ts';
import { binCount, popularEstimates } from '../src/trace/generate/tsafrir-bins.ts';
import { assignPopularity, headTimes } from '../src/trace/generate/tsafrir-head.ts';
import { matchEstimates } from '../src/trace/generate/tsafrir-match.ts';
import { HOUR, MINUTE, SECOND } from '../src/units.ts';
import { WorkloadBuilder } from '../src/workload-builder.ts';

const settings = (given: Record<string, unknown>) => readParameters(ESTIMATE_PARAMETERS, given, 'test');

function workload(runtimes: readonly number[]) {
  const jobs = new WorkloadBuilder();
  const request = jobs.request();
  runtimes.forEach((runtime, id) => jobs.add({ id, submit: id, runtime, walltime: Infinity, tasks: 1, request }));
  return jobs.finish('test');
}

const streams = (seed: number) => ({ head: randomStream(seed, 'head'), tail: randomStream(seed, 'tail') });

describe('the histogram of popular estimates', () => {
  test.each([
    [0, 0],
    [20, 10],
    [110, 15],
    [200, 20],
    [1000, 35],
    [10_000, 90],
    [70_000, 340],
    [250_000, 565],
    [1_000_000, 565],
  ])('%d jobs have %d bins', (jobs, bins) => expect(binCount(jobs)).toBe(bins));

  test('holds every job once, in different times within the limit', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30_000 }), fc.integer({ min: 1, max: 200 }), fc.nat(50), (jobs, hours, seed) => {
        const bins = popularEstimates(jobs, hours * 3600, streams(seed));
        expect(bins.reduce((sum, bin) => sum + bin.jobs, 0)).toBe(jobs);
        expect(new Set(bins.map(({ time }) => time)).size).toBe(bins.length);
        expect(bins.every(({ time, jobs: used }) => time > 0 && time <= hours * 3600 && used >= 1)).toBe(true);
        expect(bins.length).toBeLessThanOrEqual(Math.max(20, binCount(jobs)));
      }),
      { numRuns: 200 },
    );
  });

  test('gives most jobs the twenty popular estimates, and most of these the longest', () => {
    const bins = popularEstimates(10_000, 18 * 3600, streams(1)).sort((a, b) => b.jobs - a.jobs);
    const head = bins.slice(0, 20).reduce((sum, { jobs }) => sum + jobs, 0);
    // 89 % and what rounding moves: half a job a bin.
    expect(Math.abs(head - 8900)).toBeLessThan(50);
    expect(bins[0].time).toBe(18 * 3600);
    const share = (rank: number) => 14.0491 * Math.exp(-0.177531 * rank) + 0.462513;
    const others = Array.from({ length: 19 }, (_, index) => share(index + 2)).reduce((sum, one) => sum + one, 0);
    expect(bins[0].jobs / 100).toBeCloseTo(89 - others, 1);
    expect(bins[1].jobs / 100).toBeCloseTo(share(2), 1);
  });

  test('its head: the longest, then the times that all logs share, filled up with round ones', () => {
    const times = headTimes(18 * 3600);
    expect(times).toHaveLength(20);
    expect(times[0]).toBe(18 * 3600);
    for (const minutes of [5, 10, 15, 20, 30, 60, 120, 180, 240, 300, 360, 480, 600, 720]) expect(times).toContain(minutes * 60);
    expect(headTimes(3600).map((time) => time / 60)).toEqual([60, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55]);
  });

  test('popularities are a permutation, the longest first, short ones more popular than long ones on average', () => {
    const sums = new Float64Array(20);
    for (let seed = 0; seed < 200; seed++) {
      const ranks = assignPopularity(20, randomStream(seed, 'head'));
      expect(ranks[0]).toBe(1);
      expect([...ranks].sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, rank) => rank + 1));
      ranks.forEach((rank, index) => (sums[index] += rank));
    }
    const average = (from: number, to: number) => sums.slice(from, to).reduce((sum, value) => sum + value, 0) / (to - from) / 200;
    expect(average(1, 7)).toBeLessThan(average(13, 20) - 3);
    expect([...assignPopularity(12, randomStream(1, 'head'))].sort((a, b) => a - b)).toEqual(
      Array.from({ length: 12 }, (_, i) => i + 1),
    );
  });
});

describe('matching', () => {
  const bins = fc
    .uniqueArray(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 6 })
    .chain((times) =>
      fc.tuple(...times.map((time) => fc.record({ time: fc.constant(time), jobs: fc.integer({ min: 1, max: 5 }) }))),
    );

  test('no estimate is below its run time, and the histogram holds wherever it can', () => {
    fc.assert(
      fc.property(bins, fc.infiniteStream(fc.nat(12)), fc.nat(1000), (histogram, draws, seed) => {
        const count = histogram.reduce((sum, { jobs }) => sum + jobs, 0);
        const longest = Math.max(...histogram.map(({ time }) => time));
        const runtime = Float64Array.from({ length: count }, () => Math.min(longest, draws.next().value!) * SECOND);
        const walltime = matchEstimates(runtime, histogram, randomStream(seed, 'matching'));
        for (let job = 0; job < count; job++) expect(walltime[job]).toBeGreaterThanOrEqual(runtime[job]);
        const estimates = histogram
          .flatMap(({ time, jobs }) => Array.from({ length: jobs }, () => time * SECOND))
          .sort((a, b) => b - a);
        const rising = [...runtime].sort((a, b) => b - a);
        // Possible if the k-th longest estimate is enough for the k-th longest job; then nothing was changed.
        if (rising.every((time, place) => time <= estimates[place]))
          expect([...walltime].sort((a, b) => b - a)).toEqual(estimates);
        for (const time of walltime) expect(estimates).toContain(time);
      }),
      { numRuns: 500 },
    );
  });

  test('every possible matching comes up', () => {
    const histogram = [1, 2, 3].map((time) => ({ time, jobs: 1 }));
    const found = new Set<string>();
    for (let seed = 0; seed < 200; seed++) {
      found.add(matchEstimates(Float64Array.of(0, 2000, 0), histogram, randomStream(seed, 'matching')).join(' '));
    }
    // Job 1 runs 2 s, so it can have 2 s or 3 s; the other two share what is left, in both orders.
    expect([...found].sort()).toEqual(['1000 2000 3000', '1000 3000 2000', '2000 3000 1000', '3000 2000 1000']);
  });
});

describe('addEstimates', () => {
  const jobs = lublin.generate(readParameters(lublin.parameters, { jobs: 2000 }, 'test'), 3);

  test('none leaves the workload as it is', () => expect(addEstimates(jobs, settings({}), 1)).toBe(jobs));

  test('exact asks for the run time', () => {
    const { walltime, runtime } = addEstimates(jobs, settings({ estimates: 'exact' }), 1);
    expect(walltime).toEqual(runtime);
    expect(runtime).toEqual(jobs.runtime);
  });

  test('factor asks for up to so many times the run time, in whole seconds', () => {
    const { walltime, runtime } = addEstimates(jobs, settings({ estimates: 'factor', 'estimate-factor': 3 }), 1);
    const factors = walltime.map((time, job) => time / runtime[job]);
    for (let job = 0; job < walltime.length; job++) {
      expect(walltime[job] % SECOND).toBe(0);
      expect(walltime[job]).toBeGreaterThanOrEqual(runtime[job]);
      expect(walltime[job]).toBeLessThanOrEqual(3 * runtime[job] + SECOND);
    }
    const long = factors.filter((_, job) => runtime[job] > HOUR);
    expect(long.reduce((sum, factor) => sum + factor, 0) / long.length).toBeCloseTo(2, 1);
  });

  test.each(['exact', 'factor', 'tsafrir'])('%s cuts run times at the longest estimate', (estimates) => {
    const { walltime, runtime } = addEstimates(jobs, settings({ estimates, 'max-estimate': '4h' }), 1);
    expect(Math.max(...walltime)).toBeLessThanOrEqual(4 * HOUR);
    expect(runtime).toEqual(jobs.runtime.map((time) => Math.min(time, 4 * HOUR)));
    for (let job = 0; job < walltime.length; job++) expect(walltime[job]).toBeGreaterThanOrEqual(runtime[job]);
  });

  test('tsafrir takes a round limit that the longest job fits into', () => {
    for (const [longest, limit] of [
      [30 * MINUTE, HOUR],
      [HOUR, HOUR],
      [3 * HOUR, 4 * HOUR],
      [50 * HOUR, 72 * HOUR],
    ]) {
      const { walltime } = addEstimates(
        workload([1000, longest, ...Array.from({ length: 98 }, () => 1000)]),
        settings({ estimates: 'tsafrir' }),
        1,
      );
      expect(Math.max(...walltime)).toBe(limit);
    }
  });

  test('tsafrir works for few jobs', () => {
    for (let count = 0; count < 30; count++) {
      const { walltime } = addEstimates(
        workload(Array.from({ length: count }, (_, job) => job * 1000)),
        settings({ estimates: 'tsafrir' }),
        1,
      );
      expect(walltime.every(Number.isFinite)).toBe(true);
    }
  });

  test('a longest estimate below an hour is refused by tsafrir', () => {
    expect(() => addEstimates(jobs, settings({ estimates: 'tsafrir', 'max-estimate': '5m' }), 1)).toThrow(/an hour or more/);
  });
});
