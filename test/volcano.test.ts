// The rules of Volcano one by one. File names: volcano-sh/volcano v1.15.1, below pkg/scheduler.
import { describe, expect, test } from 'vitest';
import type { Eviction } from '../src/policy.ts';
import { PREEMPTED, UNFINISHED } from '../src/schedule.ts';
import { WorkloadBuilder } from '../src/workload-builder.ts';
import { pod } from './kube-objects.ts';
import { conf, gangs, nodes, reasons, run } from './volcano-runs.ts';

const FIRST_TIER = 'priority,gang enablePreemptable=false,conformance';
const SECOND_TIER = 'overcommit,drf enablePreemptable=false,predicates,proportion,nodeorder,binpack';
/** Without enqueue: it would not let in what does not fit beside what is there. */
const EVICTING = conf('allocate,backfill,preempt,reclaim', FIRST_TIER, SECOND_TIER);
const PODS = { jobs: 'pods', grace: 0 };

describe('sessions', () => {
  test('let a job in, and find its pods one period later', () => {
    expect(run(gangs({ runtime: 100, tasks: 2 }), nodes(2)).start[0]).toBe(1000);
    expect(run(gangs({ runtime: 100, tasks: 2 }), nodes(2), { parameters: { period: '250ms' } }).start[0]).toBe(250);
    expect(run(gangs({ runtime: 100, tasks: 2 }), nodes(2), { parameters: PODS }).start[0]).toBe(0);
  });

  test('are held on a grid', () => {
    const jobs = gangs(
      { runtime: 300, tasks: 1 },
      { submit: 10, runtime: 300, tasks: 1 },
      { submit: 3000, runtime: 1, tasks: 1 },
    );
    expect([...run(jobs, nodes(1), { parameters: PODS }).start]).toEqual([0, 1000, 3000]);
  });

  test('bind at once, or as late as they are told', () => {
    const schedule = run(gangs({ runtime: 100, tasks: 2 }), nodes(2), { parameters: { ...PODS, bind: '2s' } });
    expect([schedule.start[0], schedule.end[0]]).toEqual([2000, 2100]);
  });
});

describe('gangs (plugins/gang/gang.go)', () => {
  test('run with their minimum or not at all, and others go past one that does not fit', () => {
    const jobs = gangs({ runtime: 5000, tasks: 3 }, { runtime: 1000, tasks: 3 }, { runtime: 1000, tasks: 1 });
    const schedule = run(jobs, nodes(4), { parameters: PODS });
    expect([...schedule.start]).toEqual([0, 5000, 0]);
    expect(reasons(schedule, 1)[0]).toBe('resource in cluster is overused: overused cpu');
  });

  test('say why they wait (api/job_info.go, FitError)', () => {
    const jobs = gangs({ runtime: 5000, tasks: 3 }, { runtime: 1000, tasks: 3 });
    const config = conf('enqueue,allocate', FIRST_TIER, 'drf,predicates,nodeorder');
    expect(reasons(run(jobs, nodes(4), { parameters: PODS, config }), 1)).toEqual([
      '2/3 tasks in gang unschedulable: pod group is not ready, 3 Pending, 3 minAvailable; ' +
        'Pending: 1 Schedulable, 2 Unschedulable. Origin reason is 1-1: 0/4 nodes are unavailable: 4 Insufficient cpu.',
    ]);
  });

  test('start with their minimum, and get the rest when there is room', () => {
    const jobs = gangs({ runtime: 9000, tasks: 4, minimum: 2 }, { runtime: 2000, tasks: 1, priority: 1 });
    const schedule = run(jobs, nodes(4), { parameters: PODS });
    expect([...schedule.start]).toEqual([0, 0]);
    const { first, tasks } = schedule.placements!;
    expect(tasks.subarray(first[0], first[1]).reduce((sum, count) => sum + count, 0)).toBe(4);
  });

  test('need the minimum of each of their tasks (CheckTaskReady)', () => {
    // One big node takes the first kind; the second kind would fit twice more than it must, which is of no use.
    const jobs = gangs(
      { runtime: 4000, tasks: 1, cpu: 4000 },
      { runtime: 1000, tasks: 1, cpu: 4000, more: { tasks: 4, minimum: 1 } },
    );
    const cluster = { ...nodes(1), pools: [nodes(1, { name: 'big', cpu: 4000 }).pools[0], ...nodes(4).pools] };
    const config = conf('enqueue,allocate', FIRST_TIER, 'drf,predicates,nodeorder');
    expect([...run(jobs, cluster, { parameters: PODS, config }).start]).toEqual([0, 4000]);
  });

  test('of several jobs are one pod group', () => {
    const builder = new WorkloadBuilder();
    const request = builder.request();
    const { spec } = pod('member', { cpu: '1' });
    const labels = new Map<string, string>();
    const gang = { name: 'pair', minimum: 2 };
    const template = builder.template({ namespace: 'default', name: 'member', labels, owners: [], spec, gang });
    for (const submit of [0, 2500])
      builder.add({ id: submit, submit, runtime: 1000, walltime: Infinity, tasks: 1, request, template });
    const schedule = run(builder.finish('pair'), nodes(2));
    expect([...schedule.start]).toEqual([3000, 3000]);
    expect(reasons(schedule, 0)).toEqual(['Not enough valid tasks for gang-scheduling, valid: 1, min: 2']);
  });
});

