// EASY beside its definition, both on the real simulator; and what it promises to the first job of the queue.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { processorPool } from '../src/cluster.ts';
import { simulate } from '../src/engine/simulate.ts';
import { easy } from '../src/policies/easy/easy.ts';
import { fcfs } from '../src/policies/fcfs.ts';
import type { Cycle, PolicySpec } from '../src/policy.ts';
import type { Requests } from '../src/workload.ts';
import { outcomeOf } from './engine-oracle.ts';
import { plainFcfs, specOf } from './engine-views.ts';
import type { Decide, View } from './engine-views.ts';
import { costs, denseWorkloads, options, outages, PROCS } from './engine-workloads.ts';

// Planted in `textbook` and `whenFits`, and caught:
// - extra processors are not spent by a job that runs past the reservation;
// - jobs with the same expected end are not counted together;
// - `<` for `<=` where a job ends just when the reservation is due;
// - the reservation of the last pass is used again after an end; after a job has ended and is being cleaned;
// - arrivals of an instant are tried in another order than that of the queue.

/** As its paper states it, without shortcuts: try each job, keep it if the first one is not delayed. */
const easyByDefinition: Decide = (view, jobs) => {
  plainFcfs(view, jobs);
  const [head, ...others] = view.queue();
  for (const job of others) {
    if (view.fits(job) && earliestFit(head, view, jobs, [job]) <= earliestFit(head, view, jobs, [])) view.start(job);
  }
};

/** The first time at which enough processors are sure to be free, if `also` were started now. */
function earliestFit(head: number, view: View, jobs: Requests, also: readonly number[]): number {
  const busy = [
    ...view.running().map(({ job, expectedEnd }) => ({ procs: jobs.procs[job], end: Math.max(view.now, expectedEnd) })),
    ...also.map((job) => ({ procs: jobs.procs[job], end: view.now + jobs.walltime[job] })),
  ];
  const up = view.free + view.running().reduce((sum, { job }) => sum + jobs.procs[job], 0);
  const busyAfter = (time: number) => busy.reduce((sum, { procs, end }) => (end > time ? sum + procs : sum), 0);
  const times = busy.map(({ end }) => end).filter((time) => time < Infinity && busyAfter(time) + jobs.procs[head] <= up);
  return Math.min(Infinity, ...times);
}

describe('easy decides as its definition does', () => {
  test('of plain jobs', () => {
    fc.assert(
      fc.property(denseWorkloads({ maxJobs: 16 }), (workload) => {
        const run = (spec: PolicySpec) => outcomeOf(simulate(workload, processorPool(PROCS), spec, { audit: true }));
        expect(run(easy)).toEqual(run(specOf({ decide: easyByDefinition })));
      }),
      { numRuns: 2000 },
    );
  });

  test('when nodes fail and jobs depend on each other', () => {
    fc.assert(
      fc.property(denseWorkloads({ maxJobs: 16, dependencies: true }), outages, options, (workload, planned, told) => {
        const cluster = { ...processorPool(PROCS), outages: planned };
        // Launching takes time that is not in the walltimes the definition goes by.
        const free = { ...told, costs: { ...told.costs, launch: 0 } };
        const run = (spec: PolicySpec) => outcomeOf(simulate(workload, cluster, spec, free));
        expect(run(easy)).toEqual(run(specOf({ decide: easyByDefinition })));
      }),
      { numRuns: 1000 },
    );
  });
});

describe('easy', () => {
  test('starts the first job no later than it was promised, and never promises it a later time', () => {
    fc.assert(
      fc.property(denseWorkloads({ maxJobs: 16 }), (workload) => {
        const promised = new Map<number, number>();
        const watched: PolicySpec = {
          ...easy,
          create(setup) {
            const policy = easy.create(setup);
            return {
              ...policy,
              schedule(cycle: Cycle) {
                policy.schedule(cycle);
                const head = cycle.pending.first();
                if (head < 0) return;
                const { time } = cycle.running.whenFits(head);
                expect(time).toBeLessThanOrEqual(promised.get(head) ?? Infinity);
                promised.set(head, time);
              },
            };
          },
        };
        const { start } = simulate(workload, processorPool(PROCS), watched);
        for (const [job, time] of promised) if (time < Infinity) expect(start[job]).toBeLessThanOrEqual(time);
      }),
      { numRuns: 1000 },
    );
  });

  test('is fcfs as long as nothing waits behind a job that does not fit', () => {
    fc.assert(
      fc.property(denseWorkloads({ mostProcs: 1, maxJobs: 16 }), costs, (workload, spent) => {
        const run = (spec: PolicySpec) => outcomeOf(simulate(workload, processorPool(PROCS), spec, { costs: spent }));
        expect(run(easy)).toEqual(run(fcfs));
      }),
      { numRuns: 300 },
    );
  });

  test('meets the cases that it is about', () => {
    let backfilled = 0;
    let pastTheReservation = 0;
    fc.assert(
      fc.property(denseWorkloads({ maxJobs: 16 }), (workload) => {
        const { start } = simulate(workload, processorPool(PROCS), easy);
        const plain = simulate(workload, processorPool(PROCS), fcfs);
        for (let job = 0; job < workload.count; job++) {
          if (!(start[job] < plain.start[job])) continue;
          backfilled++;
          if (workload.walltime[job] === Infinity) pastTheReservation++;
        }
      }),
      { numRuns: 500 },
    );
    expect(backfilled).toBeGreaterThan(100);
    expect(pastTheReservation).toBeGreaterThan(10);
  });
});
