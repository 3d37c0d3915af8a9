// Policies of Tiresias against their definitions, second by second, on GPUs of which any will do; and what stopping costs.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { simulate } from '../src/engine/simulate.ts';
import { readParameters } from '../src/parameters.ts';
import { firstFit } from '../src/placement/first-fit.ts';
import { loadPolicy } from '../src/policies/index.ts';
import type { Cluster } from '../src/cluster.ts';
import { restartsOf } from '../src/schedule.ts';
import { WorkloadBuilder } from '../src/workload-builder.ts';
import type { Workload } from '../src/workload.ts';

// Planted, and caught here: a misfit blocks what is behind it; the last job in the order is never stopped; jobs stop for one
// that has room only in pieces; ties by row; service that is time alone; lost work counts as done; jobs fall only beyond the
// limit; who waits stays before who runs; nobody wakes the policy; an index from whole services, or with jobs that end on
// the edge of a quantum in the next; equal ranks push out; jobs that were to make way in vain are thought gone.

const SECOND = 1000;
const GPUS = 6;

interface Job {
  /** [s] */
  readonly at: number;
  readonly runs: number;
  /** [GPUs] */
  readonly width: number;
}

interface Outcome {
  /** [s] */
  readonly start: number;
  readonly end: number;
  /** [count] */
  readonly stops: number;
}

function machine(nodes: number, gpus: number): Cluster {
  const pools = [{ name: 'n', count: nodes, cpu: 1e6, memory: Infinity, gpus }];
  return { name: 'gpus', interchangeable: false, pools, partitions: [], outages: [] };
}

/** One GPU a task, or all in one. */
function workloadOf(jobs: readonly Job[], inOneTask = false): Workload {
  const builder = new WorkloadBuilder();
  jobs.forEach(({ at, runs, width }, id) => {
    const request = builder.request({ cpu: 0, memory: 0, gpu: inOneTask ? width * 1000 : 1000 });
    const times = { submit: at * SECOND, runtime: runs * SECOND, walltime: Infinity };
    builder.add({ id, ...times, tasks: inOneTask ? 1 : width, request });
  });
  return builder.finish('test');
}

async function outcomes(
  name: string,
  workload: Workload,
  cluster: Cluster,
  given: Record<string, unknown> = {},
  history?: string,
) {
  const spec = (await loadPolicy(name))!;
  const parameters = readParameters(spec.parameters ?? {}, given, name);
  const files = history === undefined ? undefined : { history: { path: 'history', text: history } };
  const schedule = simulate(workload, cluster, spec, { parameters, files, placement: firstFit, audit: true });
  const stops = restartsOf(schedule);
  return Array.from(schedule.start, (start, job): Outcome => ({
    start: start / SECOND,
    end: schedule.end[job] / SECOND,
    stops: stops[job],
  }));
}

/** A job on its way through the definition. */
interface Course extends Job {
  readonly row: number;
  /** Work that is done, and service had since it came or was promoted [s]. */
  worked: number;
  service: number;
  waited: number;
  runsNow: boolean;
  start: number;
  end: number;
  stops: number;
}

/** What a definition knows of the past. */
interface Past {
  readonly limits: readonly number[];
  readonly promote: number;
  readonly quantum: number;
  /** Services of jobs that have ended [GPU-s]. */
  readonly ended: number[];
}

/** Puts the jobs that are there into their order; the last one is kept between calls. */
type Ranking = (there: readonly Course[], past: Past) => Course[];

/** Second by second: what runs has had one more, who is done goes, who comes joins; then the empty machine is filled. */
function definition(jobs: readonly Job[], rank: Ranking, past: Past, losesWork: boolean): Outcome[] {
  const fresh = { worked: 0, service: 0, waited: 0, runsNow: false, start: NaN, end: NaN, stops: 0 };
  const all = jobs.map((job, row): Course => ({ ...job, row, ...fresh }));
  let there: Course[] = [];
  for (let now = 0; all.some(({ end }) => Number.isNaN(end)); now++) {
    for (const job of there) {
      if (job.runsNow) [job.worked, job.service] = [job.worked + 1, job.service + 1];
      else if (job.service > 0) job.waited++;
      if (job.worked < job.runs) continue;
      job.end = now;
      past.ended.push(job.service * job.width);
    }
    there = rank([...there.filter(({ end }) => Number.isNaN(end)), ...all.filter(({ at }) => at === now)], past);
    let free = GPUS;
    for (const job of there) {
      const runs = job.width <= free;
      if (runs) free -= job.width;
      if (runs && Number.isNaN(job.start)) job.start = now;
      if (!runs && job.runsNow) job.stops++;
      if (!runs && job.runsNow && losesWork) job.worked = 0;
      job.runsNow = runs;
    }
  }
  return all.map(({ start, end, stops }) => ({ start, end, stops }));
}

