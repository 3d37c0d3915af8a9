// `kube-podgroup`: gangs as kube-scheduler 1.36 places them. Source of the rules: pkg/scheduler/schedule_one_podgroup.go,
// framework/plugins/gangscheduling/gangscheduling.go, backend/queue/scheduling_queue.go (PopSpecificPod,
// determineSchedulingHintForInFlightPod), v1.36.2.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Cluster } from '../src/cluster.ts';
import { simulate } from '../src/engine/simulate.ts';
import { readParameters } from '../src/parameters.ts';
import { firstFit } from '../src/placement/first-fit.ts';
import { BEHAVIOURS } from '../src/policies/kube-default/behaviour.ts';
import { JobPod } from '../src/policies/kube-default/job-pod.ts';
import { JobPods } from '../src/policies/kube-default/job-pods.ts';
import { SchedulingQueue } from '../src/policies/kube-default/queue/scheduling-queue.ts';
import { Snapshot } from '../src/policies/kube-default/snapshot.ts';
import { PodGangs } from '../src/policies/kube-gangs/pod-gangs.ts';
import { GangScheduling } from '../src/policies/kube-podgroup/gang-scheduling.ts';
import { kubePodgroup } from '../src/policies/kube-podgroup/kube-podgroup.ts';
import type { Cycle, PolicySpec } from '../src/policy.ts';
import { COMPLETED } from '../src/schedule.ts';
import type { Schedule } from '../src/schedule.ts';
import { MINUTE, SECOND } from '../src/units.ts';
import { WorkloadBuilder } from '../src/workload-builder.ts';
import type { Workload } from '../src/workload.ts';
import { outcome, runClog } from './clog.ts';

// Planted in a copy and caught here: groups that are never roused; a group that is bound before its victims are gone; nodes
// of pods that fit that are not kept meanwhile; gated pods that nobody wakes; pods that are not taken along; pods that wait
// for events instead of their backoff. A group that is bound in part never comes to an end.

/** Nodes of so many cores. */
function nodes(...cores: number[]): Cluster {
  const pools = cores.map((cpu, i) => ({ name: `n${i}`, count: 1, cpu: 1000 * cpu, memory: Infinity, gpus: 0 }));
  return { name: 'nodes', interchangeable: false, pools, partitions: [], outages: [] };
}

interface Row {
  /** [s] */
  readonly submit: number;
  /** [s] */
  readonly runtime: number;
  readonly tasks: number;
  readonly minimum?: number;
  /** Of each task [cores]; 1 if absent. */
  readonly cpu?: number;
  readonly priority?: number;
}

function workload(rows: readonly Row[]): Workload {
  const builder = new WorkloadBuilder();
  rows.forEach(({ submit, runtime, cpu = 1, ...row }, id) => {
    const request = builder.request({ cpu: 1000 * cpu, memory: 0, gpu: 0 });
    builder.add({ id, submit: submit * SECOND, runtime: runtime * SECOND, walltime: Infinity, request, ...row });
  });
  return builder.finish('rows');
}

interface Deed {
  readonly at: number;
  readonly job: number;
  readonly tasks: number;
}

interface Run {
  readonly schedule: Schedule;
  readonly placed: Deed[];
  readonly evicted: Deed[];
  /** What each job was told, in order. */
  readonly told: Map<number, string[]>;
}

