import type { SimulationOptions } from '../engine/simulate.ts';
import { FAILED, NODE_FAILED, UNFINISHED } from '../schedule.ts';
import type { Schedule } from '../schedule.ts';
import { rejectionsText } from '../report/rejections-text.ts';
import type { FinishedRun } from './run.ts';
import { warn } from './terminal.ts';
import { countOf, grouped } from '../units.ts';

/** Says which jobs did not come to their own end, and why: a comparison without them may mislead. */
export function warnOfJobs(
  { policy, states, rejections, serving }: FinishedRun,
  schedule: Schedule,
  options: SimulationOptions,
): void {
  const { label } = policy;
  const { rejected, unfinished } = states;
  if (rejected > 0)
    warn(`${label}: ${countOf(rejected, 'job')} ${were(rejected)} rejected${rejectionsText(rejected, rejections)}`);
  const { maxRestarts = 100, onNodeFailure } = options;
  const givenUp = onNodeFailure === 'fail' ? 0 : givenUpJobs(schedule, maxRestarts);
  if (givenUp > 0) {
    warn(
      `${label}: ${countOf(givenUp, 'job')} failed for good after ${countOf(maxRestarts, 'restart')} (--max-restarts), on nodes that failed`,
    );
  }
  if (unfinished === serving) return;
  const { start, state } = schedule;
  let running = 0;
  for (let job = 0; job < state.length; job++) if (state[job] === UNFINISHED && !Number.isNaN(start[job])) running++;
  const left = unfinished - serving;
  warn(`${label}: ${countOf(left, 'job')} ${were(left)} not over at the end, ${grouped(running - serving)} of them had started`);
}

/** Jobs that nodes failed under as often as allowed, and once more [count]. */
function givenUpJobs({ attempts, state }: Schedule, maxRestarts: number): number {
  const failures = new Map<number, number>();
  for (let row = 0; row < attempts.count; row++) {
    if (attempts.why[row] !== NODE_FAILED) continue;
    const job = attempts.job[row];
    if (state[job] === FAILED) failures.set(job, (failures.get(job) ?? 0) + 1);
  }
  return [...failures.values()].filter((times) => times >= maxRestarts).length;
}

function were(number: number): string {
  return number === 1 ? 'was' : 'were';
}