/** Sorted again each second; equal ones as they were. */
const byKey =
  (key: (job: Course) => number): Ranking =>
  (there) =>
    [...there].sort((a, b) => key(a) - key(b));

/** Queues as lists. Jobs join at their ends; before each second, those that run come first in each. */
function leastAttained(): Ranking {
  let queues: Course[][] = [];
  return (there, { limits, promote }) => {
    if (queues.length === 0) queues = Array.from({ length: limits.length + 1 }, () => []);
    const old = queues.map((queue) => {
      const left = queue.filter((job) => there.includes(job));
      return [...left.filter(({ runsNow }) => runsNow), ...left.filter(({ runsNow }) => !runsNow)];
    });
    const known = new Set(old.flat());
    old[0].push(...there.filter((job) => !known.has(job)));
    queues = old.map((queue) => [...queue]);
    for (let from = limits.length; from >= 0; from--) {
      for (const job of old[from]) {
        const due = limits.filter((limit) => job.service * job.width >= limit).length;
        const rises = from > 0 && promote > 0 && !job.runsNow && job.waited >= promote * job.service;
        if (due <= from && !rises) continue;
        queues[from] = queues[from].filter((other) => other !== job);
        queues[due > from ? due : 0].push(job);
        if (due <= from) [job.service, job.waited] = [0, 0];
      }
    }
    return queues.flat();
  };
}

/** The share of earlier jobs that needed no more than another quantum, by what they needed on average, at most that. */
const byGittins: Ranking = (there, { quantum, ended }) => {
  const index = ({ service, width }: Course) => {
    const had = Math.floor((service * width) / quantum) * quantum;
    const longer = ended.filter((needed) => needed > had);
    const soon = longer.filter((needed) => needed <= had + quantum);
    return longer.length === 0 ? 0 : soon.length / longer.reduce((sum, needed) => sum + Math.min(needed - had, quantum), 0);
  };
  return [...there].sort((a, b) => index(b) - index(a) || Number(b.runsNow) - Number(a.runsNow) || a.row - b.row);
};

// Every width divides the limits and the quanta, so that all happens on whole seconds.
const someJobs = fc.array(
  fc.record({ at: fc.nat(8), runs: fc.integer({ min: 1, max: 9 }), width: fc.constantFrom(1, 1, 2, 3, 6) }),
  { minLength: 1, maxLength: 12 },
);
const stop = fc.constantFrom('checkpoint', 'requeue');
const past = (more: Partial<Past> = {}): Past => ({ limits: [], promote: 0, quantum: 6, ended: [], ...more });

describe('as defined, second by second', () => {
  /** By submission, counted from the first. */
  const inOrder = (jobs: readonly Job[]) => {
    const first = Math.min(...jobs.map(({ at }) => at));
    return jobs.map((job) => ({ ...job, at: job.at - first })).sort((a, b) => a.at - b.at);
  };

  test.each([
    { name: 'srtf', rank: byKey(({ runs, worked }) => runs - worked) },
    { name: 'srsf', rank: byKey(({ runs, worked, width }) => (runs - worked) * width) },
    { name: 'smallest-first', rank: byKey(({ width }) => width) },
  ])('$name', async ({ name, rank }) => {
    await fc.assert(
      fc.asyncProperty(someJobs.map(inOrder), stop, async (jobs, how) => {
        const expected = definition(jobs, rank, past(), how === 'requeue');
        expect(await outcomes(name, workloadOf(jobs), machine(3, 2), { stop: how })).toEqual(expected);
      }),
      { numRuns: 200 },
    );
  });

  test('las-2d', async () => {
    const settings = fc.record({
      limits: fc.constantFrom([6], [6, 12], [12, 30, 36]),
      promote: fc.constantFrom(0, 0, 1, 2),
      how: stop,
    });
    await fc.assert(
      fc.asyncProperty(someJobs.map(inOrder), settings, async (jobs, { limits, promote, how }) => {
        // Promoted jobs that begin anew each time could push each other out for ever.
        const loses = how === 'requeue' && promote === 0;
        const expected = definition(jobs, leastAttained(), past({ limits, promote }), loses);
        const given = { thresholds: limits.join('/'), promote, stop: loses ? 'requeue' : 'checkpoint' };
        expect(await outcomes('las-2d', workloadOf(jobs), machine(3, 2), given)).toEqual(expected);
      }),
      { numRuns: 200 },
    );
  });

  test('gittins', async () => {
    const histories = fc.option(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 6 }), { nil: undefined });
    await fc.assert(
      fc.asyncProperty(someJobs.map(inOrder), histories, fc.constantFrom(6, 12), async (jobs, known, quantum) => {
        const learned = past({ quantum, ended: [...(known ?? [])] });
        if (known !== undefined) learned.ended.push = () => 0; // what is in the file stays as it is
        const expected = definition(jobs, byGittins, learned, false);
        const file = known === undefined ? undefined : ['gpu_seconds', ...known].join('\n');
        expect(await outcomes('gittins', workloadOf(jobs), machine(3, 2), { quantum }, file)).toEqual(expected);
      }),
      { numRuns: 200 },
    );
  });
});

