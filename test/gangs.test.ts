// `gang` and `coscheduling`: all or nothing, in one stroke or by waiting.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Cluster } from '../src/cluster.ts';
import { simulate } from '../src/engine/simulate.ts';
import { readParameters } from '../src/parameters.ts';
import { firstFit as firstFitPlacement } from '../src/placement/first-fit.ts';
import { CoschedulingPlugin } from '../src/policies/coscheduling/coscheduling-plugin.ts';
import { coscheduling } from '../src/policies/coscheduling/coscheduling.ts';
import { easy } from '../src/policies/easy/easy.ts';
import { fcfs } from '../src/policies/fcfs.ts';
import { firstFit } from '../src/policies/first-fit.ts';
import { gang } from '../src/policies/gang/gang.ts';
import { BEHAVIOURS } from '../src/policies/kube-default/behaviour.ts';
import { JobPod } from '../src/policies/kube-default/job-pod.ts';
import { JobPods } from '../src/policies/kube-default/job-pods.ts';
import { kubeDefault } from '../src/policies/kube-default/kube-default.ts';
import { Snapshot } from '../src/policies/kube-default/snapshot.ts';
import { PodGangs } from '../src/policies/kube-gangs/pod-gangs.ts';
import { kubePodgroup } from '../src/policies/kube-podgroup/kube-podgroup.ts';
import type { PolicySpec } from '../src/policy.ts';
import { COMPLETED } from '../src/schedule.ts';
import type { Schedule } from '../src/schedule.ts';
import { readTrace } from '../src/trace/read.ts';
import { SECOND } from '../src/units.ts';
import { WorkloadBuilder } from '../src/workload-builder.ts';
import type { Workload } from '../src/workload.ts';
import { outcome, runClog } from './clog.ts';

// Planted in a copy and caught here: a gang that is bound in part; extra room that is not used up; a gang that passes whatever
// it delays; patience that never ends; waiting pods that are not rejected with their gang; permission that one pod lacks.

/** Nodes that take one pod each. */
function nodes(count: number): Cluster {
  const pool = { name: 'node', count, cpu: 1000, memory: Infinity, gpus: 0 };
  return { name: 'nodes', interchangeable: false, pools: [pool], partitions: [], outages: [] };
}

interface Row {
  readonly submit: number;
  readonly runtime: number;
  readonly tasks: number;
  readonly spare?: number;
}

function workload(rows: readonly Row[]): Workload {
  const builder = new WorkloadBuilder();
  const request = builder.request();
  rows.forEach(({ submit, runtime, tasks, spare = 0 }, id) => {
    builder.add({ id, submit, runtime: runtime * SECOND, walltime: (runtime + spare) * SECOND, tasks, request });
  });
  return builder.finish('rows');
}

function run(jobs: Workload, cluster: Cluster, spec: PolicySpec, given: Record<string, string> = {}): Schedule {
  const parameters = readParameters(spec.parameters ?? {}, given, spec.name);
  return simulate(jobs, cluster, spec, { placement: firstFitPlacement, parameters, audit: true });
}

test('gang: what breaks a promise, because kube-scheduler chooses the nodes, is followed by nobody else', () => {
  const builder = new WorkloadBuilder();
  const add = (id: number, tasks: number, cpu: number, seconds: number) => {
    const request = builder.request({ cpu, memory: 0, gpu: 0 });
    builder.add({ id, submit: 0, runtime: seconds * SECOND, walltime: seconds * SECOND, tasks, request });
  };
  add(0, 1, 3000, 10);
  // Promised both nodes when the first is over.
  add(1, 2, 3000, 1);
  // One processor is left on each of the two nodes then, but both of the first go to the emptier node.
  for (const id of [2, 3, 4]) add(id, 1, 1000, 100);
  const pool = { name: 'node', count: 2, cpu: 4000, memory: Infinity, gpus: 0 };
  const cluster = { name: 'two', interchangeable: false, pools: [pool], partitions: [], outages: [] };
  const { start } = run(builder.finish('promise'), cluster, gang);
  expect([...start].map((time) => time / SECOND)).toEqual([0, 100, 0, 0, 10]);
});

test('gang: who is kept out by taints is promised nothing, and holds nobody up', () => {
  const builder = new WorkloadBuilder();
  const request = builder.request({ cpu: 2000, memory: 0, gpu: 0 });
  const add = (id: number, tasks: number) =>
    builder.add({ id, submit: 0, runtime: 10 * SECOND, walltime: 10 * SECOND, tasks, request });
  // By its room the first fits at once, on both nodes.
  add(0, 2);
  add(1, 1);
  const pool = { name: 'open', count: 1, cpu: 2000, memory: Infinity, gpus: 0 };
  const pools = [pool, { ...pool, name: 'kept', taints: ['team=ops:NoSchedule'] }];
  const cluster = { name: 'tainted', interchangeable: false, pools, partitions: [], outages: [] };
  const jobs = builder.finish('kept out');
  expect([...run(jobs, cluster, gang).start]).toEqual([NaN, 0]);
  const free = { ...cluster, pools: [pool, { ...pool, name: 'free' }] };
  expect([...run(jobs, free, gang).start]).toEqual([0, 10 * SECOND]);
});

