// Tasks that are taken off their nodes while their job stays, tasks that join a job that runs, and services.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { processorPool } from '../src/cluster.ts';
import type { Cluster } from '../src/cluster.ts';
import { scheduleDigest } from '../src/digest.ts';
import { simulate } from '../src/engine/simulate.ts';
import { firstFit } from '../src/placement/first-fit.ts';
import { easy } from '../src/policies/easy/easy.ts';
import type { Changes, Cycle, Eviction, PolicySpec } from '../src/policy.ts';
import { COMPLETED, PREEMPTED, REJECTED, UNFINISHED } from '../src/schedule.ts';
import { WorkloadBuilder } from '../src/workload-builder.ts';
import type { Workload } from '../src/workload.ts';

// Planted in a copy and caught here: an eviction that outlives its job; one that counts no other; a run that goes on below its
// minimum; a bound time that is forgotten, or not the latest; tasks that join without being noted; a list of parts that loses
// its end; services that keep the run alive, or are missed when they are turned away; a job without tasks that counts as
// bound; a pool that thinks so. Found to change nothing: the end of a broken run that is not cleared, since its event is old.

const NODES: Cluster = {
  name: 'three nodes',
  interchangeable: false,
  pools: [{ name: 'node', count: 3, cpu: 2000, memory: Infinity, gpus: 0 }],
  partitions: [],
  outages: [],
};

interface Row {
  readonly runtime: number;
  readonly tasks: number;
  readonly minimum?: number;
  readonly submit?: number;
}

function workload(...rows: Row[]): Workload {
  const builder = new WorkloadBuilder();
  const request = builder.request();
  rows.forEach(({ runtime, tasks, minimum, submit = 0 }, id) =>
    builder.add({ id, submit, runtime, walltime: Infinity, tasks, minimum, request }),
  );
  return builder.finish('rows');
}

type Script = Readonly<Record<number, (cycle: Cycle) => void>>;

/** Does at each time what the script says, and keeps what it was told. */
function scripted(script: Script, told: { now: number; changed: Changes }[] = []): PolicySpec {
  return {
    name: 'scripted',
    summary: '',
    source: '',
    create: () => ({
      schedule(cycle) {
        told.push({ now: cycle.now, changed: structuredClone({ ...cycle.changed }) });
        script[cycle.now]?.(cycle);
        for (const time of Object.keys(script).map(Number)) if (time > cycle.now) cycle.wakeAt(time);
      },
    }),
  };
}

function run(jobs: Workload, script: Script, told?: { now: number; changed: Changes }[]) {
  return simulate(jobs, NODES, scripted(script, told), { placement: firstFit, audit: true });
}

const onNode = (node: number, tasks: number, job = 0): Eviction => ({ job, group: 0, node, tasks });

