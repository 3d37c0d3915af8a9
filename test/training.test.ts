// Trainings whose speed depends on how many GPUs they hold, and what changes of that cost.
//
// Planted, and seen to be caught: no loading after a change; the first phase's speed throughout; accumulated passes that exchange
// gradients.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Cluster } from '../src/cluster.ts';
import { simulate } from '../src/engine/simulate.ts';
import { gpuHours } from '../src/metrics/gpu-hours.ts';
import { firstFit } from '../src/placement/first-fit.ts';
import type { PolicySpec } from '../src/policy.ts';
import { COMPLETED } from '../src/schedule.ts';
import { Goodput } from '../src/training.ts';
import type { MeasuredTraining } from '../src/training.ts';
import { HOUR } from '../src/units.ts';
import { WorkloadBuilder } from '../src/workload-builder.ts';
import type { Workload } from '../src/workload.ts';

const GPU = { cpu: 1000, memory: 0, gpu: 1000 };
const NODES = 2;
const PER_NODE = 4;

const WINDOW = { from: 0, until: Infinity };

const CLUSTER: Cluster = {
  name: 'test',
  interchangeable: false,
  pools: [{ name: 'n', count: NODES, cpu: 8000, memory: Infinity, gpus: PER_NODE }],
  partitions: [],
  outages: [],
};

/** A pass takes as long as it has samples; an exchange, 1 s on one node and 2 s between nodes. */
const TRAINING: MeasuredTraining = {
  batches: [8, 64],
  least: 2,
  steps: {
    '': [1, 2].flatMap((nodes) =>
      [1, 2, 4, 8].flatMap((gpus) =>
        [2, 16].map((samples) => ({ nodes, gpus, samples, compute: samples, step: samples + (gpus > 1 ? nodes : 0) })),
      ),
    ),
  },
  phases: [
    { until: 0.25, noise: [8, 8], usual: 0.5 },
    { until: 1, noise: [64, 64], usual: 1 },
  ],
  restart: 7,
};

/** All sizes that are tried, one after the other. */
function goodputByDefinition(gpus: number, nodes: number, noise: number): number {
  let best = 0;
  for (let index = 0; index < 50; index++) {
    const from = Math.max(8, 2 * gpus);
    const local = (from * (64 / from) ** (index / 49)) / gpus;
    let passes = Math.ceil(local / 16 - 1e-8);
    if (gpus === 1 && local > 8 + 1e-8) passes = Math.max(passes, 2);
    const samples = Math.min(Math.ceil(local / passes - 1e-8), Math.floor(64 / (gpus * passes)));
    if (samples < 2) continue;
    const batch = samples * passes * gpus;
    const time = samples * passes + (gpus > 1 ? nodes : 0);
    best = Math.max(best, ((batch / time) * (noise + 8)) / (noise + batch));
  }
  return best;
}

describe('goodput', () => {
  test('is that of the best size of batches', () => {
    const goodput = new Goodput(TRAINING);
    for (const nodes of [1, 2])
      for (const gpus of [1, 2, 4, 8]) {
        const [early, late] = goodput.of('any', gpus, nodes);
        expect(early).toBeCloseTo(goodputByDefinition(gpus, nodes, 8), 9);
        expect(late).toBeCloseTo(goodputByDefinition(gpus, nodes, 64), 9);
      }
  });

  test('is between what was measured next to it, and none for more GPUs than the largest batch has room for', () => {
    const goodput = new Goodput(TRAINING);
    const [five] = goodput.of('', 5, 2);
    expect(five).toBeGreaterThan(Math.min(goodput.of('', 4, 2)[0], goodput.of('', 8, 2)[0]));
    expect(five).toBeLessThan(Math.max(goodput.of('', 4, 2)[0], goodput.of('', 8, 2)[0]) * 1.1);
    expect([...goodput.of('', 40, 2)]).toEqual([0, 0]);
  });

  test('keeps a batch of one size if it has to', () => {
    const [fixed] = new Goodput({ ...TRAINING, batch: 64 }).of('', 2, 1);
    expect(fixed).toBeCloseTo(((64 / (2 * 16 + 1)) * 16) / (8 + 64), 9);
  });

  test('does not run on a model that was not measured', () => {
    expect([...new Goodput({ ...TRAINING, steps: { A: TRAINING.steps[''] } }).of('B', 1, 1)]).toEqual([0, 0]);
  });
});

function jobsOf(submits: readonly number[], runtime: number): Workload {
  const jobs = new WorkloadBuilder();
  submits.forEach((submit, row) => {
    const request = jobs.request(GPU);
    const job = jobs.add({ id: row, submit, runtime, walltime: Infinity, tasks: 1, minimum: 1, most: 8, request });
    jobs.speeds.add(job, { name: 'net', training: TRAINING });
  });
  return jobs.finish('test');
}

/** At a time, what a job is to hold on each node from then on. */
interface Change {
  readonly time: number;
  readonly job: number;
  readonly held: readonly number[];
}

