// Fluxion's match policies against its own definition: a graph of cores and GPUs with numbers, slots with scores, sorted.
// Planted, and caught here: node order rules `first` at last (not the highest of those seen); `locality` does not join
// scores; `low` counts free cores for taken ones; exclusive nodes look at processors only.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Cluster, NodePool } from '../src/cluster.ts';
import { NodeLedger } from '../src/engine/nodes/ledger.ts';
import { placements } from '../src/placement/index.ts';
import type { PlacementSpec } from '../src/placement.ts';
import { randomStream } from '../src/random.ts';
import type { TaskRequest } from '../src/workload.ts';
import { requestsOf } from '../src/workload.ts';
import { capacityOf, change, idleNodes, modelWorkload, summed, tasksThatFit } from './node-ledger-model.ts';
import type { ModelJob, ModelNode, ModelPart } from './node-ledger-model.ts';

/** As the table in dfu_match_policy_factory.cpp has them. */
const POLICIES: Readonly<Record<string, MatchPolicy>> = {
  first: { prefers: 'high', nodeCentric: true, stops: true },
  firstnodex: { prefers: 'high', nodeCentric: true, exclusive: true, stops: true },
  high: { prefers: 'high' },
  low: { prefers: 'low' },
  lonode: { prefers: 'low', nodeCentric: true },
  hinode: { prefers: 'high', nodeCentric: true },
  lonodex: { prefers: 'low', nodeCentric: true, exclusive: true },
  hinodex: { prefers: 'high', nodeCentric: true, exclusive: true },
  locality: { prefers: 'high', joins: true },
};

interface MatchPolicy {
  readonly prefers: 'high' | 'low';
  readonly nodeCentric?: boolean;
  readonly exclusive?: boolean;
  readonly stops?: boolean;
  readonly joins?: boolean;
}

interface Slot {
  readonly node: number;
  readonly score: number;
}

/** Numbers of what is free, if the policy has taken what it prefers first. */
function freeNumbers({ pool, free }: ModelNode, resource: 'cpu' | 'gpu', { prefers }: MatchPolicy): number[] {
  const all = Array.from({ length: capacityOf(pool, resource) / 1000 }, (_, number) => number);
  const left = free[resource] / 1000;
  return prefers === 'high' ? all.slice(0, left).reverse() : all.slice(all.length - left);
}

function slotsOf(nodes: readonly ModelNode[], node: number, request: TaskRequest, policy: MatchPolicy): Slot[] {
  const own = policy.nodeCentric ? (node + 2) * 10_000 : 0;
  const numbers = { cpu: freeNumbers(nodes[node], 'cpu', policy), gpu: freeNumbers(nodes[node], 'gpu', policy) };
  return Array.from({ length: tasksThatFit(nodes[node], request) }, () => {
    const inside = (['cpu', 'gpu'] as const).flatMap((name) => numbers[name].splice(0, request[name] / 1000));
    return { node, score: inside.reduce((sum, number) => sum + 1 + own + number + 1, 1) };
  });
}

/** Which slots the graph has to offer: of every node, or, with a policy that stops, until there are enough. */
function explore(
  nodes: readonly ModelNode[],
  request: TaskRequest,
  wanted: number,
  policy: MatchPolicy,
  idle: boolean[],
): Slot[] {
  const order = nodes.map((_, node) => node).filter((node) => nodes[node].downs === 0 && (!policy.exclusive || idle[node]));
  if (!policy.stops) return order.flatMap((node) => slotsOf(nodes, node, request, policy));
  const weight = (node: number) => nodes[node].free.cpu / 1000;
  order.sort((a, b) => weight(b) - weight(a) || b - a);
  const slots: Slot[] = [];
  for (const node of order) if (slots.length < wanted) slots.push(...slotsOf(nodes, node, request, policy));
  return slots;
}

/** The lowest number of the run of scores that a score is in. */
function beginOf(score: number, slots: readonly Slot[]): number {
  return slots.some((slot) => slot.score === score - 1) ? beginOf(score - 1, slots) : score;
}

