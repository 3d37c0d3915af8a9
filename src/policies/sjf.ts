import type { PolicySpec } from '../policy.ts';
import { startFromHead } from './fcfs.ts';
import { orderOf } from './orders.ts';

export const sjf: PolicySpec = {
  name: 'sjf',
  summary: 'Shortest job first, by walltime: the shortest one that waits blocks all others until it fits. No reservations.',
  source: 'Conway, Maxwell, Miller, "Theory of Scheduling", 1967 (shortest processing time first)',
  create: ({ jobs }) => ({ order: orderOf({ order: 'sjf' }, jobs), schedule: (cycle) => void startFromHead(cycle) }),
};
