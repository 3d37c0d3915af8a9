/** What a run comes to: which points are missing, which expectations are not met, which jobs were not over. */
import type { ExperimentResults } from '../experiment/experiment.ts';
import { judge } from '../experiment/expectations.ts';
import type { Judgement } from '../experiment/expectations.ts';
import type { PointResult, Shard } from '../experiment/runner.ts';
import { BAD_DATA, BUG, OK, PARTIAL, USAGE } from './exit-codes.ts';
import { sayJudgements } from './expectation-text.ts';
import type { ScenarioPlan } from './scenario-plan.ts';
import { sayRejected } from './rejected-jobs.ts';
import { sayUnfinished } from './unfinished-jobs.ts';
import { warn } from './terminal.ts';
import { countOf } from '../units.ts';

export interface Conclusion {
  /** Exit code, if nobody has stopped it. */
  readonly code: number;
  readonly judgements: readonly Judgement[];
}

/** Says what is not as it was asked for. */
export function conclude(
  { scenario }: ScenarioPlan,
  { own, finished, results }: ExperimentResults,
  shard: Shard | undefined,
): Conclusion {
  sayRejected(finished);
  const partial = sayUnfinished(finished, scenario.run.until) ? PARTIAL : OK;
  const failed = own.filter(({ state }) => state !== 'done');
  if (failed.length > 0) {
    warn(`${failed.length} of ${countOf(own.length, 'point')} have no result: "problem" in the manifest says why`);
    return { code: finished.length > 0 ? PARTIAL : exitCodeOf([...results.values()]), judgements: [] };
  }
  // Parts may lack what the ratio of two policies needs: expectations are judged when they are merged.
  const judgements = shard === undefined ? judge(scenario.expectations, finished) : [];
  const judged = shard === undefined ? sayJudgements(judgements) : OK;
  return { code: judged === OK ? partial : judged, judgements };
}

/** If nothing has a result: whose mistake it was. */
function exitCodeOf(results: readonly PointResult[]): number {
  if (results.some(({ state, mistake }) => state === 'failed' && mistake === undefined)) return BUG;
  if (results.some(({ mistake }) => mistake === 'data')) return BAD_DATA;
  return results.some(({ mistake }) => mistake === 'usage') ? USAGE : PARTIAL;
}
