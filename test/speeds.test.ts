// Run times that depend on what a job holds.
//
// Planted, and seen to be caught: the fabric makes the whole run slower, not only its talking; jobs that need several nodes
// anyway are slowed down; the fastest GPU counts instead of the slowest; a run works while it loads its checkpoint.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Cluster } from '../src/cluster.ts';
import { Progress } from '../src/engine/progress.ts';
import { simulate } from '../src/engine/simulate.ts';
import { firstFit } from '../src/placement/first-fit.ts';
import { packed } from '../src/placement/packed.ts';
import { fcfs } from '../src/policies/fcfs.ts';
import type { PolicySpec } from '../src/policy.ts';
import { COMPLETED, KILLED } from '../src/schedule.ts';
import { NodeSpeeds } from '../src/speeds.ts';
import type { SpeedModel } from '../src/speeds.ts';
import { generatorNamed } from '../src/trace/generate/index.ts';
import { readParameters } from '../src/parameters.ts';
import { WorkloadBuilder } from '../src/workload-builder.ts';
import { selectJobs } from '../src/workload.ts';
import type { Workload } from '../src/workload.ts';

const GPU = { cpu: 1000, memory: 0, gpu: 1000 };

/** Two racks of two nodes with two fast GPUs each, and a node with two slow ones. */
function cluster(fabric?: number, acrossRacks?: number): Cluster {
  const pool = { cpu: 8000, memory: Infinity, gpus: 2 };
  return {
    name: 'test',
    interchangeable: false,
    pools: [
      { ...pool, name: 'fast', count: 4, gpuModel: 'A' },
      { ...pool, name: 'slow', count: 1, gpuModel: 'B' },
    ],
    partitions: [],
    outages: [],
    topology: [{ name: 'rack', domain: { code: Int32Array.of(0, 0, 1, 1, 1), names: ['r0', 'r1'] }, fabric: acrossRacks }],
    fabric,
  };
}

const MODEL: SpeedModel = { name: 'net', gpus: { B: 0.5 }, spread: { B: 0.25 }, others: 0.5 };

function jobsOf(tasks: readonly number[], runtime = 1000): Workload {
  const jobs = new WorkloadBuilder();
  tasks.forEach((count, row) => {
    const job = jobs.add({ id: row, submit: 0, runtime, walltime: Infinity, tasks: count, request: jobs.request(GPU) });
    jobs.speeds.add(job, MODEL);
  });
  return jobs.finish('test');
}

describe('how fast a job is', () => {
  test.each([
    { what: 'on one node', tasks: 2, nodes: [0], speed: 1 },
    { what: 'on slow GPUs', tasks: 2, nodes: [4], speed: 0.5 },
    { what: 'spread', tasks: 2, nodes: [0, 1], speed: 0.5 },
    { what: 'spread over a fabric twice as slow', tasks: 2, nodes: [0, 1], fabric: 2, speed: 1 / 3 },
    { what: 'spread over a fabric without delay', tasks: 2, nodes: [0, 1], fabric: 0, speed: 1 },
    { what: 'spread over racks', tasks: 2, nodes: [0, 2], across: 3, speed: 0.25 },
    { what: 'spread within a rack, though racks are far apart', tasks: 2, nodes: [0, 1], across: 3, speed: 0.5 },
    { what: 'on the two nodes that it needs anyway', tasks: 4, nodes: [0, 1], speed: 1 },
    { what: 'on three where it needs two', tasks: 4, nodes: [0, 1, 2], speed: 0.5 },
    { what: 'as its slowest GPUs are', tasks: 2, nodes: [0, 4], speed: 0.125 },
  ])('$what: $speed', ({ tasks, nodes, fabric, across, speed }) => {
    const jobs = jobsOf([tasks]);
    if (jobs.speeds === undefined) throw new Error('no speeds');
    expect(new NodeSpeeds(jobs.speeds, jobs, cluster(fabric, across)).of(0, nodes)).toBeCloseTo(speed, 12);
  });

  test('decides how long it runs, and the record says what that has cost', () => {
    const { end, slowed } = simulate(jobsOf([1, 2]), cluster(), fcfs, { placement: firstFit, audit: true });
    expect([...end]).toEqual([1000, 2000]);
    expect(slowed && [...slowed]).toEqual([0, 1000]);
    const waits = simulate(jobsOf([1, 2]), cluster(), fcfs, { placement: packed });
    expect([...waits.end]).toEqual([1000, 1000]);
  });

  test('of 0 lets a job without any work end, and no other', () => {
    const nowhere: SpeedModel = { name: 'nowhere', gpus: { A: 0 } };
    const jobs = new WorkloadBuilder();
    for (const runtime of [0, 1]) {
      const row = { id: runtime, submit: 0, runtime, walltime: 9, tasks: 1, request: jobs.request(GPU) };
      jobs.speeds.add(jobs.add(row), nowhere);
    }
    const { state, end } = simulate(jobs.finish('test'), cluster(), fcfs, { placement: firstFit });
    expect([[...state], [...end]]).toEqual([
      [COMPLETED, KILLED],
      [0, 9],
    ]);
  });

  test('stays with its job when jobs are picked', () => {
    const jobs = selectJobs({ ...jobsOf([1, 2]), speeds: { model: Int32Array.of(-1, 0), models: [MODEL] } }, [1]);
    expect(jobs.speeds?.model).toEqual(Int32Array.of(0));
  });

  test('changes when tasks join', () => {
    const jobs = new WorkloadBuilder();
    const row = { id: 0, submit: 0, runtime: 1000, walltime: Infinity, tasks: 2, minimum: 1, request: jobs.request(GPU) };
    jobs.speeds.add(jobs.add(row), MODEL);
    const growing: PolicySpec = {
      ...fcfs,
      create: () => ({
        schedule(cycle) {
          if (cycle.now === 0) {
            cycle.place(0, 0, 0, 1);
            cycle.wakeAt(400);
          } else if (cycle.now === 400) cycle.place(0, 0, 1, 1);
        },
      }),
    };
    expect(simulate(jobs.finish('test'), cluster(), growing, { placement: firstFit }).end[0]).toBe(400 + 2 * 600);
  });
});

