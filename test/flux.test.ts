// The queue policies of Fluxion, against the loop written out on a calendar of single milliseconds.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { processorPool } from '../src/cluster.ts';
import { parseClusterSpec } from '../src/cluster-spec.ts';
import { simulate } from '../src/engine/simulate.ts';
import { placements } from '../src/placement/index.ts';
import { flux } from '../src/policies/flux/flux.ts';
import type { PolicySpec } from '../src/policy.ts';
import { workloadOf } from './workload-of.ts';

const PROCS = 4;
/** Beyond all ends that sixteen jobs can have [ms]. */
const HORIZON = 300;

/** Match now if that is in nobody's way, else reserve the earliest time, for so many of the jobs that are looked at. */
function byDefinition(queue: string, depth: number, most: number): PolicySpec {
  return {
    ...flux,
    create: ({ jobs }) => ({
      schedule(cycle) {
        const { now, pending, running } = cycle;
        const used = new Array<number>(HORIZON).fill(0);
        const book = (job: number, from: number, until: number) => {
          for (let at = from; at < Math.min(until, HORIZON); at++) used[at] += jobs.procs[job];
        };
        const isFree = (job: number, from: number) =>
          used.slice(from, from + jobs.walltime[job]).every((procs) => procs + jobs.procs[job] <= PROCS);
        for (let job = running.first(); job >= 0; job = running.after(job)) book(job, now, running.expectedEnd(job));
        const order: number[] = [];
        for (let job = pending.first(); job >= 0; job = pending.after(job)) order.push(job);
        order.sort((a, b) => (jobs.priority?.[b] ?? 0) - (jobs.priority?.[a] ?? 0) || jobs.submit[a] - jobs.submit[b] || a - b);
        let reserved = 0;
        for (const job of order.slice(0, depth)) {
          if (isFree(job, now)) {
            cycle.start(job);
            book(job, now, now + jobs.walltime[job]);
            continue;
          }
          if (queue === 'fcfs') return;
          if (reserved === most) continue;
          reserved++;
          let from = now;
          while (!isFree(job, from)) from++;
          book(job, from, from + jobs.walltime[job]);
        }
      },
    }),
  };
}

const workloads = fc
  .array(
    fc.record({
      submit: fc.nat(6),
      runtime: fc.integer({ min: 1, max: 6 }),
      walltime: fc.constantFrom(1, 2, 3, 4, 5, 6, 9),
      procs: fc.integer({ min: 1, max: PROCS }),
      priority: fc.constantFrom(0, 0, 1),
    }),
    { minLength: 1, maxLength: 16 },
  )
  .map((jobs) => workloadOf(jobs.map((job) => ({ ...job, runtime: Math.min(job.runtime, job.walltime) }))));

const MOST: Record<string, number> = { fcfs: 0, easy: 1, hybrid: 2, conservative: 100 };

describe.each(Object.entries(MOST))('%s', (queue, most) => {
  test('decides as the loop of Fluxion does', () => {
    fc.assert(
      fc.property(workloads, fc.constantFrom(1, 2, 3, 32), (jobs, depth) => {
        const parameters = { queue, 'queue-depth': depth, 'reservation-depth': queue === 'hybrid' ? most : 0 };
        const ours = simulate(jobs, processorPool(PROCS), flux, { parameters });
        const slow = simulate(jobs, processorPool(PROCS), byDefinition(queue, depth, most), { parameters });
        expect(ours.start).toEqual(slow.start);
      }),
      { numRuns: 300 },
    );
  });
});

test.each([
  { name: 'lonode', nodes: [0, 1] },
  { name: 'hinode', nodes: [3, 2] },
])('$name fills nodes from its end', ({ name, nodes }) => {
  const jobs = workloadOf([{ submit: 0, runtime: 5, walltime: 5, procs: 3 }]);
  const placement = placements.find((one) => one.name === name);
  const { placements: placed } = simulate(jobs, parseClusterSpec('nodes=4,cpus=2'), flux, { placement });
  expect([...placed!.node]).toEqual(nodes);
  expect([...placed!.tasks]).toEqual([2, 1]);
});