describe('what stopping costs', () => {
  const jobs = [
    { at: 0, runs: 20, width: 6 },
    { at: 4, runs: 5, width: 6 },
  ];
  const column = (seconds: number) => new Float64Array(2).fill(seconds * SECOND);
  const withCosts = { ...workloadOf(jobs), checkpoints: { interval: column(Infinity), cost: column(3), restart: column(2) } };

  test('a job writes its checkpoint first, and loads it again', async () => {
    expect(await outcomes('srtf', withCosts, machine(1, GPUS))).toEqual([
      { start: 0, end: 7 + 5 + 2 + 16, stops: 1 },
      { start: 7, end: 12, stops: 0 },
    ]);
  });

  test('or loses what it has done', async () => {
    expect(await outcomes('srtf', withCosts, machine(1, GPUS), { stop: 'requeue' })).toEqual([
      { start: 0, end: 9 + 20, stops: 1 },
      { start: 4, end: 9, stops: 0 },
    ]);
  });
});

test('nobody stops for a job that has room only in pieces', async () => {
  // Two nodes of 4. In an empty cluster the two narrow jobs would share a node, and the last one have the other instead of
  // the one with most left to do; but they lie on two nodes, and stay there.
  const jobs = [
    { at: 0, runs: 2, width: 3 },
    { at: 0, runs: 20, width: 1 },
    { at: 0, runs: 21, width: 1 },
    { at: 0, runs: 90, width: 3 },
    { at: 3, runs: 30, width: 4 },
  ];
  const ran = await outcomes('srtf', workloadOf(jobs, true), machine(2, 4));
  expect(ran.map(({ stops }) => stops)).toEqual([0, 0, 0, 0, 0]);
  expect(ran[4].start).toBe(20);
});

test('one that finds room only in pieces does not use up who would make way for the next', async () => {
  // Two nodes of three. The fifth needs a whole node, which nobody can clear; for the sixth the longest job is enough.
  const jobs = [
    { at: 0, runs: 1000, width: 1 },
    { at: 0, runs: 9000, width: 2 },
    { at: 1, runs: 1000, width: 1 },
    { at: 1, runs: 8000, width: 2 },
    { at: 2, runs: 2000, width: 3 },
    { at: 2, runs: 3000, width: 1 },
  ];
  const found = await outcomes('srtf', workloadOf(jobs, true), machine(2, 3), { stop: 'requeue' });
  expect(found[5].start).toBe(2);
  expect(found[1].stops).toBeGreaterThan(0);
  expect(found[4].start).toBeGreaterThan(1000);
});

test('thresholds must ascend', async () => {
  await expect(outcomes('las-2d', workloadOf([]), machine(1, 1), { thresholds: '7/3' })).rejects.toThrow('ascending');
});

test('a history says what is wrong with it', async () => {
  const read = (text: string) => outcomes('gittins', workloadOf([]), machine(1, 1), {}, text);
  await expect(read('3\n-1\n')).rejects.toThrow('"-1" is not a service');
  await expect(read('duration\n')).rejects.toThrow('no service of any job');
});