describe('the order of jobs (framework/session_plugins.go)', () => {
  test('is by priority, then by creation in whole seconds, then by name', () => {
    const later = (id: number, submit: number, priority = 0) => ({ id, submit, priority, runtime: 1000, tasks: 1 });
    const jobs = gangs({ id: 9, runtime: 1000, tasks: 1 }, later(5, 100), later(1, 700), later(7, 900, 1), later(0, 1000));
    const schedule = run(jobs, nodes(1), { parameters: PODS });
    const names = [...schedule.start.keys()].sort((one, other) => schedule.start[one] - schedule.start[other]);
    expect(names.map((row) => (jobs.ids as Float64Array)[row])).toEqual([9, 7, 1, 5, 0]);
  });

  test('is by who holds least, of equal priority (plugins/drf/drf.go)', () => {
    const elastic = { runtime: 5000, tasks: 6 };
    const jobs = gangs({ ...elastic, minimum: 3 }, { ...elastic, minimum: 1 });
    const { first, tasks } = run(jobs, nodes(6), { parameters: PODS }).placements!;
    // Both have their minima; of what is left, the second gets all until it has as much as the first.
    const held = [0, 1].map((job) => tasks.subarray(first[job], first[job + 1]).reduce((sum, count) => sum + count, 0));
    expect(held).toEqual([3, 3]);
  });
});

describe('overcommit (plugins/overcommit/overcommit.go)', () => {
  test('lets in as many minima as fit into 1.2 times the cluster', () => {
    const waiting = (tasks: number) => ({ runtime: 1000, tasks });
    const factor = (value: string) => conf('enqueue,allocate', FIRST_TIER, `overcommit${value},predicates`);
    const jobs = gangs({ runtime: 1000, tasks: 10 }, waiting(2), waiting(1));
    const told = (config: string) => [1, 2].map((job) => reasons(run(jobs, nodes(10), { parameters: PODS, config }), job)[0]);
    const refused = 'resource in cluster is overused: overused cpu';
    expect(told(factor(''))[1]).toBe(refused);
    expect(told(factor(''))[0]).toContain('2/2 tasks in gang unschedulable');
    expect(told(factor(' arguments={overcommit-factor:1}'.replace(':', '":').replace('{', '{"')))).toEqual([refused, refused]);
  });

  test('gives way to sla in the tier above (plugins/sla/sla.go)', () => {
    const config = conf('enqueue,allocate', 'priority,gang,sla arguments={"sla-waiting-time":"5s"}', SECOND_TIER);
    const jobs = gangs({ runtime: 9000, tasks: 2 }, { runtime: 1000, tasks: 2 }, { runtime: 1000, tasks: 1 });
    const told = run(jobs, nodes(2), { parameters: PODS, config }).explanations.filter(({ job }) => job === 1);
    expect(told.map(({ time }) => time)).toEqual([0, 5000]);
    expect(told[1].reason).toContain('tasks in gang unschedulable');
  });
});

