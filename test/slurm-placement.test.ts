// Which nodes jobs get, rule by rule, and each way of choosing against its definition. Sources are named in the code.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SlurmOptions } from '../src/slurm-workload.ts';
import { layoutOf, nodesOf, place } from './slurm-bench.ts';
import type { BenchJob } from './slurm-bench.ts';

const MB = 2 ** 20;

/** A job that holds processors of one node. */
function held(node: number, cpus: number): BenchJob {
  return { tasks: cpus, options: { tasks: cpus, cpusPerTask: 1, nodeList: [`n${node}`], minNodes: 1, maxNodes: 1 } };
}

function layouts(conf: readonly string[], jobs: readonly BenchJob[]): string[] {
  return place({ conf }, jobs).map(layoutOf);
}

describe('processors', () => {
  const four = ['NodeName=n[0-3] CPUs=4'];

  test.each([
    { what: 'the fullest node that holds all', held: [held(1, 3), held(2, 2)], options: { tasks: 2 }, gets: '2x2' },
    { what: 'tasks fill one node after the other', held: [], options: { tasks: 9 }, gets: '0x4 1x4 2x1' },
    {
      what: 'one task is left for each node asked for',
      held: [],
      options: { tasks: 5, minNodes: 3, maxNodes: 3 },
      gets: '0x3 1x1 2x1',
    },
    { what: '--cpus-per-task', held: [], options: { tasks: 3, cpusPerTask: 3 }, gets: '0x1 1x1 2x1' },
    {
      what: '--ntasks-per-node',
      held: [held(0, 3)],
      options: { tasks: 4, tasksPerNode: 2, minNodes: 2, maxNodes: 2 },
      gets: '1x2 2x2',
    },
    {
      what: 'no more nodes than --nodes allows',
      held: [held(0, 2), held(1, 2)],
      options: { tasks: 8, minNodes: 1, maxNodes: 2 },
      gets: '2x4 3x4',
    },
    {
      what: 'none if too few nodes have so much',
      held: [held(0, 2), held(1, 2)],
      options: { tasks: 9, minNodes: 2, maxNodes: 2 },
      gets: 'none',
    },
    { what: '--contiguous: nothing in between', held: [held(1, 4)], options: { tasks: 8, contiguous: true }, gets: '2x4 3x4' },
    { what: '--exclude', held: [], options: { tasks: 1, excludedNodes: ['n0'] }, gets: '1x1' },
    { what: 'nodes that are named, and others beside them', held: [], options: { tasks: 8, nodeList: ['n2'] }, gets: '2x4 3x4' },
  ])('$what: $gets', ({ held: busy, options, gets }) => {
    expect(layouts(four, [...busy, { options }]).at(-1)).toBe(gets);
  });

  test('small nodes are left out where they would use up the nodes that a job may have', () => {
    const conf = ['NodeName=n[0-2] CPUs=2', 'NodeName=n[3-4] CPUs=8', 'NodeName=n5 CPUs=2 Weight=2'];
    const options = { tasks: 16, minNodes: 2, maxNodes: 2 };
    expect(layouts(conf, [{ options }])).toEqual(['3x8 4x8']);
  });

  test('cores are whole: a task of one thread takes both, unless the next one is its own', () => {
    const conf = ['NodeName=n0 Sockets=1 CoresPerSocket=2 ThreadsPerCore=2'];
    const one = { options: { tasks: 1 } };
    expect(layouts(conf, [one, one, one])).toEqual(['0x1', '0x1', 'none']);
    expect(layouts(conf, [{ options: { tasks: 4 } }])).toEqual(['0x4']);
    expect(layouts(conf, [{ options: { tasks: 3, threadsPerCore: 1 } }])).toEqual(['none']);
    const single = conf.concat('SelectTypeParameters=CR_Core,CR_ONE_TASK_PER_CORE');
    expect(layouts(single, [{ options: { tasks: 3 } }])).toEqual(['none']);
  });

  test('CR_Socket: sockets are whole', () => {
    const conf = ['SelectTypeParameters=CR_Socket', 'NodeName=n0 Sockets=2 CoresPerSocket=4'];
    const one = { options: { tasks: 1 } };
    expect(layouts(conf, [one, one, one])).toEqual(['0x1', '0x1', 'none']);
  });

  test('MaxCPUsPerNode counts what the partition has on the node', () => {
    const conf = ['NodeName=n[0-1] CPUs=4', 'PartitionName=main Nodes=ALL MaxCPUsPerNode=3', 'PartitionName=other Nodes=ALL'];
    const two = { options: { tasks: 2 } };
    expect(layouts(conf, [two, two, two, { ...two, partition: 'other' }])).toEqual(['0x2', '1x2', '0x1 1x1', '0x1 1x1']);
  });
});

