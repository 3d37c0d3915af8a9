// The scheduler's loop: whole runs against their definition, and the rules of its parts one by one.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Cluster } from '../src/cluster.ts';
import { simulate } from '../src/engine/simulate.ts';
import { readParameters } from '../src/parameters.ts';
import type { ParameterFiles } from '../src/parameters.ts';
import { firstFit } from '../src/placement/first-fit.ts';
import { kubeDefault, kubePolicy } from '../src/policies/kube-default/kube-default.ts';
import type { SchedulerExtension, SchedulerHandle } from '../src/policies/kube-default/scheduler-extension.ts';
import type { SchedulerSettings } from '../src/policies/kube-default/scheduler-settings.ts';
import type { PolicySpec } from '../src/policy.ts';
import type { Random } from '../src/random.ts';
import { randomStream } from '../src/random.ts';
import { COMPLETED, REJECTED } from '../src/schedule.ts';
import type { Schedule } from '../src/schedule.ts';
import { WorkloadBuilder } from '../src/workload-builder.ts';
import type { Workload } from '../src/workload.ts';
import { runModel } from './kube-scheduler-model.ts';
import type { ModelJob, ModelSettings } from './kube-scheduler-model.ts';

function clusterOf(cores: readonly number[]): Cluster {
  const pools = cores.map((cpu, i) => ({ name: `n${i}`, count: 1, cpu: 1000 * cpu, memory: Infinity, gpus: 0 }));
  return { name: 'small', interchangeable: false, pools, partitions: [], outages: [] };
}

function workloadOf(jobs: readonly ModelJob[]): Workload {
  const builder = new WorkloadBuilder();
  jobs.forEach(({ submit, runtime, cpu, priority }, id) => {
    const request = builder.request({ cpu: 1000 * cpu, memory: 0, gpu: 0 });
    builder.add({ id, submit, runtime, walltime: Infinity, tasks: 1, request, priority });
  });
  return builder.finish('jobs');
}

/** Filters by resources, scores nothing, and takes the first of what is equally good. */
const ONLY_RESOURCES = JSON.stringify({
  profiles: [
    {
      plugins: {
        multiPoint: { disabled: [{ name: '*' }], enabled: [{ name: 'DefaultPreemption' }] },
        filter: { enabled: [{ name: 'NodeResourcesFit' }] },
      },
    },
  ],
});
const FIRST: Random = { ...randomStream(1, 'unused'), integer: () => 0 };

interface Options {
  readonly given?: Readonly<Record<string, unknown>>;
  readonly config?: string;
  readonly changed?: Partial<SchedulerSettings>;
  readonly extension?: SchedulerExtension;
  readonly until?: number;
}

function run(workload: Workload, cluster: Cluster, { given = {}, config, changed, extension, until }: Options = {}): Schedule {
  const parameters = readParameters(kubeDefault.parameters ?? {}, given, 'kube-default');
  const files: ParameterFiles = config === undefined ? {} : { config: { path: 'config.yaml', text: config } };
  const spec: PolicySpec = { ...kubeDefault, create: (setup) => kubePolicy(setup, extension, changed) };
  return simulate(workload, cluster, spec, { parameters, files, placement: firstFit, audit: true, explain: true, until });
}

describe.each(['1.26', '1.36'] as const)('version %s', (version) => {
  const anyJob = fc.record({
    submit: fc.integer({ min: 0, max: 8 }).map((n) => 500 * n),
    runtime: fc.integer({ min: 1, max: 8 }).map((n) => 500 * n),
    cpu: fc.integer({ min: 1, max: 4 }),
    priority: fc.integer({ min: 0, max: 3 }),
  });
  const settings = fc.oneof(
    fc.record({ grace: fc.constantFrom(0, 500, 1000, 2500), nominates: fc.constant(true) }),
    fc.record({ grace: fc.constantFrom(500, 1000, 2500), nominates: fc.constant(false) }),
  );
  // One preemption can follow the other in each millisecond: slow.
  const storms = fc.constant({ grace: 0, nominates: false });
  const any = fc.oneof({ arbitrary: settings, weight: 20 }, { arbitrary: storms, weight: 1 });

  test('runs are those of the definition', () => {
    const nodes = fc.array(fc.integer({ min: 2, max: 4 }), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(fc.array(anyJob, { minLength: 1, maxLength: 12 }), nodes, any, (jobs, cores, chosen) => {
        expectAsModel(jobs, cores, { version, until: 15_000, ...chosen });
      }),
      { numRuns: 600 },
    );
  });
});

