import { compareFamily, pairKey } from '../experiment/statistics/index.ts';
import type { ComparedFigure, Comparison, Estimate, Sample, Verdict } from '../experiment/statistics/index.ts';
import type { JobTable } from '../results/job-table.ts';
import type { Run } from '../results/read.ts';
import type { IntervalFacts, VerdictFacts } from './model.ts';
import { boundedSlowdown, wait } from './job-figures.ts';
import { pairKeysOf, sameScheduleSentences } from './same-schedules.ts';
import { tableForPage } from './table-for-page.ts';
import { unlikeJobs } from './unlike-jobs.ts';

/** What verdicts are given on, the most telling first. */
const FIGURES: readonly ComparedFigure[] = [
  { name: 'wait', figure: 'mean', unit: 's', better: 'lower' },
  { name: 'wait', figure: 'p95', unit: 's', better: 'lower' },
  { name: 'bounded-slowdown', figure: 'mean', unit: 'ratio', better: 'lower' },
  { name: 'utilization', unit: 'ratio', better: 'higher' },
  { name: 'makespan', unit: 's', better: 'lower' },
  { name: 'jain-bounded-slowdown', unit: 'ratio', better: 'higher' },
  { name: 'core-hours-lost', unit: 'core-hours', better: 'lower' },
];

/** What they are given on where nobody measured waits, as scenarios of systems may choose. */
const SEEN_FROM_OUTSIDE: readonly ComparedFigure[] = [
  { name: 'visible-stretch', figure: 'mean', unit: 'ratio', better: 'lower' },
  { name: 'visible-turnaround', figure: 'mean', unit: 's', better: 'lower' },
  { name: 'node-time', figure: 'useful', unit: 'ratio', better: 'higher' },
];

/** Beyond this many policies a verdict is resampled less: there are more of them than anyone reads. */
const MANY = 12;

/**
 * Compares each policy with the first: pairs of runs if there are several, else batches of jobs of the one trace, which
 * have waits and slowdowns only.
 */
export async function verdictsOf(
  runs: readonly Run[],
  labels: readonly string[],
  figures: readonly ComparedFigure[],
): Promise<VerdictFacts[]> {
  const keys = pairKeysOf(runs);
  const many = new Set(keys).size > 1;
  const shared = many ? sharedRuns(runs, keys, labels) : runs;
  const present = figures.filter((figure) => runs.some((run) => figureOf(run, figure) > 0));
  const comparisons = many ? runComparisons(shared, labels, present) : await traceComparisons(runs, labels, figures);
  return compareFamily(comparisons).map((verdict) => verdictFacts(verdict, shared));
}

/** Those under conditions that all labels were run under. */
function sharedRuns(runs: readonly Run[], keys: readonly string[], labels: readonly string[]): Run[] {
  const isShared = (key: string) =>
    labels.every((label) => runs.some((run, index) => run.label === label && keys[index] === key));
  return runs.filter((_, index) => isShared(keys[index]));
}

/** Those that the scenario is about, if any of them can be compared; else the usual ones. */
export function figuresFor(runs: readonly Run[], asked: readonly ComparedFigure[]): readonly ComparedFigure[] {
  const many = new Set(pairKeysOf(runs)).size > 1;
  if (asked.some((figure) => many || ofTrace(figure) !== undefined)) return asked;
  return runs.some(({ summary }) => 'wait' in summary.metrics) ? FIGURES : [...SEEN_FROM_OUTSIDE, ...FIGURES];
}

function optionsFor(figure: ComparedFigure, labels: readonly string[]) {
  return { figure, ...(labels.length > MANY && { resamples: 400 }) };
}

function runComparisons(
  shared: readonly Run[],
  [baseline, ...others]: readonly string[],
  figures: readonly ComparedFigure[],
): Comparison[] {
  return figures.flatMap((figure) =>
    others.map((other) => ({
      baseline: runSample(shared, baseline, figure),
      other: runSample(shared, other, figure),
      options: optionsFor(figure, others),
    })),
  );
}

/**
 * The mean over all settings that the same jobs were run under is one observation: what was varied on purpose is no chance,
 * and one trace on ten clusters is one trace.
 */
function runSample(runs: readonly Run[], label: string, figure: ComparedFigure): Sample {
  const values = new Map<string, number[]>();
  for (const run of runs) {
    if (run.label !== label) continue;
    const key = sampleKey(run);
    values.set(key, [...(values.get(key) ?? []), figureOf(run, figure)]);
  }
  const mean = (list: readonly number[]) => list.reduce((sum, value) => sum + value, 0) / list.length;
  return { kind: 'runs', label, figures: new Map([...values].map(([key, list]) => [key, mean(list)])) };
}

