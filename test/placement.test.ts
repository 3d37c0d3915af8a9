import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Cluster, NodePool } from '../src/cluster.ts';
import { NodeLedger } from '../src/engine/nodes/ledger.ts';
import { placements } from '../src/placement/index.ts';
import type { PlacementSpec } from '../src/placement.ts';
import { randomStream } from '../src/random.ts';
import type { TaskRequest } from '../src/workload.ts';
import { requestsOf } from '../src/workload.ts';
import {
  change,
  DEFINITIONS,
  isJudgedElsewhere,
  idleNodes,
  isOpen,
  modelWorkload,
  placeByDefinition,
  placeContiguous,
  summed,
  tasksThatFit,
} from './node-ledger-model.ts';
import type { ModelJob, ModelNode, ModelPart } from './node-ledger-model.ts';

// Planted, and caught here: a node stays in the running when it is full (`ranked`); a node that is full takes one of the
// last, incomplete round (`round-robin`); the plan does not count its own groups (`roomLeft`); ties to the highest
// number (`node-queue`); contiguous tries no second start for several groups, or lets a gap pass; random draws anew at
// each call.

/** What stands on the nodes already: processors and memory, so that rooms differ and nearly everything is tight. */
const FILLER: TaskRequest = { cpu: 500, memory: 1, gpu: 0 };

interface Situation {
  readonly cluster: Cluster;
  readonly fill: readonly number[];
  readonly job: ModelJob;
}

const REQUESTS: readonly TaskRequest[] = [
  { cpu: 500, memory: 0, gpu: 0 },
  { cpu: 1000, memory: 1, gpu: 0 },
  { cpu: 500, memory: 2, gpu: 500 },
  { cpu: 0, memory: 0, gpu: 1000 },
  { cpu: 1000, memory: 3, gpu: 1000, gpuModels: ['A'] },
];

const pool: fc.Arbitrary<NodePool> = fc.record({
  name: fc.constant(''),
  count: fc.integer({ min: 1, max: 3 }),
  cpu: fc.constantFrom(1000, 2000, 4000),
  memory: fc.constantFrom(Infinity, 3, 10),
  gpus: fc.constantFrom(0, 1, 3),
  gpuModel: fc.constantFrom('A', 'B'),
});

const jobOf = (groups: { min: number; max: number }): fc.Arbitrary<ModelJob> =>
  fc
    .array(fc.record({ tasks: fc.integer({ min: 1, max: 9 }), request: fc.constantFrom(...REQUESTS) }), {
      minLength: groups.min,
      maxLength: groups.max,
    })
    .map((all) => ({ walltime: Infinity, groups: all.map((one) => ({ ...one, minimum: one.tasks })) }));

const situations = (groups: { min: number; max: number }): fc.Arbitrary<Situation> =>
  fc.record({
    cluster: fc.array(pool, { minLength: 1, maxLength: 4 }).map((pools) => ({
      name: 'model',
      interchangeable: false,
      pools: pools.map((one, index) => ({ ...one, name: `pool${index}` })),
      partitions: [],
      outages: [],
    })),
    fill: fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 12, maxLength: 12 }),
    job: jobOf(groups),
  });

/** A ledger and a model in the same situation; the job under test is row 0. */
function setUp({ cluster, fill, job }: Situation, spec: PlacementSpec): { ledger: NodeLedger; nodes: ModelNode[] } {
  const filler: ModelJob = { walltime: Infinity, groups: [{ tasks: 100, minimum: 1, request: FILLER }] };
  const requests = requestsOf(modelWorkload([job, filler]));
  const placement = spec.create({ parameters: {}, jobs: requests, cluster, random: randomStream(1, 'placement') });
  const ledger = new NodeLedger(requests, cluster, placement, 'summed');
  const nodes = idleNodes(cluster);
  nodes.forEach((node, index) => {
    const tasks = Math.min(fill[index], tasksThatFit(node, FILLER));
    if (tasks === 0) return;
    ledger.put(1, 0, index, tasks);
    change(nodes, index, FILLER, -tasks);
  });
  return { ledger, nodes };
}

function takenBy(ledger: NodeLedger, job: number): ModelPart[] {
  const parts: ModelPart[] = [];
  ledger.eachPart(job, (node, group, tasks) => parts.push({ group, node, tasks }));
  return summed(parts);
}

function byDefinition(name: string, { cluster, job }: Situation, nodes: readonly ModelNode[]): ModelPart[] | undefined {
  return name === 'contiguous' ? placeContiguous(cluster, nodes, job) : placeByDefinition(cluster, nodes, job, DEFINITIONS[name]);
}

/** Those that let a job wait though there is room. */
const IS_CHOOSY = /^packed$|nodex$/;

