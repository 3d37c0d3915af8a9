import type { Command } from 'commander';
import { didYouMean, usageError } from '../errors.ts';
import { readSummary } from '../experiment/point-folder.ts';
import type { ComparedFigure } from '../experiment/statistics/index.ts';
import { metrics } from '../metrics/index.ts';
import { verdictsOf } from '../report/verdicts.ts';
import { readResults } from '../results/read.ts';
import type { Run } from '../results/read.ts';
import { collect, examples } from './command.ts';
import { FAILED_CHECK } from './exit-codes.ts';
import { experimentTable } from './experiment-table.ts';
import type { TablePoint } from './experiment-table.ts';
import { print } from './output.ts';
import { say, warn } from './terminal.ts';
import { brokenThresholds, parseThreshold, unfinishedOf } from './threshold.ts';

interface Options {
  baseline?: string;
  figure?: string[];
  threshold?: string[];
}

export function declareCompare(command: Command): void {
  examples(command, [
    'yardmaster compare results/sweep --baseline easy',
    'yardmaster compare results/before results/after --threshold "wait.mean<=+5%"',
    'yardmaster compare results/sweep --figure wait.p99 --threshold "jobs.rejected<=0"',
  ]);
  command
    .argument('<dir...>', 'folders that "run --out" or "replay --out" has written')
    .option('--baseline <policy>', 'the policy that the others are compared with (default: the first)')
    .option('--figure <name>', 'figure that is compared, such as wait.p99; may be given again', collect)
    .option(
      '--threshold <figure<=limit>',
      'exit with 1 if a policy breaks it: wait.mean<=3600, or against the baseline wait.mean<=+5%; may be given again',
      collect,
    )
    .action(compare);
}

async function compare(folders: readonly string[], { baseline, figure, threshold = [] }: Options): Promise<void> {
  const thresholds = threshold.map(parseThreshold);
  const sources = [];
  for (const folder of folders) sources.push(await readResults(folder));
  for (const { dir, missing } of sources) if (missing.length > 0) warn(`${dir}: ${missing.length} points have no result`);
  const runs = distinct(sources);
  const labels = labelsOf(runs, baseline ?? declaredBaseline(sources[0].manifest.document));
  const points = runs.map(tablePoint);
  print(experimentTable({ baseline: labels[0], figures: figure }, points));
  for (const message of unfinishedOf(points)) warn(message);
  const verdicts = labels.length < 2 ? [] : await verdictsOf(runs, labels, figure?.flatMap(comparedFigure));
  if (verdicts.length > 0) print('\n');
  for (const { sentence } of verdicts) print(`${sentence}\n`);
  // Most hold for several verdicts.
  for (const message of new Set(verdicts.flatMap(({ warnings }) => warnings))) say(`  ${message}`);
  const broken = thresholds.flatMap((one) => brokenThresholds(one, points, labels[0]));
  for (const message of broken) warn(message);
  if (thresholds.length > 0 && broken.length === 0)
    say(`${thresholds.length === 1 ? 'the threshold is' : 'all thresholds are'} kept`);
  if (broken.length > 0) process.exitCode = FAILED_CHECK;
}

/** A figure as the table names it, `wait.mean` or `makespan`; counts of jobs are no metric. */
function comparedFigure(text: string): ComparedFigure[] {
  const [name, figure] = text.split('.');
  return metrics
    .filter((metric) => metric.name === name)
    .map(({ unit, better }) => ({ name, unit, better, ...(figure !== undefined && { figure }) }));
}

/** The runs of all folders; where two folders have a policy of one label, the folder tells them apart. */
function distinct(sources: readonly { readonly dir: string; readonly runs: readonly Run[] }[]): Run[] {
  const folders = new Map<string, Set<string>>();
  for (const { dir, runs } of sources) {
    for (const { label } of runs) folders.set(label, (folders.get(label) ?? new Set()).add(dir));
  }
  return sources.flatMap(({ dir, runs }) =>
    runs.map((run) => ((folders.get(run.label)?.size ?? 0) > 1 ? { ...run, label: `${run.label} (${dir})` } : run)),
  );
}

function declaredBaseline({ baseline }: Readonly<Record<string, unknown>>): string | undefined {
  return typeof baseline === 'string' ? baseline : undefined;
}

/** Labels in the order of the runs, the baseline first. */
function labelsOf(runs: readonly Run[], baseline: string | undefined): string[] {
  const labels = [...new Set(runs.map(({ label }) => label))];
  if (baseline === undefined) return labels;
  const chosen = labels.find((label) => label === baseline) ?? labels.find((label) => label.startsWith(`${baseline} (`));
  if (chosen === undefined) throw usageError(`no run is of the policy "${baseline}"`, '--baseline', didYouMean(baseline, labels));
  return [chosen, ...labels.filter((label) => label !== chosen)];
}

function tablePoint({ workload, cluster, label, seed, folder }: Run): TablePoint & { point: { seed: number } } {
  return { point: { workload, cluster, policy: label, seed }, summary: readSummary(folder) };
}