const rows = fc.array(
  fc.record({
    submit: fc.nat(4),
    runtime: fc.integer({ min: 1, max: 4 }),
    tasks: fc.integer({ min: 1, max: 4 }),
    spare: fc.nat(3),
  }),
  { minLength: 1, maxLength: 12 },
);

describe('gang starts jobs when', () => {
  test.each([
    ['none', fcfs],
    ['easy', easy],
    ['any', firstFit],
  ])('%s: as the textbook does where a pod takes a node', (backfill, textbook) => {
    fc.assert(
      fc.property(rows, (some) => {
        const jobs = workload(some.map((row) => ({ ...row, submit: row.submit * SECOND })));
        const [ours, theirs] = [run(jobs, nodes(4), gang, { backfill }), run(jobs, nodes(4), textbook)];
        expect([...ours.start]).toEqual([...theirs.start]);
      }),
      { numRuns: 300 },
    );
  });

  test('patience is over: nobody passes a gang that has waited too long', () => {
    const long = { submit: 0, runtime: 100, tasks: 2 };
    const late = { submit: 30 * SECOND, runtime: 50, tasks: 2 };
    const jobs = workload([long, { submit: 1, runtime: 10, tasks: 3 }, { submit: 2, runtime: 50, tasks: 2 }, late, late]);
    const starts = (timeout: string) => [...run(jobs, nodes(4), gang, { backfill: 'any', timeout }).start];
    expect(starts('0')).toEqual([0, 150_000, 2, 50_002, 100_000]);
    expect(starts('40s').slice(0, 3)).toEqual([0, 100_000, 2]);
  });
});

describe('the clog', () => {
  test('stops the default scheduler: every node is held by a gang that lacks others', () => {
    const { completed } = outcome(runClog(kubeDefault, {}, { until: 7200 * SECOND }));
    expect(completed).toBeLessThan(50);
  });

  test.each([
    [gang, { backfill: 'none' }],
    [gang, { backfill: 'easy' }],
    [gang, { backfill: 'any' }],
    [coscheduling, { timeout: '300s' }],
  ])('does not stop $name $1', (spec, given) => {
    expect(outcome(runClog(spec, given as Record<string, string>)).completed).toBe(50);
  });
});