describe.each(placements)('$name', (spec) => {
  test('fills nodes with what fits, all tasks and no more, and the same ones when asked again', () => {
    fc.assert(
      fc.property(situations({ min: 1, max: 3 }), (situation) => {
        const { ledger } = setUp(situation, spec);
        const again = setUp(situation, spec).ledger;
        again.fits(1);
        expect(again.fits(0)).toBe(ledger.fits(0));
        if (!ledger.fits(0)) return;
        ledger.take(0);
        ledger.audit();
        again.take(0);
        const parts = takenBy(ledger, 0);
        expect(takenBy(again, 0)).toEqual(parts);
        again.give(0);
        again.take(0);
        expect(takenBy(again, 0)).toEqual(parts);
        situation.job.groups.forEach(({ tasks }, group) => {
          expect(parts.filter((part) => part.group === group).reduce((sum, part) => sum + part.tasks, 0)).toBe(tasks);
        });
      }),
      { numRuns: 300 },
    );
  });

  test.skipIf(IS_CHOOSY.test(spec.name))(
    'finds room for one group whenever there is some (not packed, nor on idle nodes only)',
    () => {
      fc.assert(
        fc.property(situations({ min: 1, max: 1 }), (situation) => {
          const { ledger, nodes } = setUp(situation, spec);
          const [{ tasks, request }] = situation.job.groups;
          const rooms = nodes.map((node) =>
            isOpen(situation.cluster, node, situation.job, request) ? tasksThatFit(node, request) : 0,
          );
          const longest = spec.name === 'contiguous' ? Math.max(...runs(rooms)) : rooms.reduce((sum, room) => sum + room, 0);
          expect(ledger.fits(0)).toBe(longest >= tasks);
        }),
        { numRuns: 300 },
      );
    },
  );

  test.skipIf(isJudgedElsewhere(spec))(
    'decides as its summary says (random: nobody can; GPUs, topology, Fluxion: gpu-placement.test.ts, topology-placement.test.ts, fluxion-placement.test.ts)',
    () => {
      fc.assert(
        fc.property(situations({ min: 1, max: 3 }), (situation) => {
          const { ledger, nodes } = setUp(situation, spec);
          const expected = byDefinition(spec.name, situation, nodes);
          expect(ledger.fits(0)).toBe(expected !== undefined);
          if (expected === undefined) return;
          ledger.take(0);
          expect(takenBy(ledger, 0)).toEqual(expected);
        }),
        { numRuns: 1500 },
      );
    },
  );

  test('says what it does, its ties and its source', () => {
    expect(spec.summary).toMatch(/^[A-Z].*\.$/);
    expect(spec.source.length).toBeGreaterThan(10);
  });
});

/** How many tasks fit on each run of consecutive nodes that all have room. */
function runs(rooms: readonly number[]): number[] {
  const sums = [0];
  for (const room of rooms) {
    if (room === 0) sums.push(0);
    else sums[sums.length - 1] += room;
  }
  return sums;
}

test('random gives each node its share', () => {
  const spec = placements.find(({ name }) => name === 'random');
  if (spec === undefined) throw new Error('random is not in the list');
  const cluster: Cluster = {
    name: 'model',
    interchangeable: false,
    pools: [{ name: 'node', count: 10, cpu: 1000, memory: Infinity, gpus: 0 }],
    partitions: [],
    outages: [],
  };
  const one: ModelJob = { walltime: Infinity, groups: [{ tasks: 1, minimum: 1, request: { cpu: 1000, memory: 0, gpu: 0 } }] };
  const requests = requestsOf(modelWorkload(Array.from({ length: 5000 }, () => one)));
  const counts = new Array<number>(10).fill(0);
  const placement = spec.create({ parameters: {}, jobs: requests, cluster, random: randomStream(7, 'placement') });
  const ledger = new NodeLedger(requests, cluster, placement, 'summed');
  for (let job = 0; job < 5000; job++) {
    ledger.take(job);
    ledger.eachPart(job, (node) => counts[node]++);
    ledger.give(job);
  }
  // 500 expected on each; five standard deviations are 106.
  for (const count of counts) expect(Math.abs(count - 500)).toBeLessThan(106);
});

test('where a greedy choice for one group spoils another, the job is not possible either', () => {
  const spec = placements[0];
  const cluster: Cluster = {
    name: 'model',
    interchangeable: false,
    pools: [
      { name: 'gpu', count: 1, cpu: 1000, memory: Infinity, gpus: 1 },
      { name: 'cpu', count: 1, cpu: 1000, memory: Infinity, gpus: 0 },
    ],
    partitions: [],
    outages: [],
  };
  const groups = [
    { cpu: 1000, memory: 0, gpu: 0 },
    { cpu: 1000, memory: 0, gpu: 1000 },
  ].map((request) => ({ tasks: 1, minimum: 1, request }));
  const small: ModelJob = { walltime: Infinity, groups: [groups[0]] };
  const requests = requestsOf(
    modelWorkload([{ walltime: Infinity, groups }, { walltime: Infinity, groups: groups.toReversed() }, small]),
  );
  const ledger = new NodeLedger(
    requests,
    cluster,
    spec.create({ parameters: {}, jobs: requests, cluster, random: randomStream(1, 'x') }),
  );
  expect([ledger.possible(0), ledger.fits(0)]).toEqual([false, false]);
  expect([ledger.possible(1), ledger.fits(1)]).toEqual([true, true]);
});
