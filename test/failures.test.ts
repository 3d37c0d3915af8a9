// Outages, failures by chance, and what they cost.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { processorPool } from '../src/cluster.ts';
import type { Cluster, FailureModel, Outage } from '../src/cluster.ts';
import { simulate } from '../src/engine/simulate.ts';
import { easy } from '../src/policies/easy/easy.ts';
import { fcfs } from '../src/policies/fcfs.ts';
import type { Policy } from '../src/policy.ts';
import { COMPLETED, FAILED, NODE_FAILED, PREEMPTED, SUSPENDED, UNFINISHED } from '../src/schedule.ts';
import type { Schedule, Steps } from '../src/schedule.ts';
import { OUTLASTS } from '../src/workload.ts';
import type { Workload } from '../src/workload.ts';
import { outcomeOf } from './engine-oracle.ts';
import { specOf, sum, whimsical } from './engine-views.ts';
import { denseWorkloads, options, outages, PROCS } from './engine-workloads.ts';
import { workloadOf } from './workload-of.ts';

// Planted, and caught:
// - a failure takes the job with the lowest row;
// - the repair is drawn from the time between failures;
// - the Weibull scale is taken for the mean;
// - one checkpoint more is counted than was written;
// - a suspension is counted as a loss.

const withOutages = (procs: number, ...planned: Outage[]): Cluster => ({ ...processorPool(procs), outages: planned });

function withFailures(procs: number, failures: FailureModel): Cluster {
  const [pool] = processorPool(procs).pools;
  return { ...processorPool(procs), pools: [{ ...pool, failures }] };
}

const stepsOf = ({ time, value }: Steps) => Array.from(time, (from, step) => [from, value[step]]);

