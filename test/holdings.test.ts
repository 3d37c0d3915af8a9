// What runs held, against the ledger's own count at every instant: with trainings that get more GPUs and fewer, are preempted,
// suspended and broken off, and nodes that fail; on nodes and on a pool of processors; and as the page has it, from the files.
//
// Planted, and seen to be caught: evictions that are not noted; changes at the instant of a start that are left out; a run that holds
// what its job asks for after one that did not; pieces of an earlier run taken for those of the next; schedules whose runs are not
// cut where none was interrupted; files from which no work is taken back.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Cluster, Outage } from '../src/cluster.ts';
import { simulate } from '../src/engine/simulate.ts';
import { coreHoursDelivered } from '../src/metrics/core-hours-delivered.ts';
import { coreHoursLost } from '../src/metrics/core-hours-lost.ts';
import { gpuFragmentation } from '../src/metrics/gpu-fragmentation.ts';
import { gpuUtilization } from '../src/metrics/gpu-utilization.ts';
import { heldGpus, heldMillicores } from '../src/metrics/job-area.ts';
import type { Run, RunMetric } from '../src/metrics/metric.ts';
import { resizes } from '../src/metrics/resizes.ts';
import { runningSpans } from '../src/metrics/spans.ts';
import { stepsOf } from '../src/metrics/steps.ts';
import { summarizeSeries } from '../src/metrics/summary.ts';
import { utilization } from '../src/metrics/utilization.ts';
import { windowsOf } from '../src/metrics/windows.ts';
import type { Windows } from '../src/metrics/windows.ts';
import { firstFit } from '../src/placement/first-fit.ts';
import type { Cycle, PolicySpec } from '../src/policy.ts';
import { packTables } from '../src/report/pack.ts';
import type { PageTable } from '../src/report/page-table.ts';
import { busySteps } from '../src/report/run-steps.ts';
import { tableForPage } from '../src/report/table-for-page.ts';
import { unpackTables } from '../src/report/unpack.ts';
import { attemptsCsv } from '../src/results/attempts-csv.ts';
import { lostCoreTimes, usefulCoreTime } from '../src/results/core-time.ts';
import { jobsCsv } from '../src/results/jobs-csv.ts';
import { readAttempts, readResizes } from '../src/results/read-attempts.ts';
import { readJobs } from '../src/results/read-jobs.ts';
import { resizesCsv } from '../src/results/resizes-csv.ts';
import { UNFINISHED } from '../src/schedule.ts';
import type { Steps } from '../src/schedule.ts';
import type { Training } from '../src/training.ts';
import { HOUR } from '../src/units.ts';
import { WorkloadBuilder } from '../src/workload-builder.ts';
import { ONE_PROCESSOR } from '../src/workload.ts';
import type { TaskRequest, Workload } from '../src/workload.ts';

const NODES = 2;
const PER_NODE = 4;

const TRAINING: Training = {
  batches: [8, 64],
  least: 2,
  steps: { '': [1, 2, 4, 8].map((gpus) => ({ nodes: 1, gpus, samples: 8, compute: 8, step: 9 })) },
  phases: [{ until: 1, noise: [64, 64], usual: 1 }],
  restart: 2,
};

interface Order {
  readonly submit: number;
  readonly runtime: number;
  readonly tasks: number;
  readonly minimum: number;
  readonly most: number;
  readonly isTraining: boolean;
}

const orders = fc.array(
  fc
    .record({
      submit: fc.nat(6),
      runtime: fc.integer({ min: 1, max: 40 }),
      sizes: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 4 }), fc.integer({ min: 2, max: 8 })),
      isTraining: fc.boolean(),
    })
    .map(({ sizes, ...order }): Order => {
      const [minimum, tasks, most] = [...sizes].sort((a, b) => a - b);
      return { ...order, minimum, tasks: Math.min(4, tasks), most };
    }),
  { minLength: 1, maxLength: 4 },
);

function workloadOf(list: readonly Order[], each: TaskRequest, withTrainings: boolean): Workload {
  const jobs = new WorkloadBuilder();
  [...list]
    .sort((a, b) => a.submit - b.submit)
    .forEach(({ isTraining, most, ...order }, row) => {
      const request = jobs.request(each);
      const job = jobs.add({ id: row, walltime: Infinity, request, ...order, most: Math.max(most, order.tasks) });
      if (isTraining && withTrainings) jobs.speeds.add(job, { name: 'net', training: TRAINING });
    });
  return jobs.finish('test');
}

