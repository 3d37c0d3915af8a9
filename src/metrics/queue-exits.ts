import { REJECTED, UNFINISHED } from '../schedule.ts';
import type { Schedule } from '../schedule.ts';

/**
 * When each job left the queue for the first time [ms]: at its first start; at its end if it was cancelled before
 * that; Infinity if it was still there when the run stopped. NaN for a job that never was in the queue.
 */
export function queueExits({ count, submit, start, end, state }: Schedule): Float64Array {
  const exits = new Float64Array(count);
  for (let job = 0; job < count; job++) {
    if (Number.isNaN(submit[job]) || state[job] === REJECTED) exits[job] = NaN;
    else if (!Number.isNaN(start[job])) exits[job] = start[job];
    else exits[job] = state[job] === UNFINISHED ? Infinity : end[job];
  }
  return exits;
}
