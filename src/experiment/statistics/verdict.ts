import type { MetricFacts } from '../../metrics/metric.ts';

/** Which figure of which metric is compared. */
export interface ComparedFigure extends Pick<MetricFacts, 'name' | 'unit' | 'better'> {
  /** As in summary.json: `mean`, `p95`, `steady-mean`; absent = the metric's one value. */
  readonly figure?: string;
}

/** How much is asked of a comparison. Every default is said in `Verdict.rule`. */
export interface CompareOptions {
  readonly figure: ComparedFigure;
  /** Of the intervals; 0.95 if absent. What is left (0.05) is also the level of the tests. */
  readonly confidence?: number;
  /** Which test decides, beside the interval; `t` if absent. The other one is reported as well. */
  readonly test?: 't' | 'wilcoxon';
  /**
   * How intervals are made; if absent by the number of observations: `t` of fewer than 8, `bootstrap-t` of fewer than
   * 30 and of pairs with a long tail, else `bca`. Quantiles of a trace have `t` in any case.
   */
  readonly interval?: IntervalMethod;
  /** Resamples of a bootstrap [count]; 2000 if absent. */
  readonly resamples?: number;
  /** Of the bootstrap's random numbers; 1 if absent. */
  readonly seed?: number | string;
  /** Changes up to this share of the baseline are no difference that matters; 0.05 if absent. */
  readonly margin?: number;
  /** The half-width that advice on more seeds aims at, as a share of the baseline; 0.02 if absent. */
  readonly precision?: number;
  /** Only for a single long trace. */
  readonly trace?: TraceOptions;
}

export type IntervalMethod = 't' | 'bootstrap-t' | 'bca';

/** How a single long trace is cut; shares are of the time from first to last submission. */
export interface TraceOptions {
  /** What is taken of each batch and of the whole: `mean` if absent, or a quantile's p in (0, 1). `figure` must say the same. */
  readonly of?: 'mean' | number;
  /**
   * Jobs submitted first that are left out while the machine fills: a share of the time (0.1 if absent, as metrics do
   * for `steady-mean`), or what MSER-5 finds if that is more.
   */
  readonly warmUp?: number | 'mser-5';
  /** Jobs submitted last that are left out while the machine drains, as a share of the time; 0 if absent. */
  readonly drain?: number;
}

/** A number and how sure it is. */
export interface Estimate {
  readonly value: number;
  /** Both NaN if there is no interval: one observation, or a value that is not defined. */
  readonly low: number;
  readonly high: number;
  readonly confidence: number;
  /** How the interval was made. */
  readonly method: string;
}

/** A test of "the two do not differ". */
export interface TestResult {
  readonly name: 'paired t' | 't of the change' | 'Wilcoxon signed-rank';
  /** t, or the sum of the positive ranks. */
  readonly statistic: number;
  /** Two-sided; NaN if the test does not apply. */
  readonly p: number;
  /** `exact`, or how p was approximated. */
  readonly method: string;
}

/** How large a difference is, in ways that do not grow with the number of pairs. */
export interface EffectSizes {
  /** Mean difference over the standard deviation of the differences (Cohen's d_z); NaN if all differences are equal. */
  readonly cohensD: number;
  /** How often a figure of the other exceeds one of the baseline, minus how often it falls below [-1, 1]. */
  readonly cliffsDelta: number;
  /** The share of rank sums in favour of an increase minus the share against [-1, 1]. */
  readonly rankBiserial: number;
  /** The median of all pairwise averages of the differences, in the metric's unit. */
  readonly hodgesLehmann: number;
}

/**
 * What a comparison comes to. `better`, `worse`: a difference was shown, and which way is good is known. `higher`,
 * `lower`: shown, of a figure that is neither good nor bad. `equal`: the same in every pair. `equivalent`: the interval
 * lies within the margin. `undecided`: none of these.
 */
export type Conclusion = 'better' | 'worse' | 'higher' | 'lower' | 'equal' | 'equivalent' | 'undecided';

/** A comparison of one figure of two policies: the sentence, and everything it rests on. */
export interface Verdict {
  readonly baseline: string;
  readonly other: string;
  readonly figure: ComparedFigure;
  readonly conclusion: Conclusion;
  /** For people: "easy cuts the mean wait by 38 % [34, 42] against fcfs (1204 s to 746 s)". */
  readonly sentence: string;
  /** For those who doubt it: pairs, effect sizes, test and its p, how the interval was made. */
  readonly detail: string;
  /** What observations are: runs with different seeds or workloads, or batches of jobs of one trace. */
  readonly observations: 'pairs' | 'batches';
  /** How many were compared [count]. */
  readonly count: number;
  /** The figure of each, in the metric's unit: the mean over the pairs, or over the whole trace. */
  readonly baselineValue: number;
  readonly otherValue: number;
  /** Other minus baseline, in the metric's unit. */
  readonly difference: Estimate;
  /** (Other - baseline) / baseline [ratio]; its value is NaN where the baseline is 0 or too near to it. */
  readonly change: Estimate;
  readonly effect: EffectSizes;
  /** The test that decides, then the other one. */
  readonly tests: readonly TestResult[];
  /** Of the first test, corrected for all comparisons of the family; its own p if there was one comparison. */
  readonly adjustedP: number;
  /** The comparisons it was corrected for [count]. */
  readonly family: number;
  /** The rule by which it was decided, with all its numbers. */
  readonly rule: string;
  /** What would make it surer: "12 more seeds would bring the interval to ±2 %"; absent if nothing need be done. */
  readonly advice?: string;
  /** What a reader must know: pairs left out and why, seeds that changed nothing, batches that are correlated. */
  readonly warnings: readonly string[];
}
