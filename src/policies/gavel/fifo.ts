import type { Random } from '../../random.ts';
import type { Allocate, Shareholders } from './allocation.ts';

/** Which of the types with room a job gets. */
type Choose = (speeds: Float64Array, types: readonly number[]) => number;

/**
 * Jobs get one type each in the order in which they came, until one finds no room. With `fastest`, the type on which it is the
 * fastest, chosen anew each time; else one by chance, which it keeps. Source: stanford-futuredata/gavel,
 * scheduler/policies/fifo.py. There, without regard to speeds, the type that was drawn is not the one that is given (it is the last
 * of those with a free GPU, though it may have too few): here it is.
 */
export function fifo(choice: 'fastest' | 'by chance', random: Random): Allocate {
  const kept = new Map<number, number>();
  const choose: Choose = choice === 'fastest' ? fastest : (_, types) => types[random.integer(types.length)];
  return (state) => {
    const given = share(state, choice === 'fastest' ? new Map<number, number>() : kept, choose);
    kept.clear();
    for (const [job, type] of given) kept.set(job, type);
    return state.jobs.map((job) => Float64Array.from(state.workers, (_, type) => (given.get(job) === type ? 1 : 0)));
  };
}

function share({ jobs, widths, speeds, workers }: Shareholders, kept: ReadonlyMap<number, number>, choose: Choose) {
  const free = workers.slice();
  const given = new Map<number, number>();
  jobs.forEach((job, at) => {
    const type = kept.get(job);
    if (type === undefined) return;
    given.set(job, type);
    free[type] -= widths[at];
  });
  for (let at = 0; at < jobs.length; at++) {
    if (given.has(jobs[at])) continue;
    const types = [...free.keys()].filter((type) => free[type] >= widths[at]);
    if (types.length === 0) break;
    const type = choose(speeds[at], types);
    // There is room for it only where it cannot run: others need not wait for that.
    if (speeds[at][type] === 0) continue;
    given.set(jobs[at], type);
    free[type] -= widths[at];
  }
  return given;
}

/** Of equals the first. */
function fastest(speeds: Float64Array, types: readonly number[]): number {
  return types.reduce((best, type) => (speeds[type] > speeds[best] ? type : best));
}
