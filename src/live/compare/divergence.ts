/** Where two runs of the same jobs first part, with the state on both sides. */
import type { JobTable } from '../../results/job-table.ts';
import type { MatchedJobs } from './matched-jobs.ts';

export interface SideState {
  /** When the job started there [ms]; NaN = never. */
  readonly start: number;
  /** Just before the earlier of the two starts: jobs that ran and waited [count], processors held. */
  readonly running: number;
  readonly waiting: number;
  readonly cpus: number;
}

export interface Divergence {
  readonly job: string;
  /** The earlier of its two starts [ms]. */
  readonly at: number;
  readonly a: SideState;
  readonly b: SideState;
  /** Jobs that ran at that moment in only one of the two; at most a few of each. */
  readonly runningOnlyInA: readonly string[];
  readonly runningOnlyInB: readonly string[];
  readonly reason: string;
}

const NAMED = 5;

/** The job whose start differs by more than `tolerance` [ms] and that started first; undefined if there is none. */
export function firstDivergence(a: JobTable, b: JobTable, jobs: MatchedJobs, tolerance: number): Divergence | undefined {
  let found = -1;
  let at = Infinity;
  jobs.ids.forEach((_, index) => {
    const [startA, startB] = [a.start[jobs.rowA[index]], b.start[jobs.rowB[index]]];
    const isApart = Number.isNaN(startA) !== Number.isNaN(startB) || Math.abs(startA - startB) > tolerance;
    const first = Math.min(Number.isNaN(startA) ? Infinity : startA, Number.isNaN(startB) ? Infinity : startB);
    if (isApart && first < at) [found, at] = [index, first];
  });
  if (found < 0) return undefined;
  const inA = (index: number) => isRunning(a, jobs.rowA[index], at);
  const inB = (index: number) => isRunning(b, jobs.rowB[index], at);
  const only = (here: (index: number) => boolean, there: (index: number) => boolean) =>
    jobs.ids.filter((_, index) => here(index) && !there(index));
  const [onlyA, onlyB] = [only(inA, inB), only(inB, inA)];
  const sides = { a: stateOf(a, jobs.rowA[found], at), b: stateOf(b, jobs.rowB[found], at) };
  return {
    ...{ job: jobs.ids[found], at, ...sides },
    runningOnlyInA: onlyA.slice(0, NAMED),
    runningOnlyInB: onlyB.slice(0, NAMED),
    reason: reasonOf(sides.a, sides.b, onlyA, onlyB),
  };
}

/** Those that start at this very moment do not run yet; those that end then do not run any more. */
function isRunning({ start, end }: JobTable, row: number, at: number): boolean {
  return start[row] < at && !(end[row] <= at);
}

function stateOf(jobs: JobTable, row: number, at: number): SideState {
  let [running, waiting, cpus] = [0, 0, 0];
  for (let other = 0; other < jobs.count; other++) {
    if (isRunning(jobs, other, at)) {
      running++;
      cpus += jobs.cpus[other] / 1000;
    } else if (jobs.submit[other] <= at && !(jobs.start[other] < at) && !(jobs.end[other] <= at)) waiting++;
  }
  return { start: jobs.start[row], running, waiting, cpus };
}

function reasonOf(a: SideState, b: SideState, onlyA: readonly string[], onlyB: readonly string[]): string {
  if (Number.isNaN(a.start) || Number.isNaN(b.start)) return 'it never started in one of them';
  if (onlyA.length === 0 && onlyB.length === 0)
    return 'the same jobs ran on both sides: it was decided, bound or begun at another time';
  const held = a.start > b.start ? onlyA : onlyB;
  if (held.length > 0)
    return `where it started later, ${held.length} jobs ran that did not on the other side: their start or end differs`;
  return 'the side on which it started later had less running: the scheduler held it back, or was slow';
}