/** Runs a workload and takes down what the policy asks for. Attempts take 1 ms, nothing else takes time. */
function run(jobs: Workload, cluster: Cluster, given: Record<string, string> = {}, until?: number): Run {
  const parameters = readParameters(kubePodgroup.parameters ?? {}, { costs: 'none', attempt: '1ms', ...given }, 'kube-podgroup');
  const placed: Deed[] = [];
  const evicted: Deed[] = [];
  const told = new Map<number, string[]>();
  const spied = (cycle: Cycle): Cycle =>
    new Proxy(cycle, {
      get(target, name) {
        if (name === 'place') {
          return (job: number, group: number, node: number, tasks: number, bound?: number) => {
            placed.push({ at: target.now, job, tasks });
            target.place(job, group, node, tasks, bound);
          };
        }
        if (name === 'evict') {
          return (...[eviction, grace]: Parameters<Cycle['evict']>) => {
            evicted.push({ at: target.now, job: eviction.job, tasks: eviction.tasks });
            target.evict(eviction, grace);
          };
        }
        if (name === 'explain') return (job: number, why: string) => void told.set(job, [...(told.get(job) ?? []), why]);
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  const spec: PolicySpec = {
    ...kubePodgroup,
    create(setup) {
      const policy = kubePodgroup.create(setup);
      return { schedule: (cycle) => policy.schedule(spied(cycle)) };
    },
  };
  const schedule = simulate(jobs, cluster, spec, { placement: firstFit, parameters, audit: true, until });
  return { schedule, placed, evicted, told };
}

const rows = fc.array(
  fc.record({ submit: fc.nat(4), runtime: fc.integer({ min: 1, max: 4 }), tasks: fc.integer({ min: 1, max: 4 }) }),
  { minLength: 1, maxLength: 12 },
);

describe('a gang', () => {
  test('is bound whole, as soon as there is room for it, while nothing is reserved', () => {
    fc.assert(
      fc.property(rows, (unsorted) => {
        const some = unsorted.sort((one, other) => one.submit - other.submit);
        const { schedule, placed } = run(workload(some), nodes(1, 1, 1, 1));
        const { start, end, state } = schedule;
        expect([...state].every((one) => one === COMPLETED)).toBe(true);
        some.forEach(({ tasks }, job) => {
          const own = placed.filter((deed) => deed.job === job);
          expect(own.length).toBe(tasks);
          expect(new Set(own.map(({ at }) => at)).size).toBe(1);
        });
        // All that happens, happens within the first half of a second: ends are at whole seconds and a few milliseconds.
        for (let at = 500; at < Math.max(...end); at += 500) {
          const runs = (job: number) => start[job] <= at && at < end[job];
          const free = 4 - some.reduce((used, { tasks }, job) => used + (runs(job) ? tasks : 0), 0);
          const settled = some.every((_, job) => Math.abs(end[job] - at) > 150 && Math.abs(some[job].submit * SECOND - at) > 150);
          if (!settled) continue;
          some.forEach(({ submit, tasks }, job) => {
            if (submit * SECOND < at && start[job] > at) expect(tasks).toBeGreaterThan(free);
          });
        }
      }),
      { numRuns: 150 },
    );
  });

  // podGroupSchedulingDefaultAlgorithm: each pod in turn on the snapshot; Permit: enough of them have a node.
  test('gets as many nodes as it can, if these are enough', () => {
    const cases = fc.record({
      count: fc.integer({ min: 2, max: 4 }),
      cores: fc.integer({ min: 1, max: 4 }),
      cpu: fc.integer({ min: 1, max: 3 }),
      tasks: fc.integer({ min: 2, max: 6 }),
      missing: fc.nat(3),
    });
    fc.assert(
      fc.property(cases, ({ count, cores, cpu, tasks, missing }) => {
        const onEach = Math.floor(cores / cpu);
        fc.pre(onEach * count >= tasks);
        const minimum = Math.max(1, tasks - missing);
        const room = onEach * (count - 1);
        // The first job blocks one node, whichever.
        const jobs = workload([
          { submit: 0, runtime: 9, tasks: 1, cpu: cores },
          { submit: 1, runtime: 9, tasks, minimum, cpu },
        ]);
        const { placed } = run(jobs, nodes(...Array<number>(count).fill(cores)), {}, 4 * SECOND);
        expect(placed.filter(({ job }) => job === 1).length).toBe(room >= minimum ? Math.min(room, tasks) : 0);
      }),
      { numRuns: 150 },
    );
  });

  test('takes further pods along while it runs, each when there is room', () => {
    const jobs = workload([
      { submit: 0, runtime: 3, tasks: 1 },
      { submit: 1, runtime: 10, tasks: 3, minimum: 2 },
    ]);
    const { placed } = run(jobs, nodes(1, 1, 1));
    expect(placed.filter(({ job }) => job === 1).map(({ at }) => Math.floor(at / SECOND))).toEqual([1, 1, 3]);
  });

  test('is passed by others for as long as they keep coming: nothing is reserved for it', () => {
    const others = Array.from({ length: 10 }, (_, i) => ({ submit: i, runtime: 2, tasks: 1 }));
    const { schedule } = run(
      workload([others[0], others[1], { submit: 1, runtime: 1, tasks: 2 }, ...others.slice(2)]),
      nodes(1, 1),
    );
    expect(schedule.start[2]).toBeGreaterThan(10 * SECOND);
  });

  test('says why it waits', () => {
    const jobs = workload([
      { submit: 0, runtime: 3, tasks: 2 },
      { submit: 1, runtime: 10, tasks: 2 },
    ]);
    const { told } = run(jobs, nodes(1, 1, 1));
    const gated = 'waiting for minCount pods from a gang to appear in scheduling queue';
    const misfit =
      'pod group is unschedulable: 0/3 nodes are available: 3 Insufficient cpu. no new claims to deallocate, preemption:';
    expect([...new Set(told.get(1))]).toEqual([gated, expect.stringContaining(misfit)]);
  });
});

describe('preemption', () => {
  const low = { submit: 0, runtime: 100, tasks: 1 };

  test('takes place if the gang can be placed thereby, which then waits for its victims', () => {
    const jobs = workload([low, { submit: 1, runtime: 5, tasks: 2, priority: 10 }]);
    const { schedule, evicted, told } = run(jobs, nodes(1, 1), { grace: '5s', recreate: '20s' });
    expect(evicted.map(({ job }) => job)).toEqual([0]);
    expect(told.get(1)).toContain('pod group is waiting for preemption to complete');
    expect(Math.floor(schedule.start[1] / SECOND)).toBe(6);
  });

  test('keeps the nodes of the pods that fit, at first', () => {
    const jobs = workload([low, { submit: 1, runtime: 5, tasks: 2, priority: 10 }, { submit: 2, runtime: 1, tasks: 1 }]);
    const { placed } = run(jobs, nodes(1, 1), { grace: '9s' }, 2.9 * SECOND);
    expect(placed.map(({ job }) => job)).toEqual([0]);
  });

  // The controller needs a call of its own to replace the victim: the gang, which its end wakes, is tried before.
  test('is not in vain even if the victim is replaced at once', () => {
    const jobs = workload([low, { submit: 1, runtime: 5, tasks: 2, priority: 10 }]);
    const { schedule, placed, evicted } = run(jobs, nodes(1, 1), { grace: '5s' }, 20 * SECOND);
    expect(evicted.map(({ job }) => job)).toEqual([0]);
    expect(Math.floor(schedule.start[1] / SECOND)).toBe(6);
    expect(placed.filter(({ job }) => job === 1)).toHaveLength(2);
  });

  // submitPodGroupAlgorithmResult: victims were deleted by PostFilter before it is known that the group does not fit.
  test('takes place as well if the gang cannot be placed even so', () => {
    const jobs = workload([low, low, { ...low, priority: 10 }, { submit: 1, runtime: 5, tasks: 3, priority: 10 }]);
    const { evicted, placed } = run(jobs, nodes(1, 1, 1), { grace: '5s' }, 3 * SECOND);
    expect(new Set(evicted.map(({ job }) => job))).toEqual(new Set([0, 1]));
    expect(placed.some(({ job }) => job === 3)).toBe(false);
  });

  test('spares others if the gang fits without', () => {
    const jobs = workload([low, { submit: 1, runtime: 5, tasks: 2, priority: 10 }]);
    const { evicted, schedule } = run(jobs, nodes(1, 1, 1), { grace: '5s' });
    expect(evicted).toEqual([]);
    expect(Math.floor(schedule.start[1] / SECOND)).toBe(1);
  });

  // The extra pod requires preemption, so that the whole group waits for it (requiresPreemption stays set).
  test('of a pod that the gang could do without holds all of it up', () => {
    const jobs = workload([low, { submit: 1, runtime: 5, tasks: 2, minimum: 1, priority: 10 }]);
    const { evicted, placed } = run(jobs, nodes(1, 1), { grace: '5s' }, 5 * SECOND);
    expect(evicted.map(({ job }) => job)).toEqual([0]);
    // The pod that fits comes back after the backoff of an error: in a window of a second after 2 s.
    expect(placed.filter(({ job }) => job === 1)[0].at).toBe(3 * SECOND);
  });
});

test('a gang of several jobs waits until enough of their pods are there', () => {
  const plain = workload([{ submit: 0, runtime: 1, tasks: 1 }]);
  const { spec } = new JobPods(plain, nodes(1)).make({ job: 0, group: 0, index: 0 }, 0, 0);
  const builder = new WorkloadBuilder();
  const gang = { name: 'both', minimum: 3 };
  const request = builder.request({ cpu: 1000, memory: 0, gpu: 0 });
  [2, 1].forEach((tasks, job) => {
    const template = builder.template({ namespace: 'ns', name: `j${job}`, labels: new Map(), owners: [], spec, gang });
    builder.add({ id: job, submit: job * 10 * SECOND, runtime: SECOND, walltime: Infinity, tasks, request, template });
  });
  const { schedule, told } = run(builder.finish('both'), nodes(1, 1, 1));
  expect([...schedule.start].map((at) => Math.floor(at / SECOND))).toEqual([10, 10]);
  expect(told.get(0)).toEqual(Array(2).fill('waiting for minCount pods from a gang to appear in scheduling queue'));
});

describe('the plugin', () => {
  function gangOf(pods: number, placed: number) {
    const jobs = workload([{ submit: 0, runtime: 1, tasks: pods }]);
    const jobPods = new JobPods(jobs, nodes(1));
    const snapshot = new Snapshot(BEHAVIOURS['1.36']);
    const members = Array.from({ length: pods }, (_, index) => {
      const task = { job: 0, group: 0, index };
      return new JobPod(task, 0, snapshot.podInfo(jobPods.make(task, 0, 0)));
    });
    const plugin = new GangScheduling(new PodGangs(jobs, jobPods));
    const told: string[] = [];
    plugin.attach({
      now: 7,
      snapshot,
      waiting: () => members.slice(0, placed),
      allow: (pod) => told.push(`allow ${pod.index}`),
      reject: () => undefined,
      activate: () => undefined,
      explain: () => undefined,
      event: ({ kind }) => told.push(kind),
      later: () => undefined,
    });
    return { plugin, members, told };
  }

  test('holds pods back until as many as it needs are there, and then wakes those that wait', () => {
    const { plugin, members, told } = gangOf(3, 0);
    const passed = members.map((pod) => {
      plugin.created(pod);
      const passes = plugin.preEnqueue(pod);
      plugin.queued(pod);
      return passes;
    });
    expect(passed).toEqual([false, false, true]);
    expect(told).toEqual(['Other']);
    plugin.gone(members[0]);
    expect(plugin.preEnqueue(members[1])).toBe(false);
  });

  test('lets pods wait for five minutes, and all go once enough have a node', () => {
    const { plugin, members, told } = gangOf(3, 2);
    for (const pod of members) plugin.created(pod);
    told.length = 0;
    const answers = members.map((pod, row) => {
      pod.row = row;
      return plugin.permit(pod);
    });
    const wait = { verdict: 'wait', until: 7 + 5 * MINUTE };
    expect(answers).toEqual([wait, wait, { verdict: 'allow' }]);
    expect(told).toEqual(['allow 0', 'allow 1']);
  });
});

describe('the queue', () => {
  function queueOf(rests: () => boolean) {
    const jobs = workload([{ submit: 0, runtime: 1, tasks: 3 }]);
    const jobPods = new JobPods(jobs, nodes(1));
    const snapshot = new Snapshot(BEHAVIOURS['1.36']);
    const pods = [0, 1, 2].map((index) => {
      const task = { job: 0, group: 0, index };
      return new JobPod(task, 0, snapshot.podInfo(jobPods.make(task, 0, 0)));
    });
    const gated = new Set<unknown>();
    const queue = new SchedulingQueue({
      behaviour: BEHAVIOURS['1.36'],
      initialBackoff: SECOND,
      maxBackoff: 10 * SECOND,
      preEnqueue: (pod) => (gated.has(pod) ? 'Gate' : undefined),
      comesBack: () => true,
      rests,
    });
    return { queue, pods, gated };
  }

  // PopSpecificPod: activates the pod, wherever it waits, and takes it if it passes the gates.
  test('hands out pods that wait anywhere, unless they are gated or handed out', () => {
    const { queue, pods, gated } = queueOf(() => false);
    gated.add(pods[2]);
    for (const pod of pods) queue.add(pod, 0);
    expect(queue.pop(0)?.pod).toBe(pods[0]);
    expect(queue.take(pods[0], 0)).toBeUndefined();
    expect(queue.take(pods[1], 0)?.pod).toBe(pods[1]);
    expect(queue.take(pods[2], 0)).toBeUndefined();
    gated.clear();
    expect(queue.take(pods[2], 0)?.initialSerial).toBeGreaterThan(0);
    expect(queue.size).toEqual({ active: 0, backoff: 0, unschedulable: 0, gated: 0 });
  });

  // determineSchedulingHintForInFlightPod: members of groups back off at once; without plugins, as errors do.
  test('lets members of groups come back by their backoff, but not those that rest before they are roused', () => {
    let rests = true;
    const { queue, pods } = queueOf(() => rests);
    for (const pod of pods) queue.add(pod, 0);
    const popped = pods.map(() => queue.pop(0));
    popped.forEach((queued, i) => {
      if (queued !== undefined) queue.failed(queued, new Set(i === 0 ? [] : ['NodeResourcesFit']), 0);
      rests = false;
    });
    // The first backs off as after an error; only the third may be tried before its time, then the second as well.
    expect(queue.pop(1)?.pod).toBe(pods[1]);
  });
});

test('the clog does not stop it; its makespan is between the work to be done and that of Fluence', () => {
  for (const seed of [1, 2]) {
    const { completed, makespan } = outcome(runClog(kubePodgroup, {}, {}, seed));
    expect(completed).toBe(50);
    // 200 pods on 8 nodes, each of which it blocks for 30 s at least: 750 s. Fluence took 1418 s (run10).
    expect(makespan).toBeGreaterThan(750);
    expect(makespan).toBeLessThan(1418);
  }
}, 60_000);
