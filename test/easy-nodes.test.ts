// EASY on clusters of nodes: which nodes a backfilled job gets matters, not only how many. Nodes must never be taken
// from under the reservation of the first job.
//
// Planted once, and caught here: the extra room searched without looking at what is free now; a job started on any free
// nodes although it runs beyond the shadow time.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { withIdentities } from '../src/cluster-spec.ts';
import { processorPool } from '../src/cluster.ts';
import type { Cluster } from '../src/cluster.ts';
import { simulate } from '../src/engine/simulate.ts';
import { placements } from '../src/placement/index.ts';
import { easy } from '../src/policies/easy/easy.ts';
import type { Cycle, PolicySpec } from '../src/policy.ts';
import type { TaskRequest } from '../src/workload.ts';
import { workloadOf } from './workload-of.ts';

const cluster: Cluster = {
  name: 'three kinds of nodes',
  interchangeable: false,
  pools: [
    { name: 'small', count: 2, cpu: 2000, memory: 4, gpus: 0 },
    { name: 'large', count: 1, cpu: 4000, memory: 4, gpus: 0 },
    { name: 'gpu', count: 2, cpu: 2000, memory: 8, gpus: 2 },
  ],
  partitions: [],
  outages: [],
};

const request: fc.Arbitrary<TaskRequest> = fc.record({
  cpu: fc.constantFrom(1000, 1000, 2000, 4000),
  memory: fc.constantFrom(0, 1, 2, 4),
  gpu: fc.constantFrom(0, 0, 0, 1000, 2000),
});

const workloads = fc
  .array(
    fc.record({
      submit: fc.nat(6),
      runtime: fc.nat(6),
      walltime: fc.constantFrom(1, 2, 3, 4, 5, 6, 9),
      procs: fc.integer({ min: 1, max: 4 }),
      request,
    }),
    { minLength: 1, maxLength: 16 },
  )
  .map((jobs) => workloadOf(jobs));

/** EASY, watched: when it starts something behind the first job, that one's reservation must not come to be later. */
function watched(delays: number[]): PolicySpec {
  return {
    ...easy,
    create(setup) {
      const policy = easy.create(setup);
      return {
        ...policy,
        schedule(cycle) {
          const start: Cycle['start'] = (job, within) => {
            const head = cycle.pending.first();
            const before = job === head ? NaN : cycle.running.whenFits(head).time;
            cycle.start(job, within);
            if (job !== head) delays.push(cycle.running.whenFits(head).time - before);
          };
          const { now, pending, running, free, changed } = cycle;
          policy.schedule({
            roomOn: (job, group, node) => cycle.roomOn(job, group, node),
            phaseOf: (job) => cycle.phaseOf(job),
            now,
            pending,
            running,
            free,
            changed,
            start,
            place: (job, group, node, tasks) => cycle.place(job, group, node, tasks),
            preempt: (job, preemption) => cycle.preempt(job, preemption),
            evict: (eviction, grace) => cycle.evict(eviction, grace),
            reject: (job, reason) => cycle.reject(job, reason),
            wakeAt: (time) => cycle.wakeAt(time),
            explain: (job, reason) => cycle.explain(job, reason),
          });
        },
      };
    },
  };
}

const pool = fc
  .array(
    fc.record({
      submit: fc.nat(6),
      runtime: fc.nat(6),
      walltime: fc.constantFrom(1, 2, 3, 4, 5, 6, 9),
      procs: fc.integer({ min: 1, max: 5 }),
    }),
    { minLength: 1, maxLength: 16 },
  )
  .map((jobs) => workloadOf(jobs));

describe.each(placements.filter(({ name }) => name !== 'contiguous'))('easy with placement $name', (placement) => {
  test('on nodes of one processor that are all alike, decides as on a pool', () => {
    fc.assert(
      fc.property(pool, (jobs) => {
        const onNodes = simulate(jobs, withIdentities(processorPool(4)), easy, { placement, audit: true });
        expect(onNodes.start).toEqual(simulate(jobs, processorPool(4), easy).start);
      }),
      { numRuns: 300, seed: 7 },
    );
  });
});

describe.each(placements)('easy with placement $name', (placement) => {
  test('a backfilled job never delays the first one, and nothing is over-allocated', () => {
    let backfilled = 0;
    fc.assert(
      fc.property(workloads, (jobs) => {
        const delays: number[] = [];
        simulate(jobs, cluster, watched(delays), { placement, audit: true });
        backfilled += delays.length;
        for (const delay of delays) expect(delay).toBe(0);
      }),
      { numRuns: 300, seed: 7 },
    );
    expect(backfilled).toBeGreaterThan(50);
  });
});
