/** A live run laid beside a simulated one, or beside its own repeat: every figure of "live compare". */
import type { JobTable } from '../../results/job-table.ts';
import { firstDivergence } from './divergence.ts';
import type { Divergence } from './divergence.ts';
import { orderAgreement } from './kendall.ts';
import type { OrderAgreement } from './kendall.ts';
import { matchJobs } from './matched-jobs.ts';
import type { MatchedJobs } from './matched-jobs.ts';
import { overlay } from './occupation.ts';
import type { Overlay } from './occupation.ts';
import { placementAgreement } from './placement-agreement.ts';
import type { PlacementAgreement, Places } from './placement-agreement.ts';
import { errorsOf } from './spread.ts';
import type { Errors } from './spread.ts';

/** `b` against `a`; differences are b - a [ms]. */
export interface Comparison {
  readonly jobs: number;
  readonly onlyA: number;
  readonly onlyB: number;
  /** Jobs that started in one of them only [count]. */
  readonly startedInOne: number;
  readonly order: OrderAgreement;
  readonly placement: PlacementAgreement;
  readonly start: Errors;
  readonly wait: Errors;
  readonly turnaround: Errors;
  /** Of each: of the jobs that started in both [ms]; NaN if there is none. */
  readonly meanWait: { readonly a: number; readonly b: number };
  /** Of each: from the first submission until the last end [ms]. */
  readonly makespan: { readonly a: number; readonly b: number };
  readonly occupation: Overlay;
  /** The first job whose start differs by more than `tolerance`. */
  readonly divergence?: Divergence;
  readonly tolerance: number;
}

export function compareTables(a: JobTable, b: JobTable, places: Places, tolerance: number): Comparison {
  const jobs = matchJobs(a, b);
  const inBoth = Array.from(jobs.ids, (_, index) => index).filter(
    (index) => !Number.isNaN(a.start[jobs.rowA[index]]) && !Number.isNaN(b.start[jobs.rowB[index]]),
  );
  const starts = (table: JobTable, rows: Int32Array) => Float64Array.from(inBoth, (index) => table.start[rows[index]]);
  const meanWait = (table: JobTable, rows: Int32Array) =>
    inBoth.reduce((sum, index) => sum + table.wait[rows[index]], 0) / inBoth.length;
  const hasStarted = (index: number) =>
    Number(!Number.isNaN(a.start[jobs.rowA[index]])) + Number(!Number.isNaN(b.start[jobs.rowB[index]]));
  return {
    jobs: jobs.ids.length,
    onlyA: jobs.onlyA,
    onlyB: jobs.onlyB,
    startedInOne: jobs.ids.filter((_, index) => hasStarted(index) === 1).length,
    order: orderAgreement(starts(a, jobs.rowA), starts(b, jobs.rowB)),
    placement: placementAgreement(a, b, jobs, places),
    ...differences(a, b, jobs),
    meanWait: { a: meanWait(a, jobs.rowA), b: meanWait(b, jobs.rowB) },
    makespan: { a: makespan(a), b: makespan(b) },
    occupation: overlay(a, b),
    divergence: firstDivergence(a, b, jobs, tolerance),
    tolerance,
  };
}

function differences(
  a: JobTable,
  b: JobTable,
  { ids, rowA, rowB }: MatchedJobs,
): Pick<Comparison, 'start' | 'wait' | 'turnaround'> {
  const of = (value: (table: JobTable, row: number) => number) =>
    errorsOf(ids.map((_, index) => value(b, rowB[index]) - value(a, rowA[index])));
  return {
    start: of(({ start }, row) => start[row]),
    wait: of(({ wait }, row) => wait[row]),
    turnaround: of(({ end, submit }, row) => end[row] - submit[row]),
  };
}

/** NaN if no job has ended. */
function makespan({ submit, end }: JobTable): number {
  let [first, last] = [NaN, NaN];
  for (const time of submit) if (!(time >= first)) first = Number.isNaN(time) ? first : time;
  for (const time of end) if (!(time <= last)) last = Number.isNaN(time) ? last : time;
  return last - first;
}
