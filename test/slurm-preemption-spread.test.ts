// One workload on two tiers, recorded four times (test/records/slurm/README.md): whom it hits is left to chance soon, and two
// real runs are far apart. The simulated one is to be one of them: within their range in the mean, and as near to each of
// them as they are to each other.
// Caught when planted: the youngest preempted first; jobs that were requeued begin again at once; victims never reordered.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { averagePreemptions, comparePreemptions, readSlurmVictims } from '../src/verify/slurm-preemptions.ts';
import type { PreemptionComparison } from '../src/verify/slurm-preemptions.ts';
import { readSlurmRecord, readSlurmRecordConfig, readSlurmWorkload } from '../src/verify/slurm-record.ts';
import { phasesOf, replayRecord } from '../src/verify/slurm-replay.ts';
import { simulated } from './slurm-simulated.ts';

const FOLDER = 'test/records/slurm';
const RUNS = ['two_tiers_a', 'two_tiers_b', 'two_tiers_c', 'two_tiers_d'];
const PHASES = 10;

const textOf = (file: string) => readFileSync(`${FOLDER}/${file}`, 'utf8');

function readRuns() {
  const workload = readSlurmWorkload(textOf('two_tiers.workload.csv'), 'two_tiers.workload.csv');
  return RUNS.map((name) => ({
    record: readSlurmRecord(textOf(`${name}.csv`), name, workload),
    config: readSlurmRecordConfig(JSON.parse(textOf(`${name}.json`)), name),
    victims: readSlurmVictims(textOf(`${name}.preemptions.csv`), name),
  }));
}

const mean = (numbers: readonly number[]) => numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
const waitIn = (name: string, { waits }: PreemptionComparison) => waits.find(({ partition }) => partition === name)!;

describe('four real runs with preemption by tier', () => {
  const runs = readRuns();
  const replays = runs.map(({ record, config }) =>
    Array.from({ length: PHASES }, (_, run) => replayRecord(record, config, phasesOf(run, PHASES), simulated)),
  );
  const toReal = runs.map(({ record, victims }, run) =>
    averagePreemptions(replays[run].map((replay) => comparePreemptions(record, victims, replay))),
  );
  const partitionOf = new Map(replays[0][0].ids.map((id, row) => [id, replays[0][0].partition[row]]));
  const amongReal = runs.flatMap(({ record, victims }, run) =>
    runs.flatMap((other, index) => {
      if (index === run) return [];
      const partition = other.record.ids.map((id) => partitionOf.get(id) ?? '');
      return [comparePreemptions(record, victims, { ...other.record, partition, preempted: other.victims })];
    }),
  );

  test('as many preemptions as in one of them, or nearly so', () => {
    const counts = runs.map(({ victims }) => victims.length);
    const ours = mean(toReal.map((run) => run.ours));
    expect(ours).toBeGreaterThanOrEqual(0.9 * Math.min(...counts));
    expect(ours).toBeLessThanOrEqual(1.1 * Math.max(...counts));
  });

  test('the victims of each are ours as often as those of another real run', () => {
    const real = mean(amongReal.map(({ sameVictims }) => sameVictims));
    expect(mean(toReal.map(({ sameVictims }) => sameVictims))).toBeGreaterThan(real - 0.02);
  });

  test.each(['main', 'high'])('the mean wait in %s is within their range', (partition) => {
    const real = toReal.map((run) => waitIn(partition, run).real);
    const ours = mean(toReal.map((run) => waitIn(partition, run).ours));
    // Records have whole seconds.
    expect(ours).toBeGreaterThanOrEqual(Math.min(...real) - 0.5);
    expect(ours).toBeLessThanOrEqual(Math.max(...real) + 0.5);
  });
});
