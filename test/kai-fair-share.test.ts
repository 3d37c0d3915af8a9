// Fair shares of kai: tables by hand, and the division against its definition; who may reclaim from whom, against its
// definition. Sources: pkg/scheduler/plugins/proportion (KAI-Scheduler v0.13.0).
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { divideFairly } from '../src/policies/kai/fair-share.ts';
import { CPU, GPU } from '../src/policies/kai/quantities.ts';
import { compareQueues, Standing } from '../src/policies/kai/queue-order.ts';
import type { QueueObject } from '../src/policies/kai/queue-object.ts';
import { readQueues } from '../src/policies/kai/queue-object.ts';
import { Holdings, isReclaimFair, mayReclaim } from '../src/policies/kai/reclaimable.ts';
import { Queue } from '../src/policies/kai/queue.ts';
import { queueFile } from './kai-runs.ts';

// Planted in a copy and caught here: no floor; leftovers to the smallest part first; usage that adds to the weight;
// children that divide their parent's quota; a saturation that may double; the multiplier left out; quotas that nobody
// may reclaim.

interface Spec {
  readonly quota?: number;
  readonly limit?: number;
  readonly weight?: number;
  readonly priority?: number;
  readonly request?: number;
  readonly usage?: number;
  readonly has?: number;
  readonly hasForGood?: number;
}

let made = 0;

/** A queue that speaks of GPUs only [thousandths]. */
function queue(spec: Spec, parent?: Queue): Queue {
  const { quota = 0, limit = Infinity, weight = 1, priority = 100, request = 0, usage = 0, has = 0, hasForGood = 0 } = spec;
  const of = (gpu: number, others: number) => [others, others, gpu];
  const object: QueueObject = {
    name: `q${made}`,
    displayName: `q${made}`,
    parent: parent?.name ?? '',
    priority,
    deserved: of(quota, Infinity),
    limit: of(limit, Infinity),
    overQuotaWeight: of(weight, 1),
  };
  const one = new Queue(object, parent, made++);
  one.usage = of(usage, 0);
  one.request[GPU] = request;
  one.allocated[GPU] = has;
  one.allocatedNonPreemptible[GPU] = hasForGood;
  return one;
}

const shares = (queues: readonly Queue[]) => queues.map(({ fairShare }) => fairShare[GPU]);

describe('fair shares', () => {
  const table: { what: string; total: number; specs: Spec[]; strength?: number; shares: number[] }[] = [
    {
      what: 'the quota comes first, as far as it is asked for',
      total: 8000,
      specs: [
        { quota: 6000, request: 2000 },
        { quota: 2000, request: 9000 },
      ],
      shares: [2000, 6000],
    },
    {
      what: 'the rest by weight',
      total: 9000,
      specs: [
        { weight: 2, request: 99_000 },
        { weight: 1, request: 99_000 },
      ],
      shares: [6000, 3000],
    },
    {
      what: 'in whole devices, and what rounding leaves to the largest part',
      total: 8000,
      specs: [
        { weight: 2, request: 99_000 },
        { weight: 1, request: 99_000 },
      ],
      shares: [5000, 3000],
    },
    {
      what: 'the older of equal ones gets it',
      total: 3000,
      specs: [{ request: 9000 }, { request: 9000 }],
      shares: [2000, 1000],
    },
    {
      what: 'a queue that wants less leaves its part to the others',
      total: 8000,
      specs: [{ request: 1000 }, { request: 9000 }, { request: 9000 }],
      shares: [1000, 4000, 3000],
    },
    {
      what: 'all that a more important queue wants is given first',
      total: 8000,
      specs: [
        { priority: 200, request: 7000 },
        { priority: 100, request: 9000 },
      ],
      shares: [7000, 1000],
    },
    {
      what: 'no more than the limit',
      total: 8000,
      specs: [{ limit: 2000, request: 9000 }, { request: 9000 }],
      shares: [2000, 6000],
    },
    {
      what: 'nothing beyond its quota without a weight',
      total: 8000,
      specs: [{ quota: 1000, weight: 0, request: 9000 }, { request: 3000 }],
      shares: [1000, 3000],
    },
    {
      what: 'no limit of quota means all there is',
      total: 8000,
      specs: [{ quota: Infinity, request: 9000 }, { request: 9000 }],
      shares: [8000, 0],
    },
    {
      what: 'past usage counts against a queue: weights 1/2 + (1/2 - 3/4) and 1/2 + (1/2 - 1/4)',
      total: 8000,
      specs: [
        { request: 9000, usage: 0.75 },
        { request: 9000, usage: 0.25 },
      ],
      shares: [2000, 6000],
    },
    {
      what: 'twice as much with a k of 2, but never below nothing',
      total: 8000,
      strength: 2,
      specs: [
        { request: 9000, usage: 0.75 },
        { request: 9000, usage: 0.25 },
      ],
      shares: [0, 8000],
    },
  ];
  test.each(table)('$what', ({ total, specs, strength = 1, shares: expected }) => {
    const queues = specs.map((spec) => queue(spec));
    divideFairly([0, 0, total], queues, strength);
    expect(shares(queues)).toEqual(expected);
  });

  test('go from the top down: children divide what their parent gets', () => {
    const [a, b] = [queue({ request: 9000 }), queue({ weight: 3, request: 9000 })];
    const children = [queue({ quota: 1000, request: 4000 }, a), queue({ request: 5000 }, a)];
    const grandchild = queue({ request: 9000 }, children[1]);
    divideFairly([0, 0, 12_000], [a, b], 1);
    expect(shares([a, b, ...children, grandchild])).toEqual([3000, 9000, 2000, 1000, 1000]);
  });
});