type Deed = 'place' | 'evict' | 'requeue' | 'suspend' | 'checkpoint' | 'cancel' | 'nothing';

/** At each instant of the plan one running job is done something to. */
interface Step {
  readonly time: number;
  readonly job: number;
  readonly deed: Deed;
  readonly node: number;
  readonly tasks: number;
  readonly grace: number;
}

const steps = fc.array(
  fc.record({
    time: fc.nat(30),
    job: fc.nat(3),
    deed: fc.constantFrom<Deed>(
      'place',
      'place',
      'place',
      'evict',
      'evict',
      'evict',
      'requeue',
      'suspend',
      'checkpoint',
      'cancel',
      'nothing',
    ),
    node: fc.nat(NODES - 1),
    tasks: fc.integer({ min: 1, max: 3 }),
    grace: fc.constantFrom(0, 0, 2),
  }),
  { minLength: 4, maxLength: 25, size: 'max' },
);

const outages = fc.array(
  fc.record({ node: fc.nat(NODES - 1), from: fc.integer({ min: 1, max: 20 }), length: fc.integer({ min: 1, max: 5 }) }),
  { maxLength: 2 },
);

/** What the ledger itself has as held, from a time on [tasks]. */
type Seen = Map<number, number>;

/** Does the steps, and starts what it can: jobs of even rows with their least, others with all that they ask for. */
class Meddler {
  readonly #seen: Seen;
  readonly #jobs: Workload;
  readonly #isPool: boolean;
  readonly #down = new Set<number>();
  /** Tasks on each node, of jobs that run or are suspended. */
  readonly #on = new Map<number, number[]>();
  readonly #suspended = new Set<number>();
  /** Tasks on nodes that are not known. */
  readonly #unknown = new Map<number, number>();
  readonly #leaving = new Map<number, number>();

  constructor(jobs: Workload, isPool: boolean, seen: Seen) {
    this.#jobs = jobs;
    this.#isPool = isPool;
    this.#seen = seen;
  }

