// What is free on some nodes alone, against counting; and that a job that starts within it starts there.
//
// Planted, and seen to be caught: the other nodes keep what is free there; the nodes that are named are the ones left out.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Cluster } from '../src/cluster.ts';
import { simulate } from '../src/engine/simulate.ts';
import { firstFit } from '../src/placement/first-fit.ts';
import type { Cycle, PolicySpec } from '../src/policy.ts';
import { workloadOf } from './workload-of.ts';

const NODES = 3;
const CPUS = 2;
const SUBSETS = Array.from({ length: 2 ** NODES }, (_, bits) => new Set([0, 1, 2].filter((node) => (bits >> node) & 1)));

const CLUSTER: Cluster = {
  name: 'three nodes',
  interchangeable: false,
  pools: [{ name: 'n', count: NODES, cpu: 1000 * CPUS, memory: Infinity, gpus: 0 }],
  partitions: [],
  outages: [],
};

/** Processors free on each node: as many tasks as can be taken there alone, of a job of one. */
function freeOn({ free }: Cycle, node: number, probes: readonly number[]): number {
  const room = free.copy(new Set([node]));
  let taken = 0;
  while (taken < probes.length && room.fits(probes[taken])) room.take(probes[taken++]);
  return taken;
}

/** Starts each job on the nodes that are drawn for it, if it fits there. */
const onSomeNodes = (draws: readonly number[]): PolicySpec => ({
  name: 'on-some-nodes',
  summary: 'For a test.',
  source: 'none',
  create: ({ jobs }) => ({
    schedule(cycle) {
      const { pending } = cycle;
      const waiting = [];
      for (let job = pending.first(); job >= 0; job = pending.after(job)) waiting.push(job);
      const probes = waiting.filter((job) => jobs.procs[job] === 1).slice(0, CPUS);
      const known = probes.length === CPUS;
      for (const job of waiting) {
        const before = [0, 1, 2].map((node) => (known ? freeOn(cycle, node, probes) : NaN));
        for (const nodes of known && pending.has(probes[0]) && pending.has(probes[1]) ? SUBSETS : []) {
          const there = [...nodes].reduce((sum, node) => sum + before[node], 0);
          expect(cycle.free.copy(nodes).fits(job)).toBe(pending.has(job) && jobs.procs[job] <= there);
        }
        const nodes = SUBSETS[draws[job % draws.length]];
        const room = cycle.free.copy(nodes);
        const others = cycle.free.copy(new Set([0, 1, 2].filter((node) => !nodes.has(node))));
        if (!cycle.free.fits(job, room)) continue;
        cycle.start(job, room);
        const now = cycle.free.copy(new Set([0, 1, 2].filter((node) => !nodes.has(node))));
        const rest = waiting.filter((other) => pending.has(other));
        for (const other of rest) expect(now.fits(other)).toBe(others.fits(other));
      }
      if (waiting.some((job) => pending.has(job)) && cycle.now < 50) cycle.wakeAt(cycle.now + 1);
    },
  }),
});

test('what fits there is what there is, and what starts there leaves the others alone', () => {
  const row = fc.record({ submit: fc.nat(4), runtime: fc.integer({ min: 1, max: 5 }), procs: fc.constantFrom(1, 1, 2, 3) });
  fc.assert(
    fc.property(
      fc.array(row, { minLength: 3, maxLength: 12 }),
      fc.array(fc.nat(7), { minLength: 3, maxLength: 9 }),
      (rows, draws) => {
        const schedule = simulate(workloadOf(rows), CLUSTER, onSomeNodes(draws), { placement: firstFit, audit: true });
        expect(schedule.start.length).toBe(rows.length);
      },
    ),
    { numRuns: 300 },
  );
});