describe('proportion (plugins/proportion/proportion.go)', () => {
  const queues = { a: { weight: 2 }, b: { weight: 1 } };

  test('shares by weight while both queues want more, and gives one what the other leaves', () => {
    const many = (queue: string, count: number, submit = 0) =>
      Array.from({ length: count }, () => ({ submit, queue, runtime: 1500, tasks: 1 }));
    const config = conf('allocate', FIRST_TIER, SECOND_TIER);
    const both = run(gangs(...many('a', 9), ...many('b', 9)), nodes(6), { parameters: PODS, queues, config });
    const atStart = [...both.start].map((start) => start === 0);
    expect([atStart.slice(0, 9), atStart.slice(9)].map((own) => own.filter(Boolean).length)).toEqual([4, 2]);
    const alone = run(gangs(...many('b', 6)), nodes(6), { parameters: PODS, queues });
    expect([...alone.start]).toEqual([0, 0, 0, 0, 0, 0]);
  });

  test('does not let a queue beyond its capability, nor into what is guaranteed to others', () => {
    const jobs = gangs(...Array.from({ length: 4 }, () => ({ queue: 'a', runtime: 2000, tasks: 1 })));
    const startsWith = (words: object) => [...run(jobs, nodes(4), { parameters: PODS, queues: { a: {}, ...words } }).start];
    expect(startsWith({ a: { capability: 3 } })).toEqual([0, 0, 0, 2000]);
    expect(startsWith({ b: { guarantee: 2 } })).toEqual([0, 0, 2000, 2000]);
    const schedule = run(jobs, nodes(4), { parameters: PODS, queues: { a: { capability: 3 } } });
    expect(reasons(schedule, 3)[0]).toBe('queue resource quota insufficient: insufficient cpu');
  });

  test('serves queues of higher priority first', () => {
    const jobs = gangs({ queue: 'a', runtime: 1000, tasks: 2 }, { queue: 'b', runtime: 1000, tasks: 2 });
    const config = conf(
      'enqueue,allocate',
      'priority,gang',
      'predicates,proportion enabledOverused=false enabledAllocatable=false',
    );
    const words = { parameters: PODS, config, queues: { a: {}, b: { priority: 1 } } };
    expect([...run(jobs, nodes(2), words).start]).toEqual([1000, 0]);
  });

  test('does nothing for a queue that is not there (cache/cache.go, Snapshot)', () => {
    const schedule = run(gangs({ queue: 'c', runtime: 1000, tasks: 1 }), nodes(1), { queues });
    expect([schedule.state[0], ...reasons(schedule, 0)]).toEqual([
      UNFINISHED,
      'The Queue <c> of Job <default/0000000000000000> does not exist, ignore it.',
    ]);
  });
});

