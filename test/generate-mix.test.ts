import { describe, expect, test } from 'vitest';
import { readParameters } from '../src/parameters.ts';
import { generators, generatorNamed } from '../src/trace/generate/index.ts';
import { mix } from '../src/trace/generate/mix.ts';
import { DAY, HOUR, SECOND } from '../src/units.ts';
import { gpusOf, nameOf, requestsOf } from '../src/workload.ts';
import { deviation, mean, quantile } from './generate-statistics.ts';

const make = (given: Record<string, unknown>, seed = 1) => mix.generate(readParameters(mix.parameters, given, 'test'), seed);
const STEADY = { load: 0, cycle: 'none', gap: '100s' };

/** Within so many standard errors a mean of `count` values with this coefficient of variation has to be. */
const within = (cv: number, count: number) => (4 * cv) / Math.sqrt(count);

describe.each(generators)('$name', (generator) => {
  // One makes as many as its nodes and its span make.
  const count = 'jobs' in generator.parameters ? { jobs: 1500 } : {};
  const defaults = () => readParameters(generator.parameters, count, 'test');

  test('makes a sound workload, the same for the same seed', () => {
    const jobs = generator.generate(defaults(), 1);
    expect(jobs.count).toBe(count.jobs ?? jobs.count);
    expect(jobs.count).toBeGreaterThan(0);
    expect(jobs).toEqual(generator.generate(defaults(), 1));
    expect(jobs.runtime).not.toEqual(generator.generate(defaults(), 2).runtime);
    for (let job = 0; job < jobs.count; job++) {
      expect(jobs.submit[job]).toBeGreaterThanOrEqual(job > 0 ? jobs.submit[job - 1] : 0);
      expect(jobs.submit[job] % SECOND).toBe(0);
      expect(jobs.runtime[job]).toBeGreaterThanOrEqual(SECOND);
      // Services never end.
      if (jobs.runtime[job] !== Infinity) expect(jobs.runtime[job] % SECOND).toBe(0);
      expect(jobs.walltime[job]).toBeGreaterThanOrEqual(jobs.runtime[job]);
      expect(jobs.procs[job]).toBeGreaterThanOrEqual(1);
    }
  });

  test('its parameters have defaults within their own bounds', () => {
    for (const [name, { default: value, type }] of Object.entries(generator.parameters)) {
      const text = type === 'duration' ? `${Number(value) / SECOND}s` : value;
      expect(readParameters(generator.parameters, { [name]: text }, 'test')[name]).toBe(value);
    }
  });

  test('says what cluster it is for', () =>
    expect(generator.cluster(defaults())).toMatch(/^(procs=\d+|nodes=\d+,cpus=\d+,(gpus=\d+|memory=64Gi))$/));
});

test('a mistyped generator is told', () => {
  expect(() => generatorNamed('lubin', 'trace generate')).toThrow(/did you mean "lublin"/);
});

