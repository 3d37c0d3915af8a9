import type { FinishedPoint } from '../experiment/experiment.ts';
import { addedUp, rejectionsText } from '../report/rejections-text.ts';
import { warn } from './terminal.ts';
import { countOf } from '../units.ts';

/** Says of each policy and system how many jobs its points turned away, and why. */
export function sayRejected(finished: readonly FinishedPoint[]): void {
  const policies = new Set(finished.map(({ point }) => point.policy));
  for (const policy of policies) {
    const points = finished.filter(({ point, summary }) => point.policy === policy && (summary.jobs.rejected ?? 0) > 0);
    if (points.length === 0) continue;
    const jobs = points.reduce((total, { summary }) => total + summary.jobs.rejected, 0);
    const where = finished.length === 1 ? '' : ` in ${countOf(points.length, 'point')}`;
    const why = rejectionsText(jobs, addedUp(points.flatMap(({ summary }) => summary.rejections ?? [])));
    warn(`${policy}: ${countOf(jobs, 'job')} ${jobs === 1 ? 'was' : 'were'} rejected${where}${why}`);
  }
}
