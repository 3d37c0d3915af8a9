// What Slurm turns away when it is submitted, in the words of sbatch, and what it lets wait (Slurm 22.05, job_mgr.c,
// _job_create, _get_job_parts, _valid_job_part; licenses.c, license_validate; job_scheduler.c, deadline_ok).
import { describe, expect, test } from 'vitest';
import { slurmBuiltin } from '../src/policies/slurm/slurm-builtin.ts';
import { COMPLETED, REJECTED } from '../src/schedule.ts';
import { reasonsOf, run, startsOf } from './slurm-runs.ts';
import type { RunJob, RunSetting } from './slurm-runs.ts';

const each = { at: 0, runs: 60 };
const CONF = { conf: ['Licenses=m:3'] };

/** The state of the first job, and what was said of it. */
function outcomeOf(job: Partial<RunJob>, setting: RunSetting = CONF): unknown[] {
  const done = run([{ ...each, ...job }], setting);
  return [done.state[0], ...reasonsOf(done, 0)];
}

interface Wrong {
  readonly what: string;
  readonly job: Partial<RunJob>;
  readonly says: string;
}

describe('a request that is wrong by itself', () => {
  test.each<Wrong>([
    { what: 'an unknown partition', job: { partition: 'gone' }, says: 'Invalid partition name specified (gone)' },
    {
      what: 'one unknown partition among several',
      job: { partition: 'main', options: { partitions: ['main', 'gone'] } },
      says: 'Invalid partition name specified (gone)',
    },
    {
      what: 'more licences than there are',
      job: { options: { licenses: { m: 4 } } },
      says: 'Invalid license specification (4 licences m, of 3)',
    },
    {
      what: 'licences that there are not',
      job: { options: { licenses: { x: 1 } } },
      says: 'Invalid license specification (1 licences x, of 0)',
    },
    { what: 'a node that there is not', job: { options: { nodeList: ['n9'] } }, says: 'Invalid node name specified (n9)' },
    {
      what: 'an excluded node that there is not',
      job: { options: { excludedNodes: ['n9'] } },
      says: 'Invalid node name specified (n9)',
    },
    {
      what: 'a node that is excluded too',
      job: { options: { nodeList: ['n1'], excludedNodes: ['n1', 'n2'] } },
      says: 'Invalid node name specified (n1)',
    },
    {
      what: 'more nodes by name than by number',
      job: { options: { nodeList: ['n1', 'n2'], maxNodes: 1, minNodes: 1 } },
      says: 'Node count specification invalid (at least 2 of at most 1)',
    },
    {
      what: 'a --time-min beyond the limit',
      job: { limit: 10, options: { timeMin: 660_000 } },
      says: "Invalid time-min specification (exceeds job's time or other limits)",
    },
    {
      what: 'a deadline that is over',
      job: { at: 10, deadline: 9 },
      says: 'Requested time limit is invalid (the deadline is over)',
    },
  ])('$what: it is turned away', ({ job, says }) => {
    expect(outcomeOf(job)).toEqual([REJECTED, says]);
  });

  test.each([
    { what: 'all licences', job: { options: { licenses: { m: 3 } } } },
    { what: 'a --time-min that is the limit', job: { limit: 10, options: { timeMin: 600_000 } } },
    { what: 'a deadline that is just in time', job: { limit: 1, deadline: 63 } },
  ])('$what: it is let in', ({ job }) => {
    expect(outcomeOf(job)[0]).toBe(COMPLETED);
  });

  test('allow_zero_lic: who asks for more licences than there are waits', () => {
    const done = run([{ ...each, options: { licenses: { m: 4 } } }, each], { ...CONF, scheduler: 'allow_zero_lic' });
    expect([...startsOf(done), reasonsOf(done, 0)]).toEqual([NaN, 0, ['Licenses']]);
  });
});

describe('--deadline', () => {
  const busy = { at: 0, cpus: 32, runs: 300, limit: 5 };

  test('a job that cannot end by then any more is taken out of the queue when it is looked at', () => {
    const done = run([busy, { at: 1, cpus: 32, runs: 60, limit: 2, deadline: 310 }], { spec: slurmBuiltin });
    expect(startsOf(done)).toEqual([0, NaN]);
    expect(done.state[1]).toBe(REJECTED);
    expect(reasonsOf(done, 1).at(-1)).toBe('DeadLine (it could not end in time any more)');
  });

  test('it is not looked at behind one that blocks its partition, and keeps waiting', () => {
    const jobs = [busy, { at: 1, cpus: 32, runs: 60, limit: 60 }, { at: 2, cpus: 1, runs: 60, limit: 2, deadline: 200 }];
    const done = run(jobs, { spec: slurmBuiltin });
    expect([startsOf(done)[2], done.end[2]]).toEqual([NaN, 300_000]);
  });

  test('one without a limit may be cut short, and runs no longer than until then', () => {
    const done = run([{ at: 0, runs: 900, limit: Infinity, deadline: 400 }], { spec: slurmBuiltin });
    expect([startsOf(done), done.end[0]]).toEqual([[0], 360_000]);
  });

  test('with a --time-min it starts as long as that fits, with what is left', () => {
    const job = { at: 1, cpus: 32, runs: 900, limit: 20, options: { timeMin: 120_000 }, deadline: 700 };
    for (const spec of [slurmBuiltin, undefined]) {
      const done = run([busy, job], { spec });
      expect([startsOf(done)[1], done.end[1]]).toEqual([300, 660_000]);
    }
  });
});
