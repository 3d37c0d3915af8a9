/** When the backfill thread of a real slurmctld looked at its queue, as far as the starts that it made show that. */
import type { SlurmRecord } from './slurm-record.ts';

const SECOND = 1000;
/** A start keeps the pace if it is so near to it [s]. */
const NEAR = 3;
/** So large a share of the starts must; where less do, cycles were left out or broken off, and there is no pace. */
const LEAST_SHARE = 0.8;
/** Fewer starts show nothing: they keep some pace or other by chance. */
const LEAST_STARTS = 10;
/** By what share of the interval a cycle may make the period longer. */
const LONGEST_CYCLE = 0.05;
/** No thread keeps its pace for longer [cycles]. */
const MOST_CYCLES = 1000;
/** Periods are tried so densely that over the whole record they come apart by this share of one. */
const STEP = 1 / 64;

export interface BackfillPace {
  /** When a cycle began for the first time after the first submission; less than a period [ms]. */
  readonly first: number;
  /** From one beginning to the next: what the thread sleeps, and what a cycle takes on average [ms]. */
  readonly period: number;
}

/**
 * The thread sleeps for `interval` [ms] between its cycles, so that what it starts comes at an even pace. Of all periods, the
 * one is taken at which the starts are most of one mind. Undefined if they show none.
 */
export function backfillPace(
  { submit, start, backfilled }: Pick<SlurmRecord, 'submit' | 'start' | 'backfilled'>,
  interval: number,
): BackfillPace | undefined {
  const zero = Math.min(...submit);
  const times = [...new Set(start.filter((_, job) => backfilled[job]))].map((time) => time - zero);
  const sleep = interval / SECOND;
  const span = Math.max(...times) - Math.min(...times);
  if (times.length < LEAST_STARTS || !(span >= sleep && span <= MOST_CYCLES * sleep)) return undefined;
  let best = { period: NaN, first: NaN, unison: -1 };
  for (let period = sleep; period <= sleep * (1 + LONGEST_CYCLE); period += (STEP * sleep ** 2) / span) {
    const found = unisonOf(times, period);
    if (found.unison > best.unison) best = { period, ...found };
  }
  const { period, first } = best;
  const isNear = (time: number) => Math.abs(time - first - Math.round((time - first) / period) * period) <= NEAR;
  if (times.filter(isNear).length < LEAST_SHARE * times.length) return undefined;
  const whole = Math.round(period * SECOND);
  return { first: Math.round(first * SECOND) % whole, period: whole };
}

/** Where in a period the times lie on average, going round, and how much they agree on that [0..1]. */
function unisonOf(times: readonly number[], period: number): { readonly first: number; readonly unison: number } {
  let [across, up] = [0, 0];
  for (const time of times) {
    const angle = (2 * Math.PI * time) / period;
    across += Math.cos(angle);
    up += Math.sin(angle);
  }
  const turn = Math.atan2(up, across) / (2 * Math.PI);
  return { first: (turn - Math.floor(turn)) * period, unison: Math.hypot(across, up) / times.length };
}
