/** Where one policy turned more jobs away than another, figures of the two are not of the same jobs: every verdict says so. */
import type { Run } from '../results/read.ts';
import { grouped } from '../units.ts';

/** What to add to a verdict between two labels; empty if both turned away equally many jobs. */
export function unlikeJobs(runs: readonly Run[], baseline: string, other: string): string {
  const [one, two] = [countsOf(runs, baseline), countsOf(runs, other)];
  if (one.rejected === two.rejected) return '';
  return `; these are not the same jobs: ${other} rejected ${shareText(two)}, ${baseline} ${shareText(one)}`;
}

interface Counts {
  readonly jobs: number;
  readonly rejected: number;
}

function countsOf(runs: readonly Run[], label: string): Counts {
  const own = runs.filter((run) => run.label === label).map(({ summary: { jobs } }) => jobs);
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  return {
    jobs: sum(own.flatMap((states) => Object.values(states))),
    rejected: sum(own.map(({ rejected = 0 }) => rejected)),
  };
}

function shareText({ jobs, rejected }: Counts): string {
  return `${rejected === 0 ? 'none' : grouped(rejected)} of ${grouped(jobs)}`;
}
