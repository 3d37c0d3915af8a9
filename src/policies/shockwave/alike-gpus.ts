import type { Cluster } from '../../cluster.ts';
import type { Requests } from '../../workload.ts';
import { GpuTypes } from '../gavel/gpu-types.ts';

/** The GPUs of a cluster as if all were of one model, on which every job is as fast as its run time says. */
export class AlikeGpus extends GpuTypes {
  constructor(jobs: Requests, cluster: Cluster) {
    super(jobs, { ...cluster, pools: cluster.pools.map(({ gpuModel: _, ...pool }) => pool) });
  }

  override speedsOf(job: number): Float64Array {
    return Float64Array.from(this.types, ({ size }) => (this.widthOf(job) > size ? 0 : 1));
  }
}
