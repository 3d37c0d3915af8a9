import type { Cycle, PolicySpec } from '../policy.ts';
import { orderOf, orderParameter } from './orders.ts';

export const firstFit: PolicySpec = {
  name: 'first-fit',
  summary: 'Any job that fits starts, in the order of the queue. No reservations: large jobs may wait for ever.',
  source: 'Aida, Kasahara, Narita, "Job scheduling scheme for pure space sharing among rigid jobs", JSSPP 1998 (FPFS)',
  parameters: { order: orderParameter },
  create: ({ parameters, jobs }) => ({ order: orderOf(parameters, jobs), schedule: startAllThatFit }),
};

/** Walks the queue once and starts whatever fits. */
export function startAllThatFit(cycle: Cycle): void {
  const { pending, free, changed } = cycle;
  let job = pending.nextWithin(-1, free.procs);
  for (; job >= 0; job = pending.nextWithin(job, free.procs)) if (free.fits(job)) cycle.start(job);
  for (const arrival of changed.submitted) if (pending.has(arrival)) cycle.explain(arrival, 'does not fit yet');
}
