// Jobs that take turns on nodes, as gang.c of Slurm 22.05 lets them.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { slurmBackfill } from '../src/policies/slurm/slurm-backfill.ts';
import { slurmBuiltin } from '../src/policies/slurm/slurm-builtin.ts';
import { COMPLETED, SUSPENDED } from '../src/schedule.ts';
import type { Schedule } from '../src/schedule.ts';
import { run, startsOf } from './slurm-runs.ts';
import type { RunJob, RunSetting } from './slurm-runs.ts';

// Planted, and caught here: lists do not turn; a job goes on where another one is still being cleaned.

const SUSPEND = ['PreemptType=preempt/partition_prio', 'PreemptMode=SUSPEND,GANG'];
const TIERS = ['PartitionName=low Nodes=ALL Default=YES PriorityTier=1', 'PartitionName=high Nodes=ALL PriorityTier=5'];

const gang = (jobs: readonly RunJob[], setting: RunSetting = {}) =>
  run(jobs, { partitions: TIERS, conf: SUSPEND, spec: slurmBuiltin, ...setting });

/** Runs of a job that were broken off [s]. */
function turns({ attempts }: Schedule, job: number): (readonly [number, number])[] {
  return Array.from(attempts.job).flatMap((one, attempt) => {
    expect(attempts.why[attempt]).toBe(SUSPENDED);
    return one === job ? [[attempts.start[attempt] / 1000, attempts.end[attempt] / 1000] as const] : [];
  });
}

describe('a job of a higher tier', () => {
  const low = { at: 0, cpus: 32, runs: 600 };
  const high = { at: 10, cpus: 8, runs: 60, partition: 'high' };

  test('starts at once over those of a lower one, which are suspended and go on when it is over', () => {
    const done = gang([low, high]);
    expect(startsOf(done)).toEqual([0, 10]);
    expect(turns(done, 0)).toEqual([[0, 10]]);
    expect([done.lastStart[0] / 1000, done.end[0] / 1000]).toEqual([70, 660]);
    expect([...done.state]).toEqual([COMPLETED, COMPLETED]);
  });

  test('takes idle processors before those of others', () => {
    const done = gang([{ ...low, cpus: 24 }, high]);
    expect(startsOf(done)).toEqual([0, 10]);
    expect(done.attempts.count).toBe(0);
  });

  test('what a suspended job holds is nobody else’s of its own tier', () => {
    const jobs = [low, { ...high, cpus: 4 }, { at: 20, cpus: 4, runs: 10 }];
    expect(startsOf(gang(jobs))).toEqual([0, 10, 660]);
  });

  test('memory stays with the suspended job', () => {
    const jobs = [
      { ...low, memory: 900e6 },
      { ...high, memory: 900e6 },
    ];
    const memory = { conf: [...SUSPEND, 'SelectTypeParameters=CR_Core_Memory'] };
    expect(startsOf(gang(jobs, memory))).toEqual([0, 600]);
  });

  test('leaves a partition alone that is in PreemptMode=OFF', () => {
    const partitions = [`${TIERS[0]} PreemptMode=OFF`, TIERS[1]];
    expect(startsOf(gang([low, high], { partitions }))).toEqual([0, 600]);
  });
});

test('the time for which a job was suspended does not use up what its account lets it have', () => {
  const accounts = ['add account name=a', 'add user name=ada account=a', 'modify user ada set MaxTRESMinsPerJob=cpu=160'];
  const conf = [...SUSPEND, 'AccountingStorageType=accounting_storage/slurmdbd', 'AccountingStorageEnforce=limits'];
  const low = { at: 0, cpus: 32, runs: 1200, limit: 5, account: 'a' };
  const high = { at: 10, cpus: 1, runs: 100, limit: 2, partition: 'high', account: 'a' };
  const longer = [...conf, 'OverTimeLimit=60'];
  const end = (jobs: RunJob[]) => gang(jobs, { conf: longer, accounts }).end[0] / 1000;
  // Looked at every half minute, in whole minutes, and cleaned for a second.
  expect([end([low]), end([low, high])]).toEqual([301, 421]);
});

describe('OverSubscribe=FORCE', () => {
  const partitions = ['PartitionName=main Nodes=n1 Default=YES OverSubscribe=FORCE:2'];
  const conf = ['PreemptMode=GANG'];
  const job = { at: 0, cpus: 8, runs: 60 };

  test('lets two jobs change every slice', () => {
    const done = gang([job, job], { partitions, conf });
    expect(turns(done, 0)).toEqual([[0, 30]]);
    expect(turns(done, 1)).toEqual([[30, 60]]);
    expect([...done.end].map((time) => time / 1000)).toEqual([90, 120]);
  });

  test('SchedulerTimeSlice says how often', () => {
    const done = gang([job, job], { partitions, conf: [...conf, 'SchedulerTimeSlice=45'] });
    expect(turns(done, 0)).toEqual([[0, 45]]);
    expect([...done.end].map((time) => time / 1000)).toEqual([105, 120]);
  });

  test('takes no more jobs than it has rows', () => {
    const done = gang([job, job, job], { partitions, conf });
    expect(startsOf(done)).toEqual([0, 30, 120]);
  });
});

test('whatever comes, every job has its time, and nothing is held twice', () => {
  const confs = [
    { conf: SUSPEND, partitions: TIERS },
    { conf: SUSPEND, partitions: [TIERS[0].replace('low ', 'low OverSubscribe=FORCE:2 '), TIERS[1]] },
    { conf: ['PreemptMode=GANG'], partitions: [`${TIERS[0]} OverSubscribe=FORCE:3`, TIERS[1]] },
    { conf: SUSPEND, partitions: [`${TIERS[0]} PreemptMode=REQUEUE`, TIERS[1], 'PartitionName=mid Nodes=n1 PriorityTier=3'] },
    { conf: ['PreemptType=preempt/partition_prio', 'PreemptMode=REQUEUE'], partitions: TIERS },
  ];
  const job = fc.record({
    at: fc.integer({ min: 0, max: 60 }),
    cpus: fc.constantFrom(2, 8, 12, 16),
    runs: fc.constantFrom(20, 50, 100),
    limit: fc.constant(60),
    partition: fc.constantFrom('low', 'high'),
  });
  const jobs = fc.array(job, { minLength: 2, maxLength: 10 });
  let suspended = 0;
  fc.assert(
    fc.property(jobs, fc.constantFrom(...confs), fc.constantFrom(0, 700), fc.boolean(), (list, conf, release, backfills) => {
      const sorted = [...list].sort((a, b) => a.at - b.at);
      const spec = backfills ? slurmBackfill : slurmBuiltin;
      const done = run(sorted, { ...conf, spec, nodes: 2, options: { audit: true, costs: { release } } });
      suspended += done.attempts.count;
      sorted.forEach(({ runs }, row) => {
        expect(done.state[row]).toBe(COMPLETED);
        const kept = Array.from(done.attempts.job).reduce(
          (sum, one, attempt) => sum + (one === row ? done.attempts.kept[attempt] : 0),
          0,
        );
        expect(done.end[row] - done.lastStart[row] + kept).toBe(runs * 1000);
      });
    }),
    { numRuns: 150 },
  );
  expect(suspended).toBeGreaterThan(75);
});
