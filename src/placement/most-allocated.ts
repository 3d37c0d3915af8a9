import type { PlacementSpec } from '../placement.ts';
import { allocationAfter } from './allocation.ts';
import { fillInOrder } from './ranked.ts';

export const mostAllocated: PlacementSpec = {
  name: 'most-allocated',
  summary:
    'Packs: each task on the node that is then most allocated, by the mean share of what it asks for; ties to the lowest node number.',
  source:
    'NodeResourcesFit with scoring strategy MostAllocated of kube-scheduler, as exact shares and over all resources asked for',
  create(setup) {
    const allocation = allocationAfter(setup);
    return fillInOrder(setup, (node, task, placed, fit) => -allocation(node, task, placed, fit));
  },
};