describe('weights', () => {
  const conf = ['NodeName=n[0-1] CPUs=4 Weight=5', 'NodeName=n[2-4] CPUs=4 Weight=1'];

  test('light nodes first, heavy ones only if they must', () => {
    expect(layouts(conf, [{ options: { tasks: 8 } }])).toEqual(['2x4 3x4']);
    expect(layouts(conf, [{ options: { tasks: 16 } }])).toEqual(['0x4 2x4 3x4 4x4']);
  });
});

describe('memory', () => {
  const conf = ['SelectTypeParameters=CR_Core_Memory', 'NodeName=n[0-1] CPUs=8 RealMemory=16000'];

  test.each([
    { what: '--mem on each node', jobs: [{ memoryPerNode: 10_000 * MB }, { memoryPerNode: 10_000 * MB }], gets: ['0x1', '1x1'] },
    { what: '--mem-per-cpu', jobs: [{ tasks: 6, memoryPerCpu: 4000 * MB }], gets: ['0x4 1x2'] },
    { what: 'all of a node where nothing is said', jobs: [{}, {}, {}], gets: ['0x1', '1x1', 'none'] },
  ])('$what: $gets', ({ jobs, gets }) => {
    expect(
      layouts(
        conf,
        jobs.map((options) => ({ options: { tasks: 1, ...options } })),
      ),
    ).toEqual(gets);
  });

  test('memory for some processors is no use if they are too few for a task', () => {
    const options = { tasks: 3, cpusPerTask: 3, memoryPerCpu: 3200 * MB };
    expect(layouts(conf, [{ options }])).toEqual(['none']);
    expect(layouts(conf, [{ options: { ...options, tasks: 2 } }])).toEqual(['0x1 1x1']);
  });

  test('DefMemPerCPU is what a job has that says nothing; MaxMemPerCPU makes it take processors for its memory', () => {
    const three = { options: { tasks: 3 } };
    expect(layouts([...conf, 'DefMemPerCPU=4000'], [three, three])).toEqual(['0x3', '1x3']);
    const much = { options: { tasks: 2, memoryPerCpu: 8000 * MB } };
    expect(layouts([...conf, 'MaxMemPerCPU=2000'], [much, { options: { tasks: 1, memoryPerCpu: MB } }])).toEqual(['0x2', '1x1']);
  });
});

describe('generic resources', () => {
  const conf = [
    'GresTypes=gpu',
    'NodeName=n[0-1] CPUs=8 Gres=gpu:v100:2,gpu:a100:2',
    'NodeName=n2 CPUs=8 Gres=gpu:a100:4',
    'NodeName=n3 CPUs=8',
  ];
  const gpus = (each: Partial<SlurmOptions>): BenchJob => ({ options: { tasks: 1, ...each } });

  test.each([
    { what: 'of each node', jobs: [gpus({ gresPerNode: { gpu: 3 } }), gpus({ gresPerNode: { gpu: 2 } })], gets: ['0x1', '1x1'] },
    { what: 'of one type', jobs: [gpus({ gresPerNode: { 'gpu:a100': 3 } })], gets: ['2x1'] },
    {
      what: 'first the first type of the node',
      jobs: [gpus({ gresPerNode: { gpu: 2 } }), gpus({ gresPerNode: { 'gpu:v100': 1 } })],
      gets: ['0x1', '1x1'],
    },
    { what: 'for the job as a whole', jobs: [{ options: { tasks: 6, gresPerJob: { gpu: 6 } } }], gets: ['0x5 1x1'] },
    { what: 'for each task', jobs: [{ options: { tasks: 6, gresPerTask: { gpu: 1 } } }], gets: ['0x4 1x2'] },
    {
      what: 'on two nodes',
      jobs: [{ options: { tasks: 2, tasksPerNode: 1, minNodes: 2, maxNodes: 2, gresPerNode: { gpu: 4 } } }],
      gets: ['0x1 1x1'],
    },
  ])('$what: $gets', ({ jobs, gets }) => expect(layouts(conf, jobs)).toEqual(gets));

  test('what is taken of one type is left of the other', () => {
    const jobs = [gpus({ gresPerNode: { gpu: 2 } }), gpus({ gresPerNode: { 'gpu:a100': 2 }, nodeList: ['n0'] })];
    expect(layouts(conf, jobs)).toEqual(['0x1', '0x1']);
  });

  test('a job that wants GPUs as a whole goes where most of them are free', () => {
    const jobs = [gpus({ gresPerNode: { gpu: 1 } }), { options: { tasks: 6, gresPerJob: { gpu: 6 } } }];
    expect(layouts(conf, jobs)).toEqual(['0x1', '1x5 2x1']);
  });

  test('GPUs that a trace asks for with each task, on as many nodes as it says', () => {
    const job = { tasks: 8, request: { gpu: 1000 }, options: { minNodes: 2, maxNodes: 2 } };
    expect(layouts(conf, [job])).toEqual(['0x4 1x4']);
  });
});

