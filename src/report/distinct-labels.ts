import { basename } from 'node:path';
import type { Results, Run } from '../results/read.ts';
import { conditionsOf } from './conditions.ts';
import { oneLine } from './chart-text.ts';

/** Longer labels are cut in their middle: what tells parameters apart mostly stands at the end [characters]. */
const LONGEST = 72;

/**
 * The runs of all folders, with labels that a page can show, each of them for one thing only: a policy that was run
 * twice under the same conditions, in two folders say, is called by its folder too.
 */
export function labelledRuns(sources: readonly Results[]): Run[] {
  const runs = sources.flatMap(({ runs: own }) => own.map((run) => ({ ...run, label: pageLabel(run.label) })));
  const folders = sources.flatMap(({ dir, runs: own }) => own.map(() => pageLabel(basename(dir))));
  const labels = numbered(withFolders(runs, folders), conditionsOf(runs));
  return runs.map((run, index) => ({ ...run, label: labels[index] }));
}

/** One line of moderate length. */
export function pageLabel(label: string): string {
  const characters = Array.from(oneLine(label));
  if (characters.length <= LONGEST) return characters.join('');
  const end = Math.floor(LONGEST / 3);
  return `${characters.slice(0, LONGEST - end - 1).join('')}…${characters.slice(-end).join('')}`;
}

/** All runs of a label get their folders if any two of them could be taken for one. */
function withFolders(runs: readonly Run[], folders: readonly string[]): string[] {
  const conditions = conditionsOf(runs);
  const seen = new Map<string, string>();
  const shared = new Set<string>();
  runs.forEach(({ label }, index) => {
    const key = `${label}\n${conditions[index]}`;
    if (seen.has(key) && seen.get(key) !== folders[index]) shared.add(label);
    seen.set(key, folders[index]);
  });
  return runs.map(({ label }, index) => (shared.has(label) ? `${label} (${folders[index]})` : label));
}

/** What is still alike is counted. */
function numbered(labels: readonly string[], conditions: readonly string[]): string[] {
  const times = new Map<string, number>();
  return labels.map((label, index) => {
    const key = `${label}\n${conditions[index]}`;
    const time = (times.get(key) ?? 0) + 1;
    times.set(key, time);
    return time === 1 ? label : `${label} #${time}`;
  });
}
