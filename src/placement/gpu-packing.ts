import type { PlacementSpec } from '../placement.ts';
import type { TaskRequest } from '../workload.ts';
import type { NodeState } from './node-state.ts';
import { placeByScore, TIES } from './scored.ts';

export const gpuPacking: PlacementSpec = {
  name: 'gpu-packing',
  summary:
    'Each task first on GPUs that are shared already, then on idle GPUs of a node in use, then on an idle node, the fullest ones first; tasks without GPUs anywhere. Ties to the lowest number, or shuffled.',
  source: 'GpuPacking of Weng et al., USENIX ATC 2023 (kubernetes-scheduler-simulator, gpu_packing_score.go)',
  parameters: { ties: TIES },
  needsDevices: true,
  create(setup) {
    const { requests } = setup.jobs;
    return placeByScore(setup, { score: (state, { request }) => packingScore(state, requests[request]) });
  },
};

/** In three bands: shared GPUs 50 to 100, idle GPUs of a node in use 33 to 50, an idle node up to 33. */
export function packingScore({ free, gpus, idle }: Pick<NodeState, 'free' | 'gpus' | 'idle'>, { gpu }: TaskRequest): number {
  if (gpu === 0) return 0;
  if (idle === gpus) return Math.max(33 - idle, idle);
  const needed = Math.floor(gpu / 1000);
  // Whole GPUs are always idle ones.
  if (needed > 0) return Math.max(50 - needed, 33);
  let tightest = Infinity;
  for (let index = 0; index < gpus; index++) if (free[index] >= gpu && free[index] < tightest) tightest = free[index];
  if (tightest === 1000) return 49;
  return Math.max(100 - Math.floor(Math.floor(tightest / 10) / 10), 50);
}