function expectAsModel(given: readonly ModelJob[], cores: readonly number[], settings: ModelSettings): void {
  const first = Math.min(...given.map(({ submit }) => submit));
  const jobs = given.map((job) => ({ ...job, submit: job.submit - first })).sort((a, b) => a.submit - b.submit);
  const { version, grace, nominates } = settings;
  const parameters = { version, grace: `${grace}ms`, nominate: nominates };
  const model = runModel(jobs, cores, settings);
  const schedule = run(workloadOf(jobs), clusterOf(cores), {
    given: parameters,
    config: ONLY_RESOURCES,
    changed: { random: FIRST },
    until: settings.until,
  });
  const runs = jobs.map(() => 1);
  for (let i = 0; i < schedule.attempts.count; i++) runs[schedule.attempts.job[i]]++;
  const ended = (index: number) => schedule.state[index] === COMPLETED;
  // Those that fit no node are turned away at once.
  const ends = [...schedule.end].map((end, index) => (schedule.state[index] === REJECTED ? NaN : end));
  const ofEnded = (values: ArrayLike<number>) => Array.from(values).filter((_, index) => ended(index));
  expect([...schedule.start]).toEqual(model.start);
  expect(ends).toEqual(model.end);
  expect(ofEnded(schedule.lastStart)).toEqual(ofEnded(model.lastStart));
  expect(ofEnded(runs)).toEqual(ofEnded(model.runs));
}

const SECOND = 1000;
const job = (submit: number, runtime: number, cpu: number, priority = 0): ModelJob => ({
  submit: submit * SECOND,
  runtime: runtime * SECOND,
  cpu,
  priority,
});

describe('priority inversion', () => {
  const victimAndPreemptor = [job(0, 100, 2), job(1, 5, 2, 10)];

  test('a nomination keeps the follower of a victim off its node', () => {
    const { start } = run(workloadOf(victimAndPreemptor), clusterOf([2]), { given: { version: '1.26', grace: '3s' } });
    // Tried again in backoff steps: fails at 1 and 2 s, is flushed at 4 s when the victim is gone.
    expect([...start]).toEqual([0, 4000]);
  });

  test('a preemptor heeds its own nomination, also where nobody else sees it', () => {
    // Both nodes hold a victim; the application is tried again while the first one goes, and evicts no second one for that.
    const jobs = [job(0, 100, 2), job(0, 100, 2), job(1, 5, 2, 10), job(2, 1, 1, 10), job(3, 1, 1, 10)];
    const given = { version: '1.36', grace: '8s', nominate: false };
    const { attempts } = run(workloadOf(jobs), clusterOf([2, 2, 1]), { given, until: 15 * SECOND });
    expect(attempts.count).toBe(1);
  });

  test('without it the follower is bound first, and is preempted again and again', () => {
    const { start, attempts } = run(workloadOf(victimAndPreemptor), clusterOf([2]), {
      given: { version: '1.26', grace: '2500ms', nominate: false },
      until: 60 * SECOND,
    });
    expect(start[1]).toBeNaN();
    expect(attempts.count).toBeGreaterThan(3);
  });

  test('a pod that backs off does not keep a lesser one from room that is there by then', () => {
    // The important pod fails when the first job comes, and once more when that ends; the lesser one has not failed yet.
    const jobs = [job(0, 1.5, 2), job(1, 5, 2, 10), job(1.5, 5, 1)];
    const noPreemption = JSON.stringify({ profiles: [{ plugins: { postFilter: { disabled: [{ name: '*' }] } } }] });
    const { start } = run(workloadOf(jobs), clusterOf([2]), { given: { version: '1.26' }, config: noPreemption });
    expect([...start]).toEqual([0, 6500, 1500]);
  });
});

describe('costs', () => {
  test('bindings wait for the client: a burst at once, then so many a second', () => {
    const jobs = Array.from({ length: 8 }, () => job(0, 100, 1));
    const { start } = run(workloadOf(jobs), clusterOf([8]), { given: { qps: 2, burst: 3 } });
    expect([...start]).toEqual([0, 0, 0, 500, 1000, 1500, 2000, 2500]);
  });

  test('one attempt comes after the other', () => {
    const jobs = Array.from({ length: 3 }, () => job(0, 100, 1));
    const { start } = run(workloadOf(jobs), clusterOf([8]), { given: { attempt: '10ms', bind: '5ms' } });
    expect([...start]).toEqual([15, 25, 35]);
  });
});

describe('extensions', () => {
  /** Lets pods go only when so many wait. */
  function gangOf(size: number, until: number): SchedulerExtension {
    let handle: SchedulerHandle | undefined;
    return {
      name: 'Gang',
      attach: (scheduler) => (handle = scheduler),
      permit() {
        const waiting = [...(handle?.waiting() ?? [])];
        if (waiting.length + 1 < size) return { verdict: 'wait', until: (handle?.now ?? 0) + until };
        for (const other of waiting) handle?.allow(other);
        return { verdict: 'allow' };
      },
    };
  }

  test('pods that wait for permission hold their room, and are bound together', () => {
    const jobs = [job(0, 10, 1), job(2, 10, 1), job(3, 10, 1)];
    const { start } = run(workloadOf(jobs), clusterOf([4]), { extension: gangOf(3, 60 * SECOND) });
    expect([...start]).toEqual([3000, 3000, 3000]);
  });

  test('who waits for too long gives up its room', () => {
    const jobs = [job(0, 10, 2), job(1, 10, 2, -1)];
    const extension: SchedulerExtension = {
      name: 'Gang',
      permit: ({ job: row }) => (row === 0 ? { verdict: 'wait', until: 5 * SECOND } : { verdict: 'allow' }),
    };
    const { start } = run(workloadOf(jobs), clusterOf([2]), { extension, until: 20 * SECOND });
    expect(start[0]).toBeNaN();
    expect(start[1]).toBe(5 * SECOND);
  });
});
