import { gpuCount, poolOfNodes } from '../../cluster.ts';
import type { Cluster } from '../../cluster.ts';
import type { Changes } from '../../policy.ts';
import { gpusOf } from '../../workload.ts';
import type { Requests } from '../../workload.ts';

/** The nodes whose GPUs are of one model. */
export interface GpuType {
  /** Empty where the cluster does not say. */
  readonly model: string;
  readonly nodes: ReadonlySet<number>;
  /** GPUs, or processors in a cluster without any, on all its nodes [count]. */
  readonly size: number;
}

/** What policies that tell GPUs by their model know of cluster and jobs. Types are in the order of the cluster's pools. */
export class GpuTypes {
  readonly types: readonly GpuType[];
  /** On nodes that are up [count]. */
  readonly workers: Float64Array;
  readonly typeOf: Int32Array;
  readonly #jobs: Requests;
  readonly #perNode: Float64Array;
  readonly #countsGpus: boolean;

  constructor(jobs: Requests, cluster: Cluster) {
    this.#jobs = jobs;
    this.#countsGpus = gpuCount(cluster) > 0;
    const poolOf = poolOfNodes(cluster);
    const models = [...new Set(cluster.pools.filter((pool) => !this.#countsGpus || pool.gpus > 0).map(modelOf))];
    this.#perNode = Float64Array.from(poolOf, (pool) => this.#sizeOf(cluster.pools[pool]));
    this.typeOf = poolOf.map((pool) =>
      this.#sizeOf(cluster.pools[pool]) > 0 ? models.indexOf(modelOf(cluster.pools[pool])) : -1,
    );
    this.types = models.map((model, type) => {
      const nodes = new Set([...this.typeOf.keys()].filter((node) => this.typeOf[node] === type));
      return { model, nodes, size: [...nodes].reduce((sum, node) => sum + this.#perNode[node], 0) };
    });
    this.workers = Float64Array.from(this.types, ({ size }) => size);
  }

  /** Follows nodes that go down and come back. Answers whether any did. */
  update({ turns }: Changes): boolean {
    for (const { node, up } of turns) {
      if (this.typeOf[node] >= 0) this.workers[this.typeOf[node]] += (up ? 1 : -1) * this.#perNode[node];
    }
    return turns.length > 0;
  }

  /** GPUs of the job, or processors in a cluster without any; parts of one count as parts [count]. */
  widthOf(job: number): number {
    return this.#countsGpus ? gpusOf(this.#jobs, job) / 1000 : this.#jobs.procs[job];
  }

  /** How fast the job is on GPUs of each type, against the run that its run time tells of [ratio]; 0 = it cannot run there. */
  speedsOf(job: number): Float64Array {
    const { speeds } = this.#jobs;
    const known = speeds?.models[speeds.model[job]]?.gpus;
    const width = this.widthOf(job);
    return Float64Array.from(this.types, ({ model, size }) =>
      width > size || !this.#admits(job, model) ? 0 : Math.max(0, known?.[model] ?? 1),
    );
  }

  #admits(job: number, model: string): boolean {
    const { firstGroup, groupRequest, requests } = this.#jobs;
    for (let group = firstGroup[job]; group < firstGroup[job + 1]; group++) {
      const { gpu, gpuModels } = requests[groupRequest[group]];
      if (gpu > 0 && gpuModels !== undefined && !gpuModels.includes(model)) return false;
    }
    return true;
  }

  #sizeOf(pool: Cluster['pools'][number]): number {
    return this.#countsGpus ? pool.gpus : Math.floor(pool.cpu / 1000);
  }
}

function modelOf({ gpuModel = '' }: Cluster['pools'][number]): string {
  return gpuModel;
}