describe('preemption (actions/preempt/preempt.go)', () => {
  const low = { runtime: 10_000, tasks: 1 };
  const high = { submit: 2500, runtime: 2000, tasks: 2, priority: 10 };

  test('evicts tasks of lower priority in the same queue, which begin again', () => {
    const schedule = run(gangs(low, low, high), nodes(2), { parameters: PODS, config: EVICTING });
    expect([...schedule.start]).toEqual([0, 0, 4000]);
    expect([...schedule.lastStart]).toEqual([6000, 6000, 4000]);
    expect([...schedule.attempts.why]).toEqual([PREEMPTED, PREEMPTED]);
  });

  test('waits for the grace period, and evicts nobody else in the meantime', () => {
    const words = { parameters: { ...PODS, grace: 7 }, config: EVICTING };
    const schedule = run(gangs(low, low, low, { ...high, tasks: 1, submit: 1500 }), nodes(3), words);
    expect(schedule.attempts.count).toBe(1);
    expect(schedule.start[3]).toBe(9000);
  });

  test('keeps to the node that is emptied for the task, even if another is free before', () => {
    const long = { runtime: 20_000, tasks: 1 };
    const jobs = gangs(long, long, { runtime: 5000, tasks: 1, priority: 20 }, { ...high, tasks: 1 });
    const schedule = run(jobs, nodes(3), { parameters: { ...PODS, grace: 7 }, config: EVICTING });
    expect([schedule.attempts.count, schedule.start[3]]).toEqual([1, 10_000]);
  });

  test('does not happen if it does not make the whole gang fit, nor without the action', () => {
    const victims = { runtime: 10_000, tasks: 1, priority: 20 };
    expect(run(gangs(low, victims, high), nodes(2), { parameters: PODS, config: EVICTING }).attempts.count).toBe(0);
    expect(run(gangs(low, low, high), nodes(2), { parameters: PODS }).attempts.count).toBe(0);
  });

  test('does not reach into other queues', () => {
    const other = { ...high, queue: 'b' };
    const config = conf('enqueue,allocate,preempt', FIRST_TIER, 'predicates,drf enablePreemptable=false');
    expect(run(gangs(low, low, other), nodes(2), { parameters: PODS, config }).attempts.count).toBe(0);
  });

  test('leaves a gang its minimum if the gang plugin may say so', () => {
    const rigid = { runtime: 10_000, tasks: 2 };
    const elastic = { ...rigid, minimum: 1 };
    const config = EVICTING.replace('enablePreemptable: false', 'enablePreemptable: true');
    const one = { ...high, tasks: 1 };
    expect(run(gangs(rigid, one), nodes(2), { parameters: PODS, config }).start[1]).toBe(10_000);
    const schedule = run(gangs(elastic, one), nodes(2), { parameters: PODS, config });
    // The elastic job loses a task and runs on.
    expect([schedule.start[1], schedule.attempts.count, schedule.end[0]]).toEqual([4000, 0, 10_000]);
  });
});

describe('victims (framework/session_plugins.go, BuildVictimsPriorityQueue)', () => {
  const elastic = { runtime: 9000, tasks: 2, minimum: 1, more: { tasks: 2, minimum: 1 } };

  test('of one job are its last tasks', () => {
    const jobs = gangs(elastic, { submit: 500, runtime: 60_000, tasks: 1, priority: 1 });
    const evictions: Eviction[] = [];
    run(jobs, nodes(1, { cpu: 4000 }), { parameters: PODS, config: EVICTING, evictions });
    expect(evictions).toEqual([{ job: 0, group: 1, node: 0, tasks: 1 }]);
  });
});

describe('reclaiming (actions/reclaim/reclaim.go)', () => {
  const greedy = Array.from({ length: 4 }, () => ({ queue: 'a', runtime: 10_000, tasks: 1 }));
  const claims = { queue: 'b', submit: 2500, runtime: 1000, tasks: 2 };
  const lasts = (queues: Record<string, object>, claim: object = claims) =>
    run(gangs(...greedy, { ...claims, ...claim }), nodes(4), { parameters: PODS, config: EVICTING, queues });

  test('takes back from a queue what it has beyond its share', () => {
    const schedule = lasts({ a: {}, b: {} });
    expect([schedule.start[4], schedule.attempts.count]).toEqual([4000, 2]);
  });

  test('takes back no more than that', () => {
    const schedule = lasts({ a: { weight: 3 }, b: {} });
    expect([schedule.start[4], schedule.attempts.count]).toEqual([10_000, 0]);
    expect(lasts({ a: { weight: 3 }, b: {} }, { tasks: 1 }).start[4]).toBe(4000);
  });

  test('counts on no more than a queue has beyond its share', () => {
    // Of 8 processors a deserves 3, holds 4 and would have to give up 2; c holds the rest and is spared.
    const config = conf('allocate,reclaim', 'priority,predicates,proportion,binpack');
    const jobs = gangs(...greedy, { queue: 'c', runtime: 10_000, tasks: 1, cpu: 4000 }, { ...claims, tasks: 1, cpu: 2000 });
    const queues = { a: {}, b: {}, c: { reclaimable: false } };
    expect(run(jobs, nodes(2, { cpu: 4000 }), { parameters: PODS, config, queues }).attempts.count).toBe(0);
  });

  test('asks the next tier if one spares everybody, so that gangs are safe only in the tier that shares', () => {
    const pairs = gangs({ queue: 'a', runtime: 10_000, tasks: 4 }, { ...claims, tasks: 1 });
    const evicted = (...tiers: string[]) => {
      const config = conf('allocate,reclaim', ...tiers);
      return run(pairs, nodes(4), { parameters: PODS, config, queues: { a: {}, b: {} } }).attempts.count;
    };
    expect(evicted('priority,gang', 'predicates,proportion')).toBe(1);
    expect(evicted('priority,gang,predicates,proportion')).toBe(0);
  });

  test('spares queues that are not reclaimable', () => {
    expect(lasts({ a: { reclaimable: false }, b: {} }).attempts.count).toBe(0);
  });
});

