import type { Workload } from '../workload.ts';
import { count } from './account.ts';
import type { Estimates } from './replay-options.ts';

/** The workload with the limits it is replayed with, and what was changed, for the user. */
export function applyWalltimes(
  workload: Workload,
  { estimates, overrun }: { readonly estimates: Estimates; readonly overrun: 'kill' | 'extend' },
): { workload: Workload; notes: string[] } {
  const walltime = workload.walltime.slice();
  const { runtime } = workload;
  let without = 0;
  let outlasting = 0;
  for (let job = 0; job < workload.count; job++) {
    if (walltime[job] === Infinity) {
      without++;
      if (estimates !== 'none') walltime[job] = estimates === 'runtime' ? runtime[job] : estimates;
    }
    if (runtime[job] > walltime[job]) {
      outlasting++;
      if (overrun === 'extend') walltime[job] = runtime[job];
    }
  }
  const notes: string[] = [];
  if (without > 0) notes.push(`${count(without, 'job')} asked for no limit: ${standIn(estimates)} (--estimates)`);
  if (outlasting > 0) {
    const what = overrun === 'kill' ? 'will be killed at it' : 'have it extended to their run time';
    notes.push(`${count(outlasting, 'job')} ran longer than the limit and ${what} (--overrun)`);
  }
  return { workload: { ...workload, walltime }, notes };
}

function standIn(estimates: Estimates): string {
  if (estimates === 'runtime') return 'the true run time stands in for it';
  return estimates === 'none' ? 'policies see none' : 'the given duration stands in for it';
}
