// Fair share as the decay thread of Slurm computes it. Each test names what it follows of Slurm 22.05.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AssociationTree } from '../src/policies/slurm/priority/association-tree.ts';
import { ClassicFairShare } from '../src/policies/slurm/priority/classic-fair-share.ts';
import { Extended } from '../src/policies/slurm/priority/extended.ts';
import { FairTree } from '../src/policies/slurm/priority/fair-tree.ts';
import { nextReset } from '../src/policies/slurm/priority/usage-reset.ts';
import { UsageClock } from '../src/policies/slurm/priority/usage-clock.ts';
import { Usage } from '../src/policies/slurm/priority/usage.ts';
import type { SlurmAssociation } from '../src/slurm-accounts.ts';

// Planted, and caught here: ties that are not passed down to the users of an account; users behind accounts on ties; periods
// charged twice; the true half-life; usage of a period that does not decay within it; siblings below an account with the
// shares of its parent; a reset a day late; users weighed once and for all.

interface Node {
  readonly name: string;
  readonly shares: number | 'parent';
  readonly used?: number;
  /** Absent for a user. */
  readonly below?: readonly Node[];
}

const account = (name: string, shares: number | 'parent', ...below: Node[]): Node => ({ name, shares, below });
const user = (name: string, shares: number | 'parent', used = 0): Node => ({ name, shares, used });

/** The tree of associations, and what each of them used, those below it included. */
function plant(...below: Node[]) {
  const associations: SlurmAssociation[] = [];
  const raw: number[] = [];
  const add = (node: Node, parent: number, above: string): number => {
    const named = node.below === undefined ? { account: above, user: node.name } : { account: node.name };
    const index = associations.push({ ...named, parent, shares: node.shares, usage: 0, limits: {}, priority: 0 }) - 1;
    raw.push(node.used ?? 0);
    for (const child of node.below ?? []) raw[index] += add(child, index, node.name);
    return raw[index];
  };
  add(account('root', 1, ...below), -1, '');
  const tree = new AssociationTree(associations);
  const indexOf = (name: string) => associations.findIndex((one) => (one.user ?? one.account) === name);
  return { tree, used: (index: number) => raw[index], indexOf };
}

function fairTree(...below: Node[]): Record<string, number> {
  const { tree, used } = plant(...below);
  const fair = new FairTree(tree);
  fair.rank((index) => Extended.of(used(index)));
  return Object.fromEntries(
    tree.associations.flatMap(({ user: name }, index) => (name === undefined ? [] : [[name, fair.factor[index]]])),
  );
}

