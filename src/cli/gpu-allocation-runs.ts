import { gpuCount } from '../cluster.ts';
import type { Cluster } from '../cluster.ts';
import { simulate } from '../engine/simulate.ts';
import { readParameters } from '../parameters.ts';
import { placements } from '../placement/index.ts';
import type { PolicySpec } from '../policy.ts';
import { readTrace } from '../trace/read.ts';
import { allocationCurve } from '../verify/gpu-allocation.ts';
import type { Curve } from '../verify/gpu-allocation.ts';
import type { Workload } from '../workload.ts';

/** A policy of the published experiment, and the placement that is ours. */
export interface Contestant {
  /** As in the published table. */
  readonly published: string;
  readonly placement: string;
  readonly ties?: string;
  /** Points of allocation that ours may be away anywhere on the curve; absent = it is told, not judged. */
  readonly within?: number;
}

/**
 * The published simulator breaks ties by names that begin with a number drawn for the run (selectHost of its scheduler):
 * `shuffled` here. Ties by best fit are what its description leads others to.
 */
export const CONTESTANTS: readonly Contestant[] = [
  { published: '01-Random', placement: 'random', within: 0.3 },
  { published: '02-DotProd', placement: 'dot-product', ties: 'shuffled' },
  { published: '03-GpuClustering', placement: 'gpu-clustering', ties: 'shuffled' },
  { published: '04-GpuPacking', placement: 'gpu-packing', ties: 'shuffled' },
  { published: '05-BestFit', placement: 'gpu-best-fit', ties: 'shuffled', within: 0.3 },
  { published: '06-FGD', placement: 'fragmentation-gradient-descent', ties: 'shuffled', within: 0.5 },
  { published: '06-FGD', placement: 'fragmentation-gradient-descent', ties: 'best-fit', within: 0.5 },
];

/** Pods come one by one and stay; one that finds no room when it comes is gone. */
const asTheyCome: PolicySpec = {
  name: 'as-they-come',
  summary: 'A job that does not fit when it comes is turned away for good.',
  source: 'SchedulePods of hkust-adsl/kubernetes-scheduler-simulator',
  create: () => ({
    schedule(cycle) {
      for (const job of cycle.changed.submitted) {
        if (cycle.free.fits(job)) cycle.start(job);
        else cycle.reject(job, 'there was no room when it came');
      }
    },
  }),
};

/** What the pods are, where they go, and how much of it comes. */
export interface Arrivals {
  readonly pods: string;
  readonly cluster: Cluster;
  /** GPUs asked for in all, as a share of those of the cluster. */
  readonly load: number;
}

/** The pods of one run: the same for every contestant. */
export async function drawPods({ pods, cluster, load }: Arrivals, seed: number): Promise<Workload> {
  const parameters = { times: 'arrivals', order: 'shuffled', load, gpus: gpuCount(cluster), seed };
  return (await readTrace(pods, { format: 'openb', parameters })).workload;
}

/** The curve of one run. */
export function runCurve(workload: Workload, cluster: Cluster, contestant: Contestant, seed: number): Curve {
  const placement = placements.find(({ name }) => name === contestant.placement);
  if (placement === undefined) throw new Error(`there is no placement ${contestant.placement}`);
  const given: Record<string, string> = contestant.ties === undefined ? {} : { ties: contestant.ties };
  const placementParameters = readParameters(placement.parameters ?? {}, given, placement.name);
  const schedule = simulate(workload, cluster, asTheyCome, { seed, placement, placementParameters });
  return allocationCurve(workload, schedule, gpuCount(cluster));
}