describe('arrivals', () => {
  test.each([
    ['poisson', 1, 1],
    ['gamma', 0.25, 2],
    ['gamma', 4, 0.5],
    ['weibull', 2, Math.sqrt(4 / Math.PI - 1)],
  ])('%s with shape %d have the mean and spread they should', (arrivals, shape, cv) => {
    const count = 20_000;
    const { submit } = make({ ...STEADY, arrivals, 'arrival-shape': shape, jobs: count });
    const gaps = submit.slice(1).map((time, job) => time - submit[job]);
    expect(Math.abs(mean(gaps) / (100 * SECOND) - 1)).toBeLessThan(within(cv, count));
    const spread = deviation(gaps) / mean(gaps);
    expect(spread / cv).toBeGreaterThan(0.93);
    expect(spread / cv).toBeLessThan(1.07);
  });

  test('bursts have equal sizes, one user and one instant', () => {
    const jobs = make({ ...STEADY, burst: 5, jobs: 5000, users: 30, gap: '1000s' });
    let bursts = 1;
    for (let job = 1; job < jobs.count; job++) {
      if (jobs.submit[job] !== jobs.submit[job - 1]) bursts++;
      else if (nameOf(jobs.user, job) === nameOf(jobs.user, job - 1)) expect(jobs.procs[job]).toBe(jobs.procs[job - 1]);
    }
    expect(Math.abs(jobs.count / bursts / 5 - 1)).toBeLessThan(within(1, 1000));
    expect(new Set(jobs.runtime).size).toBeGreaterThan(3000);
  });

  test('weekly: fewer on weekends, and most about noon', () => {
    const jobs = make({ load: 0, cycle: 'weekly', weekend: 0.25, gap: '30s', jobs: 100_000 });
    const day = new Float64Array(7);
    const hour = new Float64Array(24);
    const whole = Math.floor((jobs.origin + jobs.submit[jobs.count - 1]) / (7 * DAY)) * 7 * DAY;
    for (let job = 0; job < jobs.count; job++) {
      const instant = jobs.submit[job] + jobs.origin;
      if (instant >= whole) break;
      day[Math.floor(instant / DAY) % 7]++;
      hour[Math.floor(instant / HOUR) % 24]++;
    }
    expect((day[5] + day[6]) / 2 / mean(day.slice(0, 5))).toBeCloseTo(0.25, 1);
    expect(hour[13] / hour[4]).toBeGreaterThan(5);
  });
});

describe('run times', () => {
  const runtimes = (given: Record<string, unknown>) =>
    make({ ...STEADY, jobs: 40_000, 'runtime-max': '1000d', ...given }).runtime;

  test.each([
    ['lognormal', 0.5],
    ['lognormal', 2],
    ['hyperexponential', 1],
    ['hyperexponential', 3],
  ])('%s with cv %d have the mean they should', (runtime, cv) => {
    const times = runtimes({ runtime, 'runtime-cv': cv, 'runtime-mean': '5h' });
    expect(Math.abs(mean(times) / (5 * HOUR) - 1)).toBeLessThan(within(cv, times.length) + 1e-3);
    const spread = deviation(times) / mean(times);
    expect(spread / cv).toBeGreaterThan(0.8);
    expect(spread / cv).toBeLessThan(1.2);
  });

  test('pareto: the tail falls with its exponent, between the bounds', () => {
    const times = runtimes({ runtime: 'pareto', 'runtime-shape': 1, 'runtime-min': '10s', 'runtime-max': '100000s' });
    expect(Math.min(...times)).toBeGreaterThanOrEqual(10 * SECOND);
    expect(Math.max(...times)).toBeLessThanOrEqual(100_000 * SECOND);
    for (const q of [0.5, 0.9, 0.99]) expect(quantile(times, q) / SECOND / (10 / (1 - q))).toBeCloseTo(1, 0);
  });

  test('gavel: 80 % log-uniform from 32 min to 17 h, the rest to 7 days', () => {
    const minutes = runtimes({ runtime: 'gavel' }).map((time) => time / 60_000);
    expect(Math.min(...minutes)).toBeGreaterThan(31);
    expect(Math.max(...minutes)).toBeLessThanOrEqual(10_000);
    expect(minutes.filter((time) => time < 1000).length / minutes.length).toBeCloseTo(0.8, 2);
    expect(Math.log10(quantile(minutes, 0.4))).toBeCloseTo(2.25, 1);
  });

  test('bounds that leave nothing are told', () => {
    expect(() => runtimes({ 'runtime-min': '10h', 'runtime-max': '1h' })).toThrow(/runtime-min/);
    expect(() => runtimes({ 'runtime-mean': '1s', 'runtime-cv': 0.01, 'runtime-min': '10h' })).toThrow(/widen/);
    expect(() => runtimes({ runtime: 'hyperexponential', 'runtime-cv': 0.5 })).toThrow(/lognormal/);
  });
});

