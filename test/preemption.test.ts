// Jobs that are taken their resources: each case by hand, then the books at every event over ten seeds.
import { describe, expect, test } from 'vitest';
import { processorPool } from '../src/cluster.ts';
import type { Cluster } from '../src/cluster.ts';
import { scheduleDigest } from '../src/digest.ts';
import { simulate } from '../src/engine/simulate.ts';
import type { SimulationOptions } from '../src/engine/simulate.ts';
import { firstFit } from '../src/placement/first-fit.ts';
import type { Cycle, Preemption } from '../src/policy.ts';
import { randomStream } from '../src/random.ts';
import { CANCELLED, COMPLETED, KILLED, NODE_FAILED, PREEMPTED, SUSPENDED } from '../src/schedule.ts';
import type { Workload } from '../src/workload.ts';
import { outcomeOf } from './engine-oracle.ts';
import type { Outcome } from './engine-oracle.ts';
import { specOf, whimsical } from './engine-views.ts';
import { workloadOf } from './workload-of.ts';
import type { TestJob } from './workload-of.ts';

interface Story {
  readonly job: Omit<TestJob, 'submit' | 'procs'>;
  readonly saves?: { interval: number; cost: number; restart: number };
  readonly preempt: Preemption;
  /** When it is preempted, and when it may start again [ms]. */
  readonly at: number;
  readonly again: number;
  readonly options?: SimulationOptions;
  readonly cluster?: Cluster;
}

/** One job, started when it comes, preempted once and started again once. */
function tell({ job, saves, preempt, at, again, options, cluster = processorPool(1) }: Story): Outcome {
  const plain = workloadOf([{ submit: 0, procs: 1, ...job }]);
  const one = (value: number) => Float64Array.of(value);
  const checkpoints = saves && { interval: one(saves.interval), cost: one(saves.cost), restart: one(saves.restart) };
  const schedule = (cycle: Cycle) => {
    if (cycle.now === 0) [at, again].forEach((time) => time > 0 && cycle.wakeAt(time));
    const isNew = cycle.changed.submitted.length > 0 && cycle.now === 0;
    if ((isNew || cycle.now >= again) && cycle.pending.size > 0 && cycle.free.fits(0)) cycle.start(0);
    if (cycle.now === at && cycle.running.has(0) && cycle.running.mayPreempt(0)) cycle.preempt(0, preempt);
  };
  const spec = { name: 'once', summary: 'A test.', source: 'its test', create: () => ({ schedule }) };
  return outcomeOf(simulate({ ...plain, checkpoints }, cluster, spec, { audit: true, ...options }));
}

const saves = { interval: 2, cost: 3, restart: 1 };

