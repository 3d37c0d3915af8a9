/** Jobs that their limit has ended: how long they would have run, their trace does not know. */
import { MINUTE } from '../units.ts';
import type { JobRow } from '../workload-builder.ts';
import { COMPLETES, OUTLASTS } from '../workload.ts';
import type { TraceSink } from './format.ts';

/** What is said of it in the account of a trace. */
export const RUNS_TO_LIMIT = 'was killed at its limit: it runs until the limit that it has in the replay kills it';

/** Start-up and clocks that differ may make a run look that much shorter than its limit [ms]. */
const EARLY = MINUTE;

/** How late a job may be gone: limits are looked at every half a minute, and it is given another to stop [ms]. */
const LATE = 1.5 * MINUTE;

/** Whether a job that is said to have been stopped at its limit was: else something else stopped it before that. */
export function isAtLimit(runtime: number, walltime: number): boolean {
  return walltime < Infinity && runtime >= walltime - EARLY;
}

/** Whether a job that did not end well ended just where its limit is. */
export function isJustAtLimit(runtime: number, walltime: number): boolean {
  return runtime >= walltime && runtime <= walltime + LATE;
}

/** The outcome of a job of a table that calls it killed: where something else did that, what it had run is all that is known. */
export function endAtLimit({ outcome, runtime, walltime }: JobRow, line: number, sink: TraceSink): number | undefined {
  if (outcome !== OUTLASTS) return outcome;
  if (!isAtLimit(runtime, walltime)) return COMPLETES;
  sink.repair(RUNS_TO_LIMIT, line);
  return OUTLASTS;
}
