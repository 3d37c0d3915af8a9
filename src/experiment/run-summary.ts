/** What is kept of a run when its schedule has been written: the content of summary.json. */
import type { Measurement } from '../metrics/metric.ts';
import type { Parameters } from '../parameters.ts';
import { STATE_NAMES, UNFINISHED } from '../schedule.ts';
import type { Rejection, Schedule } from '../schedule.ts';
import { isService } from '../workload.ts';
import type { Workload } from '../workload.ts';

export type StateName = (typeof STATE_NAMES)[number];

/** What summary.json is made of. */
export interface SummarizedRun {
  /** For tables: tells the policies of a result apart. */
  readonly label: string;
  readonly name: string;
  readonly parameters: Parameters;
  readonly oracle: boolean;
  readonly digest: string;
  /** Jobs in each state [count]. */
  readonly states: Readonly<Record<StateName, number>>;
  /** Why jobs were rejected; absent if none was. */
  readonly rejections?: readonly Rejection[] | undefined;
  readonly measurements: readonly Measurement[];
}

/** What summary.json holds: nothing that differs between two runs of the same. */
export function summaryFacts(run: SummarizedRun): object {
  const { label, name, parameters, oracle, digest, states, rejections, measurements } = run;
  return {
    policy: label,
    name,
    parameters,
    oracle,
    digest,
    jobs: states,
    ...(rejections && { rejections }),
    metrics: Object.fromEntries(measurements.map((measurement) => [measurement.name, metricFacts(measurement)])),
  };
}

/** A metric for machines; every figure by name, with its unit. */
function metricFacts({ name: _, unit, figures = [], groups, ...rest }: Measurement): object {
  const named = (list: typeof figures) =>
    Object.fromEntries(
      list.map(({ name, value, unit: own = unit, better }) => [name, { value, unit: own, ...(better && { better }) }]),
    );
  return {
    ...rest,
    unit,
    figures: named(figures),
    groups: groups && groups.map((group) => ({ name: group.name, jobs: group.jobs, figures: named(group.figures) })),
  };
}

/** Jobs in each state [count]. */
export function countStates({ state }: Schedule): Record<StateName, number> {
  const counts = new Array<number>(STATE_NAMES.length).fill(0);
  for (let job = 0; job < state.length; job++) counts[state[job]]++;
  return Object.fromEntries(STATE_NAMES.map((name, code) => [name, counts[code]])) as Record<StateName, number>;
}

/** Of the unfinished jobs, services that ran at the end: that is all they can do [count]. */
export function countServing(workload: Workload, { state, lastStart }: Schedule): number {
  let serving = 0;
  for (let job = 0; job < state.length; job++) {
    if (state[job] === UNFINISHED && !Number.isNaN(lastStart[job]) && isService(workload, job)) serving++;
  }
  return serving;
}
