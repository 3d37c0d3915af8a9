// Cores that several jobs hold: OverSubscribe=FORCE and YES with a number, and the row that QoS keeps for those that suspend others.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { lowestCores } from '../src/policies/slurm/sharing/core-rows.ts';
import { slurmBackfill } from '../src/policies/slurm/slurm-backfill.ts';
import { slurmBuiltin } from '../src/policies/slurm/slurm-builtin.ts';
import { COMPLETED } from '../src/schedule.ts';
import { run, startsOf } from './slurm-runs.ts';
import type { RunJob, RunSetting } from './slurm-runs.ts';

// Planted, and caught here: who asks for no sharing comes to nodes with shared cores; the extra row is open to all; rows are not
// packed when a job ends.

const sharing = (jobs: readonly RunJob[], partitions: readonly string[], setting: RunSetting = {}) =>
  startsOf(run(jobs, { partitions, spec: slurmBuiltin, ...setting }));

const job = { at: 0, cpus: 8, runs: 60 };
const shares = { overSubscribe: true };

describe('OverSubscribe=FORCE:n', () => {
  const forced = ['PartitionName=main Nodes=n1 Default=YES OverSubscribe=FORCE:3'];

  test('so many jobs hold a core at once, and all of them run', () => {
    expect(sharing([job, job, job, job], forced)).toEqual([0, 0, 0, 60]);
  });

  test('idle cores come first', () => {
    const partitions = ['PartitionName=main Nodes=n[1-2] Default=YES OverSubscribe=FORCE:2'];
    const done = run([job, job, job], { partitions, spec: slurmBuiltin });
    const { first, node } = done.placements!;
    expect([0, 1, 2].map((one) => node[first[one]])).toEqual([0, 1, 0]);
  });

  test('memory is not shared', () => {
    const conf = ['SelectTypeParameters=CR_Core_Memory'];
    const heavy = { ...job, cpus: 2, memory: 1500e6 };
    expect(sharing([heavy, heavy, heavy], forced, { conf })).toEqual([0, 0, 60]);
  });

  test('in the manual, FORCE:1 is one job for each core', () => {
    expect(sharing([job, job], ['PartitionName=main Nodes=n1 Default=YES OverSubscribe=FORCE:1'])).toEqual([0, 60]);
  });

  test('who wants whole nodes has a row for himself', () => {
    const whole = { ...job, cpus: 1, options: { exclusive: 'node' as const } };
    expect(sharing([{ ...job, cpus: 2 }, whole, whole, whole], forced)).toEqual([0, 0, 0, 60]);
    expect(sharing([whole, { ...job, cpus: 2 }], forced)).toEqual([0, 0]);
  });
});

describe('OverSubscribe=YES:n', () => {
  const asked = ['PartitionName=main Nodes=n1 Default=YES OverSubscribe=YES:2'];

  test('only who says --oversubscribe shares, with others who do', () => {
    const willing = { ...job, options: shares };
    expect(sharing([willing, willing, willing], asked)).toEqual([0, 0, 60]);
    expect(sharing([job, willing], asked)).toEqual([0, 60]);
    expect(sharing([willing, job], asked)).toEqual([0, 60]);
    // Not even beside them on the node.
    expect(
      sharing(
        [
          { ...job, cpus: 2 },
          { ...willing, cpus: 2 },
        ],
        asked,
      ),
    ).toEqual([0, 60]);
  });

  test('nodes with jobs of such a partition are nothing for those of another one that do not share', () => {
    const partitions = [...asked, 'PartitionName=other Nodes=n1'];
    const few = { ...job, cpus: 2, options: shares };
    expect(sharing([few, { ...job, cpus: 2, partition: 'other' }], partitions)).toEqual([0, 60]);
  });
});

describe('PreemptType=preempt/qos with SUSPEND', () => {
  const conf = ['PreemptType=preempt/qos', 'PreemptMode=SUSPEND,GANG', 'AccountingStorageType=accounting_storage/slurmdbd'];
  const accounts = [
    ...['add qos low preemptmode=suspend', 'add qos high preempt=low preemptmode=suspend', 'add account name=a qos=low,high'],
    ...['add user name=ada account=a qos=low,high defaultqos=low'],
  ];
  const given = (qos: string, at: number) => ({ ...job, at, qos, account: 'a', user: 'ada' });
  const ends = (jobs: readonly RunJob[], rows: string) => {
    const partitions = [`PartitionName=main Nodes=n1 Default=YES OverSubscribe=${rows}`];
    return Array.from(run(jobs, { partitions, conf, accounts, spec: slurmBuiltin }).end, (time) => time / 1000);
  };

  test('in the manual, FORCE:1 lets in one more if it preempts, and the two take turns', () => {
    // Slices of 30 s: the first one has run for 30 s when the other has its turn.
    expect(ends([given('low', 0), given('high', 10)], 'FORCE:1')).toEqual([90, 120]);
    expect(ends([given('low', 0), given('low', 10)], 'FORCE:1')).toEqual([60, 120]);
  });

  test('with OverSubscribe=NO nobody is let in, as there is no row for him', () => {
    expect(ends([given('low', 0), given('high', 10)], 'NO')).toEqual([60, 120]);
  });
});

