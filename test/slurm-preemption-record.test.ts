// A real slurmctld with two tiers that preempts and requeues, and what the simulated one makes of the same submissions.
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { averagePreemptions, comparePreemptions, preemptionGates, readSlurmVictims } from '../src/verify/slurm-preemptions.ts';
import { readSlurmRecord, readSlurmRecordConfig, readSlurmWorkload } from '../src/verify/slurm-record.ts';
import { phasesOf, replayRecord } from '../src/verify/slurm-replay.ts';
import type { SlurmPhases } from '../src/verify/slurm-replay.ts';
import { simulated } from './slurm-simulated.ts';

const RECORDS = '../shared/truth/slurm';
const NAME = 'gt_tiers_preempt_requeue';
const PHASES = 10;

describe.skipIf(!existsSync(RECORDS))('a record with preemptions (skipped where ../shared/truth/slurm is absent)', () => {
  const text = (file: string) => readFileSync(`${RECORDS}/${file}`, 'utf8');
  const read = () => {
    const record = readSlurmRecord(text(`${NAME}.csv`), NAME, readSlurmWorkload(text('wl_tiers.csv'), 'wl_tiers.csv'));
    const config = readSlurmRecordConfig(JSON.parse(text(`${NAME}.json`)), NAME);
    return { record, config, victims: readSlurmVictims(text(`${NAME}.preemptions.csv`), NAME) };
  };

  test('over all phases of the timers, as many are preempted, and nobody in the higher tier waits longer', () => {
    const { record, config, victims } = read();
    const runs = Array.from({ length: PHASES }, (_, run) =>
      comparePreemptions(record, victims, replayRecord(record, config, phasesOf(run, PHASES), simulated)),
    );
    const mean = averagePreemptions(runs);
    const failed = preemptionGates(mean).flatMap(({ what, ok }) => (ok ? [] : [what]));
    // Whom it hits is left to chance soon. Four more real runs of this workload had 14 to 29 preemptions, 31 % to 54 % of
    // these victims, and mean waits in main from 10 % less to 56 % more; ours is that of the mean of all five, within 2 %.
    expect(failed).toEqual(['victims that are the same', 'mean wait in main']);
    expect(mean.sameVictims).toBeGreaterThan(0.5);
    const [, main] = mean.waits;
    expect(Math.abs(main.ours / main.real - 1)).toBeLessThan(0.25);
  });

  test('where the timers stand as they did, the first seven victims are the real ones', () => {
    const { record, config, victims } = read();
    const phases: SlurmPhases = { poll: 600, full: 12_000, backfill: 13_700, priority: 0, release: 800, testTime: 5 };
    const { preempted } = replayRecord(record, config, phases, simulated);
    expect(preempted.slice(0, 7).sort()).toEqual(victims.slice(0, 7).sort());
  });
});
