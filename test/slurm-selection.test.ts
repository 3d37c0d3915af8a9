// Which nodes a job gets, against its definition: the smallest run of free nodes that is large enough, else the largest first.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Books } from '../src/policies/slurm/books.ts';
import type { JobDemand } from '../src/policies/slurm/demand.ts';
import { Machine } from '../src/policies/slurm/machine.ts';
import { nodeSetOf } from '../src/policies/slurm/node-set.ts';
import type { GroupAsk } from '../src/policies/slurm/selection/ask.ts';
import { Selection } from '../src/policies/slurm/selection.ts';
import { requestsOf } from '../src/workload.ts';
import { workloadOf } from './workload-of.ts';

const NODES = 70;
const CPUS = 4;

// Planted, and caught here: the first run that suffices instead of the tightest.

const jobs = requestsOf(workloadOf([{ submit: 0, runtime: 1, procs: 1, request: { cpu: 1000, memory: 0, gpu: 0 } }]));
const cluster = {
  name: 'test',
  interchangeable: false,
  pools: [{ name: 'n', count: NODES, cpu: CPUS * 1000, memory: Infinity, gpus: 0 }],
  partitions: [],
  outages: [],
};
const machine = new Machine(jobs, cluster);
const selection = new Selection(machine);

function demandOf(tasks: number, whole: boolean, minNodes = 1): JobDemand {
  const ask: GroupAsk = {
    group: 0,
    request: 0,
    tasks,
    jobTasks: tasks,
    perTask: 1000,
    tasksPerNode: 0,
    minNodes: whole ? tasks : minNodes,
    maxNodes: Infinity,
    wantedNodes: whole ? tasks : minNodes,
    namedMaxNodes: 0,
    processors: tasks * 1000,
    nodeProcessors: 1000,
    mostThreads: Infinity,
    gres: [],
    perGpu: 0,
  };
  return {
    groups: [ask],
    whole,
    minNodes,
    leastNodes: minNodes,
    heterogeneous: false,
    likeness: { asks: 0, kind: -1 },
    likenessOfAll: { asks: 0, kind: -1 },
    partition: 0,
    mostPerNode: Infinity,
    user: -1,
    forUser: false,
    leastLoaded: false,
    contiguous: false,
    spread: false,
  };
}

/** Free nodes in order -> those that are taken. */
function byDefinition(free: readonly number[], wanted: number): number[] | undefined {
  if (free.length < wanted) return undefined;
  const runs: number[][] = [];
  free.forEach((node, index) => {
    if (index > 0 && free[index - 1] === node - 1) runs.at(-1)!.push(node);
    else runs.push([node]);
  });
  const taken: number[] = [];
  while (taken.length < wanted) {
    const rest = wanted - taken.length;
    const enough = runs.filter((run) => run.length >= rest).sort((a, b) => a.length - b.length || a[0] - b[0]);
    const best = enough[0] ?? [...runs].sort((a, b) => b.length - a.length || a[0] - b[0])[0];
    taken.push(...best.slice(0, rest));
    runs.splice(runs.indexOf(best), 1);
  }
  return taken.sort((a, b) => a - b);
}

test('whole nodes: the tightest run that suffices', () => {
  fc.assert(
    fc.property(
      fc.array(fc.boolean(), { minLength: NODES, maxLength: NODES }),
      fc.integer({ min: 1, max: 12 }),
      (free, wanted) => {
        const candidates = free.flatMap((is, node) => (is ? [node] : []));
        const shares = selection.choose(new Books(machine), demandOf(wanted, true), nodeSetOf(NODES, candidates));
        const nodes = shares?.map(({ node }) => node).sort((a, b) => a - b);
        expect(nodes).toEqual(byDefinition(candidates, wanted));
      },
    ),
    { numRuns: 1000 },
  );
});

describe('shared nodes', () => {
  const everywhere = nodeSetOf(
    NODES,
    Array.from({ length: NODES }, (_, node) => node),
  );
  const held = (node: number, tasks: number, whole = false) => {
    const taken = { units: whole ? CPUS * 1000 : tasks * 1000, memory: 0, partition: 0, user: -1, forUser: false };
    return { node, group: 0, request: 0, tasks, held: taken };
  };

  test('one that fits on a node goes to the fullest that holds it', () => {
    const books = new Books(machine);
    books.take([held(5, 3), held(9, 2)], false);
    expect(selection.choose(books, demandOf(2, false), everywhere)).toEqual([held(9, 2)]);
    expect(selection.choose(books, demandOf(1, false), everywhere)).toEqual([held(5, 1)]);
  });

  test('tasks fill nodes in blocks, and leave one for each node that was asked for', () => {
    expect(selection.choose(new Books(machine), demandOf(9, false), everywhere)).toEqual([held(0, 4), held(1, 4), held(2, 1)]);
    expect(selection.choose(new Books(machine), demandOf(5, false, 3), everywhere)).toEqual([held(0, 3), held(1, 1), held(2, 1)]);
  });

  test('a whole node is nobody else’s, and one that is shared is nobody’s whole', () => {
    const books = new Books(machine);
    books.take([held(0, 1, true)], true);
    books.take([held(1, 1)], false);
    const two = nodeSetOf(NODES, [0, 1]);
    expect(selection.choose(books, demandOf(1, false), two)).toEqual([held(1, 1)]);
    expect(selection.choose(books, demandOf(1, true), two)).toBeUndefined();
    books.give([held(0, 1, true)], true);
    expect(selection.choose(books, demandOf(1, true), two)).toEqual([held(0, 1, true)]);
  });
});
