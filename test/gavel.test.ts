// Gavel and Themis: shares of time against slow definitions, and the simulator of Gavel on its 96 jobs.
//
// Planted, and seen to be caught: GPUs of a job do not count in what a type has; the ratio of a finish time leaves out the age;
// what was received is not counted.
import { existsSync, readFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Cluster } from '../src/cluster.ts';
import { simulate } from '../src/engine/simulate.ts';
import { LinearProgram, linearSolver, loadLinearSolver } from '../src/linear-program.ts';
import { firstFit } from '../src/placement/first-fit.ts';
import { blindToTypes, isolated, speedWith } from '../src/policies/gavel/allocation.ts';
import type { Allocate, Allocation, Shareholders } from '../src/policies/gavel/allocation.ts';
import { fifo } from '../src/policies/gavel/fifo.ts';
import { finishTime } from '../src/policies/gavel/finish-time.ts';
import { gavel, themis } from '../src/policies/gavel/gavel.ts';
import { maxMin } from '../src/policies/gavel/max-min.ts';
import { COMPLETED, REJECTED } from '../src/schedule.ts';
import { randomStream } from '../src/random.ts';
import { WorkloadBuilder } from '../src/workload-builder.ts';
import { PythonRandom, simulateGavel } from './gavel-simulator.ts';
import type { GavelJob } from './gavel-simulator.ts';

beforeAll(async () => void (await loadLinearSolver()));

const speed = fc.constantFrom(0.25, 0.5, 1, 2);
const states = fc
  .record({
    workers: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 2 }),
    jobs: fc.array(
      fc.record({
        width: fc.integer({ min: 1, max: 3 }),
        speeds: fc.tuple(speed, fc.constantFrom(0, 0.5, 1, 3)),
        weight: fc.constantFrom(1, 2),
        age: fc.nat(5),
        left: fc.integer({ min: 1, max: 6 }),
      }),
      { minLength: 1, maxLength: 3 },
    ),
  })
  .map(({ workers, jobs }): Shareholders => ({
    jobs: jobs.map((_, row) => row),
    widths: jobs.map(({ width }) => width),
    speeds: jobs.map(({ speeds }) => Float64Array.from(speeds.slice(0, workers.length))),
    weights: jobs.map(({ weight }) => weight),
    ages: jobs.map(({ age }) => age),
    left: jobs.map(({ left }) => left),
    workers: Float64Array.from(workers),
  }));

function expectAllowed({ jobs, widths, workers }: Shareholders, parts: Allocation) {
  const little = 1e-6;
  for (const at of jobs.keys()) {
    for (const part of parts[at]) expect(part).toBeGreaterThanOrEqual(0);
    expect(parts[at].reduce((sum, part) => sum + part, 0)).toBeLessThanOrEqual(1 + little);
  }
  workers.forEach((count, type) => {
    const used = jobs.reduce((sum, _, at) => sum + widths[at] * parts[at][type], 0);
    expect(used).toBeLessThanOrEqual(count + little);
  });
}

/** The best of all corners: every choice of as many constraints as there are variables, taken as equations. */
function bestCorner(rows: readonly { of: readonly number[]; most: number }[], gain: readonly number[]): number {
  const size = gain.length;
  let best = -Infinity;
  const choose = (from: number, chosen: readonly number[]): void => {
    if (chosen.length === size) {
      const corner = solved(chosen.map((row) => [...rows[row].of, rows[row].most]));
      const value = (of: readonly number[]) => of.reduce((sum, each, at) => sum + each * corner![at], 0);
      if (corner && rows.every(({ of, most }) => value(of) <= most + 1e-9)) best = Math.max(best, value(gain));
      return;
    }
    for (let row = from; row < rows.length; row++) choose(row + 1, [...chosen, row]);
  };
  choose(0, []);
  return best;
}