/** What chance was drawn for: a workload and a seed. Experiments name a workload that a sweep changes `NAME @ axis=value`. */
function sampleKey({ workload, seed }: Run): string {
  return pairKey({ workload: workload.split(' @ ')[0], cluster: '', seed });
}

function figureOf({ summary: { metrics } }: Run, { name, figure }: ComparedFigure): number {
  const metric = metrics[name];
  return (figure === undefined ? metric?.value : metric?.figures[figure]?.value) ?? NaN;
}

async function traceComparisons(
  runs: readonly Run[],
  [baseline, ...others]: readonly string[],
  figures: readonly ComparedFigure[],
): Promise<Comparison[]> {
  const comparisons: Comparison[] = [];
  const first = await jobsOf(runs, baseline);
  for (const figure of figures) {
    const of = ofTrace(figure);
    if (of === undefined) continue;
    for (const other of others) {
      const second = await jobsOf(runs, other);
      if (!hasSameJobs(first, second)) continue;
      const options = { ...optionsFor(figure, others), trace: { of } };
      comparisons.push({ baseline: traceSample(baseline, first, figure), other: traceSample(other, second, figure), options });
    }
  }
  return comparisons;
}

/** What is taken of each batch; undefined where jobs have no value of their own, or the figure is of another kind. */
function ofTrace({ name, figure = '' }: ComparedFigure): 'mean' | number | undefined {
  if (name !== 'wait' && name !== 'bounded-slowdown') return undefined;
  if (figure === 'mean') return 'mean';
  if (figure === 'median') return 0.5;
  const percentile = /^p(\d{1,2})$/.exec(figure)?.[1];
  return percentile === undefined ? undefined : Number(percentile) / 100;
}

async function jobsOf(runs: readonly Run[], label: string): Promise<JobTable> {
  const run = runs.find((one) => one.label === label);
  if (run === undefined) throw new Error(`no run has the label ${label}`);
  return run.jobs();
}

function hasSameJobs(a: JobTable, b: JobTable): boolean {
  if (a.count !== b.count) return false;
  for (let row = 0; row < a.count; row++) if (String(a.ids[row]) !== String(b.ids[row])) return false;
  return true;
}

function traceSample(label: string, jobs: JobTable, { name }: ComparedFigure): Sample {
  const { submit } = jobs;
  const values = new Float64Array(jobs.count);
  const valueOf = (name === 'wait' ? wait : boundedSlowdown).of(tableForPage(jobs, undefined, undefined));
  for (let row = 0; row < jobs.count; row++) values[row] = valueOf(row);
  return { kind: 'trace', label, submit, values };
}

function verdictFacts(verdict: Verdict, runs: readonly Run[]): VerdictFacts {
  const { figure, baseline, other, conclusion, sentence, detail, rule, advice, warnings, change } = verdict;
  return {
    metric: figure.name,
    figure: figure.figure ?? '',
    unit: figure.unit,
    better: figure.better,
    label: other,
    conclusion,
    sentence: asSentence(`${sentence}${unlikeJobs(runs, baseline, other)}`, other),
    detail,
    rule,
    advice,
    warnings,
    change: intervalFacts(change),
  };
}

/** Names of policies stay as they are written. */
function asSentence(text: string, label: string): string {
  const first = text.startsWith(label) ? text.charAt(0) : text.charAt(0).toUpperCase();
  return `${first}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;
}

function intervalFacts({ value, low, high, confidence }: Estimate): IntervalFacts {
  const defined = (number: number) => (Number.isFinite(number) ? number : null);
  return { value: defined(value), low: defined(low), high: defined(high), confidence };
}

/** At most this many sentences stand above the table. */
const MOST_FINDINGS = 6;

/**
 * The sentences worth reading first: for each policy its first figures, in the order of the policies; one for all of the
 * `same`, whose schedules are the baseline's.
 */
export function findingsOf(all: readonly VerdictFacts[], same: readonly string[], baseline: string): string[] {
  const verdicts = all.filter(({ label }) => !same.includes(label));
  const labels = [...new Set(verdicts.map(({ label }) => label))];
  const each = Math.max(1, Math.floor(MOST_FINDINGS / Math.max(1, labels.length)));
  const chosen = labels.flatMap((label) => verdicts.filter((one) => one.label === label).slice(0, each));
  return [...sameScheduleSentences(same, baseline), ...chosen.map(({ sentence }) => sentence)].slice(0, MOST_FINDINGS);
}
