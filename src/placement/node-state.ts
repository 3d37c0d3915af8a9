import { poolOfNodes } from '../cluster.ts';
import type { Cluster } from '../cluster.ts';
import type { FreeNode } from '../fragmentation.ts';
import type { NodeRoom, PlacementPlan } from '../placement.ts';

/** What is free on one node beside what a plan has put there, for scores: filled anew for each node that is looked at. */
export class NodeState implements FreeNode {
  node = -1;
  /** [millicores] */
  cpu = 0;
  /** Over all its GPUs [thousandths]. */
  gpu = 0;
  /** GPUs that are told apart [count], what is free of each [thousandths], and how many of them are idle [count]. */
  gpus = 0;
  readonly free: Float64Array;
  idle = 0;
  gpuModel: string | undefined;
  readonly #models: readonly (string | undefined)[];
  readonly #poolOf: Int32Array;

  constructor(cluster: Cluster) {
    this.free = new Float64Array(cluster.pools.reduce((most, pool) => Math.max(most, pool.gpus), 1));
    this.#models = cluster.pools.map((pool) => pool.gpuModel);
    this.#poolOf = poolOfNodes(cluster);
  }

  fill(node: number, room: NodeRoom, plan: PlacementPlan): void {
    this.node = node;
    this.cpu = plan.freeLeft(node, 'cpu');
    this.gpu = plan.freeLeft(node, 'gpu');
    this.gpuModel = this.#models[this.#poolOf[node]];
    this.gpus = room.devices(node);
    this.idle = 0;
    for (let gpu = 0; gpu < this.gpus; gpu++) {
      this.free[gpu] = plan.deviceLeft(node, gpu);
      if (this.free[gpu] === 1000) this.idle++;
    }
  }
}
