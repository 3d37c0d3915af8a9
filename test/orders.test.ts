// Orders of the queue: the scores of src/policies/orders.ts, and how ties are broken.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { processorPool } from '../src/cluster.ts';
import { simulate } from '../src/engine/simulate.ts';
import { easy } from '../src/policies/easy/easy.ts';
import { orderOf, orderParameter } from '../src/policies/orders.ts';
import type { Order } from '../src/policy.ts';
import { requestsOf } from '../src/workload.ts';
import type { Workload } from '../src/workload.ts';
import { Oracle, outcomeOf } from './engine-oracle.ts';
import { pendingOf, plainEasy, specOf } from './engine-views.ts';
import { denseWorkloads, PROCS } from './engine-workloads.ts';
import { workloadOf } from './workload-of.ts';

// Planted, and caught:
// - the queue is not sorted anew at each instant for orders that vary;
// - ties go to the lower row even where a dependency has moved its submission;
// - wfp3 without its third power; sjf and ljf swapped; the 1 s below which submissions of f1 to f4 do not count left out.

const ORDERS = orderParameter.choices ?? [];

function orderNamed(name: string, workload: Workload): Order {
  return orderOf({ order: name }, requestsOf(workload)) ?? { key: (job) => workload.submit[job] };
}

describe('scores', () => {
  // One hour on 8 processors, submitted 100 s after the first job; at 1100 s it has waited for 1000 s.
  const workload = workloadOf([
    { submit: 0, runtime: 1, procs: 1 },
    { submit: 100_000, runtime: 1, walltime: 3_600_000, procs: 8, priority: 5 },
    { submit: 100_000, runtime: 1, walltime: 0, procs: 1 },
    { submit: 100_000, runtime: 1, procs: 1, request: { cpu: 0, memory: 0, gpu: 1000 } },
  ]);
  test.each([
    { name: 'submit', score: 100_000 },
    { name: 'sjf', score: 3600 },
    { name: 'ljf', score: -3600 },
    { name: 'smallest', score: 8 },
    { name: 'largest', score: -8 },
    { name: 'saf', score: 28_800 },
    { name: 'priority', score: -5 },
    { name: 'wfp3', score: -0.171467764 },
    { name: 'unicef', score: -0.092592593 },
    { name: 'expansion', score: -1.277777778 },
    { name: 'f1', score: 1768.45042 },
    { name: 'f2', score: 51_680 },
    { name: 'f3', score: 13_748_800 },
    { name: 'f4', score: 1_070_182.337649 },
  ])('$name: $score', ({ name, score }) => {
    expect(orderNamed(name, workload).key(1, 1_100_000)).toBeCloseTo(score, 5);
  });

  test('there is a score of each order here', () => expect(ORDERS).toHaveLength(14));

  test.each(ORDERS)(
    '%s: is a number for the first job, an endless one, one without walltime and one without processors',
    (name) => {
      for (const job of [0, 2, 3]) expect(orderNamed(name, workload).key(job, 1_100_000)).toSatisfy(Number.isFinite);
    },
  );
});

describe('the queue', () => {
  test('is in the order of the keys at each instant; ties go to the earlier submission', () => {
    // Dependencies move submissions, so that rows do not tell who came first.
    fc.assert(
      fc.property(denseWorkloads({ dependencies: true, mostProcs: 2 }), fc.constantFrom(...ORDERS), (workload, name) => {
        const submitted = new Map<number, number>();
        const spec = {
          ...easy,
          create: () => ({
            order: orderOf({ order: name }, requestsOf(workload)),
            schedule: (cycle: Parameters<ReturnType<typeof easy.create>['schedule']>[0]) => {
              for (const job of cycle.changed.submitted) submitted.set(job, cycle.now);
              const key = (job: number) => orderNamed(name, workload).key(job, cycle.now);
              const since = (job: number) => (name === 'submit' ? 0 : submitted.get(job)!);
              const expected = [...pendingOf(cycle)].sort((a, b) => a - b);
              if (name === 'submit') expected.sort((a, b) => submitted.get(a)! - submitted.get(b)!);
              else expected.sort((a, b) => (key(a) === key(b) ? 0 : key(a) - key(b)) || since(a) - since(b) || a - b);
              expect(pendingOf(cycle)).toEqual(expected);
              // One at a time, so that a queue builds up.
              const head = cycle.pending.first();
              if (head >= 0 && cycle.running.size === 0 && cycle.free.fits(head)) cycle.start(head);
            },
          }),
        };
        simulate(workload, processorPool(PROCS), spec, { dependencies: 'feedback' });
      }),
      { numRuns: 1000 },
    );
  });

  test('cannot be sorted by no number', () => {
    const workload = workloadOf([{ submit: 0, runtime: 5, procs: 4 }, { submit: 0, runtime: 5, procs: 4 }, { submit: 1, runtime: 1, procs: 1 }]); // prettier-ignore
    const later = specOf({
      decide: (view) => {
        if (view.now === 0) view.start(view.queue()[0]);
      },
      order: () => ({ varies: true, key: (job, now) => (now === 0 || job === 2 ? job : NaN) }),
    });
    expect(() => simulate(workload, processorPool(PROCS), later)).toThrow("the policy's order has no key for job");
    const atOnce = specOf({ decide: () => {}, order: () => ({ key: () => NaN }) });
    expect(() => simulate(workload, processorPool(PROCS), atOnce)).toThrow("the policy's order has no key for job 0");
  });
});

describe('easy by its definition', () => {
  test.each(ORDERS)('order %s', (name) => {
    const inSeconds = (workload: Workload): Workload => ({
      ...workload,
      submit: workload.submit.map((time) => time * 1000),
      runtime: workload.runtime.map((time) => time * 1000),
      walltime: workload.walltime.map((time) => time * 1000),
    });
    fc.assert(
      // Waits of whole seconds and of a few ms, since scores count a second at least.
      fc.property(denseWorkloads(), fc.boolean(), (dense, seconds) => {
        const workload = seconds ? inSeconds(dense) : dense;
        const order = name === 'submit' ? undefined : () => orderNamed(name, workload);
        const parameters = { dialect: 'textbook', order: name };
        const actual = simulate(workload, processorPool(PROCS), easy, { parameters, audit: true });
        const expected = new Oracle(workload, processorPool(PROCS), { decide: plainEasy, order }, {}).run();
        expect(outcomeOf(actual)).toEqual(expected);
      }),
      { numRuns: 1000 },
    );
  });
});