describe('outages', () => {
  const workload = workloadOf([{ submit: 0, runtime: 10, procs: 3 }, { submit: 0, runtime: 10, procs: 1 }]); // prettier-ignore

  test.each([
    { what: 'one', planned: [{ firstNode: 0, nodes: 2, from: 4, until: 7 }], capacity: [[0, 4], [4, 2], [7, 4]] }, // prettier-ignore
    { what: 'at the start', planned: [{ firstNode: 0, nodes: 1, from: 0, until: 7 }], capacity: [[0, 3], [7, 4]] }, // prettier-ignore
    { what: 'from before the first submission', planned: [{ firstNode: 0, nodes: 1, from: -9, until: 7 }], capacity: [[0, 3], [7, 4]] }, // prettier-ignore
    { what: 'over before the first submission', planned: [{ firstNode: 0, nodes: 1, from: -9, until: -7 }], capacity: [[0, 4]] },
    { what: 'of no length', planned: [{ firstNode: 0, nodes: 1, from: 5, until: 5 }], capacity: [[0, 4]] },
    {
      what: 'two that overlap on a node',
      planned: [{ firstNode: 0, nodes: 2, from: 4, until: 7 }, { firstNode: 1, nodes: 2, from: 5, until: 9 }], // prettier-ignore
      capacity: [[0, 4], [4, 2], [5, 1], [7, 2], [9, 4]], // prettier-ignore
    },
    {
      what: 'one after the other on one node',
      planned: [{ firstNode: 3, nodes: 1, from: 4, until: 6 }, { firstNode: 3, nodes: 1, from: 6, until: 8 }], // prettier-ignore
      capacity: [[0, 4], [4, 3], [8, 4]], // prettier-ignore
    },
  ])('$what: processors that are up', ({ planned, capacity }) => {
    const schedule = simulate(workload, withOutages(4, ...planned), fcfs, { audit: true });
    expect(stepsOf(schedule.capacity)).toEqual(capacity);
  });

  test('for good leave jobs unfinished that need what is gone', () => {
    const schedule = simulate(workload, withOutages(4, { firstNode: 0, nodes: 2, from: 4, until: Infinity }), fcfs, {
      audit: true,
    });
    expect([...schedule.end]).toEqual([NaN, 10]);
    expect(schedule.until).toBe(10);
  });

  test('take the job that lies on the processor: side by side, in the order of the rows', () => {
    for (const [node, victim] of [
      [0, 0],
      [2, 0],
      [3, 1],
      [4, -1],
    ]) {
      // prettier-ignore
      const { attempts } = simulate(workload, withOutages(5, { firstNode: node, nodes: 1, from: 4, until: 5 }), fcfs, { audit: true });
      expect([...attempts.job]).toEqual(victim < 0 ? [] : [victim]);
    }
  });

  test('end what runs when the run is told so', () => {
    const planned = { firstNode: 0, nodes: 1, from: 4, until: 5 };
    const { state, end, attempts } = simulate(workload, withOutages(4, planned), fcfs, { onNodeFailure: 'fail' });
    expect([...state]).toEqual([FAILED, COMPLETED]);
    expect([...end]).toEqual([4, 10]);
    expect(attempts.count).toBe(0);
  });

  test('of nodes that are not there are a mistake', () => {
    const run = () => simulate(workload, withOutages(4, { firstNode: 3, nodes: 2, from: 4, until: 5 }), fcfs);
    expect(run).toThrow('an outage of procs=4 takes nodes 3 to 4, but it has 4');
  });

  test('are forgiven as often as the run allows', () => {
    const planned = [2, 4, 6].map((from) => ({ firstNode: 0, nodes: 1, from, until: from + 1 }));
    const alone = workloadOf([{ submit: 0, runtime: 10, procs: 1 }]);
    const ends = [0, 1, 2, 3].map(
      (maxRestarts) => outcomeOf(simulate(alone, withOutages(1, ...planned), fcfs, { maxRestarts })).jobs[0],
    );
    expect(ends.map(({ end, state }) => [end, state])).toEqual([[2, FAILED], [4, FAILED], [6, FAILED], [17, COMPLETED]]); // prettier-ignore
  });

  test('are not counted together with preemptions', () => {
    const alone = workloadOf([{ submit: 0, runtime: 10, procs: 1 }]);
    const restless = specOf({
      decide: (view) => {
        for (const { job } of view.running()) if (view.now > 0 && view.now < 5) view.preempt(job, { how: 'requeue' });
        for (const job of view.queue()) if (view.fits(job)) view.start(job);
        if (view.now < 5) view.wakeAt(view.now + 1);
      },
    });
    const planned = { firstNode: 0, nodes: 1, from: 8, until: 9 };
    const { state, attempts } = simulate(alone, withOutages(1, planned), restless, { maxRestarts: 1 });
    expect([...attempts.why]).toEqual([PREEMPTED, PREEMPTED, PREEMPTED, PREEMPTED, NODE_FAILED]);
    expect(state[0]).toBe(COMPLETED);
  });
});

