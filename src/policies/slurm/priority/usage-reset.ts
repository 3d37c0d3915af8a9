/**
 * When usage is set back to nothing (PriorityUsageResetPeriod). Days begin at midnight of universal time, as on a machine
 * that has it as its own. Source: Slurm 22.05, priority_multifactor.c, _next_reset.
 */
import type { SlurmPriority } from '../../../slurm.ts';
import { DAY } from '../../../units.ts';

const WEEK = 7 * DAY;

/** The next reset after the last one, as seen from now; Infinity = none. Times are Unix times [ms]. */
export function nextReset(period: SlurmPriority['usageReset'], last: number, now: number): number {
  const date = new Date(last);
  const midnight = Math.floor(last / DAY) * DAY;
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  if (period === 'daily') return notLongBefore(now, midnight + DAY, DAY);
  if (period === 'weekly') return notLongBefore(now, midnight + (7 - date.getUTCDay()) * DAY, WEEK);
  if (period === 'monthly') return Date.UTC(year, month + 1, 1);
  if (period === 'quarterly') return Date.UTC(year, 3 * (Math.floor(month / 3) + 1), 1);
  return period === 'yearly' ? Date.UTC(year + 1, 0, 1) : Infinity;
}

/** The first of these times, one every `step`, that is not more than a step before now. */
function notLongBefore(now: number, first: number, step: number): number {
  return first + Math.max(0, Math.ceil((now - first) / step) - 1) * step;
}