describe('Fair Tree (fair_tree.c)', () => {
  test('whoever is below an account that is served worse comes first, whatever he used himself', () => {
    const factors = fairTree(
      account('a', 1, user('greedy', 1, 30), user('idle', 1)),
      account('b', 1, user('modest', 1, 40), user('guest', 1, 10)),
    );
    expect(factors).toEqual({ idle: 1, greedy: 0.75, guest: 0.5, modest: 0.25 });
  });

  test('who has no shares comes last, even if he used nothing', () => {
    expect(fairTree(account('a', 1, user('none', 0), user('much', 1, 100)))).toEqual({ much: 1, none: 0.5 });
  });

  test('users with the shares of their parent come first', () => {
    expect(fairTree(account('a', 1, user('x', 'parent', 90), user('y', 1, 10)))).toEqual({ x: 1, y: 0.5 });
  });

  test('users below an account with the shares of its parent stand among its siblings', () => {
    const factors = fairTree(account('a', 'parent', user('x', 1, 10)), user('y', 2, 40), user('z', 1, 50));
    expect(factors).toEqual({ x: 1, y: 2 / 3, z: 1 / 3 });
  });

  test('users who are tied share the better rank, and the next one counts them', () => {
    expect(fairTree(user('x', 1, 10), user('y', 2, 20), user('z', 1, 70))).toEqual({ x: 1, y: 1, z: 1 / 3 });
  });

  test('a user and an account that are tied share the rank, the user first', () => {
    const factors = fairTree(account('a', 1, user('x', 1, 30), user('y', 1, 20)), user('z', 1, 50));
    expect(factors).toEqual({ z: 1, y: 1, x: 1 / 3 });
  });

  test('accounts that are tied are not merged: the second begins with the rank of the last user of the first', () => {
    const factors = fairTree(
      account('a', 1, user('a1', 1, 10), user('a2', 1, 40)),
      account('b', 1, user('b1', 1, 20), user('b2', 1, 30)),
    );
    expect(factors).toEqual({ a1: 1, a2: 0.75, b1: 0.75, b2: 0.25 });
  });

  test('one of four accounts used anything: its user has the last of five ranks, all others, root too, the first', () => {
    const others = ['acct2', 'acct3', 'acct4'].map((name) => account(name, 1, user(`of ${name}`, 1)));
    const factors = fairTree(user('root', 1), account('acct1', 1, user('of acct1', 1, 100)), ...others);
    expect(factors).toEqual({ root: 1, 'of acct1': 0.2, 'of acct2': 1, 'of acct3': 1, 'of acct4': 1 });
  });

  const leaf = fc.record({
    shares: fc.constantFrom<number | 'parent'>(0, 1, 1, 2, 'parent'),
    used: fc.constantFrom(0, 0, 10, 20),
  });
  const nodes = fc.letrec<{ node: Node; level: Node[] }>((tie) => ({
    level: fc.array(tie('node'), { maxLength: 4, depthIdentifier: 'level' }),
    node: fc.oneof(
      { depthIdentifier: 'level', maxDepth: 3 },
      leaf.map(({ shares, used }): Node => ({ name: '', shares, used })),
      fc.tuple(leaf, tie('level')).map(([{ shares }, below]): Node => ({ name: '', shares, below })),
    ),
  })).level;

  test('ranks are those of its definition', () => {
    fc.assert(
      fc.property(nodes, (level) => {
        let count = 0;
        const named = (node: Node): Node => ({
          ...node,
          name: `n${String(count++).padStart(3, '0')}`,
          ...(node.below === undefined ? {} : { below: node.below.map(named) }),
        });
        const { tree, used } = plant(...level.map(named));
        const fair = new FairTree(tree);
        fair.rank((index) => Extended.of(used(index)));
        const ranked = ranksByDefinition(tree, used);
        for (const [index, rank] of ranked) expect(fair.factor[index]).toBe(rank / ranked.size);
        expect(ranked.size).toBe(tree.users);
      }),
      { numRuns: 500 },
    );
  });
});

/**
 * All users in the order of the walk. Something is tied with what stands before it on its level if both are served as
 * well, and the first of a level is if its account is. Who is not tied has his place, counted from the end, as his rank; who
 * is has that of the user before him.
 */
function ranksByDefinition(tree: AssociationTree, used: (index: number) => number): Map<number, number> {
  const all = tree.associations.map((_, index) => index).slice(1);
  const sharingParent = (index: number): number => {
    const { parent } = tree.associations[index];
    return tree.associations[parent].shares === 'parent' ? sharingParent(parent) : parent;
  };
  const served = (index: number): number => {
    const { shares, user: name } = tree.associations[index];
    if (shares === 'parent') return name === undefined ? 4294967294 : Infinity;
    if (shares === 0) return 0;
    const level = all.filter((other) => sharingParent(other) === sharingParent(index));
    const sum = level.reduce(
      (shared, other) => shared + Number(tree.associations[other].shares === 'parent' ? 0 : tree.associations[other].shares),
      0,
    );
    const parentUsed = used(sharingParent(index));
    return shares / sum / (parentUsed === 0 ? 0 : used(index) / parentUsed);
  };
  const order: { index: number; tied: boolean }[] = [];
  const walk = (above: number, tied: boolean): void => {
    const isAccount = (index: number) => Number(tree.associations[index].user === undefined);
    // Depth first by name, users before accounts, is how they stand if nothing else decides.
    const level = depthFirst(tree).filter((index) => index > 0 && sharingParent(index) === above);
    level.sort((a, b) => (served(a) === served(b) ? isAccount(a) - isAccount(b) : served(a) < served(b) ? 1 : -1));
    level.forEach((index, place) => {
      const isTied = place === 0 ? tied : served(level[place - 1]) === served(index);
      if (isAccount(index) === 1) walk(index, isTied);
      else order.push({ index, tied: isTied });
    });
  };
  walk(0, false);
  const ranks = new Map<number, number>();
  let rank = order.length;
  order.forEach(({ index, tied }, place) => {
    if (!tied) rank = order.length - place;
    ranks.set(index, rank);
  });
  return ranks;
}