describe('failures by chance', () => {
  /** Jobs that never end; what they lose does not matter. */
  const endless = (sizes: number[]) => workloadOf(sizes.map((procs) => ({ submit: 0, runtime: 1e15, procs })));

  test('hit jobs in proportion to their size', () => {
    const sizes = [40, 30, 15, 10, 5];
    const free = 20;
    const procs = sum(sizes) + free;
    const until = 30_000_000;
    const cluster = withFailures(procs, { mtbf: 1_000_000, mttr: 1 });
    const { attempts, capacity } = simulate(endless(sizes), cluster, fcfs, { until, maxRestarts: Infinity });
    const failures = capacity.value.filter((up, step) => step > 0 && up < capacity.value[step - 1]).length;
    const hits = sizes.map((_, job) => attempts.job.filter((hit) => hit === job).length);
    const observed = [...hits, failures - attempts.count];
    const expected = [...sizes, free].map((size) => (size / procs) * failures);
    expect(failures).toBeGreaterThan(3000);
    const chiSquare = sum(observed.map((count, i) => (count - expected[i]) ** 2 / expected[i]));
    // The 0.999 quantile with five degrees of freedom.
    expect(chiSquare).toBeLessThan(20.52);
  });

  test.each([
    { shape: undefined, mtbf: 9000, mttr: 1000 },
    { shape: 0.7, mtbf: 9000, mttr: 1000 },
    { shape: 3, mtbf: 5000, mttr: 2500 },
  ])('come and are repaired in the time that the model says: $shape', ({ shape, mtbf, mttr }) => {
    const procs = 60;
    const until = 2_000_000;
    const cluster = withFailures(procs, { mtbf, mttr, shape });
    const { capacity } = simulate(endless([1]), cluster, fcfs, { until, maxRestarts: Infinity });
    let up = 0;
    capacity.time.forEach((from, step) => (up += capacity.value[step] * ((capacity.time[step + 1] ?? until) - from)));
    expect(up / (procs * until) / (mtbf / (mtbf + mttr))).toBeCloseTo(1, 1);
    const downs = capacity.value.reduce(
      (count, value, step) => (step > 0 ? count + Math.max(0, capacity.value[step - 1] - value) : 0),
      0,
    );
    expect(downs / ((procs * until) / (mtbf + mttr))).toBeGreaterThan(0.95);
    expect(downs / ((procs * until) / (mtbf + mttr))).toBeLessThan(1.05);
  });

  test('of one node are its own: more nodes leave its failures where they were', () => {
    const failures = { mtbf: 1000, mttr: 10 };
    const times = (procs: number) => {
      const few = simulate(endless([procs]), withFailures(procs, failures), fcfs, { until: 20_000, maxRestarts: Infinity });
      return few.capacity.time;
    };
    const ofTwo = new Set(times(2));
    for (const time of times(1)) expect(ofTwo).toContain(time);
  });

  test('depend on the seed and nothing else', () => {
    const run = (seed: number, spec = fcfs) =>
      stepsOf(
        simulate(endless([1]), withFailures(8, { mtbf: 500, mttr: 50 }), spec, { seed, until: 9000, maxRestarts: Infinity })
          .capacity,
      );
    expect(run(1)).toEqual(run(1, easy));
    expect(run(1)).not.toEqual(run(2));
  });
});

/** What each completed job did, from its attempts alone: it must come to its run time, whatever happened. */
function expectConserved(workload: Workload, { attempts, state, end, lastStart }: Schedule): void {
  const { interval, cost, restart } = workload.checkpoints!;
  for (let job = 0; job < workload.count; job++) {
    // Work that is safe, in memory only, and of the checkpoint still to be loaded [ms].
    let safe = 0;
    let memory = 0;
    let toLoad = 0;
    for (let row = 0; row < attempts.count; row++) {
      if (attempts.job[row] !== job) continue;
      const ran = attempts.end[row] - attempts.start[row];
      const kept = attempts.kept[row];
      const loaded = Math.min(ran, toLoad);
      if (attempts.why[row] === SUSPENDED) {
        expect(kept).toBe(ran - loaded);
        memory += kept;
        toLoad -= loaded;
        continue;
      }
      const saved = memory + kept;
      const could = memory + ran - loaded;
      expect(saved).toBeGreaterThanOrEqual(0);
      expect(saved).toBeLessThanOrEqual(could);
      if (attempts.why[row] === NODE_FAILED && interval[job] < Infinity) expect(saved % interval[job]).toBe(0);
      // All but the time to write, or all but what came after the last checkpoint; a node may fail in the time to write.
      const worked = Math.max(0, could - cost[job]);
      const least =
        attempts.why[row] === PREEMPTED ? Math.min(worked, savedBy(could, interval[job])) : savedBy(worked, interval[job]);
      expect(saved).toBeGreaterThanOrEqual(least);
      safe += saved;
      memory = 0;
      toLoad = safe > 0 ? restart[job] : 0;
    }
    expect(safe + memory).toBe(sum(attempts.kept.filter((_, row) => attempts.job[row] === job)));
    // What its limit killed in the trace would have run for nobody knows how long.
    const longest = workload.outcome[job] === OUTLASTS ? Infinity : workload.runtime[job];
    expect(safe + memory).toBeLessThanOrEqual(longest);
    if (state[job] === COMPLETED) expect(safe + memory + (end[job] - lastStart[job]) - toLoad).toBe(workload.runtime[job]);
  }
}

function savedBy(worked: number, interval: number): number {
  return interval === Infinity ? 0 : worked - (worked % interval);
}

