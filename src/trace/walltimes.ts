/** Rules that fill in or correct the limits of jobs before a replay. */
import { usageError } from '../errors.ts';
import { trainingOf } from '../speeds.ts';
import { countOf, formatDuration, parseDuration } from '../units.ts';
import { isService } from '../workload.ts';
import type { Workload } from '../workload.ts';

/**
 * What the limit of a job without one is taken to be: its run time (a perfect estimate), none, a fixed duration, or
 * its run time times a factor.
 */
export type WalltimeRule =
  | { readonly kind: 'runtime' | 'none' }
  | { readonly kind: 'fixed'; readonly duration: number }
  | { readonly kind: 'factor'; readonly factor: number };

/** A workload whose limits were changed, and how many of them. */
export interface ChangedWalltimes {
  readonly workload: Workload;
  /** Jobs whose limit is another one now [count]. */
  readonly changed: number;
  /** What was done, for people. */
  readonly note: string;
}

/** Reads a rule: `runtime`, `none`, `factor=1.5` or a duration such as `24h`. */
export function parseWalltimeRule(text: string, where: string): WalltimeRule {
  if (text === 'runtime' || text === 'none') return { kind: text };
  const factor = /^factor=(\d+(?:\.\d+)?)$/.exec(text);
  if (factor && Number(factor[1]) >= 1) return { kind: 'factor', factor: Number(factor[1]) };
  const duration = /^\d/.test(text) ? parseDuration(text, where) : 0;
  if (duration > 0) return { kind: 'fixed', duration };
  throw usageError(
    `"${text}" is no rule for limits`,
    where,
    'write runtime, partition, none, factor=N with N at least 1, or a duration such as 24h',
  );
}

/** Gives a limit to the jobs that have none. Jobs that have one keep it. */
export function fillWalltimes(workload: Workload, rule: WalltimeRule): ChangedWalltimes {
  const { count, runtime } = workload;
  const unchanged = { workload, changed: 0, note: 'every job has a limit of its own, or is left without' };
  if (rule.kind === 'none') return unchanged;
  let walltime: Float64Array | undefined;
  let changed = 0;
  for (let job = 0; job < count; job++) {
    // A service has no end, and whatever limit it got would be one.
    if (workload.walltime[job] !== Infinity || isService(workload, job)) continue;
    // What a training takes depends on the GPUs that it gets: its run time on those that it asks for is no estimate of it.
    if (rule.kind === 'runtime' && workload.speeds && trainingOf(workload.speeds, job) !== undefined) continue;
    walltime ??= workload.walltime.slice();
    walltime[job] = filledLimit(rule, runtime[job]);
    changed++;
  }
  if (walltime === undefined) return unchanged;
  return {
    workload: { ...workload, walltime },
    changed,
    note: `${countOf(changed, 'job')} without a limit get${changed === 1 ? 's' : ''} ${limitInWords(rule)}`,
  };
}

function filledLimit(rule: Exclude<WalltimeRule, { kind: 'none' }>, runtime: number): number {
  if (rule.kind === 'fixed') return rule.duration;
  return rule.kind === 'factor' ? Math.ceil(runtime * rule.factor) : runtime;
}

function limitInWords(rule: WalltimeRule): string {
  if (rule.kind === 'fixed') return `one of ${formatDuration(rule.duration)}`;
  return rule.kind === 'factor' ? `${rule.factor} times their run time` : 'their run time, a perfect estimate';
}

/** Raises limits that a job ran beyond to its run time, as most simulators do, so that no job is killed. */
export function extendOverruns(workload: Workload): ChangedWalltimes {
  let walltime: Float64Array | undefined;
  let changed = 0;
  for (let job = 0; job < workload.count; job++) {
    if (workload.runtime[job] <= workload.walltime[job]) continue;
    walltime ??= workload.walltime.slice();
    walltime[job] = workload.runtime[job];
    changed++;
  }
  if (walltime === undefined) return { workload, changed: 0, note: 'no job runs beyond its limit' };
  return {
    workload: { ...workload, walltime },
    changed,
    note: `${countOf(changed, 'limit')} that jobs ran beyond: raised to their run time`,
  };
}
