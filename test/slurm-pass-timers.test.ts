// When the controller of Slurm goes over its queue. Caught when planted: passes before the first submission do not count.
import { expect, test } from 'vitest';
import { slurmBuiltin } from '../src/policies/slurm/slurm-builtin.ts';
import { run } from './slurm-runs.ts';

test.each([
  { what: 'at once, if that is far enough from the last pass', full: 10, starts: 0 },
  { what: 'batch_sched_delay after the last pass, though that had nothing to do', full: 25, starts: 5 },
])('the first job starts $what', ({ full, starts }) => {
  const conf = ['SchedulerParameters=batch_sched_delay=10,sched_interval=30'];
  const { start } = run([{ at: 0, runs: 60 }], { spec: slurmBuiltin, conf, given: { 'full-phase': `${full}s` } });
  expect(start[0]).toBe(starts * 1000);
});
