import type { PlacementSpec } from '../placement.ts';
import { seenFirst } from './first.ts';
import { idleNodes } from './idle-nodes.ts';

export const firstnodex: PlacementSpec = {
  name: 'firstnodex',
  summary: 'As first, with idle nodes only: a job has its nodes for itself, as with the match policy firstnodex of Fluxion.',
  source:
    'flux-framework/flux-sched fd257f7, resource/policies/dfu_match_policy_factory.cpp, resource/traversers/dfu_impl_update.cpp',
  create: (setup) => seenFirst(setup, idleNodes(setup.cluster)),
};