describe('capacity (plugins/capacity/capacity.go)', () => {
  const config = conf(
    'enqueue,allocate,backfill,reclaim',
    'priority,gang,conformance',
    'drf enablePreemptable=false,predicates,capacity,nodeorder',
  );
  const single = (queue: string, submit = 0) => ({ queue, submit, runtime: 10_000, tasks: 1 });

  test('lends what nobody wants, up to the capability, and takes it back', () => {
    const jobs = gangs(...Array.from({ length: 4 }, () => single('a')), single('b', 1500));
    const schedule = run(jobs, nodes(3), { parameters: PODS, config, queues: { a: { deserved: 2 }, b: { deserved: 1 } } });
    expect([...schedule.start].filter((start) => start === 0)).toHaveLength(3);
    expect([schedule.start[4], schedule.attempts.count]).toEqual([3000, 1]);
    const limited = run(jobs, nodes(3), { parameters: PODS, config, queues: { a: { deserved: 1, capability: 2 }, b: {} } });
    expect([limited.start[4], limited.attempts.count]).toEqual([2000, 0]);
  });

  test('leaves a queue what is guaranteed to it', () => {
    // The larger job has the larger share and would go first, but its queue would hold 1 of its 2 then.
    const jobs = gangs({ ...single('a'), cpu: 2000 }, single('a'), single('b', 1500));
    const queues = { a: { guarantee: 2 }, b: { deserved: 1 } };
    const { attempts } = run(jobs, nodes(1, { cpu: 3000 }), { parameters: PODS, config, queues });
    expect([...attempts.job.subarray(0, attempts.count)]).toEqual([1]);
  });

  test('limits the queues of a tree by what is above them', () => {
    const tree = config.replace('name: capacity', 'name: capacity\n    enableHierarchy: true');
    const queues = { top: { capability: 2 }, left: { parent: 'top' }, right: { parent: 'top' } };
    const jobs = gangs(single('left'), single('right'), single('left'));
    const schedule = run(jobs, nodes(4), { parameters: PODS, config: tree, queues });
    // Equal queues go by name, and one lets in all it can before the next.
    expect([...schedule.start]).toEqual([0, 10_000, 0]);
    expect(reasons(schedule, 1)[0]).toBe('queue resource quota insufficient: insufficient cpu');
  });

  test('of a tree with a job above the leaves does nothing at all', () => {
    const tree = config.replace('name: capacity', 'name: capacity\n    enableHierarchy: true');
    const jobs = gangs(single('top'), single('left'));
    const schedule = run(jobs, nodes(4), { parameters: PODS, config: tree, queues: { top: {}, left: { parent: 'top' } } });
    expect([...schedule.state]).toEqual([UNFINISHED, UNFINISHED]);
  });
});

describe('hierarchical fairness (plugins/drf/drf.go)', () => {
  const config = conf('enqueue,allocate', 'priority,gang', 'drf enableHierarchy=true,predicates');
  const queues = {
    sci: { hierarchy: 'root/sci', hierarchyWeights: '1/1' },
    dev: { hierarchy: 'root/eng/dev', hierarchyWeights: '1/1/1' },
    prod: { hierarchy: 'root/eng/prod', hierarchyWeights: '1/1/1' },
  };

  test('shares between branches first, and then within them', () => {
    const many = (queue: string) => Array.from({ length: 8 }, () => ({ queue, runtime: 1000, tasks: 1 }));
    const jobs = gangs(...many('sci'), ...many('dev'), ...many('prod'));
    const { start } = run(jobs, nodes(8), { parameters: PODS, config, queues });
    const first = [0, 8, 16].map((from) => start.subarray(from, from + 8).filter((time) => time === 0).length);
    // Not 4, 2, 2: Volcano's heap of queues does not notice that a task of dev moves prod down as well.
    expect(first).toEqual([3, 3, 2]);
  });
});

