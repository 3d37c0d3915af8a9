import type { FinishedPoint } from '../experiment/experiment.ts';
import { say, warn } from './terminal.ts';
import { countOf } from '../units.ts';

/** Points that are named one by one [count]. */
const NAMED = 12;

/**
 * Says which points have jobs that were not over, and whether that is less than was asked for: with a time to stop at
 * (`until`) it is what was asked for. Services that ran at the end do all they can.
 */
export function sayUnfinished(finished: readonly FinishedPoint[], until: number | undefined): boolean {
  const lacking = finished.filter(({ unfinished }) => unfinished > 0);
  if (lacking.length === 0 || until !== undefined) return false;
  warn(`${lacking.length} of ${countOf(finished.length, 'point')} have jobs that were not over at the end:`);
  for (const { point, unfinished } of lacking.slice(0, NAMED))
    say(`  ${point.workload}, ${point.cluster}, ${point.policy}, seed ${point.seed}: ${countOf(unfinished, 'job')}`);
  if (lacking.length > NAMED) say(`  and ${lacking.length - NAMED} more`);
  return true;
}