/** The definition, round by round, in maps and with nothing kept. */
function sharesByDefinition(total: number, queues: readonly Queue[], k: number): number[] {
  const get = new Map<Queue, number>();
  const quota = (q: Queue) => (q.object.deserved[GPU] === Infinity ? total : q.object.deserved[GPU]);
  const may = (q: Queue) => Math.min(q.request[GPU], q.object.limit[GPU]);
  for (const q of queues) get.set(q, Math.min(quota(q), may(q)));
  const wants = (q: Queue) => Math.max(0, may(q) - get.get(q)!);
  const isDone = (q: Queue) => q.request[GPU] <= get.get(q)! || q.object.limit[GPU] <= get.get(q)!;
  let rest = total - queues.reduce((sum, q) => sum + get.get(q)!, 0);
  if (rest <= 0) return queues.map((q) => get.get(q)!);
  const levels = [...new Set(queues.map((q) => q.object.priority))].sort((a, b) => b - a);
  const fractions = levels.map((level) => {
    const here = queues.filter((q) => q.object.priority === level);
    const fraction = new Map<Queue, number>();
    for (;;) {
      const weights = here.filter((q) => wants(q) > 0).reduce((sum, q) => sum + q.object.overQuotaWeight[GPU], 0);
      const open = here.filter((q) => weights > 0 && !isDone(q));
      const effective = new Map(
        open.map((q) => {
          const w = q.object.overQuotaWeight[GPU] / weights;
          return [q, Math.max(0, w + k * (w - q.usage[GPU]))];
        }),
      );
      const sum = [...effective.values()].reduce((a, b) => a + b, 0);
      if (rest <= 0 || sum === 0) break;
      const round = rest;
      let somebodyWasServed = false;
      for (const q of open.filter((one) => one.object.overQuotaWeight[GPU] > 0)) {
        if (rest === 0) break;
        const part = round * (effective.get(q)! / sum);
        const wanted = wants(q);
        const given = wanted <= part ? wanted : 1000 * Math.floor(part / 1000);
        if (wanted <= part) fraction.delete(q);
        else if (part > given) fraction.set(q, part - given);
        get.set(q, get.get(q)! + given);
        rest -= given;
        somebodyWasServed ||= given > 0 && wanted < part;
      }
      if (!somebodyWasServed) break;
    }
    return fraction;
  });
  for (const fraction of fractions) {
    const order = [...fraction.keys()].sort((a, b) => fraction.get(b)! - fraction.get(a)! || a.rank - b.rank);
    for (const q of order) {
      const given = Math.max(0, Math.min(1000, rest));
      get.set(q, get.get(q)! + given);
      rest -= given;
    }
  }
  return queues.map((q) => get.get(q)!);
}

const specs = fc.record({
  quota: fc.constantFrom(0, 0, 1000, 2000, 2500, Infinity),
  limit: fc.constantFrom(Infinity, Infinity, 1500, 3000),
  weight: fc.constantFrom(0, 1, 1, 2, 3),
  priority: fc.constantFrom(100, 100, 200),
  request: fc.constantFrom(0, 500, 1000, 3000, 7000, 20_000),
  usage: fc.constantFrom(0, 0, 0.25, 0.5, 1),
});

