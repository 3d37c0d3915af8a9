import type { PlacementSpec } from '../placement.ts';
import { idleNodes } from './idle-nodes.ts';
import { fillInOrder } from './ranked.ts';

export const hinodex: PlacementSpec = {
  name: 'hinodex',
  summary: 'As hinode, with idle nodes only: a job has its nodes for itself, as with the match policy hinodex of Fluxion.',
  source:
    'flux-framework/flux-sched fd257f7, resource/policies/dfu_match_policy_factory.cpp, resource/traversers/dfu_impl_update.cpp',
  create: (setup) => fillInOrder(setup, (node) => -node, idleNodes(setup.cluster)),
};
