import type { PlacementSpec } from '../placement.ts';
import { LARGEST_GPU } from './gpu-best-fit.ts';
import { placeByScore, TIES } from './scored.ts';

/** Where one kind of node begins, by how well it suits; within 25 points the fuller ones are better. */
const SAME_KIND_ONLY = 75;
const SAME_KIND_TOO = 50;
const EMPTY = 25;
const OTHERS = 0;

export const gpuClustering: PlacementSpec = {
  name: 'gpu-clustering',
  summary:
    'Each task with others that ask for as many GPUs, or for shares as it does: nodes with only such, then with such too, then empty ones, then the rest, the fullest ones first; tasks without GPUs anywhere. Ties to the lowest number, or shuffled.',
  source:
    'GpuClustering of Weng et al., USENIX ATC 2023 (kubernetes-scheduler-simulator, gpu_clustering_score.go), after Gandiva (Xiao et al., OSDI 2018)',
  parameters: { ties: TIES },
  needsDevices: true,
  create(setup) {
    const { requests } = setup.jobs;
    return placeByScore(setup, {
      score({ node, gpu }, { request, room, placed }) {
        if (requests[request].gpu === 0) return 0;
        const alike = room.tasksAlike(node, request) + placed > 0;
        // What the plan has put there is of the same kind, or of another group: rare enough to be looked at as the same.
        const kinds = room.kindsOfTasks(node) + (placed > 0 && room.tasksAlike(node, request) === 0 ? 1 : 0);
        const band = alike ? (kinds === 1 ? SAME_KIND_ONLY : SAME_KIND_TOO) : kinds === 0 ? EMPTY : OTHERS;
        return band + Math.trunc((25 * (LARGEST_GPU - gpu)) / LARGEST_GPU);
      },
    });
  },
};
