// Records of a real slurmctld, and what the simulated one makes of the same submissions.
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { averageOf, compareStarts } from '../src/verify/slurm-comparison.ts';
import type { SlurmComparison } from '../src/verify/slurm-comparison.ts';
import { gatesOf } from '../src/verify/slurm-gates.ts';
import { readSlurmRecord, readSlurmRecordConfig, recordedWorkload } from '../src/verify/slurm-record.ts';
import { phasesAtPace, phasesOf, replayRecord } from '../src/verify/slurm-replay.ts';
import { backfillPace } from '../src/verify/slurm-timers.ts';
import { simulated } from './slurm-simulated.ts';

const RECORDS = '../shared/truth/slurm';
const PHASES = 10;

function read(name: string) {
  const record = readSlurmRecord(readFileSync(`${RECORDS}/${name}.csv`, 'utf8'), name);
  const config = readSlurmRecordConfig(JSON.parse(readFileSync(`${RECORDS}/${name}.json`, 'utf8')), name);
  return { record, config };
}

function compareAll(name: string): SlurmComparison[] {
  const { record, config } = read(name);
  return Array.from({ length: PHASES }, (_, run) =>
    compareStarts(record, replayRecord(record, config, phasesOf(run, PHASES), simulated)),
  );
}

describe.skipIf(!existsSync(RECORDS))('records of slurmctld 22.05.8 (skipped where ../shared/truth/slurm is absent)', () => {
  test.each(['gt_fifo_builtin', 'gt_backfill_x10_a', 'gt_backfill_x10_b', 'gt_backfill_default_run2', 'gt_backfill_multifactor'])(
    '%s: within its gates',
    (name) => {
      const runs = compareAll(name);
      expect(runs[0].compared).toBe(160);
      expect(gatesOf(!name.includes('builtin'), runs, averageOf(runs)).filter(({ ok }) => !ok)).toEqual([]);
    },
  );

  // Two real runs: half of the starts within 44 s, 61 % within a minute.
  test.each(['gt_backfill_x10_a', 'gt_backfill_x10_b'])(
    '%s: with backfill where it shows it, nearer than another real run',
    (name) => {
      const { record, config } = read(name);
      const pace = backfillPace(record, config.cluster.slurm!.scheduler.backfill.interval)!;
      const runs = Array.from({ length: PHASES }, (_, run) =>
        compareStarts(record, replayRecord(record, config, phasesAtPace(pace, run, PHASES), simulated)),
      );
      const mean = averageOf(runs);
      expect(gatesOf(true, runs, mean).filter(({ ok }) => !ok)).toEqual([]);
      expect(mean.median).toBeLessThanOrEqual(5);
      expect(mean.withinMinute).toBeGreaterThanOrEqual(0.75);
    },
  );

  test('without its thread, the record of backfill is missed by far', () => {
    const { record, config } = read('gt_backfill_x10_a');
    const builtin = {
      ...config,
      cluster: { ...config.cluster, slurm: { ...config.cluster.slurm!, schedulerType: 'builtin' as const } },
    };
    expect(compareStarts(record, replayRecord(record, builtin, phasesOf(0, PHASES), simulated)).meanWait).toBeGreaterThan(0.3);
  });
});

describe('a record', () => {
  const header = 'id,nodes,cpus,gpus,limit_s,submit,start,end,scheduler,tres\n';

  test('has jobs with a start and an end; others are counted', () => {
    const record = readSlurmRecord(`${header}1,2,8,0,60,5,6,40,Main,"a,b"\n2,1,8,0,60,7,,,,\n`, 'r.csv');
    expect(record.ids).toEqual(['1']);
    expect(record.skipped).toBe(1);
  });

  test('tells run times of less than a second, where it is known for how long jobs slept', () => {
    const config = readSlurmRecordConfig(
      { config: 'NodeName=n[1-4] CPUs=8\nPartitionName=p Nodes=ALL Default=YES\n', t0: 0 },
      'c',
    );
    const lines = [
      '1,1,8,0,600,0,1,11,Main,10,COMPLETED',
      '2,1,8,0,600,0,1,12,Main,10,COMPLETED',
      '3,1,8,0,60,0,1,74,Main,500,TIMEOUT',
    ];
    const long = '4,1,8,0,600,0,1,19,Main,10,COMPLETED';
    const timesOf = (rows: readonly string[], columns: string) => {
      const text = `id,nodes,cpus,gpus,limit_s,submit,start,end,scheduler${columns}\n${rows.join('\n')}\n`;
      return [...recordedWorkload(readSlurmRecord(text, 'r.csv'), config).runtime];
    };
    // Starting and ending took half a second on average. What a limit ended is as it was.
    expect(timesOf(lines, ',runtime,state')).toEqual([10_500, 10_500, 73_000]);
    // Far from what was asked for: the record is right.
    expect(timesOf([...lines.slice(0, 2), long], ',runtime,state')).toEqual([10_000, 11_000, 18_000]);
    const plain = lines.map((line) => line.split(',').slice(0, 9).join());
    expect(timesOf(plain, '')).toEqual([10_000, 11_000, 73_000]);
  });

  test('may begin with a job that starts at once', () => {
    const record = readSlurmRecord(`${header}1,2,8,0,60,0,0,40,Main,\n2,1,8,0,60,7,,,,\n`, 'r.csv');
    expect(record.start).toEqual([0]);
  });

  test.each([
    { what: 'a column that is not there', text: 'id,nodes\n1,2\n', says: /no column cpus/ },
    { what: 'what is no number', text: `${header}1,x,8,0,60,5,6,40,Main,\n`, says: /"x" is not a number/ },
    { what: 'no job that ran', text: `${header}1,2,8,0,60,5,,,,\n`, says: /no job of it has a start/ },
  ])('$what is an error that says where', ({ text, says }) => expect(() => readSlurmRecord(text, 'r.csv')).toThrow(says));

  test('differences are those of starts, and shares those of the real run', () => {
    const real = { ids: ['1', '2'], submit: [0, 0], start: [0, 100], end: [50, 200], backfilled: [false, true] };
    const ours = { ids: ['2', '1'], submit: [0, 0], start: [150, 70], end: [250, 120], backfilled: [true, true] };
    expect(compareStarts(real, ours)).toEqual({
      compared: 2,
      meanWait: 1.2000000000000002,
      makespan: 0.25,
      median: 60,
      p90: 68,
      max: 70,
      withinMinute: 0.5,
      backfilled: 0.5,
    });
  });
});
