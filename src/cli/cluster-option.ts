import { loadClusterWithFile } from '../cluster-file.ts';
import { withIdentities } from '../cluster-spec.ts';
import { gpuCount, nodeCount, processorCount, processorPool } from '../cluster.ts';
import type { Cluster, FailureModel } from '../cluster.ts';
import { usageError } from '../errors.ts';
import type { Trace } from '../trace/format.ts';
import { count } from './account.ts';
import type { ClusterFacts } from './run.ts';
import { say, warn } from './terminal.ts';

/** The cluster of a replay: what `--cluster` says, else what the trace declares; with failures if they are asked for. */
export async function loadReplayCluster(
  spec: string | undefined,
  trace: Trace,
  failures?: FailureModel,
  identities: 'identities' | 'as-described' = 'as-described',
): Promise<{ cluster: Cluster; clusterFacts: ClusterFacts }> {
  const {
    cluster: described,
    file,
    warnings = [],
  } = spec === undefined ? { cluster: declaredCluster(trace) } : await loadClusterWithFile(spec);
  for (const message of warnings) warn(message);
  // A placement, or a policy that binds to nodes, has nothing to choose from where processors have no identity.
  const loaded = identities === 'identities' ? withIdentities(described) : described;
  const cluster = failures === undefined ? loaded : { ...loaded, pools: loaded.pools.map((pool) => ({ ...pool, failures })) };
  const clusterFacts = {
    spec: spec ?? cluster.name,
    name: cluster.name,
    nodes: nodeCount(cluster),
    processors: processorCount(cluster),
    gpus: gpuCount(cluster),
    file,
  };
  return { cluster, clusterFacts };
}

function declaredCluster({ workload, declared }: Trace): Cluster {
  if (declared.cluster !== undefined) {
    say(`no --cluster: taking the ${count(nodeCount(declared.cluster), 'node')} that ${workload.name} lists`);
    return declared.cluster;
  }
  const procs = declared.procs ?? declared.nodes;
  if (procs === undefined) {
    throw usageError(
      `${workload.name} does not say how many processors its machine had`,
      '--cluster',
      'give it, for example --cluster procs=128',
    );
  }
  say(`no --cluster: taking procs=${procs}, which ${workload.name} declares`);
  return processorPool(procs);
}
