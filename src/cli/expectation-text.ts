import { expectationText } from '../experiment/expectations.ts';
import type { Judgement } from '../experiment/expectations.ts';
import { FAILED_CHECK, OK } from './exit-codes.ts';
import { say, warn } from './terminal.ts';
import { countOf } from '../units.ts';

/** Runs out of range that are named for each expectation [count]. */
const SHOWN = 12;

/** Says which expectations are not met, and by which runs; answers the exit code. */
export function sayJudgements(judgements: readonly Judgement[]): number {
  const broken = judgements.filter(({ failures }) => failures.length > 0);
  for (const { expectation, failures, runs } of broken) {
    warn(`${expectation.at}: expected ${expectationText(expectation)}; ${failures.length} of ${countOf(runs, 'run')} are not:`);
    for (const failure of failures.slice(0, SHOWN)) say(`  ${failure}`);
  }
  if (judgements.length > 0) say(`${judgements.length - broken.length} of ${countOf(judgements.length, 'expectation')} met`);
  return broken.length > 0 ? FAILED_CHECK : OK;
}
