import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { lublin } from '../src/trace/generate/lublin.ts';
import { BATCH, cycleWeights, INTERACTIVE, UNTYPED } from '../src/trace/generate/lublin-model.ts';
import { gammaCdf } from '../src/trace/generate/gamma-cdf.ts';
import { readParameters } from '../src/parameters.ts';
import { WorkloadBuilder } from '../src/workload-builder.ts';
import { nameOf } from '../src/workload.ts';
import type { Workload } from '../src/workload.ts';
import { deviation, mean, statisticsOf } from './generate-statistics.ts';

const make = (given: Record<string, unknown>, seed: number | string = 1) =>
  lublin.generate(readParameters(lublin.parameters, given, 'test'), seed);

describe('the gamma distribution function', () => {
  // Closed forms: shape 1 is the exponential distribution, whole shapes are sums of Poisson terms.
  test.each([0.1, 1, 2.5, 7, 30])('at %d', (x) => {
    expect(gammaCdf(x, 1, 2)).toBeCloseTo(1 - Math.exp(-x / 2), 12);
    const z = x / 1.5;
    expect(gammaCdf(x, 4, 1.5)).toBeCloseTo(1 - Math.exp(-z) * (1 + z + z ** 2 / 2 + z ** 3 / 6), 12);
  });
});

test.each([BATCH, INTERACTIVE, UNTYPED])('the daily cycle has a mean of 1 and its peak about noon', (model) => {
  const weights = cycleWeights(model);
  expect(mean(weights)).toBeCloseTo(1, 12);
  const peak = weights.indexOf(Math.max(...weights)) / 2;
  expect(peak).toBeGreaterThan(11);
  expect(peak).toBeLessThan(16);
});

describe('sizes', () => {
  test('of a machine that is no power of two stay within it', () => {
    const jobs = make({ procs: 100, jobs: 20_000 });
    expect(Math.max(...jobs.procs)).toBeLessThanOrEqual(100);
    expect(Math.max(...jobs.procs)).toBeGreaterThan(90);
  });

  test.each([2, 3, 5, 16])('can be made for %d processors', (procs) => {
    const jobs = make({ procs, jobs: 2000 });
    expect(Math.max(...jobs.procs)).toBeLessThanOrEqual(procs);
    expect(Math.min(...jobs.procs)).toBe(1);
  });

  test('follow the shares that are asked for', () => {
    const statistics = statisticsOf(make({ procs: 128, jobs: 20_000, serial: 0.5, 'power-of-two': 0.5 }));
    // Three standard errors of a share of one half.
    expect(Math.abs(statistics['share serial'] - 0.5)).toBeLessThan(3 * Math.sqrt(0.25 / 20_000));
    expect(statistics['share serial'] + statistics['share of powers of two']).toBe(1);
  });
});

test('the class is the queue, and each class is the same alone as among both', () => {
  const both = make({ jobs: 3000 });
  expect([...both.queue.names].sort()).toEqual(['batch', 'interactive']);
  for (const type of ['batch', 'interactive']) {
    const rows = Array.from({ length: both.count }, (_, job) => job).filter((job) => nameOf(both.queue, job) === type);
    const alone = make({ type, jobs: rows.length });
    const instant = (jobs: Workload, job: number) => jobs.submit[job] + jobs.origin;
    expect(rows.map((job) => instant(both, job))).toEqual(rows.map((_, job) => instant(alone, job)));
    expect(rows.map((job) => both.runtime[job])).toEqual([...alone.runtime]);
    expect(rows.map((job) => both.procs[job])).toEqual([...alone.procs]);
  }
  expect(make({ type: 'untyped', jobs: 10 }).queue.names).toEqual([]);
});

describe('one thing changed leaves the others', () => {
  const plain = make({ jobs: 500 });
  test('users and estimates', () => {
    const more = make({ jobs: 500, users: 9, estimates: 'tsafrir' });
    for (const column of ['submit', 'runtime', 'procs'] as const) expect(more[column]).toEqual(plain[column]);
    expect(more.user.names.length).toBe(9);
  });
  test('load: the same jobs at other times', () => {
    const dense = make({ jobs: 500, type: 'batch', load: 2 });
    const thin = make({ jobs: 500, type: 'batch', load: 0.5 });
    for (const column of ['runtime', 'procs'] as const) expect(dense[column]).toEqual(thin[column]);
  });
  test('sizes: the same arrivals, and most run times', () => {
    const larger = make({ jobs: 500, type: 'batch', procs: 1024 });
    const smaller = make({ jobs: 500, type: 'batch', procs: 64 });
    expect(larger.submit).toEqual(smaller.submit);
    const same = larger.runtime.filter((time, job) => time === smaller.runtime[job]).length;
    expect(same).toBeGreaterThan(300);
  });
});