function depthFirst({ associations }: AssociationTree): number[] {
  const below = (parent: number): number[] =>
    associations
      .map((_, index) => index)
      .filter((index) => associations[index].parent === parent)
      .sort((a, b) => {
        const [one, other] = [associations[a], associations[b]];
        const key = ({ user: name, account: of }: SlurmAssociation) => (name === undefined ? `2${of}` : `1${name}`);
        return key(one) < key(other) ? -1 : 1;
      })
      .flatMap((index) => [index, ...below(index)]);
  return below(-1);
}

describe('classic fair share (priority_multifactor.c, NO_FAIR_TREE)', () => {
  const example = () =>
    plant(
      account('A', 40, account('B', 30, user('u1', 1, 20)), account('C', 10, user('u2', 1, 25), user('u3', 1))),
      account('D', 60, account('E', 25, user('u4', 1, 25)), account('F', 35, user('u5', 1))),
      // The rest of the machine, without shares in it.
      account('rest', 0, user('u6', 1, 30)),
    );

  test('the example of its documentation (classic_fair_share.html, figure 3)', () => {
    const { tree, used, indexOf } = example();
    const fair = new ClassicFairShare(tree, 1, false);
    fair.begin(used);
    const effective = (name: string) => fair.effectiveOf(indexOf(name), used);
    expect(['A', 'B', 'C', 'D', 'E', 'F'].map((name) => effective(name).toFixed(4))).toEqual([
      '0.4500',
      '0.3875',
      '0.3000',
      '0.2500',
      '0.2500',
      '0.1458',
    ]);
    expect(['u1', 'u2', 'u3', 'u4', 'u5'].map((name) => fair.shareOf(indexOf(name)).toFixed(2))).toEqual([
      '0.30',
      '0.05',
      '0.05',
      '0.25',
      '0.35',
    ]);
    const factors = ['u1', 'u2', 'u3', 'u4', 'u5'].map((name) => fair.factorOf(indexOf(name), used));
    [0.408479, 0.022097, 0.125, 0.5, 0.749154].forEach((factor, index) => expect(factors[index]).toBeCloseTo(factor, 4));
    expect(fair.factorOf(indexOf('u6'), used)).toBe(0);
  });

  test('FairShareDampeningFactor divides the exponent', () => {
    const { tree, used, indexOf } = example();
    const fair = new ClassicFairShare(tree, 3, false);
    fair.begin(used);
    expect(fair.factorOf(indexOf('u2'), used)).toBeCloseTo(2 ** -(5.5 / 3), 12);
  });

  test('who has the shares of his parent has its factor', () => {
    const { tree, used, indexOf } = plant(
      account('a', 1, user('x', 'parent', 30), user('y', 'parent')),
      account('b', 1, user('z', 1, 70)),
    );
    const fair = new ClassicFairShare(tree, 1, false);
    fair.begin(used);
    expect(['x', 'y'].map((name) => fair.factorOf(indexOf(name), used))).toEqual([2 ** -0.6, 2 ** -0.6]);
  });

  test('users are weighed when they are first asked for, and stay so until the period ends', () => {
    const { tree, used, indexOf } = example();
    const fair = new ClassicFairShare(tree, 1, false);
    fair.begin(used);
    const before = fair.factorOf(indexOf('u4'), used);
    const more = (index: number) => used(index) * (index === 0 ? 2 : 1);
    expect(fair.factorOf(indexOf('u4'), more)).toBe(before);
    fair.begin(more);
    expect(fair.factorOf(indexOf('u4'), more)).toBeGreaterThan(before);
  });

  test('DEPTH_OBLIVIOUS: where all levels are served alike, depth does not count', () => {
    const { tree, used, indexOf } = plant(
      account('a', 1, account('deep', 1, user('x', 1, 25), user('v', 1, 25))),
      account('b', 1, user('y', 1, 25), user('w', 1, 25)),
    );
    const fair = new ClassicFairShare(tree, 1, true);
    fair.begin(used);
    expect(fair.factorOf(indexOf('x'), used)).toBe(fair.factorOf(indexOf('y'), used));
    expect(fair.factorOf(indexOf('y'), used)).toBe(0.5);
  });
});

