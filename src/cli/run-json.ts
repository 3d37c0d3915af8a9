/** What "run --json" prints. A contract: changes go through CHANGELOG.md. */
import type { ExperimentResults } from '../experiment/experiment.ts';
import { expectationText } from '../experiment/expectations.ts';
import type { Shard } from '../experiment/runner.ts';
import { figureFacts } from './compare-json.ts';
import type { Conclusion } from './run-conclusion.ts';
import type { ScenarioPlan } from './scenario-plan.ts';

export interface RunOutcome {
  readonly plan: ScenarioPlan;
  readonly out: string;
  readonly shard?: Shard;
  readonly results: ExperimentResults;
  readonly conclusion: Conclusion;
  readonly code: number;
}

export function runFacts({ plan, out, shard, results, conclusion, code }: RunOutcome): object {
  const { result_format, name, baseline, baseline_cluster, axes, warnings } = plan.manifest;
  const finished = new Map(results.finished.map((one) => [one.point.key, one]));
  return {
    kind: 'experiment',
    result_format,
    name,
    out,
    shard,
    baseline,
    baseline_cluster,
    axes,
    warnings,
    points: results.own.map((point) => {
      const done = finished.get(point.key);
      const { key, state, folder, workload, cluster, policy, seed, axes: values, digest, problem } = done?.point ?? point;
      return {
        key,
        state,
        folder,
        workload,
        cluster,
        policy,
        seed,
        axes: values,
        digest,
        problem,
        unfinished: done?.unfinished,
        rejections: done?.summary.rejections,
        notes: done?.notes,
        figures: done && figureFacts(done),
      };
    }),
    expectations: conclusion.judgements.map(({ expectation, runs, failures }) => ({
      expected: expectationText(expectation),
      at: expectation.at,
      met: failures.length === 0,
      runs,
      failures,
    })),
    exit_code: code,
  };
}
