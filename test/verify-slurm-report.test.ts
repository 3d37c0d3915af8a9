// What `verify slurm` tells of the runs that it compared.
import { describe, expect, test } from 'vitest';
import { slurmFacts, slurmReport } from '../src/cli/verify-slurm-report.ts';
import type { SlurmFindings } from '../src/cli/verify-slurm-report.ts';
import { compareStarts } from '../src/verify/slurm-comparison.ts';
import { gatesOf } from '../src/verify/slurm-gates.ts';
import { comparePreemptions } from '../src/verify/slurm-preemptions.ts';
import { readSlurmRecord } from '../src/verify/slurm-record.ts';
import { realAgain } from '../src/verify/slurm-repeat.ts';
import type { SlurmReplay } from '../src/verify/slurm-replay.ts';

const HEADER = 'id,nodes,cpus,gpus,limit_s,submit,start,end,scheduler,eligible,req_submit\n';
const RECORD = readSlurmRecord(`${HEADER}1,1,8,0,60,0,10,40,Main,0,0\n2,1,8,0,60,0,30,90,Backfill,0,0\n`, 'one.csv');
// Job 2 was requeued at 20: it may start again 121 s later.
const REPEAT = readSlurmRecord(`${HEADER}1,1,8,0,60,0,10,40,Main,0,0\n2,1,8,0,60,20,150,210,Main,141,0\n`, 'two.csv');

function replay(starts: readonly number[]): SlurmReplay {
  const { ids, submit } = RECORD;
  return {
    ids,
    submit,
    start: starts,
    end: starts.map((start) => start + 50),
    backfilled: [false, true],
    partition: ['low', 'low'],
    preempted: [],
  };
}

function findings(): SlurmFindings {
  const compared = (replays: readonly SlurmReplay[]) => ({
    starts: replays.map((one) => compareStarts(RECORD, one)),
    preemptions: replays.map((one) => comparePreemptions(RECORD, ['2'], one)),
  });
  const any = compared([replay([10, 32]), replay([12, 30])]);
  return {
    record: RECORD,
    any,
    gates: gatesOf(true, any.starts, any.starts[0]),
    paced: {
      pace: { first: 4500, period: 30_100 },
      ...compared([replay([10, 30])]),
    },
    real: compared([realAgain(REPEAT, replay([10, 30])), realAgain(RECORD, replay([10, 30]))]),
  };
}

describe('what verify slurm found', () => {
  test('another real run has the victims that its record tells of, and waits from the first submission on', () => {
    const again = realAgain(REPEAT, replay([10, 30]));
    expect(again.preempted).toEqual(['2']);
    expect(again.partition).toEqual(['low', 'low']);
    const [compared, same] = findings().real.preemptions ?? [];
    expect(compared.sameVictims).toBe(1);
    expect(compared.waits).toEqual([{ partition: 'low', jobs: 2, real: 20, ours: 80 }]);
    expect(same.sameVictims).toBe(0);
  });

  test('is a row for each run, what they have in common, and the gates', () => {
    expect(slurmReport(findings())).toMatchInlineSnapshot(`
      "                            mean wait  makespan  median s  p90 s  max s  within 60 s  by backfill
      simulated 1                    +5.0 %    -8.9 %         1      2      2      100.0 %        0.0 %
      simulated 2                    +5.0 %   -11.1 %         1      2      2      100.0 %        0.0 %
      mean                           +5.0 %   -10.0 %         1      2      2      100.0 %        0.0 %
      mean, backfill as recorded      0.0 %   -11.1 %         0      0      0      100.0 %        0.0 %
      real again 1                 +300.0 %  +133.3 %        60    108    120       50.0 %      -50.0 %
      real again 2                    0.0 %     0.0 %         0      0      0      100.0 %        0.0 %

                                  preemptions  same victims  wait in low s
      real                                  1                         20.0
      simulated 1                         0.0           0 %           21.0
      simulated 2                         0.0           0 %           21.0
      mean                                0.0           0 %           21.0
      mean, backfill as recorded          0.0           0 %           20.0
      real again 1                                    100 %           80.0
      real again 2                                      0 %           20.0

      mean wait beside the mean of 3 real runs: -47.5 % ± 215.1 %, at 95 %
      FAILED mean wait: 5.0 %, at most 4.0 %
      FAILED makespan: -8.9 %, at most 2.0 %
      ok     median start difference: 1.0 s, at most 60.0 s
      ok     jobs within 60 s: 100.0 %, at least 50.0 %
      ok     share of starts by backfill: 0.0 %, at most 6.0 %
      FAILED: 3 of 5 gates, 2 jobs, 2 simulations
      "
    `);
  });

  test('of a single simulation says how far it is from the real runs, without an interval', () => {
    const { any, ...found } = findings();
    const report = slurmReport({ ...found, any: { starts: any.starts.slice(0, 1), preemptions: undefined } });
    expect(report).toMatch(/real runs: -47\.5 %\n/);
  });

  test('is the same for machines', () => {
    expect(slurmFacts(findings())).toMatchObject({
      runs: [{ compared: 2 }, { compared: 2 }],
      backfill_as_recorded: {
        first_s: 4.5,
        period_s: 30.1,
        mean: { mean_wait_error_share: 0 },
      },
      repeats: {
        runs: [{ mean_wait_error_share: 3 }, { mean_wait_error_share: 0 }],
      },
      mean_wait_beside_real_runs: { runs: 3, confidence: 0.95 },
    });
  });

  test('without other real runs and a pace, says nothing of them', () => {
    const { real, ...found } = findings();
    const facts = slurmFacts({
      ...found,
      paced: undefined,
      real: { ...real, starts: [] },
    });
    expect(Object.keys(facts)).toEqual(['ok', 'record', 'skipped', 'gates', 'mean', 'runs', 'preemptions']);
  });
});