test('fair shares agree with their definition', () => {
  fc.assert(
    fc.property(
      fc.array(specs, { minLength: 1, maxLength: 5 }),
      fc.integer({ min: 0, max: 12 }),
      fc.constantFrom(0, 1, 2),
      (all, gpus, k) => {
        const queues = all.map((spec) => queue(spec));
        divideFairly([0, 0, 1000 * gpus], queues, k);
        const expected = sharesByDefinition(1000 * gpus, queues, k);
        shares(queues).forEach((share, i) => expect(share).toBeCloseTo(expected[i], 6));
        // What is over quota never comes from nothing.
        const quotas = queues.map((q) =>
          Math.min(q.object.deserved[GPU] === Infinity ? 1000 * gpus : q.object.deserved[GPU], q.requestable(GPU)),
        );
        const given = shares(queues).reduce((a, b) => a + b, 0);
        expect(given).toBeLessThanOrEqual(
          Math.max(
            1000 * gpus,
            quotas.reduce((a, b) => a + b, 0),
          ) + 1e-6,
        );
      },
    ),
    { numRuns: 3000 },
  );
});

describe('the order of queues', () => {
  const TOTAL = [0, 0, 16_000];
  const order = (one: Spec, other: Spec, job = 1000, otherJob = job) => {
    const queues = [queue(one), queue(other)];
    for (const q of queues) {
      q.fairShare[GPU] = q.requestable(GPU);
      q.settle();
    }
    const [a, b] = queues.map(
      (q, i) => new Standing({ queue: q, job: [0, 0, i === 0 ? job : otherJob], victims: [0, 0, 0] }, TOTAL),
    );
    return Math.sign(compareQueues(a, b));
  };
  test.each([
    {
      what: 'within its quota first',
      one: { has: 3000, quota: 4000 },
      other: { has: 2000, quota: 2000, priority: 200 },
      first: -1,
    },
    { what: 'then the more important', one: { has: 5000, priority: 100 }, other: { has: 6000, priority: 200 }, first: 1 },
    { what: 'then who has nothing by right last', one: { has: 0, request: 0 }, other: { has: 9000, request: 9000 }, first: 1 },
    { what: 'then the smaller share', one: { has: 3000, request: 9000 }, other: { has: 1000, request: 2000 }, first: -1 },
    { what: 'then the older', one: { has: 1000, request: 9000 }, other: { has: 1000, request: 9000 }, first: -1 },
  ])('$what', ({ one, other, first }) => expect(order(one, other)).toBe(first));

  test('counts what the next job would add', () => {
    expect(order({ has: 1000, request: 9000 }, { has: 2000, request: 9000 }, 4000, 1000)).toBe(1);
  });

  test('puts those last that have more than their share of everything', () => {
    const [over, within] = [queue({ has: 5000, priority: 200 }), queue({ has: 5000, request: 9000 })];
    over.allocated[0] = over.allocated[1] = 1;
    within.settle();
    over.settle();
    const [a, b] = [over, within].map((q) => new Standing({ queue: q, job: [0, 0, 0], victims: [0, 0, 0] }, TOTAL));
    expect(compareQueues(a, b)).toBeGreaterThan(0);
  });
});

/** Strategies and bounds, in the words of the documentation, for queues that are named by their paths. */
function isFairByDefinition(
  tree: Tree,
  want: number,
  forGood: boolean,
  losses: readonly [number, number[]][],
  factor: number,
): boolean {
  const has = new Map(tree.all.map((q) => [q, q.allocated[GPU]]));
  const above = (q: Queue): Queue[] => (q.parent === undefined ? [q] : [q, ...above(q.parent)]);
  const isAbove = (q: Queue, leaf: Queue) => above(leaf).includes(q);
  const own = tree.leaves[0];
  const touched = new Set<Queue>();
  for (const [victim, pieces] of losses) {
    const leaf = tree.leaves[victim];
    const its = above(leaf)
      .filter((q) => !isAbove(q, own))
      .at(-1)!;
    const mine = above(own)
      .filter((q) => !isAbove(q, leaf))
      .at(-1)!;
    touched.add(its);
    for (const piece of pieces) {
      const overShare = has.get(its)! > Math.min(its.object.limit[GPU], Math.max(its.object.deserved[GPU], its.fairShare[GPU]));
      const starves = mine.allocated[GPU] + want <= mine.object.deserved[GPU];
      if (!overShare && !(starves && has.get(its)! > its.object.deserved[GPU])) return false;
      for (const q of above(leaf)) has.set(q, has.get(q)! - piece);
      for (const q of above(leaf)) touched.add(q);
    }
  }
  const ratio = (amount: number, share: number) => (share === 0 ? (amount > 0 ? Infinity : 0) : amount / share);
  for (const q of above(own)) {
    const mine = ratio(has.get(q)! + want, q.fairShare[GPU]);
    for (const sibling of touched) {
      if (sibling === q || sibling.parent !== q.parent || sibling.fairShare[GPU] === 0) continue;
      if (mine > 1 && mine * factor >= ratio(has.get(sibling)!, sibling.fairShare[GPU])) return false;
    }
    if (forGood && q.allocatedNonPreemptible[GPU] + want > q.object.deserved[GPU]) return false;
  }
  return true;
}

