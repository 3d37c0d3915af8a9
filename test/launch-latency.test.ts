// Launch latencies that were measured: written by "live compare --profile", taken by scenarios, drawn by simulations.
import { describe, expect, test } from 'vitest';
import { processorPool } from '../src/cluster.ts';
import { LaunchLatency } from '../src/engine/launch-latency.ts';
import { simulate } from '../src/engine/simulate.ts';
import { reactionTimes } from '../src/live/compare/reaction.ts';
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

test('a live run tells of reactions by the jobs that start at once in the simulation, but for the slowest twentieth', () => {
  const table = (waits: readonly number[]) => {
    const header = 'job,submit_s,start_s,end_s,state,wait_s,user,queue,cpus,gpus,nodes,placement,restarts';
    const rows = waits.map((wait, job) => `${job},${job},${job + wait},${job + wait + 1},completed,${wait},,,1,0,,,0`);
    return readJobs(Buffer.from(`${[header, ...rows].join('\n')}\n`), 'jobs.csv');
  };
  const simulated = table(Array.from({ length: 41 }, (_, job) => (job === 7 ? 50 : 0)));
  const live = table(Array.from({ length: 41 }, (_, job) => (job === 7 ? 60 : job === 3 || job === 9 ? 30 : 1 + (job % 2))));
  const found = reactionTimes(simulated, live);
  expect(found).toHaveLength(38);
  expect([found[0], found.at(-1)]).toEqual([1000, 2000]);
});
