/** What a scenario expects of its figures, held against the results. */
import type { Expectation } from '../scenario.ts';
import type { FinishedPoint } from './experiment.ts';
import { fits } from './plan.ts';
import { figureName, figuresOf } from './results-csv.ts';

export interface Judgement {
  readonly expectation: Expectation;
  /** Runs that were held against it [count]. */
  readonly runs: number;
  /** Those out of range, in words. */
  readonly failures: readonly string[];
}

/** One judgement for each expectation. A figure that is not defined is out of every range; so is one that nobody has. */
export function judge(expectations: readonly Expectation[], finished: readonly FinishedPoint[]): Judgement[] {
  const runs = finished.map(({ point, summary }) => ({
    name: `${point.workload}, ${point.cluster}, ${point.policy}, seed ${point.seed}`,
    entries: point.entries,
    pair: JSON.stringify([point.workload, point.cluster, point.seed]),
    policy: point.policy,
    figures: new Map([...figuresOf(summary)].map((figure) => [figureName(figure), figure.value])),
  }));
  return expectations.map((expectation) => {
    const matching = runs.filter(({ entries }) => fits(expectation, entries));
    const failures = matching.flatMap((run) => {
      const value = valueOf(run, runs, expectation);
      if (value >= expectation.min && value <= expectation.max) return [];
      return [`${run.name}: ${value}`];
    });
    if (matching.length === 0) failures.push('no run has results that could be held against it');
    return { expectation, runs: matching.length, failures };
  });
}

interface Measured {
  readonly entries: FinishedPoint['point']['entries'];
  readonly pair: string;
  readonly figures: ReadonlyMap<string, number>;
}

/** The figure of a run, or its ratio to that of the other policy under the same conditions. */
function valueOf({ figures, pair }: Measured, runs: readonly Measured[], { figure, against }: Expectation): number {
  // Mistyped names were told when the run was planned: a user or account that is not there has no value.
  const value = figures.get(figure) ?? NaN;
  if (against === undefined) return value;
  const other = runs.find((run) => run.pair === pair && run.entries.policy === against);
  const base = other?.figures.get(figure) ?? NaN;
  // Two waits of 0 are equal.
  return value === base ? 1 : value / base;
}

/** `wait.mean of easy: at most 3600` */
export function expectationText({ figure, policy, workload, cluster, against, min, max }: Expectation): string {
  const of = [policy, workload, cluster].filter((name) => name !== undefined);
  const range = [min > -Infinity ? `at least ${min}` : '', max < Infinity ? `at most ${max}` : ''].filter((text) => text !== '');
  const ratio = against === undefined ? '' : ` times that of ${against}`;
  return `${figure}${of.length > 0 ? ` of ${of.join(', ')}` : ''}: ${range.join(', ')}${ratio}`;
}
