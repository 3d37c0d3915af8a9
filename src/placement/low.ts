import type { PlacementSpec } from '../placement.ts';
import { lowestNumbers } from './fluxion-cores.ts';
import { dealInTurns } from './ranked.ts';

/** Fluxion scores a slot by the numbers of what is in it, and those of a node's cores begin at 0 on every node. */
export const low: PlacementSpec = {
  name: 'low',
  summary:
    'The cores and GPUs with the lowest numbers of all nodes first, as the match policy low of Fluxion does: it spreads; ties to the lowest node number.',
  source:
    'flux-framework/flux-sched fd257f7, resource/policies/dfu_match_multilevel_id_impl.hpp, resource/traversers/dfu_impl.cpp',
  create: (setup) => dealInTurns(setup, lowestNumbers(setup)),
};