describe('who may be where', () => {
  test('--exclusive takes empty nodes, and keeps them', () => {
    const conf = ['NodeName=n[0-1] CPUs=4'];
    const alone: BenchJob = { options: { tasks: 1, exclusive: 'node' } };
    expect(layouts(conf, [held(0, 1), alone, { options: { tasks: 1 } }, { options: { tasks: 4 } }])).toEqual([
      ...['0x1', '1x1', '0x1', 'none'],
    ]);
  });

  test('--exclusive=user and ExclusiveUser share nodes with jobs of their owner only', () => {
    const conf = ['NodeName=n[0-1] CPUs=4', 'PartitionName=main Nodes=ALL', 'PartitionName=own Nodes=ALL ExclusiveUser=YES'];
    const of = (user: string, exclusive = false): BenchJob => ({
      user,
      options: { tasks: 1, ...(exclusive ? { exclusive: 'user' } : {}) },
    });
    expect(layouts(conf, [of('ada', true), of('ada'), of('bob'), of('bob', true), of('cyd')])).toEqual([
      ...['0x1', '0x1', '1x1', '1x1', 'none'],
    ]);
    expect(layouts(conf, [of('ada'), { ...of('bob'), partition: 'own' }])).toEqual(['0x1', '1x1']);
  });
});

describe('ways of choosing', () => {
  const jobs = (options: SlurmOptions = { tasks: 1 }): BenchJob[] => [held(0, 3), held(1, 1), held(3, 2), { options }];
  const nodes = 'NodeName=n[0-4] CPUs=4';

  test.each([
    { what: 'LLN of the cluster', conf: ['SelectTypeParameters=CR_Core,CR_LLN', nodes], gets: '2x1' },
    { what: 'LLN of the partition', conf: [nodes, 'PartitionName=main Nodes=ALL LLN=YES'], gets: '2x1' },
    { what: 'pack_serial_at_end', conf: ['SchedulerParameters=pack_serial_at_end', nodes], gets: '4x1' },
    { what: 'none of them', conf: [nodes], gets: '0x1' },
  ])('$what: $gets', ({ conf, gets }) => expect(layouts(conf, jobs()).at(-1)).toBe(gets));

  test('--spread-job: as many nodes as there are tasks', () => {
    expect(layouts([nodes], jobs({ tasks: 4, minNodes: 2, spreadJob: true })).at(-1)).toBe('0x1 1x3');
    expect(layouts([nodes], jobs({ tasks: 4, minNodes: 1, maxNodes: 4, spreadJob: true })).at(-1)).toBe('0x1 1x1 2x1 3x1');
  });

  test('bf_busy_nodes: nodes in use first, but only where backfill looks ahead', () => {
    const conf = ['SchedulerParameters=bf_busy_nodes', nodes];
    const ahead = { options: { tasks: 2, minNodes: 2, maxNodes: 2 }, occasion: 'later' as const };
    const busy = [held(1, 1), held(3, 2)];
    expect(layouts(conf, [...busy, ahead]).at(-1)).toBe('1x1 3x1');
    expect(layouts(conf, [...busy, { ...ahead, occasion: 'now' }]).at(-1)).toBe('0x1 1x1');
  });

  test('least loaded: by definition, the node with the largest free share, again and again', () => {
    const load = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 6, maxLength: 6 });
    fc.assert(
      fc.property(load, fc.integer({ min: 1, max: 12 }), (used, tasks) => {
        const busy = used.flatMap((cpus, node) => (cpus > 0 ? [held(node, cpus)] : []));
        const shares = place({ conf: ['SelectTypeParameters=CR_Core,CR_LLN', 'NodeName=n[0-5] CPUs=4'] }, [
          ...busy,
          { options: { tasks } },
        ]).at(-1);
        const free = used.map((cpus, node) => ({ node, cpus: 4 - cpus })).sort((a, b) => b.cpus - a.cpus || a.node - b.node);
        const expected: number[] = [];
        for (let left = tasks, next = 0; left > 0 && next < free.length; left -= free[next++].cpus) {
          if (free[next].cpus > 0) expected.push(free[next].node);
        }
        const enough = free.reduce((sum, { cpus }) => sum + cpus, 0) >= tasks;
        expect(nodesOf(shares)).toEqual(enough ? expected.sort((a, b) => a - b) : undefined);
      }),
    );
  });
});

