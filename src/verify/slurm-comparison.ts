/** How far a simulated schedule, or another run of the real slurmctld, is from a record of it. */
import type { SlurmRecord } from './slurm-record.ts';

/** What is compared: times [s] by job id. */
export type SlurmStarts = Pick<SlurmRecord, 'ids' | 'submit' | 'start' | 'end' | 'backfilled'>;

export interface SlurmComparison {
  readonly compared: number;
  /** (ours - theirs) / theirs. */
  readonly meanWait: number;
  readonly makespan: number;
  /** Of the absolute differences of starts [s]. */
  readonly median: number;
  readonly p90: number;
  readonly max: number;
  /** Share of jobs that start at most a minute apart [0..1]. */
  readonly withinMinute: number;
  /** Share of jobs that backfill started, ours less theirs [-1..1]. */
  readonly backfilled: number;
}

const MINUTE = 60;

/** Jobs are matched by their ids; those that are in one of the two only are left out. */
export function compareStarts(real: SlurmStarts, other: SlurmStarts): SlurmComparison {
  const rowOf = new Map(other.ids.map((id, row) => [id, row]));
  const pairs = real.ids.flatMap((id, row) => {
    const match = rowOf.get(id);
    return match === undefined ? [] : [[row, match] as const];
  });
  const mine = pairs.map(([row]) => row);
  const theirs = pairs.map(([, row]) => row);
  const differences = pairs.map(([row, match]) => Math.abs(real.start[row] - other.start[match])).sort((a, b) => a - b);
  return {
    compared: pairs.length,
    meanWait: meanWait(other, theirs) / meanWait(real, mine) - 1,
    makespan: makespan(other, theirs) / makespan(real, mine) - 1,
    median: quantile(differences, 0.5),
    p90: quantile(differences, 0.9),
    max: differences.at(-1) ?? NaN,
    withinMinute: differences.filter((difference) => difference <= MINUTE).length / pairs.length,
    backfilled: backfilledShare(other, theirs) - backfilledShare(real, mine),
  };
}

function meanWait({ submit, start }: SlurmStarts, rows: readonly number[]): number {
  return rows.reduce((sum, row) => sum + start[row] - submit[row], 0) / rows.length;
}

function makespan({ submit, end }: SlurmStarts, rows: readonly number[]): number {
  return Math.max(...rows.map((row) => end[row])) - Math.min(...rows.map((row) => submit[row]));
}

function backfilledShare({ backfilled }: SlurmStarts, rows: readonly number[]): number {
  return rows.filter((row) => backfilled[row]).length / rows.length;
}

/** Of sorted values, between neighbours in proportion. */
function quantile(sorted: readonly number[], share: number): number {
  const at = (sorted.length - 1) * share;
  const below = sorted[Math.floor(at)];
  return below + (sorted[Math.ceil(at)] - below) * (at - Math.floor(at));
}

/** The means of all figures, over several runs. */
export function averageOf(comparisons: readonly SlurmComparison[]): SlurmComparison {
  const mean = (of: (one: SlurmComparison) => number) => comparisons.reduce((sum, one) => sum + of(one), 0) / comparisons.length;
  return {
    compared: mean(({ compared }) => compared),
    meanWait: mean(({ meanWait: error }) => error),
    makespan: mean(({ makespan: error }) => error),
    median: mean(({ median }) => median),
    p90: mean(({ p90 }) => p90),
    max: mean(({ max }) => max),
    withinMinute: mean(({ withinMinute }) => withinMinute),
    backfilled: mean(({ backfilled }) => backfilled),
  };
}