/** Starts each job on one GPU of the first node that has one, and follows the changes as far as there is room. */
function following(changes: readonly Change[], seen: (time: number, job: number, held: readonly number[]) => void): PolicySpec {
  return {
    name: 'following',
    summary: '',
    source: '',
    create: () => {
      const holds = new Map<number, number[]>();
      let planned = false;
      return {
        schedule(cycle) {
          if (!planned) for (const { time } of changes) if (time > cycle.now) cycle.wakeAt(time);
          planned = true;
          for (const job of cycle.changed.ended) if (!cycle.running.has(job)) holds.delete(job);
          for (let job = cycle.pending.first(); job >= 0; job = cycle.pending.after(job)) {
            const node = [0, 1].find((one) => cycle.roomOn(job, 0, one) > 0);
            if (node === undefined) continue;
            cycle.place(job, 0, node, 1);
            holds.set(
              job,
              [0, 1].map((one) => (one === node ? 1 : 0)),
            );
            seen(cycle.now, job, holds.get(job)!);
          }
          for (const { time, job, held } of changes) {
            const now = holds.get(job);
            if (time !== cycle.now || now === undefined || !cycle.running.mayPreempt(job)) continue;
            const fits = held.every((tasks, node) => tasks - now[node] <= cycle.roomOn(job, 0, node));
            // One task stays where it is all the time.
            const stays = held.some((tasks, node) => Math.min(tasks, now[node]) > 0);
            if (!fits || !stays) continue;
            held.forEach((tasks, node) => tasks > now[node] && cycle.place(job, 0, node, tasks - now[node]));
            held.forEach((tasks, node) => tasks < now[node] && cycle.evict({ job, group: 0, node, tasks: now[node] - tasks }));
            if (held.some((tasks, node) => tasks !== now[node])) seen(cycle.now, job, held);
            holds.set(job, [...held]);
          }
        },
      };
    },
  };
}

/** Millisecond by millisecond. */
function endByDefinition(runtime: number, story: readonly (readonly [number, readonly number[]])[]) {
  const goodput = new Goodput(TRAINING);
  let [work, load, gpuTime, loading, held, next] = [0, 0, 0, 0, [0, 0] as readonly number[], 0];
  for (let now = story[0][0]; ; now++) {
    for (; next < story.length && story[next][0] <= now; next++) {
      load = 7;
      held = story[next][1];
    }
    if (work >= runtime - 1e-6) return { end: now, gpuTime, loading };
    const gpus = held[0] + held[1];
    gpuTime += gpus;
    if (load > 0) {
      load--;
      loading += gpus;
      continue;
    }
    let left = 1;
    while (left > 1e-9 && work < runtime) {
      const phase = work < 0.25 * runtime - 1e-9 ? 0 : 1;
      const rate = goodput.of('', gpus, held.filter((tasks) => tasks > 0).length)[phase] / TRAINING.phases[phase].usual;
      const end = phase === 0 ? 0.25 * runtime : runtime;
      const step = Math.min(left, (end - work) / rate);
      work += step * rate;
      left -= step;
    }
  }
}

const changes = fc.array(
  fc.record({
    time: fc.integer({ min: 0, max: 60 }),
    job: fc.nat(1),
    held: fc.tuple(fc.nat(4), fc.nat(4)).filter(([a, b]) => a + b > 0),
  }),
  { maxLength: 8 },
);

describe('a run whose GPUs change', () => {
  test('ends when the definition says, and its GPU time is accounted for', () => {
    fc.assert(
      fc.property(changes, fc.constantFrom(20, 80, 200), fc.nat(5), (plan, runtime, submit) => {
        const stories = new Map<number, [number, readonly number[]][]>();
        const note = (time: number, job: number, held: readonly number[]) =>
          stories.set(job, [...(stories.get(job) ?? []), [time, held]]);
        const workload = jobsOf([0, submit], runtime);
        const schedule = simulate(workload, CLUSTER, following(plan, note), { placement: firstFit, audit: true });
        let [held, loading] = [0, 0];
        for (const [job, story] of stories) {
          const expected = endByDefinition(runtime, story);
          expect(schedule.state[job]).toBe(COMPLETED);
          // Work is counted in whole milliseconds at each change.
          expect(Math.abs(schedule.end[job] - expected.end)).toBeLessThanOrEqual(1 + story.length);
          expect(schedule.resized?.times[job]).toBe(new Set(story.map(([time]) => time)).size - 1);
          expect(schedule.resized?.loading[job]).toBe(expected.loading);
          held += schedule.resized?.held[job] ?? NaN;
          loading += schedule.resized?.loading[job] ?? NaN;
        }
        const figures =
          gpuHours.figures({ workload, cluster: CLUSTER, schedule }, { whole: WINDOW, submissions: WINDOW, steady: WINDOW })
            .figures ?? [];
        const hours = (name: string) => figures.find((figure) => figure.name === name)!.value * HOUR;
        expect(hours('useful')).toBeCloseTo(2 * runtime, 6);
        expect(hours('reloading')).toBeCloseTo(loading, 6);
        expect(hours('useful') + hours('slowed') + hours('reloading')).toBeCloseTo(held, 6);
        expect(hours('idle')).toBeCloseTo(NODES * PER_NODE * schedule.until - held, 6);
      }),
      { numRuns: 300 },
    );
  });
});
