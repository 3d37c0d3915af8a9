import { nodeName, poolOfNodes, processorCount } from '../../cluster.ts';
import type { Cluster, NodePool } from '../../cluster.ts';
import { finite } from './job-facts.ts';

/** What a program is told of the cluster before a run. */
export function clusterFacts(cluster: Cluster): object {
  const { name, interchangeable, pools, partitions, topology } = cluster;
  return {
    name,
    procs: processorCount(cluster),
    interchangeable,
    pools: pools.map(poolFacts),
    // Processors that are all alike have no names.
    nodes: interchangeable ? undefined : nodeFacts(cluster),
    partitions: partitions.map(({ name: partition, pools: ofPools, maxWalltime = Infinity, default: isDefault }) => ({
      name: partition,
      pools: ofPools,
      max_walltime_ms: finite(maxWalltime),
      default: isDefault,
    })),
    topology: topology?.map(({ name: level, domain }) => ({
      level,
      domains: domain.names,
      domain_of_node: Array.from(domain.code),
    })),
  };
}

function poolFacts({ name, count, cpu, memory, gpus, gpuModel, gpuMemory, mig, other, labels }: NodePool): object {
  return {
    name,
    nodes: count,
    cpu_millicores: cpu,
    memory_bytes: finite(memory),
    gpus,
    gpu_model: gpuModel,
    gpu_memory_bytes: gpuMemory,
    mig,
    other,
    labels,
  };
}

function nodeFacts(cluster: Cluster): object[] {
  return Array.from(poolOfNodes(cluster), (pool, node) => ({ name: nodeName(cluster, node), pool }));
}