test.each<{
  what: string;
  story: Story;
  job: [start: number, lastStart: number, end: number, state: number];
  attempts: number[][];
}>([
  {
    what: 'requeue: all work is lost without checkpoints',
    story: { job: { runtime: 10 }, preempt: { how: 'requeue' }, at: 4, again: 6 },
    job: [0, 6, 16, COMPLETED],
    attempts: [[0, 4, PREEMPTED, 0]],
  },
  {
    what: 'requeue: what was saved last is kept, and is loaded first',
    story: { job: { runtime: 10 }, saves, preempt: { how: 'requeue' }, at: 5, again: 6 },
    job: [0, 6, 6 + 1 + 6, COMPLETED],
    attempts: [[0, 5, PREEMPTED, 4]],
  },
  {
    what: 'requeue: the walltime begins anew',
    story: { job: { runtime: 10, walltime: 6 }, preempt: { how: 'requeue' }, at: 4, again: 6 },
    job: [0, 6, 12, KILLED],
    attempts: [[0, 4, PREEMPTED, 0]],
  },
  {
    what: 'requeue: in the grace period it goes on, and may end by itself',
    story: { job: { runtime: 10 }, preempt: { how: 'requeue', grace: 6 }, at: 4, again: 20 },
    job: [0, 0, 10, COMPLETED],
    attempts: [],
  },
  {
    what: 'requeue: in the grace period it may reach its limit',
    story: { job: { runtime: 10, walltime: 7 }, preempt: { how: 'requeue', grace: 4 }, at: 4, again: 20 },
    job: [0, 0, 7, KILLED],
    attempts: [],
  },
  {
    what: 'requeue: after the grace period it is stopped',
    story: { job: { runtime: 10 }, preempt: { how: 'requeue', grace: 5 }, at: 4, again: 20 },
    job: [0, 20, 30, COMPLETED],
    attempts: [[0, 9, PREEMPTED, 0]],
  },
  {
    what: 'requeue: in the cycle in which it started',
    story: { job: { runtime: 10 }, preempt: { how: 'requeue' }, at: 0, again: 3 },
    job: [0, 3, 13, COMPLETED],
    attempts: [[0, 0, PREEMPTED, 0]],
  },
  {
    what: 'requeue: while it is being launched it has not run',
    story: { job: { runtime: 10 }, preempt: { how: 'requeue' }, at: 2, again: 5, options: { costs: { launch: 4 } } },
    job: [9, 9, 19, COMPLETED],
    attempts: [[2, 2, PREEMPTED, 0]],
  },
  {
    what: 'cancel: it ends for good',
    story: { job: { runtime: 10 }, preempt: { how: 'cancel' }, at: 4, again: 6 },
    job: [0, 0, 4, CANCELLED],
    attempts: [],
  },
  {
    what: 'cancel: after a grace period',
    story: { job: { runtime: 10 }, preempt: { how: 'cancel', grace: 3 }, at: 4, again: 6 },
    job: [0, 0, 7, CANCELLED],
    attempts: [],
  },
  {
    what: 'discard: it ends for good, and counts as preempted',
    story: { job: { runtime: 10 }, preempt: { how: 'discard', grace: 3 }, at: 4, again: 6 },
    job: [0, NaN, 7, CANCELLED],
    attempts: [[0, 7, PREEMPTED, 0]],
  },
  {
    what: 'discard: while it is being launched it has not run',
    story: { job: { runtime: 10 }, preempt: { how: 'discard' }, at: 2, again: 5, options: { costs: { launch: 4 } } },
    job: [NaN, NaN, 2, CANCELLED],
    attempts: [[2, 2, PREEMPTED, 0]],
  },
  {
    what: 'suspend: it goes on where it was',
    story: { job: { runtime: 10 }, preempt: { how: 'suspend' }, at: 4, again: 9 },
    job: [0, 9, 15, COMPLETED],
    attempts: [[0, 4, SUSPENDED, 4]],
  },
  {
    what: 'suspend: it has as much of its walltime left as it had',
    story: { job: { runtime: 10, walltime: 7 }, preempt: { how: 'suspend' }, at: 4, again: 9 },
    job: [0, 9, 12, KILLED],
    attempts: [[0, 4, SUSPENDED, 4]],
  },
  {
    what: 'suspend: while it is being launched it has used no walltime',
    story: { job: { runtime: 10, walltime: 7 }, preempt: { how: 'suspend' }, at: 1, again: 5, options: { costs: { launch: 4 } } },
    job: [9, 9, 16, KILLED],
    attempts: [[1, 1, SUSPENDED, 0]],
  },
  {
    what: 'suspend: one that had outlived its limit is killed at the next look after it goes on',
    story: {
      job: { runtime: 99, walltime: 5 },
      preempt: { how: 'suspend' },
      at: 7,
      again: 21,
      options: { costs: { killScan: 10 } },
    },
    job: [0, 21, 30, KILLED],
    attempts: [[0, 7, SUSPENDED, 7]],
  },
  {
    what: 'checkpoint: it takes its cost, and all work is kept',
    story: { job: { runtime: 10 }, saves, preempt: { how: 'checkpoint' }, at: 5, again: 9 },
    job: [0, 9, 9 + 1 + 5, COMPLETED],
    attempts: [[0, 8, PREEMPTED, 5]],
  },
  {
    what: 'checkpoint: it works in the grace period, and writes after it',
    story: { job: { runtime: 10 }, saves, preempt: { how: 'checkpoint', grace: 2 }, at: 5, again: 20 },
    job: [0, 20, 20 + 1 + 3, COMPLETED],
    attempts: [[0, 10, PREEMPTED, 7]],
  },
  {
    what: 'checkpoint: it may end by itself in the grace period',
    story: { job: { runtime: 7 }, saves, preempt: { how: 'checkpoint', grace: 2 }, at: 5, again: 20 },
    job: [0, 0, 7, COMPLETED],
    attempts: [],
  },
  {
    what: 'checkpoint: while it writes it does not come to its end',
    story: { job: { runtime: 8 }, saves, preempt: { how: 'checkpoint', grace: 2 }, at: 5, again: 20 },
    job: [0, 20, 22, COMPLETED],
    attempts: [[0, 10, PREEMPTED, 7]],
  },
  {
    what: 'checkpoint: while it writes it may reach its limit',
    story: { job: { runtime: 8, walltime: 9 }, saves, preempt: { how: 'checkpoint', grace: 2 }, at: 5, again: 20 },
    job: [0, 0, 9, KILLED],
    attempts: [],
  },
])('$what', ({ story, job: [start, lastStart, end, state], attempts }) => {
  const outcome = tell(story);
  expect(outcome.jobs).toEqual([{ submit: 0, start, lastStart, end, state }]);
  expect(outcome.attempts).toEqual(attempts.map(([start, end, why, kept]) => ({ job: 0, start, end, why, kept })));
});

