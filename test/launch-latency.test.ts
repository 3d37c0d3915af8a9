// Launch latencies that were measured: written by "live compare --profile", taken by scenarios, drawn by simulations.
import { describe, expect, test } from 'vitest';
import { processorPool } from '../src/cluster.ts';
import { LaunchLatency } from '../src/engine/launch-latency.ts';
import { simulate } from '../src/engine/simulate.ts';
import { latenciesOf } from '../src/live/compare/latencies.ts';
import { promptSubmissions, reactionTimes } from '../src/live/compare/reaction.ts';
import { fcfs } from '../src/policies/fcfs.ts';
import { sjf } from '../src/policies/sjf.ts';
import { readJobs } from '../src/results/read-jobs.ts';
import { readScenario } from '../src/scenario-file.ts';
import { workloadOf } from './workload-of.ts';

describe('a launch', () => {
  test('draws as the quantiles are spread', () => {
    const latency = new LaunchLatency({ launchQuantiles: [0, 100, 1000] }, 1);
    const drawn = Array.from({ length: 4000 }, (_, job) => latency.of(job));
    const below = (most: number) => drawn.filter((one) => one < most).length / drawn.length;
    expect(below(50)).toBeCloseTo(0.25, 1);
    expect(below(100)).toBeCloseTo(0.5, 1);
    expect(below(550)).toBeCloseTo(0.75, 1);
    expect(Math.min(...drawn)).toBeLessThan(5);
    expect(Math.max(...drawn)).toBeGreaterThan(990);
  });

  test('of a job is the same whoever was launched before, and another one the next time', () => {
    const [one, other] = [1, 2].map(() => new LaunchLatency({ launchQuantiles: [0, 1e6] }, 7));
    const first = [one.of(3), one.of(5)];
    expect([other.of(5), other.of(3)]).toEqual([first[1], first[0]]);
    expect(one.of(3)).not.toBe(first[0]);
  });
});

test('jobs start by their latency later than they are decided, under each policy the same', () => {
  const jobs = Array.from({ length: 20 }, (_, job) => ({ submit: 100_000 * job, runtime: 1000, procs: 1 }));
  const waits = [fcfs, sjf].map((spec) => {
    const costs = { launchQuantiles: [20, 40, 900] };
    const { start, submit } = simulate(workloadOf(jobs), processorPool(4), spec, { costs, seed: 3 });
    return Array.from(start, (time, job) => time - submit[job]);
  });
  expect(waits[0]).toEqual(waits[1]);
  for (const wait of waits[0]) expect(wait).toBeGreaterThanOrEqual(20);
  expect(new Set(waits[0]).size).toBeGreaterThan(5);
});

describe('a scenario', () => {
  const text = (launch: string) => `workloads: [a.swf]\npolicies: [fcfs]\ncosts: { launch: ${launch} }\n`;

  test('takes quantiles in place of one latency', () => {
    expect(readScenario(text('[5ms, 10ms, 2s]'), 's.yaml').run).toMatchObject({ launchQuantiles: [5, 10, 2000] });
    expect(readScenario(text('3s'), 's.yaml').run).toMatchObject({ launch: 3000 });
  });

  test('is refused where they fall', () => {
    expect(() => readScenario(text('[5ms, 2s, 10ms]'), 's.yaml')).toThrow('10ms comes after 2s');
  });
});

const table = (waits: readonly number[]) => {
  const header = 'job,submit_s,start_s,end_s,state,wait_s,user,queue,cpus,gpus,nodes,placement,restarts';
  const rows = waits.map((wait, job) => `${job},${job},${job + wait},${job + wait + 1},completed,${wait},,,1,0,,,0`);
  return readJobs(Buffer.from(`${[header, ...rows].join('\n')}\n`), 'jobs.csv');
};

test('a live run tells of reactions by the jobs that start at once in the simulation, but for the slowest twentieth', () => {
  const simulated = table(Array.from({ length: 41 }, (_, job) => (job === 7 ? 50 : 0)));
  const live = table(Array.from({ length: 41 }, (_, job) => (job === 7 ? 60 : job === 3 || job === 9 ? 30 : 1 + (job % 2))));
  const found = reactionTimes(simulated, live);
  expect(found).toHaveLength(38);
  expect([found[0], found.at(-1)]).toEqual([1000, 2000]);
});

test('the pods of jobs that nothing keeps waiting tell what an attempt takes, and those of all jobs what a launch takes', () => {
  // Job 1 waits for room; a pod of job 2 was made anew; a pod of job 3 never ran.
  const simulated = table([0.01, 5, 0, 0, 0.2]);
  const pod = (job: number, bound: string, running: string, generation = 0) => ({
    ...{ job: `${job}`, generation: `${generation}`, seen_s: '0', decided_s: '', bound_s: bound, running_s: running, tries: '1' },
  });
  const rows = [
    ...[pod(0, '0.052', '0.090'), pod(0, '0.030', '0.060'), pod(0, '0.040', '0.050')],
    ...[pod(1, '6.5', '6.6'), pod(1, '6', '6.1')],
    ...[pod(2, '2.1', '2.2'), pod(2, '3.1', '3.2', 1)],
    ...[pod(3, '3.1', ''), pod(3, '3.2', '3.3')],
    pod(4, '4.02', '4.05'),
  ];
  const rounded = (values: Iterable<number>) => [...values].map((value) => Math.round(value * 1000) / 1000);
  const { first, spacing, launches } = latenciesOf(rows, 2, promptSubmissions(simulated, simulated));
  // By the clock: half of it.
  expect(rounded([first.median, first.max, spacing.median, spacing.max])).toEqual([10, 15, 5, 6]);
  expect([first.count, spacing.count]).toEqual([2, 2]);
  expect(rounded(launches)).toEqual([19, 50, 15]);
});
