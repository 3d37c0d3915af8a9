// Records of a real slurmctld, and what the simulated one makes of the same submissions.
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { averageOf, compareStarts } from '../src/verify/slurm-comparison.ts';
import type { SlurmComparison } from '../src/verify/slurm-comparison.ts';
import { gatesOf } from '../src/verify/slurm-gates.ts';
import { readSlurmRecord, readSlurmRecordConfig } from '../src/verify/slurm-record.ts';
import { phasesOf, replayRecord } from '../src/verify/slurm-replay.ts';
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