describe('nodes that fail', () => {
  const nodes: Cluster = {
    ...processorPool(2),
    interchangeable: false,
    pools: [{ name: 'node', count: 2, cpu: 1000, memory: Infinity, gpus: 0 }],
    outages: [{ firstNode: 0, nodes: 1, from: 6, until: 8 }],
  };
  const options = { placement: firstFit };

  test('take the memory of a suspended job with them', () => {
    const { jobs, attempts } = tell({
      job: { runtime: 10, walltime: 11 },
      preempt: { how: 'suspend' },
      at: 4,
      again: 9,
      options,
      cluster: nodes,
    });
    expect(attempts).toEqual([
      { job: 0, start: 0, end: 4, why: SUSPENDED, kept: 4 },
      { job: 0, start: 6, end: 6, why: NODE_FAILED, kept: -4 },
    ]);
    // With its walltime as new.
    expect(jobs[0]).toMatchObject({ lastStart: 9, end: 19, state: COMPLETED });
  });

  test('leave it what its checkpoints have saved', () => {
    const { jobs, attempts } = tell({ job: { runtime: 10 }, saves: { interval: 3, cost: 0, restart: 2 }, preempt: { how: 'suspend' }, at: 4, again: 9, options, cluster: nodes }); // prettier-ignore
    expect(attempts.map(({ kept }) => kept)).toEqual([4, -1]);
    expect(jobs[0].end).toBe(9 + 2 + 7);
  });

  test('take no notice of a job in another place', () => {
    const outages = [{ firstNode: 1, nodes: 1, from: 6, until: 8 }];
    const { attempts } = tell({
      job: { runtime: 10 },
      preempt: { how: 'suspend' },
      at: 4,
      again: 9,
      options,
      cluster: { ...nodes, outages },
    });
    expect(attempts).toHaveLength(1);
  });

  test('while a checkpoint is written, take what it would have saved', () => {
    const { attempts } = tell({ job: { runtime: 9 }, saves: { interval: 4, cost: 3, restart: 0 }, preempt: { how: 'checkpoint' }, at: 5, again: 9, options, cluster: nodes }); // prettier-ignore
    expect(attempts).toEqual([{ job: 0, start: 0, end: 6, why: NODE_FAILED, kept: 4 }]);
  });
});

