import { fragmentation, typicalTasks } from '../fragmentation.ts';
import type { TypicalTask } from '../fragmentation.ts';
import type { PlacementSetup, PlacementSpec } from '../placement.ts';
import { leftAfter } from './gpu-best-fit.ts';
import type { NodeState } from './node-state.ts';
import { placeByScore, TIES } from './scored.ts';

export const fragmentationGradientDescent: PlacementSpec = {
  name: 'fragmentation-gradient-descent',
  summary:
    'Each task where it makes least of the free GPUs useless to the tasks that usually come: its node, and the GPU for its share. Ties to the node with least left, or as it is told.',
  source:
    'Weng et al., "Beware of fragmentation", USENIX ATC 2023 (kubernetes-scheduler-simulator, fgd_score.go); usual tasks are counted over the whole workload, as if known from history',
  parameters: {
    ties: {
      ...TIES,
      summary:
        'of nodes with the same score, a whole number of 0 to 100: the one with least left as gpu-best-fit has it, the one with the lowest number, or the first in an order drawn once for the run',
      choices: ['best-fit', 'lowest', 'shuffled'],
      default: 'best-fit',
    },
    popularity: {
      summary: 'share of all tasks that the usual ones are to make up',
      type: 'number',
      default: 0.95,
      min: 0,
      max: 1,
    },
  },
  needsDevices: true,
  create(setup) {
    const gradient = new Gradient(setup);
    const left = leftAfter(setup);
    return placeByScore(setup, {
      score: (state, { request }) => gradient.best(state, request),
      ...(setup.parameters.ties === 'best-fit' && { tie: (state, { request }) => -left(state, request) }),
      devices(state, request) {
        if (!gradient.isShare(request)) return undefined;
        gradient.best(state, request);
        return [gradient.device];
      },
    });
  },
};

/** The change of fragmentation that one more task brings about, as a score. */
class Gradient {
  readonly #setup: PlacementSetup;
  readonly #typical: readonly TypicalTask[];
  /** The node as it would be, used again. */
  readonly #after: { cpu: number; gpuModel: string | undefined; gpus: number; free: Float64Array };
  /** The GPU with the best score of the last share that was looked at. */
  device = 0;

  constructor(setup: PlacementSetup) {
    const most = setup.cluster.pools.reduce((gpus, pool) => Math.max(gpus, pool.gpus), 1);
    this.#setup = setup;
    this.#typical = typicalTasks(setup.jobs, Number(setup.parameters.popularity));
    this.#after = { cpu: 0, gpuModel: undefined, gpus: 0, free: new Float64Array(most) };
  }

  isShare(request: number): boolean {
    const { gpu, gpuMemory, mig } = this.#setup.jobs.requests[request];
    return gpu > 0 && gpu < 1000 && mig === undefined && gpuMemory === undefined;
  }

  /** The best score that the task can have on the node, 0 to 100. */
  best(state: NodeState, request: number): number {
    const { cpu, gpu } = this.#setup.jobs.requests[request];
    const after = this.#after;
    const before = fragmentation(state, this.#typical);
    after.cpu = state.cpu - cpu;
    after.gpuModel = state.gpuModel;
    after.gpus = state.gpus;
    for (let index = 0; index < state.gpus; index++) after.free[index] = state.free[index];
    if (this.isShare(request)) return this.#bestShare(before, gpu);
    let whole = Math.floor(gpu / 1000);
    for (let index = 0; index < after.gpus && whole > 0; index++) {
      if (after.free[index] < 1000) continue;
      after.free[index] = 0;
      whole--;
    }
    return this.#score(before);
  }

  /** Tries each GPU with room; GPUs with as much free are as good, so that the first of them is enough. */
  #bestShare(before: number, gpu: number): number {
    const { free, gpus } = this.#after;
    let best = -1;
    for (let index = 0; index < gpus; index++) {
      if (free[index] < gpu || free.indexOf(free[index]) < index) continue;
      free[index] -= gpu;
      const score = this.#score(before);
      free[index] += gpu;
      if (score <= best) continue;
      best = score;
      this.device = index;
    }
    return best;
  }

  #score(before: number): number {
    const gained = before - fragmentation(this.#after, this.#typical);
    return Math.trunc(100 / (1 + Math.exp(-gained / 1000)));
  }
}
