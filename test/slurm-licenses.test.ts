// Licences and --switches in whole runs: who waits for them, and who does not wait behind.
import { describe, expect, test } from 'vitest';
import { slurmBuiltin } from '../src/policies/slurm/slurm-builtin.ts';
import { reasonsOf, run, startsOf } from './slurm-runs.ts';
import type { RunJob, RunSetting } from './slurm-runs.ts';

const CONF = ['Licenses=matlab:3,ansys:1'];

function job(at: number, runs: number, licenses?: Record<string, number>, more: Partial<RunJob> = {}): RunJob {
  return { at, runs, limit: Math.ceil(runs / 60), ...(licenses === undefined ? {} : { options: { licenses } }), ...more };
}

function starts(jobs: readonly RunJob[], setting: RunSetting = {}): number[] {
  return startsOf(run(jobs, { conf: CONF, ...setting }));
}

describe('licences', () => {
  const jobs = [job(0, 60, { matlab: 2 }), job(1, 60, { matlab: 2 }), job(2, 60, { matlab: 1 }), job(3, 60)];

  test('who lacks some waits for them, and nobody waits behind it', () => {
    expect(starts(jobs, { spec: slurmBuiltin })).toEqual([0, 60, 3, 3]);
    expect(reasonsOf(run(jobs, { conf: CONF, spec: slurmBuiltin }), 1)).toContain('Licenses');
  });

  test('all kinds must be there', () => {
    const both = { matlab: 1, ansys: 1 };
    expect(starts([job(0, 120, both), job(1, 30, both), job(2, 30, { matlab: 2 })], { spec: slurmBuiltin })).toEqual([0, 120, 3]);
  });

  test('they come back when the nodes of a job are clean', () => {
    const given = { options: { costs: { release: 5000 } } };
    expect(starts([job(0, 60, { ansys: 1 }), job(1, 30, { ansys: 1 })], { spec: slurmBuiltin, ...given })[1]).toBe(65);
  });

  test('a job that asks for more than there are never starts', () => {
    const schedule = run([job(0, 60, { matlab: 4 }), job(1, 60)], { conf: CONF });
    expect(startsOf(schedule)[0]).toBeNaN();
    expect(reasonsOf(schedule, 0).join()).toContain('4 licences matlab, of 3');
  });

  test('bf_licenses: the main loop goes past nobody who waits for some; backfill plans them', () => {
    // The long one has two; the second waits for two; the third could have the last one, but not for longer than that.
    const few = [job(0, 120, { matlab: 2 }), job(1, 60, { matlab: 2 }), job(2, 600, { matlab: 2 }), job(3, 60)];
    const planned = starts(few, { scheduler: 'bf_licenses,bf_running_job_reserve,bf_interval=10' });
    expect(planned.slice(0, 3)).toEqual([0, 120, 180]);
    expect(planned[3]).toBeLessThanOrEqual(13);
    expect(starts(few, { scheduler: 'bf_interval=10' })[3]).toBe(3);
  });
});

test('a job that takes no licences is not kept by those who wait, whatever they hold', () => {
  const jobs = [
    job(0, 60, { ansys: 1 }),
    ...Array.from({ length: 5 }, (_, index) => job(1 + index, 60, { ansys: 1 })),
    job(7, 5),
  ];
  expect(starts(jobs)[6]).toBeLessThanOrEqual(10);
});
