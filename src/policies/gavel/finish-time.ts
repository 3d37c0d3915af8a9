import { isolated, speedWith } from './allocation.ts';
import type { Allocate, Allocation, Shareholders } from './allocation.ts';
import { bestOfWorst, nothing } from './max-min.ts';

/** How close the worst of the ratios comes to the best that is possible [part of it]. */
const EXACT = 1e-6;

/**
 * The worst finish-time ratio is as small as it can be: the time a job takes in all, against that which it would take with an
 * equal part of the cluster to itself. Source: Mahajan et al., "Themis", NSDI 2020 (the ratio), as stanford-futuredata/gavel,
 * scheduler/policies/finish_time_fairness.py, makes it a share of time. That a job ends soon enough for a ratio is a bound
 * on its speed, so the least ratio is found between two that are closer and closer.
 */
export function finishTime(): Allocate {
  /** What each job would have taken by itself for what it has done [ms], and its speed and what was left of it then. */
  const before = new Map<number, { time: number; speed: number; left: number }>();
  return (state) => {
    const alone = isolated(state);
    const goals = state.jobs.map((job, at) => {
      const speed = speedWith(state.speeds[at], alone[at]);
      const last = before.get(job);
      const time = last === undefined ? 0 : last.time + workDone(last.left, state.left[at]) / last.speed;
      before.set(job, { time, speed, left: state.left[at] });
      return { age: state.ages[at], left: state.left[at], speed, time: time + state.left[at] / speed };
    });
    return closest(state, goals, alone);
  };
}

function workDone(before: number, now: number): number {
  return before === Infinity ? 0 : before - now;
}

/** What a job is measured by: its age and the work that is left, its speed by itself, and its time by itself in all. */
interface Goal {
  readonly age: number;
  readonly left: number;
  readonly speed: number;
  readonly time: number;
}

function closest(state: Shareholders, goals: readonly Goal[], alone: Allocation): Allocation {
  let low = Math.max(0, ...goals.map(({ age, time }) => age / time));
  let high = worstRatio(state, goals, alone);
  let best = alone;
  while (high - low > EXACT * high) {
    const ratio = high === Infinity ? 2 * low + 1 : (low + high) / 2;
    const found = withinRatio(state, goals, ratio);
    if (found === undefined) low = ratio;
    else [best, high] = [found, Math.min(ratio, worstRatio(state, goals, found))];
    if (low > 1e12) return nothing(state);
  }
  return best;
}

/** Parts of time with which no job has a worse ratio; undefined if there are none. */
function withinRatio(state: Shareholders, goals: readonly Goal[], ratio: number): Float64Array[] | undefined {
  const needed = goals.map((goal) => speedNeeded(goal, ratio));
  if (needed.some((speed) => speed <= 0)) return undefined;
  const found = bestOfWorst(
    state,
    state.speeds.map((speeds, at) => speeds.map((speed) => speed / needed[at])),
  );
  return found !== undefined && found.worst >= 1 ? found.parts : undefined;
}

/** How fast a job must be so that it ends in time; less than 0 if it cannot be [ratio]. */
function speedNeeded({ age, left, speed, time }: Goal, ratio: number): number {
  return left === Infinity ? speed / ratio : left / (ratio * time - age);
}

function worstRatio({ speeds }: Shareholders, goals: readonly Goal[], parts: Allocation): number {
  const ratios = goals.map(({ age, left, speed, time }, at) => {
    const now = speedWith(speeds[at], parts[at]);
    return left === Infinity ? speed / now : (age + left / now) / time;
  });
  return Math.max(...ratios);
}