test.each([0.3, 0.85, 1.5])('the load of %d is met', (load) => {
  const jobs = make({ procs: 256, jobs: 5000, load });
  const work = jobs.runtime.reduce((sum, time, job) => sum + time * jobs.procs[job], 0);
  expect(work / (256 * jobs.submit[jobs.count - 1]) / load).toBeCloseTo(1, 2);
});

test('days end the trace, and it begins at the hour that is asked for', () => {
  const jobs = make({ days: 3, 'start-hour': 8 });
  expect(jobs.origin).toBeGreaterThanOrEqual(8 * 3_600_000);
  expect(jobs.origin + jobs.submit[jobs.count - 1]).toBeLessThan(3 * 86_400_000);
  expect(make({ days: 3, jobs: 10 }).count).toBe(10);
});

test('same seed, same jobs; another seed, others', () => {
  expect(make({ jobs: 200 }, 5)).toEqual(make({ jobs: 200 }, 5));
  expect(make({ jobs: 200 }, 5).runtime).not.toEqual(make({ jobs: 200 }, 6).runtime);
});

/**
 * Samples that the program of the model's authors made, for 256 processors. How far a statistic may be off is taken from
 * its spread over samples of ours of the same length. Where the samples differ from the published parameters:
 * - their sizes show high = 8 and medium = 5.5 for all classes (we choose these too), but in the typed sample a medium
 *   of 5.7 fits the interactive jobs, and the published 3 or our 5.5 do not;
 * - the program drops the fraction of a second at each arrival without telling its daily cycle, so that the cycle drifts
 *   by half a second a job and class (more than an hour over a sample). Ours does not: for the hours of the day the drift
 *   is put in here.
 */
const SAMPLES = '../shared/traces/models';
const SEEDS = 40;
const JOBS = 10_000;

describe.skipIf(!existsSync(SAMPLES))(
  "against samples of the authors' program (skipped where ../shared/traces is absent)",
  () => {
    test.each([
      ['lublin99-256procs-10000jobs.swf.gz', { type: 'untyped' }],
      ['lublin99-256procs-10000jobs-b.swf.gz', { type: 'both', medium: 5.7 }],
    ])('%s could be one of ours', (file, given) => {
      const sample = statisticsOf(readSample(`${SAMPLES}/${file}`));
      const ours = Array.from({ length: SEEDS }, (_, seed) => {
        const jobs = make({ procs: 256, jobs: JOBS, ...given }, seed);
        return statisticsOf(jobs, drifting(jobs));
      });
      for (const name of Object.keys(sample)) {
        const values = ours.map((statistics) => statistics[name]);
        const score = (sample[name] - mean(values)) / deviation(values);
        expect(Math.abs(score), `${name}: ${sample[name]} against ${mean(values)}`).toBeLessThan(3.5);
      }
    });
  },
);

/** The instants of jobs as the program would give them: half a second lost at each arrival of a class, on average. */
function drifting(jobs: Workload): (job: number) => number {
  const arrivals = new Map<number, number>();
  const lost = Float64Array.from(jobs.queue.code, (code) => {
    arrivals.set(code, (arrivals.get(code) ?? 0) + 1);
    return 500 * arrivals.get(code)!;
  });
  return (job) => jobs.submit[job] + jobs.origin - lost[job] + 86_400_000;
}

function readSample(path: string): Workload {
  const jobs = new WorkloadBuilder();
  const request = jobs.request();
  for (const line of gunzipSync(readFileSync(path)).toString().split('\n')) {
    if (line === '' || line.startsWith(';')) continue;
    const [id, submit, , runtime, tasks] = line.trim().split(/\s+/).map(Number);
    jobs.add({ id, submit: submit * 1000, runtime: runtime * 1000, walltime: Infinity, tasks, request });
  }
  return jobs.finish(path);
}