describe('an eviction', () => {
  test('ends the run of a job that has less than its minimum then; it keeps the rest and runs again when it is whole', () => {
    const told: { now: number; changed: Changes }[] = [];
    const schedule = run(
      workload({ runtime: 100, tasks: 4 }),
      {
        0: (cycle) => {
          cycle.place(0, 0, 0, 2);
          cycle.place(0, 0, 1, 2);
        },
        10: (cycle) => cycle.evict(onNode(1, 1), 5),
        20: (cycle) => cycle.place(0, 0, 2, 1),
      },
      told,
    );
    expect(told.find(({ now }) => now === 15)?.changed).toMatchObject({ evicted: [onNode(1, 1)], submitted: [0], ended: [] });
    expect([schedule.start[0], schedule.lastStart[0], schedule.end[0]]).toEqual([0, 20, 120]);
    expect(schedule.attempts).toMatchObject({ count: 1, why: Uint8Array.of(PREEMPTED), end: Float64Array.of(15) });
    expect([...schedule.placements!.node]).toEqual([0, 1, 2]);
  });

  test('leaves a job alone that still has its minimum', () => {
    const schedule = run(workload({ runtime: 100, tasks: 4, minimum: 2 }), {
      0: (cycle) => {
        cycle.place(0, 0, 0, 2);
        cycle.place(0, 0, 1, 2);
      },
      10: (cycle) => cycle.evict(onNode(1, 2)),
    });
    expect([schedule.start[0], schedule.end[0], schedule.attempts.count]).toEqual([0, 100, 0]);
  });

  test('does not happen if the job ends first', () => {
    const schedule = run(workload({ runtime: 100, tasks: 2 }, { runtime: 50, tasks: 2, submit: 105 }), {
      0: (cycle) => cycle.place(0, 0, 0, 2),
      90: (cycle) => cycle.evict(onNode(0, 2), 20),
      105: (cycle) => cycle.place(1, 0, 0, 2),
    });
    expect([...schedule.end]).toEqual([100, 155]);
    expect([...schedule.state]).toEqual([COMPLETED, COMPLETED]);
  });

  test('of all tasks leaves a job that waits like any other', () => {
    const schedule = run(workload({ runtime: 100, tasks: 2 }), {
      0: (cycle) => cycle.place(0, 0, 0, 2),
      10: (cycle) => cycle.evict(onNode(0, 2)),
      11: (cycle) => cycle.start(0),
    });
    expect([schedule.lastStart[0], schedule.end[0]]).toEqual([11, 111]);
  });

  test('takes nothing that another one takes already, and nothing that is not there', () => {
    const twice = (second: Eviction) =>
      run(workload({ runtime: 100, tasks: 2 }), {
        0: (cycle) => cycle.place(0, 0, 0, 2),
        10: (cycle) => {
          cycle.evict(onNode(0, 1), 5);
          cycle.evict(second, 9);
        },
      });
    expect(() => twice(onNode(0, 2))).toThrow('evicted 2 tasks of job 0, group 0, from node 0: 1 stay there');
    expect(() => twice(onNode(1, 1))).toThrow('0 stay there');
    expect(twice(onNode(0, 1)).state[0]).toBe(UNFINISHED);
  });
});

test('on a pool, where nodes are not told apart, evictions from all of them count', () => {
  const two = scripted({
    0: (cycle) => cycle.place(0, 0, 0, 1),
    1: (cycle) => {
      cycle.evict(onNode(0, 1), 5);
      cycle.evict(onNode(1, 1), 5);
    },
  });
  const jobs = workload({ runtime: 100, tasks: 2, minimum: 1 });
  expect(() => simulate(jobs, processorPool(6), two)).toThrow('from node 1: 0 stay there');
});

describe('a binding', () => {
  test('that takes time delays the run', () => {
    const schedule = run(workload({ runtime: 100, tasks: 2 }), {
      0: (cycle) => {
        cycle.place(0, 0, 0, 1, 30);
        cycle.place(0, 0, 1, 1, 20);
      },
    });
    expect([schedule.start[0], schedule.end[0]]).toEqual([30, 130]);
  });

  test('joins a job that runs', () => {
    const schedule = run(workload({ runtime: 100, tasks: 3, minimum: 1 }), {
      0: (cycle) => cycle.place(0, 0, 0, 1),
      40: (cycle) => cycle.place(0, 0, 2, 2),
    });
    expect([schedule.end[0], ...schedule.placements!.tasks]).toEqual([100, 1, 2]);
  });
});