/** Rows as lists of numbered cores: the same said again, step by step, on one node and in one partition. */
class SlowRows {
  rows: { job: number; cores: number[] }[][];

  constructor(count: number) {
    this.rows = Array.from({ length: count }, () => []);
  }

  choose(cores: number, of: number): number[] | undefined {
    const all = Array.from({ length: of }, (_, core) => core);
    const lowest = (jobs: SlowRows['rows'][number]) => {
      const used = new Set(jobs.flatMap((one) => one.cores));
      const free = all.filter((core) => !used.has(core));
      return free.length < cores ? undefined : free.slice(0, cores);
    };
    // The rows are put in order only when they are looked at one by one.
    return (
      lowest(this.rows.flat()) ??
      this.#fullestFirst()
        .map(lowest)
        .find((found) => found !== undefined)
    );
  }

  add(entry: { job: number; cores: number[] }): void {
    this.rows.find((row) => row.every((one) => !one.cores.some((core) => entry.cores.includes(core))))?.push(entry);
  }

  remove(job: number): void {
    const before = this.rows.map((row) => row.filter((one) => one.job !== job));
    const left = before.flat().sort((a, b) => a.cores[0] - b.cores[0]);
    this.rows = this.rows.map(() => []);
    for (const entry of left) {
      const row = this.rows.find((jobs) => jobs.every((one) => !one.cores.some((core) => entry.cores.includes(core))));
      if (row === undefined) {
        this.rows = before;
        return;
      }
      row.push(entry);
      this.rows = this.#fullestFirst();
    }
  }

  #fullestFirst(): SlowRows['rows'] {
    const size = (row: SlowRows['rows'][number]) => row.flatMap((one) => one.cores).length;
    const rows = [...this.rows];
    for (let i = 0; i < rows.length; i++) {
      for (let j = i + 1; j < rows.length; j++) if (size(rows[j]) > size(rows[i])) [rows[i], rows[j]] = [rows[j], rows[i]];
    }
    return (this.rows = rows);
  }
}

test('in strict order, jobs start when the rows, said again slowly, let them in', () => {
  const list = fc.array(fc.record({ cpus: fc.constantFrom(1, 2, 3, 4, 6, 8), runs: fc.constantFrom(10, 20, 30, 50) }), {
    minLength: 3,
    maxLength: 14,
  });
  fc.assert(
    fc.property(list, fc.constantFrom(2, 3), (jobs, count) => {
      const partitions = [`PartitionName=main Nodes=n1 Default=YES OverSubscribe=FORCE:${count}`];
      const rows = new SlowRows(count);
      const starts: number[] = [];
      const running: { job: number; end: number }[] = [];
      let now = 0;
      for (const [row, { cpus, runs }] of jobs.entries()) {
        let cores = rows.choose(cpus, 8);
        while (cores === undefined) {
          now = Math.min(...running.map(({ end }) => end));
          for (const { job } of running.filter(({ end }) => end === now)) rows.remove(job);
          running.splice(0, running.length, ...running.filter(({ end }) => end > now));
          cores = rows.choose(cpus, 8);
        }
        rows.add({ job: row, cores });
        running.push({ job: row, end: now + runs });
        starts.push(now);
      }
      expect(
        sharing(
          jobs.map((one) => ({ at: 0, ...one })),
          partitions,
        ),
      ).toEqual(starts);
    }),
    { numRuns: 300 },
  );
});

test('whatever comes, every job ends, and no core has more jobs than it may', () => {
  const partitions = [
    'PartitionName=share Nodes=n[1-2] Default=YES OverSubscribe=FORCE:2',
    'PartitionName=ask Nodes=n[2-3] OverSubscribe=YES:3',
    'PartitionName=none Nodes=n[2-4] PriorityTier=2',
  ];
  const any = fc.record({
    at: fc.integer({ min: 0, max: 40 }),
    cpus: fc.constantFrom(1, 3, 8, 12),
    runs: fc.constantFrom(10, 30, 60),
    limit: fc.constantFrom(1, 3),
    partition: fc.constantFrom('share', 'ask', 'none'),
    options: fc.constantFrom({}, shares),
  });
  fc.assert(
    fc.property(fc.array(any, { minLength: 2, maxLength: 14 }), (list) => {
      const jobs = [...list].sort((a, b) => a.at - b.at);
      const done = run(jobs, { partitions, spec: slurmBackfill, options: { audit: true } });
      expect([...done.state]).toEqual(jobs.map(() => COMPLETED));
    }),
    { numRuns: 100 },
  );
});

test('the lowest cores are taken', () => {
  expect(lowestCores(0b101100n, 2)).toBe(0b1100n);
  expect(lowestCores(0b1n, 3)).toBe(0b1n);
});
