/** Limits that results are held against: `wait.mean<=3600`, `wait.mean<=1h`, or as a change against the baseline, `wait.mean<=+5%`. */
import { didYouMean, usageError } from '../errors.ts';
import { figureName, figuresOf } from '../experiment/results-csv.ts';
import { parseDuration } from '../units.ts';
import type { TablePoint } from './experiment-table.ts';
import { withSameSeeds } from './same-seeds.ts';

export interface Threshold {
  readonly text: string;
  readonly figure: string;
  readonly bound: 'most' | 'least';
  readonly limit: number;
  /** Of the figure itself, or of its change against the baseline. */
  readonly of: 'value' | 'change';
  /** It was given with a unit of time; `limit` is in s. */
  readonly isDuration?: boolean;
}

/** A figure, a sign, and the rest: names of users and sizes stand in figures too, so they may hold nearly anything. */
const SHAPE = /^\s*(\S(?:[^<>=≤≥]*[^\s<>=≤≥])?)\s*(<=|>=|≤|≥)\s*(\S.*?)\s*$/;
/** As programs and people write numbers: 3600, 1e9, .5, 5., 1_000_000. */
const NUMBER = /^[+-]?(?:\d+(?:_\d+)*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

export function parseThreshold(text: string): Threshold {
  const [, figure, sign, limit] = SHAPE.exec(text) ?? [];
  const bound = sign === '<=' || sign === '≤' ? 'most' : 'least';
  const isChange = limit?.endsWith('%') === true;
  const number = isChange ? limit.slice(0, -1).trimEnd() : limit;
  if (number !== undefined && NUMBER.test(number)) {
    const value = Number(number.replaceAll('_', ''));
    return { text, figure, bound, limit: isChange ? value / 100 : value, of: isChange ? 'change' : 'value' };
  }
  if (number === undefined || isChange || !/^\d.*[a-z:]/.test(number)) {
    const hint =
      'write for example "wait.mean<=3600", "wait.mean<=1h", "utilization>=0.8" or, against the baseline, "wait.mean<=+5%"';
    throw usageError(`"${text}" is no threshold`, '--threshold', hint);
  }
  return { text, figure, bound, limit: parseDuration(number, '--threshold') / 1000, of: 'value', isDuration: true };
}

/** Refuses figures that no result has. `where` names the option. */
export function checkFiguresOf(figures: readonly string[], points: readonly TablePoint[], where: string): void {
  const units = unitsOf(points);
  for (const figure of figures)
    if (!units.has(figure)) throw usageError(`no result has a figure "${figure}"`, where, didYouMean(figure, units.keys()));
}

/** Refuses thresholds of such figures, and durations where there is no time to compare with. */
export function checkThresholds(thresholds: readonly Threshold[], points: readonly TablePoint[]): void {
  const where = '--threshold';
  const figures = thresholds.map(({ figure }) => figure);
  checkFiguresOf(figures, points, where);
  const units = unitsOf(points);
  for (const { figure, isDuration } of thresholds) {
    if (isDuration === true && units.get(figure) !== 's')
      throw usageError(`"${figure}" is no time: its unit is ${units.get(figure)}`, where, 'write a number without a unit');
  }
}

function unitsOf(points: readonly TablePoint[]): Map<string, string> {
  return new Map(points.flatMap(({ summary }) => [...figuresOf(summary)].map((one) => [figureName(one), one.unit])));
}

/** Figures of jobs that started: whoever lets jobs wait for ever looks better by them. */
const OF_THOSE_THAT_STARTED = /^(wait|turnaround|bounded-slowdown|slowdown|jain)/;

/** Which points have jobs that were not over, in words. */
export function unfinishedOf(points: readonly TablePoint[]): string[] {
  return points.flatMap(({ point, summary }) => {
    const unfinished = valueIn(summary, 'jobs.unfinished');
    return unfinished > 0
      ? [`${nameOf(point)}: ${unfinished} jobs were not over; waits and slowdowns are of those that started`]
      : [];
  });
}

/** A policy on a certain cluster says that itself, and has no cluster beside it. */
function nameOf({ workload, cluster, policy }: TablePoint['point']): string {
  return [workload, cluster, policy].filter((name) => name !== '').join(', ');
}

/** The runs of a policy on a workload and cluster. */
interface Group {
  readonly names: TablePoint['point'];
  readonly runs: readonly GroupRun[];
}

interface GroupRun {
  readonly seed: number;
  readonly value: number;
  readonly unfinished: number;
}

/**
 * What breaks it, in words: means over the seeds of each policy on each workload and cluster, and changes over those that the
 * baseline has too. A missing value breaks all.
 */
export function brokenThresholds(threshold: Threshold, points: readonly TablePoint[], baseline: string): string[] {
  const groups = groupsOf(points, threshold.figure);
  return groups.flatMap((group) => {
    const { names } = group;
    if (threshold.of === 'change' && names.policy === baseline) return [];
    const beside = groups.find(({ names: other }) => other.policy === baseline && isSamePlace(other, names));
    const problem = problemOf(threshold, group, beside?.runs ?? [], baseline);
    return problem === undefined ? [] : [`${nameOf(names)}: ${threshold.text} ${problem}`];
  });
}

function groupsOf(points: readonly TablePoint[], figure: string): Group[] {
  const groups = new Map<string, Group & { readonly runs: GroupRun[] }>();
  for (const { point, summary } of points) {
    const key = JSON.stringify([point.workload, point.cluster, point.policy]);
    const group = groups.get(key) ?? { names: point, runs: [] };
    group.runs.push({ seed: point.seed, value: valueIn(summary, figure), unfinished: valueIn(summary, 'jobs.unfinished') });
    groups.set(key, group);
  }
  return [...groups.values()];
}

function problemOf(threshold: Threshold, { runs }: Group, baselineRuns: Group['runs'], baseline: string): string | undefined {
  const [here, there] = withSameSeeds(runs, baselineRuns);
  const more = sumOf(here, 'unfinished') - sumOf(there, 'unfinished');
  if (more > 0 && OF_THOSE_THAT_STARTED.test(threshold.figure))
    return `cannot be kept: it leaves ${more} jobs more unfinished than ${baseline}, which the figure does not count`;
  const isChange = threshold.of === 'change';
  const [mean, base] = [meanOf(isChange ? here : runs), meanOf(there)];
  const value = isChange ? change(mean, base) : mean;
  if (threshold.bound === 'most' ? value <= threshold.limit : value >= threshold.limit) return undefined;
  return `is broken: it is ${rounded(mean)}${isChange ? ` against ${rounded(base)}` : ''}`;
}

function sumOf(runs: Group['runs'], key: 'value' | 'unfinished'): number {
  return runs.reduce((sum, run) => sum + run[key], 0);
}

function meanOf(runs: Group['runs']): number {
  return sumOf(runs, 'value') / runs.length;
}

/** Without the noise of binary fractions, and never so few digits that it seems to keep the limit. */
function rounded(value: number): string {
  return String(Number(value.toPrecision(9)));
}

function valueIn(summary: TablePoint['summary'], wanted: string): number {
  const figures = new Map([...figuresOf(summary)].map((figure) => [figureName(figure), figure.value]));
  const value = figures.get(wanted);
  if (value === undefined)
    throw usageError(`no result has a figure "${wanted}"`, '--threshold', didYouMean(wanted, figures.keys()));
  return value;
}

function isSamePlace(a: TablePoint['point'], b: TablePoint['point']): boolean {
  return a.workload === b.workload && a.cluster === b.cluster;
}

/** From 0 to 0 nothing has changed. */
function change(value: number, base: number): number {
  return value === base ? 0 : (value - base) / Math.abs(base);
}