test('work is what is done at each pace, after what must be loaded; it is kept as work, not as time', () => {
  const rates = fc.constantFrom(1, 0.5, 0.25, 2);
  const piece = fc.record({ rate: rates, ran: fc.integer({ min: 0, max: 12 }).map((steps) => 4 * steps) });
  const runs = fc.array(fc.record({ pieces: fc.array(piece, { minLength: 1, maxLength: 3 }), saves: fc.boolean() }), {
    maxLength: 4,
  });
  fc.assert(
    fc.property(runs, fc.constantFrom(0, 8), fc.constantFrom(8, 16, Infinity), (all, restart, interval) => {
      const column = (value: number) => Float64Array.of(value);
      const checkpoints = { interval: column(interval), cost: column(0), restart: column(restart) };
      const progress = new Progress({ ...jobsOf([1], 100_000), checkpoints });
      let done = 0;
      for (const { pieces, saves } of all) {
        let load: number = done > 0 ? restart : 0;
        let [ran, worked] = [0, 0];
        for (const { rate, ran: length } of pieces) {
          progress.setRate(0, rate, ran);
          const loads = Math.min(load, length);
          [load, ran, worked] = [load - loads, ran + length, worked + rate * (length - loads)];
          expect(progress.slowed(0, ran)).toBe(ran - (done > 0 ? Math.min(ran, restart) : 0) - worked);
          expect(progress.remaining(0)).toBe(ran + load + Math.ceil((100_000 - done - worked) / rate));
        }
        const kept = saves ? worked : interval === Infinity ? 0 : Math.floor(worked / interval) * interval;
        expect(progress.interrupt(0, ran, saves)).toBe(kept);
        done += kept;
      }
    }),
    { numRuns: 500 },
  );
});

test('a generated job has a family, with its speeds and what a restart costs it', () => {
  const mix = generatorNamed('mix-gpu-ml', 'test');
  const parameters = (given: Record<string, unknown>) => readParameters(mix.parameters, { jobs: 50, ...given }, 'test');
  const [plain, mixed] = [{}, { families: 'gavel', 'task-gpus': 1 }].map((given) => mix.generate(parameters(given), 1));
  expect(plain.speeds).toBeUndefined();
  expect(mixed.runtime).toEqual(plain.runtime);
  expect(new Set(mixed.speeds?.models.map(({ name }) => name.split(',')[0])).size).toBe(4);
  expect(new Set(mixed.checkpoints?.restart)).toEqual(new Set([250_000, 50_000, 120_000, 30_000]));
  expect(Math.max(...mixed.groupTasks)).toBe(8);
});