describe('coscheduling', () => {
  const fast = { costs: 'none', attempt: '1ms' };

  test('ends every job that fits, and none of them holds nodes for longer than it may wait', () => {
    fc.assert(
      fc.property(rows, (some) => {
        const jobs = workload(some.map((row) => ({ ...row, submit: row.submit * SECOND })));
        const schedule = run(jobs, nodes(4), coscheduling, { timeout: '5s' });
        expect([...schedule.state].every((state) => state === COMPLETED)).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  test('evicts pods of gangs that wait, too: none of them twice', () => {
    const prioritized = fc.array(
      fc.record({
        submit: fc.nat(4),
        runtime: fc.integer({ min: 1, max: 4 }),
        tasks: fc.integer({ min: 1, max: 4 }),
        priority: fc.nat(3),
      }),
      { minLength: 2, maxLength: 10 },
    );
    const packed = { ...nodes(1), pools: [{ name: 'node', count: 1, cpu: 4000, memory: Infinity, gpus: 0 }] };
    fc.assert(
      fc.property(prioritized, (some) => {
        const jobs = workload(some.map((row) => ({ ...row, submit: row.submit * SECOND })));
        const priority = Float64Array.from(
          some.toSorted((a, b) => a.submit - b.submit),
          (row) => row.priority,
        );
        const parameters = readParameters(coscheduling.parameters ?? {}, { timeout: '5s', grace: '1s' }, 'coscheduling');
        const options = { placement: firstFitPlacement, parameters, audit: true, until: 600 * SECOND };
        const schedule = simulate({ ...jobs, priority }, packed, coscheduling, options);
        expect(schedule.state.every((state) => state === COMPLETED || schedule.until === 600 * SECOND)).toBe(true);
      }),
      { numRuns: 100 },
    );
  });

  test('lets pods wait for the others, and gives up when time is over', () => {
    // The second gang gets two of its three nodes, and holds them until the first has ended.
    const jobs = workload([
      { submit: 0, runtime: 20, tasks: 2 },
      { submit: SECOND, runtime: 10, tasks: 3 },
      { submit: 2 * SECOND, runtime: 10, tasks: 1 },
    ]);
    const schedule = run(jobs, nodes(4), coscheduling, { ...fast, timeout: '60s' });
    expect([...schedule.state]).toEqual([COMPLETED, COMPLETED, COMPLETED]);
    expect(schedule.start[1]).toBeGreaterThanOrEqual(20 * SECOND);
  });

  describe('as a plugin', () => {
    /** A gang of some pods, the first of which have nodes and wait there. */
    function gangOf(pods: number, waiting: number, backoff = 0) {
      const jobs = workload([{ submit: 0, runtime: 1, tasks: pods }]);
      const jobPods = new JobPods(jobs, nodes(4));
      const snapshot = new Snapshot(BEHAVIOURS['1.26']);
      const told: string[] = [];
      const members = Array.from({ length: pods }, (_, index) => {
        const task = { job: 0, group: 0, index };
        const pod = new JobPod(task, 0, snapshot.podInfo(jobPods.make(task, 0, 0)));
        if (index < waiting) pod.row = index;
        return pod;
      });
      const holding = new Set(members.slice(0, waiting));
      const plugin = new CoschedulingPlugin(new PodGangs(jobs, jobPods), { timeout: 60 * SECOND, backoff });
      plugin.attach({
        now: 7,
        snapshot,
        waiting: () => [...holding],
        allow: (pod) => told.push(`allow ${pod.index}`),
        reject: (pod, reason) => {
          holding.delete(pod);
          told.push(`reject ${pod.index}: ${reason}`);
        },
        activate: () => undefined,
        explain: () => undefined,
        event: () => undefined,
        later: (at) => told.push(`later ${at}`),
      });
      for (const pod of members) plugin.created(pod);
      return { plugin, members, told };
    }

    test('rejects those that wait when one fits nowhere, and holds the gang back for a while', () => {
      const { plugin, members, told } = gangOf(4, 2, 10 * SECOND);
      expect(plugin.postFilter(members[3])?.status.reasons).toEqual([expect.stringContaining('gets rejected due to Pod 0-3')]);
      const why = 'optimistic rejection in PostFilter';
      expect(told).toEqual([`reject 0: ${why}`, `reject 1: ${why}`, 'later 10007']);
      expect(plugin.preFilter(members[0])).toBe('podGroup default/job 0 failed recently');
    });

    test('keeps a gang together that is almost complete', () => {
      const { plugin, members, told } = gangOf(10, 9);
      expect(plugin.postFilter(members[9])?.status.reasons).toEqual([]);
      expect(told).toEqual([]);
    });

    test('lets nobody wait for one that gave up', () => {
      const { plugin, members, told } = gangOf(4, 2);
      plugin.unreserve(members[2]);
      expect(told).toEqual([0, 1].map((index) => `reject ${index}: rejection in Unreserve`));
    });

    test('lets pods wait until the last one has a node', () => {
      const { plugin, members, told } = gangOf(4, 2);
      members[2].row = 2;
      expect(plugin.permit(members[2])).toEqual({ verdict: 'wait', until: 60 * SECOND + 7 });
      members[3].row = 3;
      expect(plugin.permit(members[3])).toEqual({ verdict: 'allow' });
      expect(told).toEqual(['allow 0', 'allow 1']);
    });
  });
});

test('a gang of two kinds of pods needs its minimum of each', () => {
  const builder = new WorkloadBuilder();
  const request = builder.request();
  const small = builder.request({ cpu: 500, memory: 0, gpu: 0 });
  const moreGroups = [{ tasks: 2, minimum: 2, request }];
  builder.add({ id: 1, submit: 0, runtime: 1000, walltime: 1000, tasks: 3, minimum: 1, request: small, moreGroups });
  builder.add({ id: 2, submit: 1, runtime: 10, walltime: 10, tasks: 2, request });
  // The three small pods fit, and none of the others: as many as it needs in all, but not of each kind. They leave the nodes to others.
  const cluster = { ...nodes(5), outages: [{ firstNode: 0, nodes: 3, from: 0, until: 50 }] };
  expect([...run(builder.finish('kinds'), cluster, gang).start]).toEqual([50, 1]);
});

test('the shipped clog: the default scheduler stops after a few gangs, which hold all nodes, and the others do not', async () => {
  const { workload, declared } = await readTrace('scenarios/objects/clog.yaml');
  const cluster = declared.cluster;
  if (cluster === undefined) throw new Error('the scenario lists no nodes');
  const costs = { release: 30 * SECOND };
  const completed = (spec: PolicySpec) =>
    outcome(simulate(workload, cluster, spec, { placement: firstFitPlacement, costs, until: 7200 * SECOND })).completed;
  expect(completed(kubeDefault)).toBeLessThan(5);
  for (const spec of [gang, kubePodgroup]) expect([spec.name, completed(spec)]).toEqual([spec.name, 50]);
});
