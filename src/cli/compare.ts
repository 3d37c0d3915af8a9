import { Option } from 'commander';
import type { Command } from 'commander';
import { didYouMean, usageError } from '../errors.ts';
import { readSummary } from '../experiment/point-folder.ts';
import type { VerdictFacts } from '../report/model.ts';
import { sameScheduleSentences, sameSchedules } from '../report/same-schedules.ts';
import { askedFigures, comparedFigure } from '../report/asked-figures.ts';
import { figuresFor, verdictsOf } from '../report/verdicts.ts';
import { labelOnCluster, onClusters } from '../results/on-clusters.ts';
import { readResults } from '../results/read.ts';
import type { Results, Run } from '../results/read.ts';
import { collect, examples } from './command.ts';
import { comparedGroups } from './compare-groups.ts';
import type { ComparedGroups } from './compare-groups.ts';
import { comparisonFacts } from './compare-json.ts';
import { FAILED_CHECK, PARTIAL } from './exit-codes.ts';
import { experimentTable } from './experiment-table.ts';
import type { TablePoint } from './experiment-table.ts';
import { sayMissing } from './missing-points.ts';
import { print, printJson } from './output.ts';
import { groupFacts, GROUPINGS, groupTable } from './replay-groups.ts';
import type { Grouping } from './replay-groups.ts';
import { plain } from './plain-text.ts';
import { say, warn } from './terminal.ts';
import { brokenThresholds, checkFiguresOf, checkThresholds, parseThreshold, unfinishedOf } from './threshold.ts';
import type { Threshold } from './threshold.ts';
import { countOf } from '../units.ts';

interface Options {
  baseline?: string;
  baselineCluster?: string;
  figure?: string[];
  by?: Grouping;
  threshold?: string[];
  json?: boolean;
}

export function declareCompare(command: Command): void {
  examples(command, [
    'yardmaster compare results/sweep --baseline easy',
    'yardmaster compare results/before results/after --threshold "wait.mean<=+5%"',
    'yardmaster compare results/sweep --figure wait.p99 --threshold "wait.p99<=12h" --threshold "jobs.rejected<=0"',
    'yardmaster compare results/sweep --by account',
    'yardmaster compare results/machines --baseline easy --baseline-cluster "64 nodes"',
  ]);
  command
    .argument('<dir...>', 'folders that "run --out" or "replay --out" has written')
    .option('--baseline <policy>', 'the policy that the others are compared with (default: the first)')
    .option('--baseline-cluster <name>', 'the cluster that it is taken from: policies on all clusters are compared with it')
    .option('--figure <name>', 'figure that is compared, such as wait.p99; may be given again', collect)
    .addOption(new Option('--by <owner>', 'how each user, account, partition, QoS or queue fares').choices(GROUPINGS))
    .option(
      '--threshold <figure<=limit>',
      'exit with 1 if a policy breaks it: wait.mean<=3600, wait.mean<=1h, or against the baseline wait.mean<=+5%; may be given again',
      collect,
    )
    .option('--json', 'print one JSON document instead of the table')
    .action(compare);
}

async function compare(folders: readonly string[], options: Options): Promise<void> {
  const { threshold = [] } = options;
  const thresholds = threshold.map(parseThreshold);
  const sources: Results[] = [];
  for (const folder of folders) sources.push(await readResults(folder));
  for (const source of sources) sayMissing(source);
  const { runs, labels, clusters } = arrange(sources, options);
  const points = runs.map(tablePoint);
  checkThresholds(thresholds, points);
  checkFiguresOf(options.figure ?? [], points, '--figure');
  const names = options.figure ?? askedFigures(sources);
  const named = names?.flatMap((name) => comparedFigure(name, runs)) ?? [];
  const figures = options.figure === undefined ? figuresFor(runs, named) : named;
  const verdicts = labels.length < 2 ? [] : await verdictsOf(runs, labels, figures);
  const same = sameSchedules(runs, labels);
  const told = verdicts.filter(({ label }) => !same.includes(label));
  const sentences = [...sameScheduleSentences(same, labels[0]), ...told.map(({ sentence }) => sentence)];
  const broken = thresholds.map((one) => ({ threshold: one, broken: brokenThresholds(one, points, labels[0]) }));
  const unfinished = unfinishedOf(points);
  const groups = options.by === undefined ? undefined : await comparedGroups(runs, labels, options.by);
  if (options.json === true)
    printJson({
      ...comparisonFacts({ sources, runs, clusters, labels, points, verdicts, same, broken, unfinished }),
      ...(groups && { by: options.by, groups: groups.map(groupedFacts) }),
    });
  else printComparison(points, labels, sentences, names);
  if (groups !== undefined && options.json !== true) print(`\n${groupTable(options.by!, groups)}`);
  for (const message of unfinished) warn(message);
  for (const { label, unended } of groups ?? [])
    if (unended > 0)
      warn(`${label}: core-hours are without the last runs of ${countOf(unended, 'job')} that had started and were not over`);
  if (options.json !== true) sayCautions(told);
  process.exitCode = conclude(broken, sources);
}

/** For machines. */
function groupedFacts({ label, groups, unended }: ComparedGroups): object {
  return { policy: label, groups: groupFacts(groups), jobs_not_over: unended };
}

/** What is compared with what. */
interface Arranged {
  /** Under the labels by which they are told apart. */
  readonly runs: readonly Run[];
  /** The baseline first. */
  readonly labels: readonly string[];
  /** Of each run. */
  readonly clusters: readonly string[];
}

function arrange(sources: readonly Results[], options: Options): Arranged {
  const declared = sources[0].manifest.document;
  const policy = options.baseline ?? textOf(declared.baseline);
  const cluster = options.baselineCluster ?? (options.baseline === undefined ? textOf(declared.baseline_cluster) : undefined);
  const runs = distinct(sources);
  const clusters = runs.map((run) => run.cluster);
  if (cluster === undefined) return { runs, labels: labelsOf(runs, policy), clusters };
  if (!clusters.includes(cluster))
    throw usageError(`no run is on the cluster "${cluster}"`, '--baseline-cluster', didYouMean(cluster, new Set(clusters)));
  const [first] = labelsOf(runs, policy);
  const placed = onClusters(runs);
  return { runs: placed, labels: labelsOf(placed, labelOnCluster(first, cluster)), clusters };
}

function printComparison(
  points: readonly TablePoint[],
  [baseline]: readonly string[],
  sentences: readonly string[],
  figures: readonly string[] | undefined,
): void {
  print(experimentTable({ baseline, figures }, points));
  if (sentences.length > 0) print('\n');
  for (const sentence of sentences) print(`${plain(sentence)}\n`);
}

/** Most hold for several verdicts. */
function sayCautions(verdicts: readonly VerdictFacts[]): void {
  for (const message of new Set(verdicts.flatMap(({ warnings }) => warnings))) say(`  ${message}`);
}

/** Says which thresholds are broken; answers the exit code. */
function conclude(
  thresholds: readonly { readonly threshold: Threshold; readonly broken: readonly string[] }[],
  sources: readonly Results[],
): number {
  const messages = thresholds.flatMap(({ broken }) => broken);
  for (const message of messages) warn(message);
  if (messages.length > 0) return FAILED_CHECK;
  if (thresholds.length > 0) say(`${thresholds.length === 1 ? 'the threshold is' : 'all thresholds are'} kept`);
  return sources.some(({ missing }) => missing.some(({ state }) => state === 'altered')) ? PARTIAL : 0;
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

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
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