function match(nodes: readonly ModelNode[], job: ModelJob, policy: MatchPolicy): ModelPart[] | undefined {
  const trial = nodes.map((node) => ({ ...node, free: { ...node.free } }));
  const idle = nodes.map(({ free, pool }) => Object.entries(free).every(([name, left]) => left === capacityOf(pool, name)));
  const parts: ModelPart[] = [];
  for (const [group, { tasks, request }] of job.groups.entries()) {
    const slots = explore(trial, request, tasks, policy, idle);
    if (slots.length < tasks) return undefined;
    const key = ({ score }: Slot) => (policy.joins ? beginOf(score, slots) : score);
    const sorted = [...slots].sort((a, b) => (policy.prefers === 'high' ? key(b) - key(a) : key(a) - key(b)));
    for (const { node } of sorted.slice(0, tasks)) {
      change(trial, node, request, -1);
      parts.push({ group, node, tasks: 1 });
    }
  }
  return summed(parts);
}

const FILLERS: readonly TaskRequest[] = [
  { cpu: 1000, memory: 1, gpu: 0 },
  { cpu: 0, memory: 2, gpu: 0 },
  { cpu: 0, memory: 0, gpu: 1000 },
];

const REQUESTS: readonly TaskRequest[] = [
  { cpu: 1000, memory: 0, gpu: 0 },
  { cpu: 2000, memory: 1, gpu: 0 },
  { cpu: 1000, memory: 0, gpu: 1000 },
  { cpu: 3000, memory: 2, gpu: 0 },
];

const pool: fc.Arbitrary<NodePool> = fc.record({
  name: fc.constant(''),
  count: fc.integer({ min: 1, max: 3 }),
  cpu: fc.constantFrom(2000, 4000, 6000),
  memory: fc.constantFrom(Infinity, 4, 10),
  gpus: fc.constantFrom(0, 0, 2, 3),
});

interface Situation {
  readonly cluster: Cluster;
  /** Tasks on each node [count], and of which kind [index into `FILLERS`]. */
  readonly fill: readonly { readonly tasks: number; readonly kind: number }[];
  readonly job: ModelJob;
}

const situations: fc.Arbitrary<Situation> = fc.record({
  cluster: fc.array(pool, { minLength: 1, maxLength: 3 }).map((pools) => ({
    name: 'model',
    interchangeable: false,
    pools: pools.map((one, index) => ({ ...one, name: `pool${index}` })),
    partitions: [],
    outages: [],
  })),
  fill: fc.array(fc.record({ tasks: fc.constantFrom(0, 0, 1, 2), kind: fc.nat(2) }), { minLength: 9, maxLength: 9 }),
  job: fc
    .array(fc.record({ tasks: fc.integer({ min: 1, max: 9 }), request: fc.constantFrom(...REQUESTS) }), {
      minLength: 1,
      maxLength: 2,
    })
    .map((all) => ({ walltime: Infinity, groups: all.map((one) => ({ ...one, minimum: one.tasks })) })),
});

function setUp({ cluster, fill, job }: Situation, spec: PlacementSpec): { ledger: NodeLedger; nodes: ModelNode[] } {
  const fillers = FILLERS.map((request) => ({ walltime: Infinity, groups: [{ tasks: 100, minimum: 1, request }] }));
  const requests = requestsOf(modelWorkload([job, ...fillers]));
  const placement = spec.create({ parameters: {}, jobs: requests, cluster, random: randomStream(1, 'placement') });
  const ledger = new NodeLedger(requests, cluster, placement, 'summed');
  const nodes = idleNodes(cluster);
  nodes.forEach((node, index) => {
    const { tasks, kind } = fill[index];
    const fit = Math.min(tasks, tasksThatFit(node, FILLERS[kind]));
    if (fit === 0) return;
    ledger.put(1 + kind, 0, index, fit);
    change(nodes, index, FILLERS[kind], -fit);
  });
  return { ledger, nodes };
}

describe.each(Object.keys(POLICIES))('%s', (name) => {
  const spec = placements.find((one) => one.name === name);
  if (spec === undefined) throw new Error(`${name} is not in the list`);

  test('takes the slots that a traversal of the graph takes', () => {
    let placed = 0;
    fc.assert(
      fc.property(situations, (situation) => {
        const { ledger, nodes } = setUp(situation, spec);
        const expected = match(nodes, situation.job, POLICIES[name]);
        expect(ledger.fits(0)).toBe(expected !== undefined);
        if (expected === undefined) return;
        placed++;
        ledger.take(0);
        const parts: ModelPart[] = [];
        ledger.eachPart(0, (node, group, tasks) => parts.push({ group, node, tasks }));
        expect(summed(parts)).toEqual(expected);
      }),
      { numRuns: 1500 },
    );
    expect(placed).toBeGreaterThan(300);
  });
});
