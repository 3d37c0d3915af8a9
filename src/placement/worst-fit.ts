import type { PlacementSpec } from '../placement.ts';
import { dealInTurns } from './ranked.ts';

export const worstFit: PlacementSpec = {
  name: 'worst-fit',
  summary: 'Each task on the node where the most tasks like it still fit; ties to the lowest node number.',
  source: 'Johnson, "Near-optimal bin packing algorithms", PhD thesis, MIT 1973',
  create: (setup) => dealInTurns(setup, (_node, _task, placed, fit) => placed - fit),
};