/** Gauss and Jordan; undefined if the equations do not tell. */
function solved(table: number[][]): number[] | undefined {
  const size = table.length;
  for (let at = 0; at < size; at++) {
    const pivot = table.reduce(
      (most, row, index) => (index >= at && Math.abs(row[at]) > Math.abs(table[most][at]) ? index : most),
      at,
    );
    if (Math.abs(table[pivot][at]) < 1e-9) return undefined;
    [table[at], table[pivot]] = [table[pivot], table[at]];
    const own = table[at].map((value) => value / table[at][at]);
    table = table.map((row, index) => (index === at ? own : row.map((value, column) => value - row[at] * own[column])));
  }
  return table.map((row) => row[size]);
}

/** What a job gets, as the paper has it: speed against that with an equal part, for each GPU, by what it is worth. */
function worth({ widths, speeds, weights, workers }: Shareholders, at: number): Float64Array {
  const all = workers.reduce((sum, count) => sum + count, 0);
  const equal = speedWith(
    speeds[at],
    workers.map((count) => count / all),
  );
  return speeds[at].map((each) => (each * widths[at]) / (equal * weights[at]));
}

describe('max-min', () => {
  test('the least is as large as at the best corner of all that is allowed', () => {
    fc.assert(
      fc.property(states, (state) => {
        const { jobs, widths, workers } = state;
        const types = workers.length;
        const size = jobs.length * types + 1;
        const of = (entries: readonly (readonly [number, number])[]) => {
          const row = Array<number>(size).fill(0);
          for (const [at, value] of entries) row[at] = value;
          return row;
        };
        const every = [...workers.keys()];
        const rows = [
          ...jobs.map((_, at) => ({
            of: of([...every.map((t) => [at * types + t, -worth(state, at)[t]] as const), [size - 1, 1]]),
            most: 0,
          })),
          ...jobs.map((_, at) => ({ of: of(every.map((t) => [at * types + t, 1] as const)), most: 1 })),
          ...every.map((t) => ({ of: of(jobs.map((_, at) => [at * types + t, widths[at]] as const)), most: workers[t] })),
          ...Array.from({ length: size - 1 }, (_, at) => ({ of: of([[at, -1]]), most: 0 })),
        ];
        const parts = maxMin(state);
        expectAllowed(state, parts);
        const least = Math.min(...jobs.map((_, at) => speedWith(worth(state, at), parts[at])));
        expect(least).toBeCloseTo(bestCorner(rows, of([[size - 1, 1]])), 5);
      }),
      { numRuns: 40 },
    );
  });

  test('without regard to types, all types are one', () => {
    fc.assert(
      fc.property(states, (state) => {
        const all = { ...blindToTypes(state), speeds: state.speeds.map(() => Float64Array.of(1)), workers: Float64Array.of(4) };
        const parts = maxMin(all);
        // Everybody gets level: their part times GPUs, by what they are worth, until one has all of its time or all GPUs are taken.
        const perLevel = all.jobs.map((_, at) => all.weights[at] / all.widths[at]);
        const gpus = all.jobs.reduce((sum, _, at) => sum + all.weights[at], 0);
        const level = Math.min(4 / gpus, ...perLevel.map((each) => 1 / each));
        const least = Math.min(...all.jobs.map((_, at) => (parts[at][0] * all.widths[at]) / all.weights[at]));
        expect(least).toBeCloseTo(level, 5);
      }),
    );
  });
});