describe('--constraint', () => {
  const conf = [
    'NodeName=n0 CPUs=2 Feature=a',
    'NodeName=n1 CPUs=2 Feature=b',
    'NodeName=n2 CPUs=2 Feature=a,b',
    'NodeName=n3 CPUs=2 Feature=c',
    'NodeName=n4 CPUs=2 Feature=b,c',
  ];

  test.each([
    { constraint: 'b', tasks: 4, gets: '1x2 2x2' },
    { constraint: 'a&b', tasks: 2, gets: '2x2' },
    { constraint: 'a|c', tasks: 8, gets: '0x2 2x2 3x2 4x2' },
    { constraint: '(a&b)|c', tasks: 6, gets: '2x2 3x2 4x2' },
    { constraint: '[a|b]', tasks: 4, gets: '0x2 2x2' },
    { constraint: '[a|b]', tasks: 6, gets: '1x2 2x2 4x2' },
    { constraint: '[a|b]', tasks: 8, gets: 'none' },
    { constraint: 'b&[a|c]', tasks: 2, gets: '2x2' },
  ])('$constraint for $tasks tasks: $gets', ({ constraint, tasks, gets }) => {
    expect(layouts(conf, [{ options: { tasks, constraint } }])).toEqual([gets]);
  });

  test('so many nodes of each', () => {
    const options = { tasks: 6, minNodes: 3, maxNodes: 3, constraint: 'a*1&c*2' };
    expect(layouts(conf, [{ options }])).toEqual(['0x2 3x2 4x2']);
  });

  test('--prefer is tried first', () => {
    expect(layouts(conf, [{ options: { tasks: 2, prefer: 'c' } }, { options: { tasks: 6, prefer: 'c' } }])).toEqual([
      ...['3x2', '0x2 1x2 2x2'],
    ]);
  });

  test('what no node has, and what cannot be read, is said', () => {
    expect(() => layouts(conf, [{ options: { tasks: 1, constraint: 'd' } }])).toThrow('no node has the features d');
    expect(() => layouts(conf, [{ options: { tasks: 1, constraint: 'a&' } }])).toThrow('--constraint=a& cannot be read');
  });

  test('and, or: from left to right, as it is read aloud', () => {
    const feature = fc.constantFrom('a', 'b', 'c');
    const rest = fc.array(fc.tuple(fc.constantFrom('&', '|'), feature), { maxLength: 4 });
    const own = [['a'], ['b'], ['a', 'b'], ['c'], ['b', 'c']];
    fc.assert(
      fc.property(feature, rest, (first, others) => {
        const good = own.flatMap((features, node) => {
          let is = features.includes(first);
          for (const [sign, name] of others) is = sign === '&' ? is && features.includes(name) : is || features.includes(name);
          return is ? [node] : [];
        });
        const constraint = first + others.map((pair) => pair.join('')).join('');
        fc.pre(good.length > 0);
        const options = { tasks: good.length * 2, tasksPerNode: 2, constraint };
        expect(nodesOf(place({ conf }, [{ options }])[0])).toEqual(good);
      }),
    );
  });
});
