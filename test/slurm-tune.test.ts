// That bf_max_job_test and bf_window change results the way slurm.conf(5) of Slurm 22.05 says: the first bounds how deep
// backfill looks, and only jobs that it has looked at have an expected start; with a window shorter than the longest limit
// large jobs starve.
import { expect, test } from 'vitest';
import { slurmBackfill } from '../src/policies/slurm/slurm-backfill.ts';
import { slurmPolicy } from '../src/policies/slurm/slurm-policy.ts';
import { randomStream } from '../src/random.ts';
import { run, startsOf } from './slurm-runs.ts';
import type { RunJob } from './slurm-runs.ts';

/** Starts by backfill, and jobs that had an expected start at some time [count]; waits [s]. */
function tuned(jobs: readonly RunJob[], given: Record<string, string>) {
  let backfilled = 0;
  const spec = {
    ...slurmBackfill,
    create: (setup: Parameters<typeof slurmBackfill.create>[0]) =>
      slurmPolicy(setup, true, (_, starter) => void (backfilled += starter === 'backfill' ? 1 : 0)),
  };
  const done = run(jobs, { spec, given, options: { audit: false, until: 10 * 24 * 3600_000 } });
  const planned = new Set(done.explanations.filter(({ reason }) => reason.includes('planned for')).map(({ job }) => job));
  const waits = startsOf(done).map((start, job) => start - jobs[job].at);
  return { backfilled, planned: planned.size, waits };
}

const mean = (values: readonly number[]) => Math.round(values.reduce((sum, value) => sum + value, 0) / values.length);

test('bf_max_job_test: the deeper, the more jobs are backfilled and have an expected start', () => {
  const random = randomStream(4, 'tune');
  const pick = (values: readonly number[]) => values[random.integer(values.length)];
  const jobs = Array.from({ length: 80 }, (_, job): RunJob => {
    const limit = pick([10, 30, 60, 120]);
    return { at: job * 60, cpus: pick([1, 4, 8, 16, 32]), runs: Math.ceil(limit * 60 * pick([0.2, 0.5, 1])), limit };
  });
  const rows = ['1', '5', '20', '100', '500'].map((depth) => {
    const { backfilled, planned, waits } = tuned(jobs, { 'bf-max-job-test': depth });
    return `${depth.padStart(15)} | ${String(backfilled).padStart(17)} | ${String(planned).padStart(19)} | ${mean(waits)}`;
  });
  expect(`\n${['bf_max_job_test | started by it     | had expected start  | mean wait [s]', ...rows].join('\n')}\n`)
    .toMatchInlineSnapshot(`
    "
    bf_max_job_test | started by it     | had expected start  | mean wait [s]
                  1 |                 0 |                   0 | 34910
                  5 |                21 |                  64 | 31502
                 20 |                41 |                  70 | 23492
                100 |                39 |                  72 | 21080
                500 |                39 |                  72 | 21080
    "
  `);
});

test('bf_window: shorter than the longest limit, it lets a job starve that needs all nodes', () => {
  // Each node is always in the hands of a job that may take ten hours; they end one after the other.
  const narrow = Array.from({ length: 60 }, (_, job): RunJob => ({ at: job * 1800, cpus: 8, runs: 7200, limit: 600 }));
  const jobs = [...narrow, { at: 5400, cpus: 32, runs: 600, limit: 30 }].sort((a, b) => a.at - b.at);
  const rows = ['60', '300', '599', '660', '1440'].map((window) => {
    const { planned, waits } = tuned(jobs, { 'bf-window': window });
    const wide = jobs.findIndex(({ cpus }) => cpus === 32);
    return `${window.padStart(15)} | ${String(planned).padStart(19)} | ${String(waits[wide]).padStart(26)} | ${mean(waits.filter((_, job) => job !== wide))}`;
  });
  expect(
    `\n${['bf_window [min] | had expected start  | wait of the widest job [s] | mean wait of the others [s]', ...rows].join('\n')}\n`,
  ).toMatchInlineSnapshot(`
    "
    bf_window [min] | had expected start  | wait of the widest job [s] | mean wait of the others [s]
                 60 |                   0 |                     108000 | 0
                300 |                   0 |                     108000 | 0
                599 |                  57 |                       7200 | 3080
                660 |                  57 |                       7200 | 3080
               1440 |                  57 |                       7200 | 3080
    "
  `);
});
