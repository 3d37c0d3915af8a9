/**
 * Which of several contenders is best in each of many cells, by how much, and how sure that is. The runs of one seed are
 * one observation of all contenders: seeds are drawn anew for all of them together, so that what all suffered alike
 * cancels out.
 */
import { randomStream } from '../../random.ts';
import { compareFamily } from './compare.ts';
import type { Comparison } from './compare.ts';
import { pairKey } from './sample.ts';
import type { ComparedFigure, Conclusion } from './verdict.ts';

/** One figure of all contenders under the conditions of one cell. */
export interface DecisionCell {
  readonly name: string;
  /** Of each contender, one for each seed, the same seeds for all; NaN = it has none, and cannot win. */
  readonly values: readonly (readonly number[])[];
}

export interface Decision {
  /** Means over the seeds, by contender; NaN = it has no value under some seed. */
  readonly means: readonly number[];
  /** Index of the contender with the best mean; -1 = none has a value. */
  readonly winner: number;
  /** The second; -1 = there is none. */
  readonly second: number;
  /** By which share of the second's mean the best is better [ratio], with its interval; NaN = not defined. */
  readonly margin: number;
  readonly low: number;
  readonly high: number;
  /** Share of the redrawn seeds under which it is the best still [ratio]; NaN with a single seed. */
  readonly confidence: number;
  /** Of best against second, corrected for the number of cells. */
  readonly conclusion: Conclusion;
}

/** Seeds drawn anew for each cell [count]. */
const RESAMPLES = 2000;

/** Decides each cell. The better a mean the better the contender; of equal ones the first is named. */
export function decideCells(cells: readonly DecisionCell[], labels: readonly string[], figure: ComparedFigure): Decision[] {
  const ranked = cells.map((cell) => rank(cell, figure));
  const pairs = ranked.flatMap(({ winner, second }, at) =>
    second < 0 ? [] : [comparisonOf(cells[at], winner, second, labels, figure)],
  );
  const verdicts = compareFamily(pairs);
  let next = 0;
  return ranked.map((one, at): Decision => {
    if (one.second < 0) return { ...one, margin: NaN, low: NaN, high: NaN, confidence: NaN, conclusion: 'undecided' };
    const { change, conclusion } = verdicts[next++];
    const sign = figure.better === 'higher' ? 1 : -1;
    const [low, high] = sign < 0 ? [-change.high, -change.low] : [change.low, change.high];
    return {
      ...one,
      margin: sign * change.value,
      low,
      high,
      confidence: confidenceOf(cells[at], one.winner, figure),
      conclusion,
    };
  });
}

function rank({ values }: DecisionCell, { better }: ComparedFigure): Pick<Decision, 'means' | 'winner' | 'second'> {
  const means = values.map(meanOf);
  const order = means.flatMap((mean, index) => (Number.isNaN(mean) ? [] : [index]));
  order.sort((a, b) => (better === 'higher' ? means[b] - means[a] : means[a] - means[b]) || a - b);
  return { means, winner: order[0] ?? -1, second: order[1] ?? -1 };
}

function comparisonOf(
  { name, values }: DecisionCell,
  winner: number,
  second: number,
  labels: readonly string[],
  figure: ComparedFigure,
): Comparison {
  const sample = (index: number) => ({
    kind: 'runs' as const,
    label: labels[index],
    figures: new Map(values[index].map((value, seed) => [pairKey({ workload: name, cluster: '', seed }), value])),
  });
  return { baseline: sample(second), other: sample(winner), options: { figure, resamples: 400 } };
}

/** Ties count as halves. */
function confidenceOf({ name, values }: DecisionCell, winner: number, { better }: ComparedFigure): number {
  const seeds = values[winner].length;
  if (seeds < 2) return NaN;
  const rivals = values.filter((own, index) => index !== winner && !own.some(Number.isNaN));
  const random = randomStream(1, `decision/${name}`);
  const rows = new Int32Array(seeds);
  let won = 0;
  for (let resample = 0; resample < RESAMPLES; resample++) {
    for (let at = 0; at < seeds; at++) rows[at] = random.integer(seeds);
    const own = sumOf(values[winner], rows);
    let lead = Infinity;
    for (const rival of rivals) {
      const other = sumOf(rival, rows);
      lead = Math.min(lead, better === 'higher' ? own - other : other - own);
    }
    won += lead > 0 ? 1 : lead === 0 ? 0.5 : 0;
  }
  return won / RESAMPLES;
}

function sumOf(values: readonly number[], rows: Int32Array): number {
  let sum = 0;
  for (const row of rows) sum += values[row];
  return sum;
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
