import type { Rejection } from '../schedule.ts';
import { countOf, grouped } from '../units.ts';

/** Of several runs together: each reason once, the most frequent first. */
export function addedUp(rejections: readonly Rejection[]): Rejection[] {
  const jobs = new Map<string, number>();
  for (const rejection of rejections) jobs.set(rejection.reason, (jobs.get(rejection.reason) ?? 0) + rejection.jobs);
  return [...jobs].map(([reason, number]) => ({ reason, jobs: number })).sort((a, b) => b.jobs - a.jobs);
}

/** Reasons that are told one by one [count]. */
const TOLD = 5;

/**
 * Why jobs were rejected, to stand behind how many were: `: 11,102 "InvalidQOS (premium)", 91 "InvalidAccount"`. Empty where
 * nothing is known. `all`: jobs that were rejected [count].
 */
export function rejectionsText(all: number, rejections: readonly Rejection[] = []): string {
  if (rejections.length === 0) return '';
  if (rejections.length === 1 && rejections[0].jobs === all) return `: "${rejections[0].reason}"`;
  const told = rejections.slice(0, TOLD).map(({ reason, jobs }) => `${grouped(jobs)} "${reason}"`);
  const kinds = rejections.length - told.length;
  const sum = (list: readonly Rejection[]) => list.reduce((total, { jobs }) => total + jobs, 0);
  const more =
    kinds > 0 ? [`and ${countOf(kinds, 'more kind')} of reasons (${countOf(sum(rejections.slice(TOLD)), 'job')})`] : [];
  const silent = all - sum(rejections);
  const without = silent > 0 ? [`${grouped(silent)} without a reason`] : [];
  return `: ${[...told, ...more, ...without].join(', ')}`;
}
