import type { PlacementSpec } from '../placement.ts';
import { fillInOrder } from './ranked.ts';

/** A node-centric match policy of Fluxion: the number of the node rules, whatever lies inside. */
export const lonode: PlacementSpec = {
  name: 'lonode',
  summary: 'Packs the nodes with the lowest numbers first, as the match policy lonode of Fluxion does.',
  source: 'flux-framework/flux-sched, resource/policies/dfu_match_policy_factory.cpp and dfu_match_id_based.hpp',
  create: (setup) => fillInOrder(setup, (node) => node),
};
