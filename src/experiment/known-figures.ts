/** The figures that a run will have, so that a mistyped one is told before anything is run. */
import { processorPool } from '../cluster.ts';
import { simulate } from '../engine/simulate.ts';
import { didYouMean, usageError } from '../errors.ts';
import { measure } from '../metrics/measure.ts';
import { metrics } from '../metrics/index.ts';
import { fcfs } from '../policies/fcfs.ts';
import { STATE_NAMES } from '../schedule.ts';
import type { Scenario } from '../scenario.ts';
import { WorkloadBuilder } from '../workload-builder.ts';
import { summaryFacts } from './run-summary.ts';
import type { PointSummary } from './point-folder.ts';
import { figureName, figuresOf } from './results-csv.ts';

/** What the metrics of these names give; of all if absent. */
export interface KnownFigures {
  readonly names: ReadonlySet<string>;
  /** Metrics with parts that only the workload names, such as users: `NAME.PART.FIGURE` may be there. */
  readonly open: ReadonlySet<string>;
}

/** Taken from a run without jobs: it has every figure, though none has a value. */
export function knownFigures(chosen?: readonly string[]): KnownFigures {
  const workload = new WorkloadBuilder().finish('no jobs');
  const cluster = processorPool(1);
  const measurements = measure({ workload, cluster, schedule: simulate(workload, cluster, fcfs, {}) }, { names: chosen });
  const states = Object.fromEntries(STATE_NAMES.map((name) => [name, 0])) as Record<(typeof STATE_NAMES)[number], number>;
  const facts = summaryFacts({ label: '', name: '', parameters: {}, oracle: false, digest: '', states, measurements });
  return {
    names: new Set([...figuresOf(facts as PointSummary)].map(figureName)),
    open: new Set(measurements.flatMap(({ name, groups }) => (groups?.length === 0 ? [name] : []))),
  };
}

/** Refuses what no run of the scenario can have. */
export function checkFigures({ expectations, report, measures }: Scenario): void {
  const asked = [
    ...expectations.map(({ figure, figureAt }) => ({ figure, at: figureAt })),
    ...(report.figures ?? []).map((figure, index) => ({ figure, at: report.figuresAt[index] })),
  ];
  if (asked.length === 0) return;
  const known = knownFigures(measures.metrics);
  for (const { figure, at } of asked) if (!isKnown(figure, known)) throw unknownFigure(figure, at, known, measures.metrics);
}

export function isKnown(figure: string, { names, open }: KnownFigures): boolean {
  return names.has(figure) || (open.has(figure.split('.')[0]) && figure.split('.').length > 2);
}

function unknownFigure(figure: string, at: string, { names }: KnownFigures, chosen: readonly string[] | undefined): Error {
  const [name] = figure.split('.');
  if (chosen !== undefined && !chosen.includes(name) && metrics.some((metric) => metric.name === name)) {
    return usageError(
      `the metric "${name}" is not taken: metrics: leaves it out`,
      at,
      `add ${name} to metrics:, or leave metrics: out`,
    );
  }
  // Whoever names a metric is told its figures; whoever mistypes one, what is near.
  const own = [...names].filter((one) => one.split('.')[0] === name);
  return usageError(`there is no figure "${figure}"`, at, didYouMean(figure, own.length > 0 ? own : names));
}
