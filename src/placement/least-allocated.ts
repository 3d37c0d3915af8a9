import type { PlacementSpec } from '../placement.ts';
import { allocationAfter } from './allocation.ts';
import { dealInTurns } from './ranked.ts';

export const leastAllocated: PlacementSpec = {
  name: 'least-allocated',
  summary:
    'Spreads: each task on the node that is then least allocated, by the mean share of what it asks for; ties to the lowest node number.',
  source:
    'NodeResourcesFit with scoring strategy LeastAllocated of kube-scheduler, as exact shares and over all resources asked for',
  create: (setup) => dealInTurns(setup, allocationAfter(setup)),
};
