import type { PlacementSpec } from '../placement.ts';
import { LARGEST_CPU, LARGEST_GPU } from './gpu-best-fit.ts';
import { placeByScore, TIES } from './scored.ts';

export const dotProduct: PlacementSpec = {
  name: 'dot-product',
  summary:
    'Each task on the node whose free processors and GPUs have the smallest product with what it asks for, in percent of a node of 128 processors and 8 GPUs; ties to the lowest number, or shuffled.',
  source:
    'DotProd of Weng et al., USENIX ATC 2023 (kubernetes-scheduler-simulator, dot_product_score.go, GPUs merged, norms by maximum), after the alignment score of Tetris (Grandl et al., SIGCOMM 2014), turned around',
  parameters: { ties: TIES },
  needsDevices: true,
  create(setup) {
    const { requests } = setup.jobs;
    return placeByScore(setup, {
      score({ cpu, gpu }, { request }) {
        const asked = requests[request];
        const product = (cpu / LARGEST_CPU) * (asked.cpu / LARGEST_CPU) + (gpu / LARGEST_GPU) * (asked.gpu / LARGEST_GPU);
        return Math.trunc(100 * (1 - product / 2));
      },
    });
  },
};
