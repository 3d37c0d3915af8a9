import type { PlacementSpec } from '../placement.ts';
import { idleNodes } from './idle-nodes.ts';
import { fillInOrder } from './ranked.ts';

export const lonodex: PlacementSpec = {
  name: 'lonodex',
  summary: 'As lonode, with idle nodes only: a job has its nodes for itself, as with the match policy lonodex of Fluxion.',
  source:
    'flux-framework/flux-sched fd257f7, resource/policies/dfu_match_policy_factory.cpp, resource/traversers/dfu_impl_update.cpp',
  create: (setup) => fillInOrder(setup, (node) => node, idleNodes(setup.cluster)),
};