describe('finish-time fairness', () => {
  test('on one type, the worst ratio is the one beyond which there are GPUs enough', () => {
    fc.assert(
      fc.property(states, (state) => {
        const one = { ...state, speeds: state.speeds.map((speeds) => speeds.slice(0, 1)), workers: state.workers.slice(0, 1) };
        const alone = isolated(one).map((parts, at) => one.left[at] / speedWith(one.speeds[at], parts));
        const part = (at: number, ratio: number) => {
          const time = ratio * alone[at] - one.ages[at];
          return time <= 0 ? Infinity : one.left[at] / time / one.speeds[at][0];
        };
        const enough = (ratio: number) => {
          const parts = one.jobs.map((_, at) => part(at, ratio));
          return (
            parts.every((each) => each <= 1) && parts.reduce((sum, each, at) => sum + each * one.widths[at], 0) <= one.workers[0]
          );
        };
        let [low, high] = [0, 1e6];
        for (let step = 0; step < 80; step++) {
          const middle = (low + high) / 2;
          if (enough(middle)) high = middle;
          else low = middle;
        }
        const parts = finishTime()(one);
        expectAllowed(one, parts);
        const ratios = one.jobs.map((_, at) => (one.ages[at] + one.left[at] / speedWith(one.speeds[at], parts[at])) / alone[at]);
        expect(Math.max(...ratios) / high).toBeCloseTo(1, 4);
      }),
    );
  });

  test('work that is done counts as it would have by itself', () => {
    const allocate = finishTime();
    const state: Shareholders = {
      jobs: [0, 1],
      widths: [1, 1],
      speeds: [Float64Array.of(1), Float64Array.of(1)],
      weights: [1, 1],
      ages: [0, 0],
      left: [10, 10],
      workers: Float64Array.of(1),
    };
    allocate(state);
    // Job 0 has had the GPU for 8 of 10: by itself it would have been at half speed. Job 1 has had nothing.
    const [first, second] = allocate({ ...state, ages: [10, 10], left: [2, 10] });
    // (10 + 2 / x) / 20 = (10 + 10 / (1 - x)) / 20
    expect(first[0]).toBeCloseTo(1 / 6, 4);
    expect(second[0]).toBeCloseTo(5 / 6, 4);
  });
});

describe('the solver', () => {
  test('the same program has the same answer, whatever was asked before', () => {
    fc.assert(
      fc.property(fc.array(states, { minLength: 2, maxLength: 5 }), (found) => {
        const first = found.map((state) => maxMin(state));
        const again = [...found].reverse().map((state) => maxMin(state));
        expect(again.reverse()).toEqual(first);
      }),
      { numRuns: 50 },
    );
  });

  test('whole variables, and programs without an answer', () => {
    const program = new LinearProgram();
    const picks = [3, 4, 5].map((gain) => program.choice(gain));
    program.row(-Infinity, 4, picks, [2, 3, 3]);
    expect(Array.from(linearSolver().solve(program)!, Math.round)).toEqual([0, 0, 1]);
    program.row(2, Infinity, picks, [1, 1, 1]);
    expect(linearSolver().solve(program)).toBeUndefined();
  });
});

/** Two fast GPUs and two slow ones. */
const CLUSTER: Cluster = {
  name: 'fast and slow',
  interchangeable: false,
  pools: [
    { name: 'fast', count: 2, cpu: 4000, memory: Infinity, gpus: 1, gpuModel: 'A' },
    { name: 'slow', count: 2, cpu: 4000, memory: Infinity, gpus: 1, gpuModel: 'B' },
  ],
  partitions: [],
  outages: [],
};

describe('rounds', () => {
  const MINUTE = 60_000;
  const workload = (widths: readonly number[], minutes: number, slow: number) => {
    const jobs = new WorkloadBuilder();
    widths.forEach((tasks, id) => {
      const request = jobs.request({ cpu: 1000, memory: 0, gpu: 1000 });
      const row = jobs.add({ id, submit: 0, runtime: minutes * MINUTE, walltime: Infinity, tasks, request });
      jobs.speeds.add(row, { name: `as slow as ${slow}`, gpus: { A: 1, B: slow } });
    });
    return jobs.finish('test');
  };
  const run = (jobs: ReturnType<typeof workload>, spec: typeof gavel) =>
    simulate(jobs, CLUSTER, spec, { placement: firstFit, audit: true });

  test('four equal jobs take turns on the fast GPUs', () => {
    // With half its time on each type a job works at (1 + 0.5) / 2: 30 min take 40, give and take a round of 6.
    const { end } = run(workload([1, 1, 1, 1], 30, 0.5), gavel);
    for (const each of end) expect(Math.abs(each - 40 * MINUTE)).toBeLessThanOrEqual(6 * MINUTE);
  });

  test('a job that is too wide for any type is turned away, and one that is as wide as a type runs', () => {
    const schedule = run(workload([3, 2], 12, 0.5), gavel);
    expect(Array.from(schedule.state)).toEqual([REJECTED, COMPLETED]);
  });

  test('finish-time fairness: nobody is much later than with a part of the cluster to himself', () => {
    const { end } = run(workload([1, 1, 1, 1, 1, 1, 1, 1], 30, 1), themis);
    for (const each of end) expect(each).toBeLessThanOrEqual(66 * MINUTE);
  });
});

