// Generated trainings: what they ask for is what their run times are told of.
import { describe, expect, test } from 'vitest';
import { readParameters } from '../src/parameters.ts';
import { NodeSpeeds } from '../src/speeds.ts';
import { generatorNamed } from '../src/trace/generate/index.ts';
import { fillWalltimes } from '../src/trace/walltimes.ts';
import { mostTasks } from '../src/workload.ts';

const mix = generatorNamed('mix', 'test');
const generate = (settings: object) => {
  const wanted = { jobs: 50, unit: 'gpus', sizes: '1:0.5+4:0.3+8:0.2', 'gpus-per-node': 4, families: 'pollux', ...settings };
  return mix.generate(readParameters(mix.parameters, wanted, 'test'), 7);
};
const CLUSTER = {
  name: 'test',
  interchangeable: false,
  pools: [{ name: 'n', count: 8, cpu: 64_000, memory: Infinity, gpus: 4 }],
  partitions: [],
  outages: [],
};

describe('trainings of mix', () => {
  test('run at full speed on what they ask for, and can do with more or less', () => {
    const workload = generate({ 'task-gpus': 1 });
    const speeds = new NodeSpeeds(workload.speeds!, workload, CLUSTER);
    for (let job = 0; job < workload.count; job++) {
      const gpus = workload.groupTasks[job];
      const nodes = Array.from({ length: Math.ceil(gpus / 4) }, (_, node) => node);
      for (const rate of speeds.curve(job, nodes, gpus)?.rates ?? [NaN]) expect(rate).toBeCloseTo(1, 9);
      const more = speeds.curve(job, nodes, mostTasks(workload, job))?.rates ?? [NaN];
      expect(Math.min(...more)).toBeGreaterThan(0);
      expect(workload.groupMinimum[job]).toBe(1);
      expect(mostTasks(workload, job)).toBeGreaterThanOrEqual(gpus);
    }
  });

  test('get no limit from their run times, which others may not reach', () => {
    const workload = generate({ 'task-gpus': 1 });
    expect(fillWalltimes(workload, { kind: 'runtime' }).changed).toBe(0);
    expect(fillWalltimes(workload, { kind: 'factor', factor: 2 }).changed).toBe(50);
  });

  test('need tasks of one GPU each', () => {
    expect(() => generate({})).toThrow('add task-gpus=1');
  });
});