describe('sizes', () => {
  test('have the shares they should', () => {
    const { procs } = make({ ...STEADY, sizes: '1:0.7+2:0.1+4:0.15+8:0.05', jobs: 20_000 });
    for (const [size, share] of [
      [1, 0.7],
      [2, 0.1],
      [4, 0.15],
      [8, 0.05],
    ]) {
      expect(Math.abs(procs.filter((count) => count === size).length / 20_000 - share)).toBeLessThan(
        4 * Math.sqrt((share * (1 - share)) / 20_000),
      );
    }
  });

  test('log2 makes each power of two equally likely', () => {
    const { procs } = make({ ...STEADY, sizes: 'log2:2-16', jobs: 20_000 });
    for (const size of [2, 4, 8, 16]) expect(procs.filter((count) => count === size).length / 20_000).toBeCloseTo(0.25, 1);
    expect([...new Set(procs)].sort((a, b) => a - b)).toEqual([2, 4, 8, 16]);
  });

  test.each(['', 'log2:8', 'log2:8-2', '1', '1:0', '0:1', '1:0.5+x', '2:-1'])('"%s" is refused', (sizes) => {
    expect(() => make({ sizes, jobs: 10 })).toThrow(/sizes: /);
  });

  test('more than the cluster has is refused', () => expect(() => make({ sizes: '512:1', jobs: 10 })).toThrow(/512 is more/));

  test.each([
    [4, 1, 4],
    [8, 1, 8],
    [24, 3, 8],
    [12, 12, 1],
  ])('%d GPUs on nodes of 8 are %d tasks of %d', (size, tasks, gpus) => {
    const jobs = make({ ...STEADY, unit: 'gpus', sizes: `${size}:1`, jobs: 5, 'gpus-per-node': 8, 'cpus-per-gpu': 3 });
    expect(jobs.groupTasks[0]).toBe(tasks);
    expect(jobs.requests[jobs.groupRequest[0]]).toEqual({ cpu: gpus * 3000, memory: 0, gpu: gpus * 1000 });
    expect(gpusOf(requestsOf(jobs), 0)).toBe(size * 1000);
  });
});

test.each([
  [0.4, {}],
  [0.95, { cycle: 'weekly', burst: 4 }],
  [1.2, { arrivals: 'gamma', unit: 'gpus', sizes: '1:0.7+2:0.1+4:0.15+8:0.05' }],
  [0.7, { days: 20, jobs: 0 }],
])('the load of %d is met', (load, given) => {
  const jobs = make({ capacity: 128, jobs: 4000, load, ...given });
  const requests = requestsOf(jobs);
  let work = 0;
  for (let job = 0; job < jobs.count; job++) {
    work += jobs.runtime[job] * ('unit' in given ? gpusOf(requests, job) / 1000 : jobs.procs[job]);
  }
  expect(work / (128 * jobs.submit[jobs.count - 1]) / load).toBeCloseTo(1, 1.5);
});

test('a load that cannot be is told', () => {
  expect(() => make({ jobs: 1 })).toThrow(/have no load/);
  expect(() => make({ days: 0.0001 })).toThrow(/have no load|jobs/);
});

test('users have the shares of Zipf', () => {
  const { user } = make({ ...STEADY, users: 4, 'user-skew': 1, jobs: 20_000 });
  const count = (name: string) => user.code.filter((code) => user.names[code] === name).length / 20_000;
  for (const [name, share] of [
    ['1', 12 / 25],
    ['2', 6 / 25],
    ['4', 3 / 25],
  ] as const) {
    expect(count(name)).toBeCloseTo(share, 1.5);
  }
});

test('one thing changed leaves the others', () => {
  const plain = make({ ...STEADY, jobs: 300 });
  const users = make({ ...STEADY, jobs: 300, users: 5, estimates: 'factor' });
  const sizes = make({ ...STEADY, jobs: 300, sizes: '3:1' });
  const runtimes = make({ ...STEADY, jobs: 300, runtime: 'gavel' });
  for (const column of ['submit', 'runtime', 'procs'] as const) expect(users[column]).toEqual(plain[column]);
  for (const column of ['submit', 'runtime'] as const) expect(sizes[column]).toEqual(plain[column]);
  for (const column of ['submit', 'procs'] as const) expect(runtimes[column]).toEqual(plain[column]);
});