const TRACE = '../shared/traces/gpu/gavel-msr-seed0.tar.xz';
const THROUGHPUTS = '../shared/traces/gpu/gavel-simulation_throughputs.json.gz';
const TYPES = ['k80', 'p100', 'v100'];

function gavelJobs(): GavelJob[] {
  const speeds = JSON.parse(gunzipSync(readFileSync(THROUGHPUTS)).toString()) as Record<string, Record<string, { null: number }>>;
  const text = execFileSync('tar', ['-xJOf', TRACE, 'gavel-msr/max_min_fairness.trace'], { encoding: 'utf8' });
  return text
    .trim()
    .split('\n')
    .map((line) => line.split('\t'))
    .map((cells) => ({
      arrival: Number(cells[9]),
      gpus: Number(cells[6]),
      steps: Number(cells[5]),
      throughputs: Float64Array.from(TYPES, (type) => speeds[type][`('${cells[0]}', ${cells[6]})`].null),
    }));
}

// The figures are those that the simulator prints with seed 0 and 8 V100, 16 P100 and 24 K80. The two policies that solve a
// linear program depend on the solver there: with ECOS 2.0.14 they give 5.55 and 4.06 h in place of the 5.23 and 4.16 h of the record,
// and finish-time 4.17 h, as there are many best shares and only the least of them is looked at. That ours are best, too, is what the tests above show.
describe.skipIf(!existsSync(TRACE))('the 96 jobs of Gavel (skipped without ../shared)', () => {
  const cases: {
    name: string;
    share: Allocate;
    shuffles: boolean;
    onlySharers?: boolean;
    hours: number;
    makespan: number;
    within: number;
    makespanWithin: number;
  }[] = [
    {
      name: 'fifo',
      share: fifo('fastest', randomStream(1, 'x')),
      shuffles: false,
      onlySharers: true,
      hours: 5.42,
      makespan: 20.09,
      within: 0.005,
      makespanWithin: 0.005,
    },
    { name: 'isolated', share: isolated, shuffles: true, hours: 5.52, makespan: 21.71, within: 0.005, makespanWithin: 0.005 },
    {
      name: 'max-min-blind',
      share: (state) => maxMin(blindToTypes(state)),
      shuffles: true,
      hours: 5.4,
      makespan: 21.1,
      within: 0.2,
      makespanWithin: 0.6,
    },
    { name: 'max-min', share: maxMin, shuffles: false, hours: 4.06, makespan: 17.76, within: 0.02, makespanWithin: 0.08 },
    {
      name: 'finish-time',
      share: finishTime(),
      shuffles: false,
      hours: 4.17,
      makespan: 18.05,
      within: 0.02,
      makespanWithin: 0.08,
    },
  ];
  test.each(cases)('$name: $hours h on average', ({ share, shuffles, onlySharers, hours, makespan, within, makespanWithin }) => {
    const jobs = gavelJobs();
    const random = new PythonRandom(5);
    const order = () => (shuffles ? random.shuffle([2, 1, 0]) : [2, 1, 0]);
    const ends = simulateGavel({ jobs, workers: [24, 16, 8], allocate: share, onlySharers, order });
    const mean = jobs.reduce((sum, { arrival }, job) => sum + ends[job] - arrival, 0) / jobs.length / 3600;
    expect(Math.abs(mean - hours)).toBeLessThanOrEqual(within);
    expect(Math.abs(Math.max(...ends) / 3600 - makespan)).toBeLessThanOrEqual(makespanWithin);
  });
});
