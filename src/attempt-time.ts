import { SUSPENDED } from './schedule.ts';
import type { Schedule } from './schedule.ts';
import { eachTakenBack } from './taken-back.ts';
import type { Workload } from './workload.ts';

/**
 * What became of the time of runs that did not end their jobs, as columns over the rows of `Schedule.attempts` [ms]. Time, where
 * `Attempts.kept` counts work: on GPUs of half the speed, an hour is worth half an hour of it. What an attempt did counts as done
 * at one pace throughout.
 */
export interface AttemptTime {
  /** Loading a checkpoint first. */
  readonly loading: Float64Array;
  /** On work that counted for later attempts when this one was over. */
  readonly kept: Float64Array;
  /** On work that was lost with it, and on writing checkpoints. */
  readonly lost: Float64Array;
  /** Of earlier attempts, on work that had counted until it was lost with this one: a suspended job was stopped. */
  readonly tookBack: Float64Array;
  /** What is left of `kept` after that. */
  readonly keptForGood: Float64Array;
  /**
   * How much of its time that is, from its beginning on: `keptForGood`, but of those whose GPUs change, which may do an hour's work
   * in less than an hour, as large a part of the run as it is of the work that the run did.
   */
  readonly usefulFor: Float64Array;
  /** Of jobs with attempts: what their last run loads first. */
  readonly lastLoads: ReadonlyMap<number, number>;
}

type Known = Pick<Workload, 'checkpoints'>;
type Run = Pick<Schedule, 'attempts' | 'resized'>;

export function attemptTime(workload: Known, schedule: Run): AttemptTime {
  const { count } = schedule.attempts;
  const column = () => new Float64Array(count);
  const time = { loading: column(), kept: column(), lost: column(), tookBack: column() };
  const lastLoads = shareOut(workload, schedule, time);
  const keptForGood = takeBack(schedule, time);
  return { ...time, keptForGood, usefulFor: usefulTime(schedule, keptForGood), lastLoads };
}

function usefulTime({ attempts, resized }: Run, keptForGood: Float64Array): Float64Array {
  if (resized === undefined) return keptForGood;
  const { job, start, end, slowed } = attempts;
  return keptForGood.map((kept, row) => {
    const length = end[row] - start[row];
    const work = length - (slowed?.[row] ?? 0);
    if (resized.held[job[row]] === 0) return kept;
    return kept > 0 && work > 0 ? Math.min(length, Math.round((length * kept) / work)) : 0;
  });
}

type Columns = Pick<AttemptTime, 'loading' | 'kept' | 'lost' | 'tookBack'>;

/** Answers what the last runs load. */
function shareOut(workload: Known, { attempts, resized }: Run, time: Columns): Map<number, number> {
  const { count, job, start, end, why, kept, slowed } = attempts;
  const loads = new Map<number, number>();
  const isWorthLoading = new Map<number, number>();
  for (let row = 0; row < count; row++) {
    const owner = job[row];
    // What those load whose GPUs change is in `Resized.loading`, and their pace changes: their work is counted as it is.
    const isResized = resized !== undefined && resized.held[owner] > 0;
    const due = isResized ? 0 : (loads.get(owner) ?? 0);
    const loading = Math.min(due, end[row] - start[row]);
    const busy = end[row] - start[row] - loading;
    const slow = slowed?.[row] ?? 0;
    const own = Math.max(0, kept[row]);
    time.loading[row] = loading;
    time.kept[row] = isResized ? own : own + slowPart(own, slow, busy - slow, workload.checkpoints?.cost[owner] ?? 0);
    time.lost[row] = busy - (isResized ? slow : 0) - time.kept[row];
    const safe = (isWorthLoading.get(owner) ?? 0) + kept[row];
    isWorthLoading.set(owner, safe);
    loads.set(owner, why[row] === SUSPENDED ? due - loading : safe > 0 ? (workload.checkpoints?.restart[owner] ?? 0) : 0);
  }
  return loads;
}

/** Of the time by which a run was slowed, that of the work that it kept [whole ms]. */
function slowPart(kept: number, slow: number, rest: number, cost: number): number {
  if (kept === 0 || slow === 0) return 0;
  // It wrote a checkpoint of all it had done.
  const worked = kept === rest - cost ? kept : rest;
  return Math.round((slow * kept) / worked);
}

/** Answers what is left of what runs had kept once later ones have taken work back. */
function takeBack({ attempts }: Run, time: Columns): Float64Array {
  const left = time.kept.slice();
  eachTakenBack(attempts, attempts.count, (by, from, taken, work) => {
    const share = taken === work ? left[from] : Math.round((left[from] * taken) / work);
    left[from] -= share;
    time.tookBack[by] += share;
  });
  return left;
}
