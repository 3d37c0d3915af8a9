import type { PlacementSpec } from '../placement.ts';
import { highestNumbers } from './fluxion-cores.ts';
import { dealInTurns } from './ranked.ts';

/** As `low`, from the other end: where nodes differ, the largest come first. */
export const high: PlacementSpec = {
  name: 'high',
  summary:
    'The cores and GPUs with the highest numbers of all nodes first, as the match policy high of Fluxion does: it spreads, on large nodes first; ties to the lowest node number.',
  source:
    'flux-framework/flux-sched fd257f7, resource/policies/dfu_match_multilevel_id_impl.hpp, resource/traversers/dfu_impl.cpp',
  create(setup) {
    const score = highestNumbers(setup);
    return dealInTurns(setup, (node, task, placed) => -score(node, task, placed));
  },
};
