import { extendOverruns, fillWalltimes } from '../trace/walltimes.ts';
import type { WalltimeRule } from '../trace/walltimes.ts';
import type { Workload } from '../workload.ts';
import { count } from './account.ts';

/** The workload with the limits it is replayed with, and what was changed, for the user. */
export function applyWalltimes(
  workload: Workload,
  { estimates, overrun }: { readonly estimates: WalltimeRule; readonly overrun: 'kill' | 'extend' },
): { workload: Workload; notes: string[] } {
  const notes: string[] = [];
  const filled = fillWalltimes(workload, estimates);
  if (filled.changed > 0) notes.push(`${filled.note} (--estimates)`);
  else if (workload.walltime.includes(Infinity)) notes.push('some jobs have no limit, and get none (--estimates)');
  if (overrun === 'extend') {
    const extended = extendOverruns(filled.workload);
    if (extended.changed > 0) notes.push(`${extended.note} (--overrun)`);
    return { workload: extended.workload, notes };
  }
  const { runtime, walltime } = filled.workload;
  let outlasting = 0;
  for (let job = 0; job < runtime.length; job++) if (runtime[job] > walltime[job]) outlasting++;
  if (outlasting > 0) notes.push(`${count(outlasting, 'job')} will be killed at their limit; --overrun extend lets them run on`);
  return { workload: filled.workload, notes };
}