describe('a service', () => {
  test('does not keep the run alive', () => {
    const jobs = workload({ runtime: Infinity, tasks: 2 }, { runtime: 100, tasks: 5 }, { runtime: 10, tasks: 4 });
    const schedule = simulate(jobs, NODES, easy, { placement: firstFit, audit: true });
    expect([...schedule.state]).toEqual([UNFINISHED, UNFINISHED, COMPLETED]);
    expect([schedule.until, schedule.start[0]]).toEqual([10, 0]);
  });

  test('is not waited for by a policy that wakes itself for ever', () => {
    const everySecond: PolicySpec = {
      ...scripted({}),
      create: () => ({
        schedule(cycle) {
          for (let job = cycle.pending.first(); job >= 0; job = cycle.pending.after(job)) {
            if (cycle.free.fits(job)) cycle.start(job);
          }
          cycle.wakeAt(cycle.now + 1);
        },
      }),
    };
    const jobs = workload(
      { runtime: Infinity, tasks: 99 },
      { runtime: Infinity, tasks: 2 },
      { runtime: 10, tasks: 4, submit: 3 },
      { runtime: 20, tasks: 4, submit: 4 },
    );
    const schedule = simulate(jobs, NODES, everySecond, { placement: firstFit });
    expect([...schedule.state]).toEqual([REJECTED, UNFINISHED, COMPLETED, COMPLETED]);
    expect(schedule.until).toBe(33);
  });
});

/** Places, evicts and preempts by dice, as far as the rules allow. */
const dice: PolicySpec = {
  name: 'dice',
  summary: '',
  source: '',
  create: ({ jobs, random, cluster }) => {
    // The processors of a pool are told apart by nobody: they are one node here.
    const left = cluster.interchangeable ? [6] : [2, 2, 2];
    const held = new Map<number, number[]>();
    const at = (job: number) =>
      held.get(job) ??
      held
        .set(
          job,
          left.map(() => 0),
        )
        .get(job)!;
    return {
      schedule(cycle) {
        const forget = (job: number) => at(job).forEach((tasks, node) => (left[node] += tasks));
        // Of what is evicted, what belongs to jobs that ended meanwhile was never told of: those are forgotten whole.
        for (const { job, node, tasks } of cycle.changed.evicted) {
          if (!held.has(job)) continue;
          at(job)[node] -= tasks;
          left[node] += tasks;
        }
        for (const job of cycle.changed.ended) {
          forget(job);
          held.delete(job);
        }
        for (let job = 0; job < jobs.submit.length; job++) {
          const node = random.integer(left.length);
          const mine = at(job).reduce((sum, tasks) => sum + tasks, 0);
          const running = cycle.running.has(job) && cycle.running.mayPreempt(job);
          if ((cycle.pending.has(job) || running) && left[node] > 0 && mine < jobs.groupTasks[job]) {
            cycle.place(job, 0, node, 1, cycle.now + random.integer(3));
            at(job)[node]++;
            left[node]--;
          } else if (random.integer(3) === 0 && running && at(job)[node] > 0) {
            try {
              cycle.evict({ job, group: 0, node, tasks: 1 }, random.integer(4));
            } catch (error) {
              expect(String(error)).toContain('stay there');
            }
          } else if (random.integer(9) === 0 && running) {
            cycle.preempt(job, { how: random.integer(2) === 0 ? 'requeue' : 'cancel', grace: random.integer(4) });
          }
        }
        if (cycle.now < 200) cycle.wakeAt(cycle.now + 1);
      },
    };
  },
};

test.each([NODES, processorPool(6)])('books agree at every event, whatever is done, and bytes repeat: $name', (cluster) => {
  const row = fc.record({ runtime: fc.integer({ min: 1, max: 9 }), tasks: fc.integer({ min: 1, max: 4 }), submit: fc.nat(9) });
  fc.assert(
    fc.property(fc.array(row, { minLength: 1, maxLength: 8 }), fc.nat(), (rows, seed) => {
      const jobs = workload(...rows.map((one) => ({ ...one, minimum: 1 + (one.runtime % one.tasks) })));
      const once = () => simulate(jobs, cluster, dice, { placement: firstFit, audit: true, seed });
      const schedule = once();
      expect(scheduleDigest(once())).toBe(scheduleDigest(schedule));
      schedule.end.forEach((end, job) => {
        if (schedule.state[job] === COMPLETED) expect(end - schedule.lastStart[job]).toBe(jobs.runtime[job]);
      });
    }),
    { numRuns: 300 },
  );
});
