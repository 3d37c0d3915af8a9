/** What "compare --json" prints. A contract: changes go through CHANGELOG.md. */
import { figureName, figuresOf } from '../experiment/results-csv.ts';
import type { VerdictFacts } from '../report/model.ts';
import type { Results, Run } from '../results/read.ts';
import type { TablePoint } from './experiment-table.ts';
import type { Threshold } from './threshold.ts';

export interface Compared {
  readonly sources: readonly Results[];
  readonly runs: readonly Run[];
  /** Of the runs, in their order. */
  readonly clusters: readonly string[];
  /** The baseline first. */
  readonly labels: readonly string[];
  /** Of the runs, in their order. */
  readonly points: readonly TablePoint[];
  readonly verdicts: readonly VerdictFacts[];
  /** Labels whose schedules are the baseline's in every run. */
  readonly same: readonly string[];
  readonly broken: readonly { readonly threshold: Threshold; readonly broken: readonly string[] }[];
  readonly unfinished: readonly string[];
}

export function comparisonFacts({
  sources,
  runs,
  clusters,
  labels,
  points,
  verdicts,
  same,
  broken,
  unfinished,
}: Compared): object {
  return {
    kind: 'comparison',
    baseline: labels[0],
    labels,
    runs: runs.map(({ label, policy, parameters, workload, seed, settings }, index) => ({
      label,
      policy,
      parameters,
      workload,
      cluster: clusters[index],
      seed,
      settings,
      figures: figureFacts(points[index]),
    })),
    verdicts,
    same_schedules: same,
    thresholds: broken.map(({ threshold, broken: messages }) => ({
      threshold: threshold.text,
      kept: messages.length === 0,
      broken: messages,
    })),
    unfinished,
    missing: sources.flatMap(({ dir, missing }) => missing.map((point) => ({ dir, ...point }))),
  };
}

/** Every figure of a run by its name, with its unit; null where it is not defined. */
export function figureFacts({ summary }: Pick<TablePoint, 'summary'>): Record<string, { value: number; unit: string }> {
  return Object.fromEntries([...figuresOf(summary)].map((one) => [figureName(one), { value: one.value, unit: one.unit }]));
}