describe('nodes', () => {
  test('are filled or spread by the weights of binpack and nodeorder', () => {
    const jobs = gangs({ runtime: 1000, tasks: 4 });
    const used = (scores: string) => {
      const config = conf('enqueue,allocate', FIRST_TIER, `predicates,${scores}`);
      return run(jobs, nodes(4, { cpu: 4000 }), { parameters: PODS, config }).placements!.node.length;
    };
    expect(used('binpack')).toBe(1);
    expect(used('nodeorder')).toBe(4);
    expect(used('nodeorder,binpack arguments={"binpack.weight":10}')).toBe(1);
  });

  test('give tasks that request nothing a place in backfill (actions/backfill/backfill.go)', () => {
    const jobs = gangs({ runtime: 3000, tasks: 1 }, { runtime: 1000, tasks: 2, cpu: 0 });
    const config = (actions: string) => conf(actions, FIRST_TIER, SECOND_TIER);
    expect(run(jobs, nodes(1), { parameters: PODS, config: config('enqueue,allocate,backfill') }).start[1]).toBe(0);
    expect(run(jobs, nodes(1), { parameters: PODS, config: config('enqueue,allocate') }).start[1]).toBeNaN();
  });
});

describe('a configuration', () => {
  const read = (config: string) => () => run(gangs({ runtime: 1, tasks: 1 }), nodes(1), { config });

  test.each([
    [conf('enqueue, alocate', 'gang'), 'there is no action "alocate"', 'did you mean "allocate"?'],
    [conf('enqueue, shuffle', 'gang'), 'action shuffle is not modelled', 'leave it out'],
    [conf('allocate', 'gang,proportional'), 'tiers[0].plugins[1].name: there is no plugin "proportional"', '"proportion"'],
    [conf('allocate', 'usage'), 'plugin usage is not modelled: it goes by the real load', 'leave it out'],
    [conf('allocate', 'drf enableHierarchy=true,proportion'), 'contradict each other', 'leave out proportion'],
    [conf('allocate', 'gang enableJobOder=true'), 'there is no "enableJobOder"', '"enableJobOrder"'],
    [conf('allocate', 'binpack arguments={"binpack.cpus":1}'), 'there is no argument "binpack.cpus"', '"binpack.cpu"'],
    [
      conf('allocate', 'binpack arguments={"binpack.cpu":"1"}'),
      'arguments.binpack.cpu: found "1" where a whole number',
      'belongs',
    ],
    [conf('allocate', 'overcommit arguments={"overcommit-factor":0.5}'), '0.5 is less than the cluster', '1 or more'],
    ['actions: [', 'volcano-scheduler.conf:1:', 'YAML or JSON'],
  ])('%s is a mistake', (config, problem, hint) => {
    expect(read(config)).toThrow(problem);
    expect(read(config)).toThrow(hint);
  });

  test('may name plugins that change nothing here', () => {
    expect(read(conf('enqueue,allocate', 'priority,gang,numaaware', 'predicates,tdm'))).not.toThrow();
  });

  test('is told where queues are wrong', () => {
    const queues = (text: string) => () =>
      run(gangs({ runtime: 1, tasks: 1 }), nodes(1), { options: { files: { queues: { path: 'q.yaml', text } } } });
    expect(queues('kind: Queue\nmetadata: {name: a}\n---\nkind: Queue\nmetadata: {name: a}')).toThrow('two queues "a"');
    expect(queues('metadata: {name: a}\nspec: {parent: b}')).toThrow('queue "a" is in "b", which is not there');
    expect(queues('metadata: {name: a}\nspec: {capability: {cpu: x}}')).toThrow('q.yaml:2:21 spec.capability.cpu: found "x"');
    expect(queues('metadata:\n  name: a\n name: b')).toThrow('q.yaml:3:');
  });
});
