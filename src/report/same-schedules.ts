import { pairKey } from '../experiment/statistics/index.ts';
import type { Run } from '../results/read.ts';
import { tellingSettings } from './conditions.ts';
import { listed } from './number-text.ts';

/** What each run is paired by: all but its policy. */
export function pairKeysOf(runs: readonly Run[]): string[] {
  const settings = tellingSettings(runs);
  return runs.map(({ workload, cluster, seed }, index) => pairKey({ workload: `${workload}${settings[index]}`, cluster, seed }));
}

/**
 * Those of the labels, the baseline first, whose schedule is the baseline's in every run: digests tell. A policy that has
 * not run under all conditions of the baseline, or under others too, is not among them.
 */
export function sameSchedules(runs: readonly Run[], [baseline, ...others]: readonly string[]): string[] {
  const keys = pairKeysOf(runs);
  const digestsOf = (label: string) =>
    runs
      .flatMap((run, index) => (run.label === label ? [`${keys[index]}\n${run.summary.digest}`] : []))
      .sort()
      .join('\n\n');
  const known = runs.filter(({ label }) => label === baseline).every(({ summary }) => Boolean(summary.digest));
  return known ? others.filter((label) => digestsOf(label) === digestsOf(baseline)) : [];
}

/** In place of a sentence for each figure, all of which are the same. None if there are no such policies. */
export function sameScheduleSentences(same: readonly string[], baseline: string): string[] {
  if (same.length === 0) return [];
  const verb = same.length === 1 ? 'decides' : 'decide';
  return [`${listed(same)} ${verb} as ${baseline} does: every job starts at the same time.`];
}
