import { randomStream } from '../random.ts';
import type { Changed } from '../trace/slice.ts';
import type { Workload } from '../workload.ts';

/** The queue that systems with an entry of this name take interactive jobs from. */
export const INTERACTIVE = 'interactive';

/** This share of the jobs, each drawn by itself, goes to the queue of interactive ones; the others keep theirs. */
export function markInteractive(workload: Workload, share: number, seed: number): Changed {
  const random = randomStream(seed, 'interactive');
  const names = [...workload.queue.names.filter((name) => name !== INTERACTIVE), INTERACTIVE];
  const code = workload.queue.code.map((one) => names.indexOf(workload.queue.names[one]));
  let marked = 0;
  for (let job = 0; job < workload.count; job++) {
    if (random.uniform() >= share) continue;
    code[job] = names.length - 1;
    marked++;
  }
  const notes = [`${marked} of ${workload.count} jobs are interactive`];
  return { workload: { ...workload, queue: { code, names } }, notes };
}