describe('usage (priority_multifactor.c, _decay_thread)', () => {
  const HALF_LIFE = 600_000;
  const PER_SECOND = 1 - 0.693 / 600;

  const runs = fc.array(
    fc.record({
      start: fc.integer({ min: 0, max: 20 }),
      length: fc.integer({ min: 0, max: 30 }),
      billing: fc.constantFrom(1, 4),
    }),
    { maxLength: 5 },
  );

  test('of each run, what falls into each period counts by itself', () => {
    fc.assert(
      fc.property(runs, fc.constantFrom(5, 7), (jobs, period) => {
        const { tree } = plant(account('a', 1, user('x', 1)));
        const usage = new Usage(tree, [], 1, HALF_LIFE);
        const clock = new UsageClock(usage, 'none', 0);
        const last = 60 - (60 % period);
        for (let now = 1; now <= last; now++) {
          if (now % period === 0) {
            clock.decay(now * 1000);
            for (const job of clock.jobs()) clock.charge(job, now * 1000);
            clock.endPeriod(now * 1000);
          }
          jobs.forEach(({ start, length, billing }, job) => {
            if (start + 1 === now)
              clock.start(job, { association: 2, qos: -1, partitionQos: -1, billing, tres: Float64Array.of(2) }, now * 1000);
            if (start + 1 + length === now) clock.finish(job, now * 1000);
          });
        }
        const expected = jobs.reduce(
          (sum, job) => sum + usageByDefinition(job.start + 1, job.start + 1 + job.length, period, last) * job.billing,
          0,
        );
        for (const index of [0, 1, 2]) expect(usage.associations[index].raw).toBeCloseTo(expected, 9);
      }),
    );
  });

  /** Charged at the end of each period in which it ran, or when it ended; decayed by all periods that end later. */
  function usageByDefinition(start: number, end: number, period: number, last: number): number {
    let sum = 0;
    for (let from = 0; from < last; from += period) {
      const until = from + period;
      const seconds = Math.max(0, Math.min(end, until) - Math.max(start, from));
      // What ended before the period did is there when all of it is decayed.
      const decayed = end < until ? last - from : last - until;
      sum += seconds * PER_SECOND ** seconds * PER_SECOND ** decayed;
    }
    return sum;
  }

  test('UsageFactor of the QoS counts for its accounts too; NoDecay keeps what the QoS used', () => {
    const { tree } = plant(account('a', 1, user('x', 1)));
    const qos = (name: string, usageFactor: number, flags: string[]) => ({
      ...{ name, priority: 0, preempt: [], preemptMode: 'cluster' as const, within: false, graceTime: 0, limits: {} },
      ...{ usageFactor, flags: new Set(flags), limitFactor: 0 },
    });
    const usage = new Usage(tree, [qos('dear', 2, ['nodecay']), qos('of the partition', 5, [])], 1, HALF_LIFE);
    const clock = new UsageClock(usage, 'none', 0);
    clock.start(0, { association: 2, qos: 0, partitionQos: 1, billing: 3, tres: Float64Array.of(8) }, 0);
    clock.finish(0, 10_000);
    clock.decay(60_000);
    expect([usage.qos[0].raw, usage.qos[0].wall, usage.qos[0].tres[0]]).toEqual([60, 20, 160]);
    expect(usage.qos[1].raw).toBeCloseTo(60 * PER_SECOND ** 70, 10);
    expect(usage.associations[0].raw).toBeCloseTo(60 * PER_SECOND ** 70, 10);
  });

  const day = (text: string) => Date.parse(`${text}Z`);
  test.each([
    { period: 'daily', last: '2024-02-28T13:00', next: '2024-02-29T00:00' },
    { period: 'weekly', last: '2024-02-28T13:00', next: '2024-03-03T00:00' },
    { period: 'weekly', last: '2024-03-03T00:00', next: '2024-03-10T00:00' },
    { period: 'monthly', last: '2024-12-31T13:00', next: '2025-01-01T00:00' },
    { period: 'quarterly', last: '2024-05-31T13:00', next: '2024-07-01T00:00' },
    { period: 'quarterly', last: '2024-10-01T00:00', next: '2025-01-01T00:00' },
    { period: 'yearly', last: '2024-10-01T00:00', next: '2025-01-01T00:00' },
  ] as const)('after a $period reset at $last the next is at $next', ({ period, last, next }) => {
    expect(nextReset(period, day(last), day(last))).toBe(day(next));
  });

  test('a daily reset that was missed for long is made up for once', () => {
    expect(nextReset('daily', day('2024-02-01T13:00'), day('2024-02-28T13:00'))).toBe(day('2024-02-28T00:00'));
    expect(nextReset('none', 0, 0)).toBe(Infinity);
  });
});
