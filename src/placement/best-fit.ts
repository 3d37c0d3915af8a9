import type { PlacementSpec } from '../placement.ts';
import { fillInOrder } from './ranked.ts';

export const bestFit: PlacementSpec = {
  name: 'best-fit',
  summary: 'Each task on the node where the fewest tasks like it still fit; ties to the lowest node number.',
  source:
    'Johnson et al., "Worst-case performance bounds for simple one-dimensional packing algorithms", SIAM J. Comput. 3(4), 1974',
  create: (setup) => fillInOrder(setup, (_node, _task, placed, fit) => fit - placed),
};
