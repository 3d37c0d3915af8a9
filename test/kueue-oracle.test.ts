// Kueue's admission against its slow definition, and the tree of quotas against what it is meant to say.
//
// Planted in a copy and caught here or in kueue.test: usage that is given back wholly instead of in part; a borrowing limit
// that is forgotten; victims that are not spared; the oldest victim first; workloads that are alike and are not put aside
// together; a preemptor that loses its place; attempts in the wrong order; `<` for `<=` between shares; the loosest domain;
// rooms that nobody holds; a timeout that never comes; admission that is not blocked; partial admission that gives up too
// soon; a retry without the second before it; a StrictFIFO that passes over its head.
// A queue within its nominal quota preempts whatever the shares: with one resource and one cohort that changes nothing.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Cluster } from '../src/cluster.ts';
import { simulate } from '../src/engine/simulate.ts';
import { readParameters } from '../src/parameters.ts';
import { firstFit } from '../src/placement/first-fit.ts';
import { kueue } from '../src/policies/kueue/kueue.ts';
import { QuotaNode } from '../src/policies/kueue/quota-node.ts';
import { WorkloadBuilder } from '../src/workload-builder.ts';
import { KueueByDefinition } from './kueue-definition.ts';
import type { JobRules, QueueRules } from './kueue-definition.ts';

/** Room for all pods at any time. */
const NODES: Cluster = {
  name: 'plenty',
  interchangeable: false,
  pools: [{ name: 'node', count: 1, cpu: 100_000, memory: Infinity, gpus: 0, other: { pods: 1000 } }],
  partitions: [],
  outages: [],
};

const limit = fc.constantFrom(Infinity, Infinity, 0, 1, 2);

const queueRules: fc.Arbitrary<QueueRules> = fc
  .record({
    cohort: fc.constantFrom(true, true, true, false),
    nominal: fc.nat(4),
    borrowingLimit: limit,
    lendingLimit: limit,
    strict: fc.boolean(),
    within: fc.constantFrom('Never', 'LowerPriority', 'LowerOrNewerEqualPriority'),
    reclaim: fc.constantFrom('Never', 'LowerPriority', 'Any'),
    threshold: fc.constantFrom(undefined, undefined, 0, 1, Infinity),
    weight: fc.constantFrom(1, 1, 2, 0.5, 0),
  })
  .map((rules) => ({
    ...rules,
    borrowingLimit: rules.cohort ? rules.borrowingLimit : Infinity,
    lendingLimit: rules.cohort ? rules.lendingLimit : Infinity,
    threshold: rules.reclaim === 'Never' ? undefined : rules.threshold,
  }));

const scenario = fc
  .record({
    queues: fc.array(queueRules, { minLength: 1, maxLength: 3 }),
    jobs: fc.array(
      fc.record({
        queue: fc.nat(2),
        submit: fc.nat(6).map((s) => 500 * s),
        runtime: fc.integer({ min: 1, max: 5 }).map((s) => 1000 * s),
        size: fc.constantFrom(1, 1, 2, 2, 3, 4),
        priority: fc.nat(2),
      }),
      { minLength: 1, maxLength: 12 },
    ),
  })
  .map(({ queues, jobs }) => ({
    queues,
    jobs: jobs.map((job) => ({ ...job, queue: job.queue % queues.length })).sort((a, b) => a.submit - b.submit),
  }));

function objectsOf(queues: readonly QueueRules[]): string {
  const quantity = (name: string, amount: number) => (amount === Infinity ? '' : `, ${name}: ${amount}`);
  const texts = queues.map(
    ({ cohort, nominal, borrowingLimit, lendingLimit, strict, within, reclaim, threshold, weight }, queue) =>
      [
        'kind: ClusterQueue',
        `metadata: {name: queue-${queue}}`,
        'spec:',
        '  namespaceSelector: {}',
        ...(cohort ? ['  cohortName: cohort'] : []),
        `  queueingStrategy: ${strict ? 'StrictFIFO' : 'BestEffortFIFO'}`,
        `  fairSharing: {weight: ${weight}}`,
        '  preemption:',
        `    withinClusterQueue: ${within}`,
        `    reclaimWithinCohort: ${reclaim}`,
        ...(threshold === undefined
          ? []
          : [`    borrowWithinCohort: {policy: LowerPriority${quantity('maxPriorityThreshold', threshold)}}`]),
        '  resourceGroups:',
        '  - coveredResources: [cpu]',
        '    flavors:',
        '    - name: flavor',
        `      resources: [{name: cpu, nominalQuota: ${nominal}${quantity('borrowingLimit', borrowingLimit)}${quantity('lendingLimit', lendingLimit)}}]`,
      ].join('\n'),
  );
  return ['kind: ResourceFlavor\nmetadata: {name: flavor}', ...texts].join('\n---\n');
}

function simulated(queues: readonly QueueRules[], jobs: readonly JobRules[], configuration: string) {
  const builder = new WorkloadBuilder();
  const request = (size: number) => builder.request({ cpu: 1000 * size, memory: 0, gpu: 0 });
  // Without this first job, times would count from the first of the others.
  builder.add({ id: 'zero', submit: 0, runtime: 1, walltime: Infinity, tasks: 1, request: request(1), queue: 'nowhere' });
  jobs.forEach(({ submit, runtime, size, priority, queue }, id) =>
    builder.add({
      id,
      submit,
      runtime,
      walltime: Infinity,
      tasks: 1,
      request: request(size),
      priority,
      queue: `queue-${queue}`,
    }),
  );
  const local = queues.map(
    (_, queue) => `kind: LocalQueue\nmetadata: {name: queue-${queue}}\nspec: {clusterQueue: queue-${queue}}`,
  );
  const schedule = simulate(builder.finish('jobs'), NODES, kueue, {
    placement: firstFit,
    audit: true,
    parameters: readParameters(kueue.parameters ?? {}, { timestamps: 'exact', grace: '0s' }, 'kueue'),
    files: {
      objects: { path: 'objects.yaml', text: [objectsOf(queues), ...local].join('\n---\n') },
      config: { path: 'config.yaml', text: configuration },
    },
  });
  const evictions = jobs.map(() => 0);
  for (const job of schedule.attempts.job.subarray(0, schedule.attempts.count)) evictions[job - 1]++;
  return jobs.map((_, job) => ({ first: schedule.start[job + 1], end: schedule.end[job + 1], evictions: evictions[job] }));
}