describe('work', () => {
  test('is done, kept or lost, and comes to the run time', () => {
    let completed = 0;
    let interrupted = 0;
    const workloads = denseWorkloads({ checkpoints: true, maxTime: 10 });
    fc.assert(
      fc.property(workloads, outages, options, fc.nat(9999), (workload, planned, told, seed) => {
        const spec = specOf({ decide: whimsical(seed, 40, ['requeue', 'suspend', 'checkpoint']) });
        const schedule = simulate(workload, withOutages(PROCS, ...planned), spec, { ...told, until: undefined, maxRestarts: 9 });
        expectConserved(workload, schedule);
        completed += schedule.state.filter((state) => state === COMPLETED).length;
        interrupted += schedule.attempts.count;
      }),
      { numRuns: 1000 },
    );
    expect(completed).toBeGreaterThan(1000);
    expect(interrupted).toBeGreaterThan(1000);
  });

  test.each([
    { interval: 1, kept: [5, 3], end: 19 },
    { interval: 2, kept: [4, 2], end: 21 },
    { interval: 3, kept: [3, 3], end: 21 },
    { interval: 4, kept: [4, 0], end: 23 },
    { interval: 5, kept: [5, 0], end: 22 },
    { interval: 6, kept: [0, 0], end: 26 },
    { interval: Infinity, kept: [0, 0], end: 26 },
  ])('saved every $interval ms: what two failures leave', ({ interval, kept, end }) => {
    const one = (value: number) => Float64Array.of(value);
    const plain = workloadOf([{ submit: 0, runtime: 15, procs: 1 }]);
    const workload = { ...plain, checkpoints: { interval: one(interval), cost: one(9), restart: one(1) } };
    // It runs from 0 to 5, from 6 to 10 (one of which it loads, if there is anything to load), and from 11 on.
    const planned = [{ firstNode: 0, nodes: 1, from: 5, until: 6 }, { firstNode: 0, nodes: 1, from: 10, until: 11 }]; // prettier-ignore
    const schedule = simulate(workload, withOutages(1, ...planned), fcfs);
    expect([...schedule.attempts.kept]).toEqual(kept);
    expect(schedule.end[0]).toBe(end);
  });
});

describe('a job that waits for ever', () => {
  // A policy that never starts the second job: failures and repairs go on without end.
  const workload = workloadOf([{ submit: 0, runtime: 10, procs: 1 }, { submit: 0, runtime: 10, procs: 2 }]); // prettier-ignore
  const policyOf = (schedule: Policy['schedule']) => ({
    name: 'lazy',
    summary: 'A test.',
    source: 'its test',
    create: () => ({ schedule }),
  });
  const day = 24 * 3_600_000;
  const failing = withFailures(4, { mtbf: day, mttr: 60_000 });

  test('ends a run in which only failures are left to happen', () => {
    const lazy = policyOf((cycle) => {
      if (cycle.pending.has(0)) cycle.start(0);
    });
    const { state, until } = simulate(workload, failing, lazy, { audit: true });
    expect(Array.from(state)).toEqual([COMPLETED, UNFINISHED]);
    expect(until).toBeLessThan(day);
  });

  test('waits on while its policy has asked to be woken, but not through a thousand failures', () => {
    const late = (days: number) =>
      policyOf((cycle) => {
        if (cycle.pending.has(0)) cycle.start(0);
        if (cycle.pending.has(1) && cycle.now >= days * day && cycle.free.fits(1)) cycle.start(1);
        else if (cycle.pending.has(1)) cycle.wakeAt(cycle.now < days * day ? days * day : cycle.now + 1);
      });
    expect(simulate(workload, failing, late(20), { audit: true }).state[1]).toBe(COMPLETED);
    const { state, until } = simulate(workload, failing, late(20_000), { audit: true });
    expect(state[1]).toBe(UNFINISHED);
    expect(until).toBeLessThan(1000 * day);
  });

  test('is looked at until the end that was asked for', () => {
    const never = policyOf(() => undefined);
    expect(simulate(workload, failing, never, { until: 30 * day }).until).toBe(30 * day);
  });
});