test('a job that makes room in the cycle in which another starts', () => {
  const workload = workloadOf([
    { submit: 0, runtime: 10, procs: 4 },
    { submit: 3, runtime: 2, procs: 4 },
  ]);
  const urgent = specOf({
    decide: (view) => {
      if (view.now === 3) {
        view.preempt(0, { how: 'requeue' });
        view.start(1);
      } else for (const job of view.queue()) view.start(job);
    },
  });
  const { jobs } = outcomeOf(simulate(workload, processorPool(4), urgent, { audit: true }));
  expect(jobs.map(({ lastStart, end }) => [lastStart, end])).toEqual([[5, 15], [3, 5]]); // prettier-ignore
});

test('while it is being stopped, its processors are expected by then', () => {
  const workload = workloadOf([{ submit: 0, runtime: 90, walltime: 90, procs: 1 }]);
  const expected: number[] = [];
  const spec = {
    name: 'look',
    summary: 'A test.',
    source: 'its test',
    create: () => ({
      schedule(cycle: Cycle) {
        if (cycle.pending.has(0) && cycle.now === 0) cycle.start(0);
        if (cycle.now === 0) [5, 6].forEach((time) => cycle.wakeAt(time));
        if (cycle.now === 5) cycle.preempt(0, { how: 'checkpoint', grace: 10 });
        if (cycle.running.has(0)) expected.push(cycle.running.expectedEnd(0));
        if (cycle.now === 6) expect(cycle.changed.expectations).toBe(true);
      },
    }),
  };
  const checkpoints = { interval: Float64Array.of(Infinity), cost: Float64Array.of(4), restart: Float64Array.of(0) };
  simulate({ ...workload, checkpoints }, processorPool(1), spec, { until: 6 });
  expect(expected).toEqual([90, 19, 19]);
});

describe('a policy of whims keeps the books in order at every event, and does the same again', () => {
  const nodes: Cluster = {
    ...processorPool(12),
    interchangeable: false,
    pools: [{ name: 'node', count: 6, cpu: 2000, memory: 64, gpus: 0, failures: { mtbf: 150, mttr: 8 } }],
  };
  const pool: Cluster = { ...processorPool(12), pools: [{ ...processorPool(12).pools[0], failures: { mtbf: 300, mttr: 8 } }] };

  test.each(Array.from({ length: 10 }, (_, seed) => seed))('seed %d', (seed) => {
    for (const cluster of [pool, nodes]) {
      const workload = crowd(seed);
      const spec = specOf({ decide: whimsical(seed, 400) });
      const once = () =>
        simulate(workload, cluster, spec, { seed, audit: true, placement: firstFit, costs: { launch: 1, release: 1 } });
      const first = once();
      expect(first.attempts.count).toBeGreaterThan(40);
      expect(first.state).not.toContain(0);
      expect(scheduleDigest(once())).toBe(scheduleDigest(first));
      expect(outcomeOf(once())).toEqual(outcomeOf(first));
    }
  });

  function crowd(seed: number): Workload {
    const random = randomStream(seed, 'crowd');
    const jobs = Array.from({ length: 120 }, () => ({
      submit: random.integer(120),
      runtime: random.integer(20),
      walltime: random.integer(4) === 0 ? Infinity : random.integer(25),
      procs: 1 + random.integer(4),
      request: { cpu: 1000, memory: random.integer(20), gpu: 0 },
    }));
    const column = (values: number[]) => Float64Array.from(jobs, () => values[random.integer(values.length)]);
    const checkpoints = { interval: column([1, 3, Infinity]), cost: column([0, 1, 2]), restart: column([0, 1]) };
    return { ...workloadOf(jobs), checkpoints };
  }
});
