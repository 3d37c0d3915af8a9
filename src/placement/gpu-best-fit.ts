import type { PlacementSetup, PlacementSpec } from '../placement.ts';
import type { NodeState } from './node-state.ts';
import { placeByScore, TIES } from './scored.ts';

/** What the scores count as a whole node: the largest one of the trace that they were made for. */
export const LARGEST_CPU = 128_000;
export const LARGEST_GPU = 8000;

/** What a node has left beside one such task: the mean of processors and GPUs, each as a share of the largest node. */
export function leftAfter(setup: PlacementSetup): (state: NodeState, request: number) => number {
  const { requests } = setup.jobs;
  return ({ cpu, gpu }, request) =>
    (0.5 * (cpu - requests[request].cpu)) / LARGEST_CPU + (0.5 * (gpu - requests[request].gpu)) / LARGEST_GPU;
}

export const gpuBestFit: PlacementSpec = {
  name: 'gpu-best-fit',
  summary:
    'Each task on the node that has least left beside it, processors and GPUs weighing the same, in percent of a node of 128 processors and 8 GPUs; ties to the lowest number, or shuffled.',
  source: 'BestFit of Weng et al., USENIX ATC 2023 (kubernetes-scheduler-simulator, best_fit_score.go)',
  parameters: { ties: TIES },
  needsDevices: true,
  create(setup) {
    const left = leftAfter(setup);
    return placeByScore(setup, { score: (state, { request }) => Math.trunc(100 * (1 - left(state, request))) });
  },
};
