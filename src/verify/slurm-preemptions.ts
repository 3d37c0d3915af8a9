/** Preemptions of a real slurmctld beside simulated ones: how many, of whom, and how long each partition waited. */
import { parse } from 'csv-parse/sync';
import { InputError } from '../errors.ts';
import type { SlurmGate } from './slurm-gates.ts';
import type { SlurmRecord } from './slurm-record.ts';
import type { SlurmReplay } from './slurm-replay.ts';

/** The ids of the victims, one for each time that one was preempted. */
export type SlurmVictims = readonly string[];

export interface PreemptionComparison {
  /** Preemptions in the record, and simulated [count]. */
  readonly real: number;
  readonly ours: number;
  /** Share of the real victims that are preempted here too [0..1]. */
  readonly sameVictims: number;
  readonly waits: readonly PartitionWait[];
}

/** Mean time from the first submission to the start of the last run. */
export interface PartitionWait {
  readonly partition: string;
  readonly jobs: number;
  /** [s] */
  readonly real: number;
  readonly ours: number;
}

const MOST_COUNT_ERROR = 0.3;
const LEAST_SAME = 0.6;
const MOST_WAIT_ERROR = 0.15;
/** Records have whole seconds: two mean waits that are closer are not told apart [s]. */
const RESOLUTION = 1;

export function readSlurmVictims(text: string, name: string): SlurmVictims {
  const lines = parse(text, { columns: true, skip_empty_lines: true }) as Partial<Record<string, string>>[];
  return lines.map(({ victim }, index) => {
    if (victim !== undefined) return victim;
    throw new InputError('there is no column victim', `${name}, line ${index + 2}`, 'it needs one line for each preemption');
  });
}

export function comparePreemptions(record: SlurmRecord, real: SlurmVictims, ours: SlurmReplay): PreemptionComparison {
  const hit = new Set(ours.preempted);
  const victims = [...new Set(real)];
  return {
    real: real.length,
    ours: ours.preempted.length,
    sameVictims: victims.filter((id) => hit.has(id)).length / victims.length,
    waits: comparePartitions(record, ours),
  };
}

function comparePartitions(record: SlurmRecord, ours: SlurmReplay): PartitionWait[] {
  const rowOf = new Map(ours.ids.map((id, row) => [id, row]));
  const names = [...new Set(ours.partition)].sort();
  return names.map((partition) => {
    const pairs = record.ids.flatMap((id, row) => {
      const match = rowOf.get(id);
      return match === undefined || ours.partition[match] !== partition ? [] : [[row, match] as const];
    });
    const mean = (wait: (row: readonly [number, number]) => number) =>
      pairs.reduce((sum, pair) => sum + wait(pair), 0) / pairs.length;
    return {
      partition,
      jobs: pairs.length,
      real: mean(([row]) => record.start[row] - record.submit[row]),
      ours: mean(([, row]) => ours.start[row] - ours.submit[row]),
    };
  });
}

export function averagePreemptions(runs: readonly PreemptionComparison[]): PreemptionComparison {
  const mean = (of: (run: PreemptionComparison) => number) => runs.reduce((sum, run) => sum + of(run), 0) / runs.length;
  return {
    real: mean(({ real }) => real),
    ours: mean(({ ours }) => ours),
    sameVictims: mean(({ sameVictims }) => sameVictims),
    waits: runs[0].waits.map((wait, index) => ({ ...wait, ours: mean(({ waits }) => waits[index].ours) })),
  };
}

/** The means over all runs are judged, as two real runs differ as well. */
export function preemptionGates({ real, ours, sameVictims, waits }: PreemptionComparison): SlurmGate[] {
  const count = ours / real - 1;
  return [
    {
      what: 'preemptions',
      unit: 'share',
      value: count,
      limit: MOST_COUNT_ERROR,
      least: false,
      ok: Math.abs(count) <= MOST_COUNT_ERROR,
    },
    {
      what: 'victims that are the same',
      unit: 'share',
      value: sameVictims,
      limit: LEAST_SAME,
      least: true,
      ok: sameVictims >= LEAST_SAME,
    },
    ...waits.map(waitGate),
  ];
}

function waitGate({ partition, real, ours }: PartitionWait): SlurmGate {
  const error = ours / real - 1;
  const ok = Math.abs(error) <= MOST_WAIT_ERROR;
  if (ok || real * MOST_WAIT_ERROR >= RESOLUTION) {
    return { what: `mean wait in ${partition}`, unit: 'share', value: error, limit: MOST_WAIT_ERROR, least: false, ok };
  }
  const difference = ours - real;
  const near = Math.abs(difference) <= RESOLUTION;
  return { what: `mean wait in ${partition}`, unit: 's', value: difference, limit: RESOLUTION, least: false, ok: near };
}
