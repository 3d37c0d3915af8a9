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

/**
 * The least ratio lies where jobs can be just as fast as they must be. It is looked for on the line through two ratios around it,
 * in the manner of Illinois: an end that stays twice counts half (Dowell & Jarratt, BIT 11, 1971).
 */
function closest(state: Shareholders, goals: readonly Goal[], alone: Allocation): Allocation {
  let low = Math.max(0, ...goals.map(({ age, time }) => age / time));
  let high = worstRatio(state, goals, alone);
  let best = alone;
  let [short, spare] = [-1, excessAt(state, goals, high).excess];
  while (high - low > EXACT * high && spare > 0) {
    const ratio = Math.max(low + (high - low) / 100, high - (spare * (high - low)) / (spare - short));
    const { excess, parts } = excessAt(state, goals, ratio);
    if (excess < 0) {
      [low, short] = [ratio, excess];
      spare /= 2;
    } else {
      [best, high, spare] = [parts, ratio, excess];
      short /= 2;
    }
  }
  return best;
}

/** By how much all jobs could be faster than they must be for this ratio; less than 0 if they cannot be fast enough. */
function excessAt(state: Shareholders, goals: readonly Goal[], ratio: number) {
  const needed = goals.map((goal) => speedNeeded(goal, ratio));
  const found = needed.every((speed) => speed > 0)
    ? bestOfWorst(
        state,
        state.speeds.map((speeds, at) => speeds.map((speed) => speed / needed[at])),
      )
    : undefined;
  return found === undefined ? { excess: -1, parts: nothing(state) } : { excess: found.worst - 1, parts: found.parts };
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