  cycle(cycle: Cycle, now: readonly Step[]): void {
    for (const { node, up } of cycle.changed.turns)
      if (up) this.#down.delete(node);
      else this.#down.add(node);
    for (const { job, node, tasks } of cycle.changed.evicted) {
      this.#leaving.delete(job);
      const on = this.#on.get(job);
      if (on !== undefined) on[node] -= tasks;
    }
    for (const job of this.#on.keys())
      if (!cycle.running.has(job)) {
        this.#on.delete(job);
        this.#unknown.delete(job);
        this.#leaving.delete(job);
      }
    const touched = new Set<number>();
    for (const step of now) {
      if (!touched.has(step.job)) this.#do(cycle, step);
      touched.add(step.job);
    }
    if (touched.size > 0) cycle.wakeAt(cycle.now + 1);
    for (let job = cycle.pending.first(); job >= 0; job = cycle.pending.after(job))
      if (!touched.has(job)) this.#start(cycle, job);
    this.#seen.set(cycle.now, this.#inUse(cycle));
  }

  #inUse(cycle: Cycle): number {
    const up = NODES * PER_NODE;
    if (this.#isPool) return up - cycle.free.procs - PER_NODE * this.#down.size;
    const nodes = [0, 1].filter((node) => !this.#down.has(node));
    return nodes.reduce((sum, node) => sum + PER_NODE - cycle.roomOn(0, 0, node), 0);
  }

  #start(cycle: Cycle, job: number): void {
    if (this.#suspended.has(job) || (job % 2 === 1 && !this.#isPool)) {
      if (!cycle.free.fits(job)) return;
      cycle.start(job);
      const isResumed = this.#suspended.delete(job);
      this.#leaving.delete(job);
      // On which nodes they are is not known: it only grows from here.
      this.#on.set(job, [0, 0]);
      // One that is resumed takes what it had: it is left alone.
      this.#unknown.set(job, isResumed ? Infinity : this.#jobs.groupTasks[job]);
      return;
    }
    const room = [0, 1].map((node) => (this.#isPool && node > 0 ? 0 : cycle.roomOn(job, 0, node)));
    let left = this.#jobs.groupMinimum[job];
    if (room[0] + room[1] < left) return;
    const on = [0, 0];
    for (const node of this.#isPool ? [0] : [0, 1]) {
      const tasks = Math.min(left, room[node]);
      if (tasks > 0) cycle.place(job, 0, node, tasks);
      on[node] = tasks;
      left -= tasks;
    }
    this.#on.set(job, on);
    this.#unknown.delete(job);
    this.#leaving.delete(job);
  }

  #do(cycle: Cycle, { job, deed, node, tasks, grace }: Step): void {
    const on = this.#on.get(job);
    if (on === undefined || !cycle.running.has(job) || !cycle.running.mayPreempt(job) || deed === 'nothing') return;
    if (deed === 'place') return this.#grow(cycle, job, node, tasks);
    if (deed === 'evict') return this.#shrink(cycle, { job, group: 0, node, tasks }, grace);
    if (deed === 'suspend') this.#suspended.add(job);
    cycle.preempt(job, { how: deed, grace });
  }

  #grow(cycle: Cycle, job: number, node: number, tasks: number): void {
    const most = this.#isPool ? this.#jobs.groupTasks[job] : (this.#jobs.groupMost?.[job] ?? 0);
    const on = this.#on.get(job)!;
    if (this.#tasksOf(job) + tasks > most || cycle.roomOn(job, 0, node) < tasks) return;
    cycle.place(job, 0, node, tasks);
    on[node] += tasks;
  }

  #tasksOf(job: number): number {
    return (this.#unknown.get(job) ?? 0) + this.#on.get(job)!.reduce((sum, tasks) => sum + tasks, 0);
  }

  #shrink(cycle: Cycle, eviction: { job: number; group: number; node: number; tasks: number }, grace: number): void {
    const { job, node, tasks } = eviction;
    const on = this.#on.get(job)!;
    if (this.#leaving.has(job) || on[node] < tasks || this.#tasksOf(job) - tasks < this.#jobs.groupMinimum[job]) return;
    this.#leaving.set(job, tasks);
    cycle.evict(eviction, grace);
  }
}

function meddling(plan: readonly Step[], jobs: Workload, isPool: boolean, seen: Seen): PolicySpec {
  return {
    name: 'meddling',
    summary: '',
    source: '',
    create: () => {
      const meddler = new Meddler(jobs, isPool, seen);
      const left = new Set(plan);
      let isPlanned = false;
      return {
        schedule(cycle) {
          if (!isPlanned) for (const { time } of plan) if (time > cycle.now) cycle.wakeAt(time);
          isPlanned = true;
          const now = [...left].filter(({ time }) => time === cycle.now);
          for (const step of now) left.delete(step);
          meddler.cycle(cycle, now);
        },
      };
    },
  };
}

const NODES_CLUSTER: Cluster = {
  name: 'nodes',
  interchangeable: false,
  pools: [{ name: 'n', count: NODES, cpu: 8000, memory: Infinity, gpus: PER_NODE }],
  partitions: [],
  outages: [],
};

const POOL: Cluster = {
  name: 'pool',
  interchangeable: true,
  pools: [{ name: 'n', count: NODES * PER_NODE, cpu: 1000, memory: Infinity, gpus: 0 }],
  partitions: [],
  outages: [],
};

function levelAt({ time, value }: Steps, now: number): number {
  let level = 0;
  for (let step = 0; step < time.length && time[step] <= now; step++) level = value[step];
  return level;
}

/** Tasks x time that the ledger had as held from one time to another. */
function heldByDefinition(seen: Seen, from: number, until: number): number {
  const times = [...seen.keys()].sort((a, b) => a - b);
  let held = 0;
  times.forEach((time, index) => {
    const next = times[index + 1] ?? Infinity;
    held += seen.get(time)! * Math.max(0, Math.min(next, until) - Math.max(time, from));
  });
  return held;
}

describe('what runs held', () => {
  test('adds up to what the ledger has, at every instant and in every metric', () => {
    let resized = 0;
    fc.assert(
      fc.property(orders, steps, outages, (list, plan, down) => {
        const workload = workloadOf(list, { cpu: 1500, memory: 0, gpu: 1000 }, true);
        const cluster = { ...NODES_CLUSTER, outages: outagesOf(down) };
        const seen: Seen = new Map();
        const schedule = simulate(workload, cluster, meddling(plan, workload, false, seen), { placement: firstFit, audit: true });
        const run = { workload, cluster, schedule };
        const [gpus, cpus] = [heldGpus(run), heldMillicores(run)].map((held) => stepsOf(runningSpans(run), held, 1000));
        for (const [time, tasks] of seen) {
          if (time >= schedule.until) continue;
          expect(levelAt(gpus, time), `GPUs at ${time}`).toBe(tasks);
          expect(levelAt(cpus, time), `processors at ${time}`).toBe(1.5 * tasks);
        }
        const windows = windowsOf(run);
        const { from, until } = windows.whole;
        const held = heldByDefinition(seen, from, until);
        const value = ({ figures }: RunMetric) => figures(run, windows).value;
        if (until > from) expect(value(gpuUtilization)).toBeCloseTo(held / (NODES * PER_NODE * (until - from)), 9);
        const hours = (metric: RunMetric) => total(metric, run, windows) * HOUR;
        expect(hours(coreHoursDelivered) + hours(coreHoursLost)).toBeCloseTo(1.5 * held, 6);
        resized += value(resizes) ?? 0;
        if (schedule.resized?.times.some((times) => times > 0) === true && until > from) {
          const figures = summarizeSeries(gpuFragmentation, run, windows).figures ?? [];
          expect(
            figures.filter(({ name }) => name !== 'submissions-mean' && name !== 'steady-mean').map((one) => one.value),
          ).toEqual(Array<number>(4).fill(NaN));
        }
      }),
      { numRuns: 800 },
    );
    expect(resized).toBeGreaterThan(200);
  });

  test('is read back from the files for the page', () => {
    fc.assert(
      fc.property(orders, steps, outages, (list, plan, down) => {
        const workload = workloadOf(list, { cpu: 1500, memory: 0, gpu: 1000 }, true);
        const cluster = { ...NODES_CLUSTER, outages: outagesOf(down) };
        const seen: Seen = new Map();
        const schedule = simulate(workload, cluster, meddling(plan, workload, false, seen), { placement: firstFit });
        const table = unpackTables(packTables([pageTable({ workload, cluster, schedule })]))[0];
        const busy = busySteps(table);
        const [useful, lost] = coreTimesOf(table);
        // Files do not tell the last run of a job that was interrupted and is not over.
        if (schedule.state.includes(UNFINISHED)) return;
        for (const [time, tasks] of seen) {
          const at = workload.origin + time - table.origin;
          if (time < schedule.until) expect(levelAt(busy, at), `at ${time}`).toBe(1.5 * tasks);
        }
        const held = heldByDefinition(seen, 0, schedule.until);
        expect(useful + lost).toBeCloseTo(1500 * held, 3);
        const run = { workload, cluster, schedule };
        expect(useful / 1000).toBeCloseTo(total(coreHoursDelivered, run, windowsOf(run)) * HOUR, 3);
      }),
      { numRuns: 400 },
    );
  });

  test('adds up on a pool of processors too', () => {
    fc.assert(
      fc.property(orders, steps, (list, plan) => {
        const workload = workloadOf(list, ONE_PROCESSOR, false);
        const seen: Seen = new Map();
        const schedule = simulate(workload, POOL, meddling(plan, workload, true, seen), { audit: true });
        const run = { workload, cluster: POOL, schedule };
        const busy = stepsOf(runningSpans(run), heldMillicores(run), 1000);
        for (const [time, tasks] of seen) if (time < schedule.until) expect(levelAt(busy, time), `at ${time}`).toBe(tasks);
        const windows = windowsOf(run);
        const { from, until } = windows.whole;
        if (until > from)
          expect(utilization.figures(run, windows).value).toBeCloseTo(
            heldByDefinition(seen, from, until) / (NODES * PER_NODE * (until - from)),
            9,
          );
      }),
      { numRuns: 200 },
    );
  });
});

function total(metric: RunMetric, run: Run, windows: Windows): number {
  return metric.figures(run, windows).value ?? NaN;
}

function pageTable({ workload, cluster, schedule }: Run): PageTable {
  const bytes = (pieces: Iterable<string>) => Buffer.from([...pieces].join(''));
  const jobs = readJobs(bytes(jobsCsv(workload, cluster, schedule)), 'jobs.csv');
  const attempts = readAttempts(bytes(attemptsCsv(workload, schedule)), 'attempts.csv', jobs);
  const resizes = schedule.holdings && readResizes(bytes(resizesCsv(workload, schedule.holdings)), 'resizes.csv', jobs);
  return tableForPage(jobs, attempts, undefined, undefined, resizes);
}

/** Useful, and lost [millicores x ms]. */
function coreTimesOf(table: PageTable): readonly [number, number] {
  const sum = (values: Float64Array) => values.reduce((all, value) => all + (value || 0), 0);
  const lost = table.attempts ? sum(lostCoreTimes(table, table.attempts, table.resizes)) : 0;
  return [sum(usefulCoreTime(table, table.attempts, table.resizes)), lost];
}

function outagesOf(down: readonly { node: number; from: number; length: number }[]): Outage[] {
  return down.map(({ node, from, length }) => ({ firstNode: node, nodes: 1, from, until: from + length }));
}
