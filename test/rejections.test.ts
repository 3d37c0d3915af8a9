// Why jobs were rejected, counted without keeping reasons job by job.
import { describe, expect, test } from 'vitest';
import { processorPool } from '../src/cluster.ts';
import { Rejections } from '../src/engine/rejections.ts';
import { simulate } from '../src/engine/simulate.ts';
import { fcfs } from '../src/policies/fcfs.ts';
import type { PolicySpec } from '../src/policy.ts';
import { rejectionsText } from '../src/report/rejections-text.ts';
import { warningsOf } from '../src/report/warnings.ts';
import type { Results } from '../src/results/read.ts';
import { readSummary } from '../src/results/read-summary.ts';
import { workloadOf } from './workload-of.ts';

function countedOf(reasons: readonly string[]) {
  const rejections = new Rejections();
  reasons.forEach((reason, job) => rejections.add(job, reason));
  return rejections.counted();
}

describe('kinds of reasons', () => {
  test('the most frequent stands first', () => {
    expect(countedOf(['InvalidAccount', 'InvalidQOS (a2)', 'InvalidQOS (a2)', 'InvalidQOS (b2)'])).toEqual([
      { reason: 'InvalidQOS (a2)', jobs: 2 },
      { reason: 'InvalidAccount', jobs: 1 },
      { reason: 'InvalidQOS (b2)', jobs: 1 },
    ]);
  });

  test('reasons that differ in amounts or names of jobs are of one kind, which keeps what they share', () => {
    expect(countedOf(['it needs 5 cpus of 4', 'it needs 7 cpus of 4', 'no room for ns/a', 'no room for ns/b'])).toEqual([
      { reason: 'it needs ... cpus of 4', jobs: 2 },
      { reason: 'no room for ...', jobs: 2 },
    ]);
  });

  test('are bounded, and no job is lost', () => {
    const counted = countedOf(Array.from({ length: 300 }, (_, job) => `because${'x'.repeat(job)}`));
    expect(counted).toHaveLength(101);
    expect(counted[0]).toEqual({ reason: 'other reasons', jobs: 200 });
  });

  test('tell of each job', () => {
    const rejections = new Rejections();
    rejections.add(7, 'it needs 5');
    rejections.add(9, 'it needs 6');
    expect([...rejections.each()]).toEqual([
      { job: 7, reason: 'it needs ...' },
      { job: 9, reason: 'it needs ...' },
    ]);
  });
});

describe('a run without --explain', () => {
  const jobs = workloadOf([1, 9, 1, 8].map((procs, submit) => ({ submit, runtime: 5, procs })));

  test('tells what could never fit, and what its policy turned away', () => {
    const picky: PolicySpec = {
      ...fcfs,
      create: (setup) => {
        const inner = fcfs.create(setup);
        return {
          ...inner,
          schedule: (cycle) => (cycle.pending.has(2) ? cycle.reject(2, 'not that one') : inner.schedule(cycle)),
        };
      },
    };
    const schedule = simulate(jobs, processorPool(4), picky, {});
    expect(schedule.explanations).toEqual([]);
    expect(schedule.rejections).toEqual([
      { reason: 'can never start: it needs ... processors, and there are 4', jobs: 2 },
      { reason: 'not that one', jobs: 1 },
    ]);
  });

  test('says nothing where no job was rejected', () => {
    expect(simulate(jobs, processorPool(9), fcfs, {})).not.toHaveProperty('rejections');
  });
});

describe('as text', () => {
  test.each([
    { all: 3, rejections: undefined, text: '' },
    { all: 3, rejections: [['a', 3]], text: ': "a"' },
    { all: 5, rejections: [['a', 3]], text: ': 3 "a", 2 without a reason' },
    {
      all: 11_193,
      rejections: [
        ['a', 11_102],
        ['b', 91],
      ],
      text: ': 11,102 "a", 91 "b"',
    },
    {
      all: 21,
      rejections: [
        ['a', 6],
        ['b', 5],
        ['c', 4],
        ['d', 3],
        ['e', 2],
        ['f', 1],
      ],
      text: ': 6 "a", 5 "b", 4 "c", 3 "d", 2 "e", and 1 more kind of reasons (1 job)',
    },
  ] as const)('of $all: $text', ({ all, rejections, text }) => {
    expect(
      rejectionsText(
        all,
        rejections?.map(([reason, jobs]) => ({ reason, jobs })),
      ),
    ).toBe(text);
  });

  test('stands on the page before all else', () => {
    const document = { jobs: { rejected: 2 }, rejections: [{ reason: 'InvalidQOS (premium)', jobs: 2 }], metrics: {} };
    const run = { label: 'slurm', workload: 'w', cluster: 'c', seed: 1, notes: [], summary: readSummary(document, 's.json') };
    const results = { missing: [], dir: 'd', manifest: { document: {} }, runs: [run] } as unknown as Results;
    expect(warningsOf([results], [])).toEqual(['slurm: 2 jobs were rejected: "InvalidQOS (premium)".']);
  });
});
