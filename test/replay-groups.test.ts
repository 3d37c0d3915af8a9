// Figures of users, accounts, partitions and QoS, against their definition job by job.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { groupFigures, GROUPINGS } from '../src/cli/replay-groups.ts';
import { processorPool } from '../src/cluster.ts';
import { simulate } from '../src/engine/simulate.ts';
import { fcfs } from '../src/policies/fcfs.ts';
import { nameOf } from '../src/workload.ts';
import { workloadOf } from './slurm-runs.ts';

// Planted, and caught here: jobs without an owner are left out; a job that never started counts as one that waited 0 s.

const names = fc.constantFrom('a', 'b', undefined);
const jobs = fc.array(
  fc.record({
    at: fc.integer({ min: 0, max: 4 }),
    cpus: fc.integer({ min: 1, max: 5 }),
    runs: fc.integer({ min: 1, max: 9 }),
    user: fc.constantFrom('u', 'v'),
    account: names,
    partition: names,
    qos: names,
  }),
  { minLength: 1, maxLength: 12 },
);

test('are what their jobs add up to', () => {
  fc.assert(
    fc.property(jobs, fc.constantFrom(...GROUPINGS), (given, by) => {
      const workload = workloadOf(
        given.map(({ account, partition, qos, ...job }) => ({
          ...job,
          ...(account === undefined ? {} : { account }),
          ...(partition === undefined ? {} : { partition }),
          ...(qos === undefined ? {} : { qos }),
        })),
      );
      const cluster = processorPool(4);
      const schedule = simulate(workload, cluster, fcfs);
      const expected = new Map<string, { jobs: number; waits: number[]; seconds: number }>();
      for (let job = 0; job < workload.count; job++) {
        const name = nameOf(workload[by], job) ?? '(none)';
        const group = expected.get(name) ?? { jobs: 0, waits: [], seconds: 0 };
        expected.set(name, group);
        group.jobs++;
        if (Number.isNaN(schedule.start[job])) continue;
        group.waits.push((schedule.start[job] - schedule.submit[job]) / 1000);
        group.seconds += (workload.procs[job] * (schedule.end[job] - schedule.start[job])) / 1000;
      }
      const figures = groupFigures({ workload, cluster, schedule }, by);
      expect(figures.length).toBe(expected.size);
      for (const { name, jobs: count, started, wait, coreHours } of figures) {
        const { jobs: all, waits, seconds } = expected.get(name) ?? { jobs: 0, waits: [], seconds: 0 };
        expect([count, started]).toEqual([all, waits.length]);
        if (waits.length === 0) expect(wait).toBeNaN();
        else expect(wait).toBeCloseTo(waits.reduce((sum, one) => sum + one, 0) / waits.length, 9);
        expect(coreHours).toBeCloseTo(seconds / 3600, 9);
      }
    }),
  );
});