interface Tree {
  readonly all: Queue[];
  readonly leaves: Queue[];
}

const amounts = fc.constantFrom(0, 1000, 2000, 3000, 4000);
const trees = fc
  .array(fc.record({ top: fc.nat(1), quota: amounts, share: amounts, has: amounts, forGood: fc.boolean() }), {
    minLength: 3,
    maxLength: 4,
  })
  .map((leaves): Tree => {
    const tops = [0, 1].map((top) => {
      const below = leaves.filter((leaf) => leaf.top === top);
      const sum = (of: (leaf: (typeof leaves)[number]) => number) => below.reduce((total, leaf) => total + of(leaf), 0);
      const forGood = sum((leaf) => (leaf.forGood ? leaf.has : 0));
      const one = queue({ quota: sum(({ quota }) => quota), has: sum(({ has }) => has), hasForGood: forGood });
      one.fairShare[GPU] = sum(({ share }) => share);
      return one;
    });
    const made = leaves.map(({ top, quota, share, has, forGood }) => {
      const one = queue({ quota, has, hasForGood: forGood ? has : 0 }, tops[top]);
      one.fairShare[GPU] = share;
      return one;
    });
    for (const one of [...tops, ...made]) one.settle();
    return { all: [...tops, ...made], leaves: made };
  });

test('what may be reclaimed agrees with its definition', () => {
  const seen = { fair: 0, unfair: 0 };
  fc.assert(
    fc.property(
      trees,
      fc.constantFrom(1000, 2000, 3000),
      fc.boolean(),
      fc.array(fc.tuple(fc.integer({ min: 1, max: 2 }), fc.array(fc.constantFrom(1000, 2000), { minLength: 1, maxLength: 3 })), {
        minLength: 1,
        maxLength: 2,
      }),
      fc.constantFrom(1, 1.5),
      (tree, want, forGood, given, factor) => {
        const losses = [...new Map(given)];
        const reclaimer = { queue: tree.leaves[0], preemptible: !forGood, request: [0, 0, want] };
        const asLosses = losses.map(([leaf, pieces]) => ({
          queue: tree.leaves[leaf],
          pieces: pieces.map((piece) => [0, 0, piece]),
        }));
        const fair = isReclaimFair(reclaimer, asLosses, new Holdings(tree.all), factor);
        seen[fair ? 'fair' : 'unfair']++;
        expect(fair).toBe(isFairByDefinition(tree, want, forGood, losses, factor));
      },
    ),
    { numRuns: 3000 },
  );
  expect(Math.min(seen.fair, seen.unfair)).toBeGreaterThan(100);
});

test.each([
  { what: 'up to its fair share', has: 1000, share: 3000, request: 2000, forGood: false, may: true },
  { what: 'not beyond', has: 2000, share: 3000, request: 2000, forGood: false, may: false },
  { what: 'for good, only within its quota', has: 0, share: 3000, request: 2000, forGood: true, may: false },
])('a queue may reclaim $what', ({ has, share, request, forGood, may }) => {
  const one = queue({ has, quota: 1000 });
  one.fairShare[GPU] = share;
  expect(mayReclaim({ queue: one, preemptible: !forGood, request: [0, 0, request] })).toBe(may);
});

describe('queue objects', () => {
  const read = (text: string) => readQueues({ text, path: 'queues.json' });

  test('have units of their own, and -1 for no limit', () => {
    const [queue] = read(
      JSON.stringify({
        metadata: { name: 'a' },
        spec: {
          resources: { cpu: { quota: 2500, limit: -1 }, memory: { quota: 3 }, gpu: { quota: 0.5, limit: 2, overQuotaWeight: 4 } },
        },
      }),
    );
    expect(queue).toMatchObject({
      deserved: [2500, 3e6, 500],
      limit: [Infinity, 0, 2000],
      overQuotaWeight: [0, 0, 4],
      priority: 100,
    });
    expect(queue.deserved[CPU]).toBe(2500);
  });

  test.each([
    {
      what: 'a parent that is not there',
      queues: [{ name: 'a', parent: 'tob' }, { name: 'top' }],
      error: 'queue a has no parent "tob"',
    },
    {
      what: 'a circle',
      queues: [
        { name: 'a', parent: 'b' },
        { name: 'b', parent: 'a' },
      ],
      error: 'stands below itself',
    },
    { what: 'a name twice', queues: [{ name: 'a' }, { name: 'a' }], error: 'is there twice' },
  ])('$what is a mistake', ({ queues, error }) => expect(() => read(queueFile(queues))).toThrow(error));
});
