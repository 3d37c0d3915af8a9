import type { Cycle, PolicySpec } from '../policy.ts';

export const fcfs: PolicySpec = {
  name: 'fcfs',
  summary: 'First come, first served: the first job that does not fit blocks all behind it.',
  source: 'Feitelson, Rudolph, Schwiegelshohn, "Parallel job scheduling: a status report", JSSPP 2004',
  fidelity: 'Starts every job when six other simulators do, on logs of 4,606 and 10,000 jobs.',
  create: () => ({ schedule: startFromHead }),
};

/** Starts jobs from the head of the queue while they fit. Answers the first that does not; -1 if none is left. */
export function startFromHead(cycle: Cycle): number {
  const { pending, free } = cycle;
  let head = pending.first();
  while (head >= 0 && free.fits(head)) {
    cycle.start(head);
    head = pending.first();
  }
  if (head >= 0) cycle.explain(head, 'first in the queue, and does not fit yet');
  return head;
}