describe('the tree of quotas', () => {
  interface Tree {
    readonly nodes: readonly QuotaNode[];
    readonly queues: readonly QuotaNode[];
  }

  /** Cohorts 0, 1, 2, of which each may stand below an earlier one, and queues below any of them. */
  const trees: fc.Arbitrary<Tree> = fc
    .record({
      parents: fc.tuple(fc.constantFrom(-1, 0), fc.constantFrom(0, 1)),
      quotas: fc.array(fc.record({ nominal: fc.nat(3), borrowing: limit, lending: limit, parent: fc.nat(2) }), {
        minLength: 5,
        maxLength: 7,
      }),
    })
    .map(({ parents, quotas }) => {
      const nodes = quotas.map(({ nominal, borrowing, lending }, number) => {
        const node = new QuotaNode(`node ${number}`, number < 3 ? 'cohort' : 'queue', 1, 1);
        node.nominal[0] = nominal;
        node.borrowingLimit[0] = borrowing;
        node.lendingLimit[0] = lending;
        return node;
      });
      const above = [-1, ...parents, ...quotas.slice(3).map(({ parent }) => parent)];
      nodes.forEach((node, number) => {
        if (above[number] < 0) return;
        node.parent = nodes[above[number]];
        (number < 3 ? node.parent.cohorts : node.parent.queues).push(node);
      });
      for (const node of nodes) if (node.parent === undefined) node.addUp();
      return { nodes, queues: nodes.slice(3) };
    });

  /** Whether all limits hold if queues use so much: what a node cannot keep to itself counts against the one above it. */
  function holds({ nodes }: Tree, used: ReadonlyMap<QuotaNode, number>): boolean {
    const usageOf = (node: QuotaNode): number =>
      node.isCohort
        ? [...node.cohorts, ...node.queues].reduce((sum, child) => sum + Math.max(0, usageOf(child) - keptBy(child)), 0)
        : (used.get(node) ?? 0);
    return nodes.every((node) => {
      const most = node.parent === undefined ? 0 : node.borrowingLimit[0];
      return usageOf(node) <= quotaOf(node) + most;
    });
  }

  const keptBy = (node: QuotaNode) => Math.max(0, quotaOf(node) - node.lendingLimit[0]);
  const quotaOf = (node: QuotaNode): number =>
    [...node.cohorts, ...node.queues].reduce(
      (sum, child) => sum + Math.min(quotaOf(child), child.lendingLimit[0]),
      node.nominal[0],
    );

  /** The most that a queue could use beside what is in use. */
  function most(tree: Tree, queue: QuotaNode, used: ReadonlyMap<QuotaNode, number>): number {
    let amount = 0;
    while (amount < 50 && holds(tree, new Map(used).set(queue, (used.get(queue) ?? 0) + amount + 1))) amount++;
    return amount;
  }

  test('has as much available as its limits leave, and could have as much as if nobody used anything', () => {
    fc.assert(
      fc.property(trees, fc.array(fc.tuple(fc.nat(3), fc.nat(3)), { maxLength: 10 }), (tree, steps) => {
        const used = new Map<QuotaNode, number>();
        const order: [QuotaNode, number][] = [];
        for (const queue of tree.queues) expect(queue.potential(0)).toBe(most(tree, queue, new Map()));
        for (const [number, amount] of steps) {
          const queue = tree.queues[number % tree.queues.length];
          if (amount > queue.available(0)) continue;
          queue.add(new Map([[0, amount]]));
          used.set(queue, (used.get(queue) ?? 0) + amount);
          order.push([queue, amount]);
          for (const one of tree.queues) expect(one.available(0)).toBe(most(tree, one, used));
        }
        // In any order, not only backwards.
        for (const [queue, amount] of order) queue.remove(new Map([[0, amount]]));
        for (const node of tree.nodes) expect(node.usage[0]).toBe(0);
      }),
    );
  });
});

describe('admission', () => {
  test('is as defined without fair sharing', () => {
    fc.assert(
      fc.property(scenario, ({ queues, jobs }) => {
        expect(simulated(queues, jobs, '{}')).toEqual(new KueueByDefinition(queues, jobs, undefined).run());
      }),
      { numRuns: 200 },
    );
  });

  test.each([
    [['LessThanOrEqualToFinalShare', 'LessThanInitialShare']],
    [['LessThanOrEqualToFinalShare']],
    [['LessThanInitialShare']],
  ] as const)('is as defined with fair sharing and %s', (strategies) => {
    const configuration = `fairSharing: {preemptionStrategies: [${strategies.join(', ')}]}`;
    fc.assert(
      fc.property(scenario, ({ queues, jobs }) => {
        // Preemption while borrowing is a matter of priorities, and not for fair sharing.
        const plain = queues.map((queue) => ({ ...queue, threshold: undefined }));
        expect(simulated(plain, jobs, configuration)).toEqual(new KueueByDefinition(plain, jobs, strategies).run());
      }),
      { numRuns: 100 },
    );
  });
});
