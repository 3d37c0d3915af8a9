// Parts of Volcano against what they are meant to be.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nodesToFind } from '../src/policies/volcano/node-search.ts';
import { shareByWeight } from '../src/policies/volcano/plugins/proportion.ts';
import { PriorityQueue } from '../src/policies/volcano/priority-queue.ts';
import { newAccount } from '../src/policies/volcano/queue-accounts.ts';
import { plainQueue } from '../src/policies/volcano/queue.ts';
import { CPU, excess, isEmpty, larger, lessEqual, lowerTo, plus, ResourceTable } from '../src/policies/volcano/resource.ts';
import type { Resource } from '../src/policies/volcano/resource.ts';

const table = new ResourceTable([new Map([['cpu', 0]]), new Map([['nvidia.com/gpu', 0]])]);
const amounts = (cpu: number, gpu?: number) =>
  table.of(new Map([['cpu', cpu], ...(gpu === undefined ? [] : [['nvidia.com/gpu', gpu] as const])]));

describe('shares by weight', () => {
  const wants = fc.record({
    weight: fc.integer({ min: 1, max: 4 }),
    request: fc.nat(12),
    limit: fc.integer({ min: 1, max: 12 }),
  });

  test('are fair: nobody has less by weight than another who could have given', () => {
    fc.assert(
      fc.property(fc.nat(20), fc.array(wants, { minLength: 1, maxLength: 5 }), (total, queues) => {
        const accounts = queues.map(({ weight, request, limit }, i) => {
          const account = newAccount({ ...plainQueue(`q${i}`), weight }, table);
          account.request.set(amounts(1000 * request));
          account.realCapability = amounts(1000 * limit);
          return account;
        });
        shareByWeight(amounts(1000 * total), accounts);
        const most = queues.map(({ request, limit }) => 1000 * Math.min(request, limit));
        // The level that water would have: each queue is as full as its own walls allow.
        const level = levelOf(
          1000 * total,
          queues.map(({ weight }) => weight),
          most,
        );
        accounts.forEach(({ deserved }, i) => expect(deserved[CPU]).toBeCloseTo(Math.min(most[i], queues[i].weight * level), 4));
      }),
      { numRuns: 1000 },
    );
  });

  /** By bisection. */
  function levelOf(total: number, weights: readonly number[], most: readonly number[]): number {
    let [low, high] = [0, Math.max(1, ...most)];
    for (let i = 0; i < 100; i++) {
      const level = (low + high) / 2;
      const used = weights.reduce((sum, weight, queue) => sum + Math.min(most[queue], weight * level), 0);
      if (used <= total) low = level;
      else high = level;
    }
    return low;
  }

  test('begin with what is guaranteed', () => {
    const [one, other] = [plainQueue('one'), { ...plainQueue('other'), guarantee: new Map([['cpu', 6000]]) }].map((queue) => {
      const account = newAccount(queue, table);
      account.request.set(amounts(9000));
      account.realCapability = amounts(10_000);
      return account;
    });
    shareByWeight(amounts(10_000), [one, other]);
    expect([one.deserved[CPU], other.deserved[CPU]]).toEqual([5000, 6000]);
  });
});

describe('a heap', () => {
  test('gives what comes first', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(5)), (numbers) => {
        const heap = new PriorityQueue<number>((one, other) => one < other);
        for (const number of numbers) heap.push(number);
        expect(Array.from(numbers, () => heap.pop())).toEqual([...numbers].sort((one, other) => one - other));
        expect(heap.pop()).toBeUndefined();
      }),
    );
  });

  test("gives equals in the order of Go's container/heap", () => {
    const heap = new PriorityQueue<string>(() => false);
    for (const name of ['a', 'b', 'c', 'd']) heap.push(name);
    // The last one is put on top, and stays there.
    expect(Array.from('abcd', () => heap.pop())).toEqual(['a', 'd', 'c', 'b']);
  });
});

describe('resources (api/resource_info.go)', () => {
  /** As Volcano has them: cpu, and a map of what else is named. */
  interface Named {
    readonly cpu: number;
    readonly gpu?: number;
  }
  const named: fc.Arbitrary<Named> = fc.record({ cpu: fc.nat(3), gpu: fc.option(fc.nat(3), { nil: undefined }) });
  const of = ({ cpu, gpu }: Named): Resource => amounts(cpu, gpu);
  const back = (resource: Resource): Named => {
    const gpu = resource[table.numberOf('nvidia.com/gpu') ?? -1];
    return { cpu: resource[CPU], gpu: Number.isNaN(gpu) ? undefined : gpu / 1000 };
  };

  test('are compared and changed by what they name', () => {
    fc.assert(
      fc.property(named, named, (one, other) => {
        const [left, right] = [of(one), of(other)];
        expect(lessEqual(left, right)).toBe(one.cpu <= other.cpu && (one.gpu === undefined || one.gpu <= (other.gpu ?? 0)));
        expect(isEmpty(left)).toBe(one.cpu === 0 && (one.gpu ?? 0) === 0);
        const sum = one.gpu === undefined && other.gpu === undefined ? undefined : (one.gpu ?? 0) + (other.gpu ?? 0);
        expect(back(plus(left, right))).toEqual({ cpu: one.cpu + other.cpu, gpu: sum });
        const more = (one.gpu ?? 0) - (other.gpu ?? 0);
        expect(back(excess(left, right))).toEqual({ cpu: Math.max(0, one.cpu - other.cpu), gpu: more > 0 ? more : undefined });
        const most = one.gpu === undefined && other.gpu === undefined ? undefined : Math.max(one.gpu ?? 0, other.gpu ?? 0);
        expect(back(larger(left, right))).toEqual({ cpu: Math.max(one.cpu, other.cpu), gpu: most });
        for (const unnamed of ['unlimited', 'nothing'] as const) {
          const limit = other.gpu ?? (unnamed === 'unlimited' ? Infinity : 0);
          const gpu = one.gpu === undefined ? undefined : Math.min(one.gpu, limit);
          expect(back(lowerTo(left.slice(), right, unnamed))).toEqual({ cpu: Math.min(one.cpu, other.cpu), gpu });
        }
      }),
    );
  });
});

test('a search ends with all of 100 nodes, and with fewer of more (util/scheduler_helper.go)', () => {
  expect([1, 100, 101, 250, 1000, 5000, 10_000].map((count) => nodesToFind(count))).toEqual([1, 100, 100, 120, 420, 500, 500]);
  expect([nodesToFind(1000, 30), nodesToFind(1000, 100)]).toEqual([300, 1000]);
});
