import { madeOnce } from './known.ts';
import type { PageTable } from './page-table.ts';

/** A value of each job. Definitions are those of the metrics of the same names. */
export interface JobFigure {
  readonly name: string;
  readonly label: string;
  readonly unit: 's' | 'ratio';
  /** In its unit, row by row; NaN = the job has none. */
  of(table: PageTable): (row: number) => number;
}

/** Below this a run time counts as if it were so long [ms]. */
const BOUND = 10_000;

export const wait: JobFigure = {
  name: 'wait',
  label: 'wait',
  unit: 's',
  of:
    ({ submit, start }) =>
    (row) =>
      (start[row] - submit[row]) / 1000,
};

export const turnaround: JobFigure = {
  name: 'turnaround',
  label: 'turnaround',
  unit: 's',
  of:
    ({ submit, start, end }) =>
    (row) =>
      Number.isNaN(start[row]) ? NaN : (end[row] - submit[row]) / 1000,
};

export const boundedSlowdown: JobFigure = {
  name: 'bounded-slowdown',
  label: 'bounded slowdown',
  unit: 'ratio',
  of(table) {
    const { submit, end } = table;
    const runtime = runTimes(table);
    return (row) => Math.max(1, (end[row] - submit[row]) / Math.max(runtime[row], BOUND));
  },
};

export const JOB_FIGURES: readonly JobFigure[] = [wait, turnaround, boundedSlowdown];

/** The figure of that name; the first if there is none. */
export function figureNamed(name: string | undefined): JobFigure {
  return JOB_FIGURES.find((figure) => figure.name === name) ?? JOB_FIGURES[0];
}

/** All values of a figure. */
export function valuesOf(table: PageTable, figure: JobFigure): Float64Array<ArrayBuffer> {
  const of = figure.of(table);
  const values = new Float64Array(table.count);
  for (let row = 0; row < table.count; row++) values[row] = of(row);
  return values;
}

/** How long each job ran, without work that was lost [ms]; NaN for a job that never ran or is not over. */
export const runTimes = madeOnce(({ start, end, attempts, count }: PageTable): Float64Array => {
  const times = new Float64Array(count);
  for (let row = 0; row < count; row++) times[row] = end[row] - start[row];
  if (attempts !== undefined) {
    const counted = new Float64Array(count);
    for (let at = 0; at < attempts.job.length; at++) counted[attempts.job[at]] += attempts.kept[at];
    for (const job of attempts.job) if (!Number.isNaN(end[job])) times[job] = counted[job];
  }
  return times;
});
