import { loadClusterWithFile } from '../cluster-file.ts';
import type { LoadedCluster } from '../cluster-file.ts';
import { withIdentities } from '../cluster-spec.ts';
import { gpuCount, nodeCount, processorCount, processorPool } from '../cluster.ts';
import type { Cluster, FailureModel } from '../cluster.ts';
import { usageError } from '../errors.ts';
import { poolFacts } from '../results/pool-facts.ts';
import type { Trace } from '../trace/format.ts';
import type { ClusterFacts } from './run.ts';
import { say, warn } from './terminal.ts';
import { countOf } from '../units.ts';

/** How the cluster of a replay is to be. */
export interface ClusterWishes {
  readonly failures?: FailureModel;
  readonly identities?: 'identities' | 'as-described';
  /** What `--cluster` says, if it has been read already. */
  readonly loaded?: LoadedCluster;
}

/** The cluster of a replay: what `--cluster` says, else what the trace declares; with failures if they are asked for. */
export async function loadReplayCluster(
  spec: string | undefined,
  trace: Trace,
  { failures, identities = 'as-described', loaded }: ClusterWishes = {},
): Promise<{ cluster: Cluster; clusterFacts: ClusterFacts }> {
  const {
    cluster: described,
    file,
    warnings = [],
    beside,
    options,
  }: LoadedCluster = loaded ?? (spec === undefined ? { cluster: declaredCluster(trace) } : await loadClusterWithFile(spec));
  for (const message of warnings) warn(message);
  // A placement, or a policy that binds to nodes, has nothing to choose from where processors have no identity.
  const named = identities === 'identities' ? withIdentities(described) : described;
  const cluster = failures === undefined ? named : { ...named, pools: named.pools.map((pool) => ({ ...pool, failures })) };
  const clusterFacts = {
    spec: spec ?? cluster.name,
    name: cluster.name,
    nodes: nodeCount(cluster),
    processors: processorCount(cluster),
    gpus: gpuCount(cluster),
    pools: poolFacts(cluster),
    file,
    beside,
    options,
  };
  return { cluster, clusterFacts };
}

function declaredCluster({ workload, declared }: Trace): Cluster {
  if (declared.cluster !== undefined) {
    say(`no --cluster: taking the ${countOf(nodeCount(declared.cluster), 'node')} that ${workload.name} lists`);
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

/** The policy that a slurm.conf names, for a replay that names none. */
export async function policyOfCluster({ cluster: { slurm }, file }: LoadedCluster): Promise<string | undefined> {
  if (slurm === undefined) return undefined;
  const name = `slurm-${slurm.schedulerType}`;
  const { policyNames } = await import('../policies/index.ts');
  if (!policyNames.includes(name)) {
    const found = `SchedulerType=sched/${slurm.schedulerType} of ${file?.path ?? 'slurm.conf'} asks for the policy ${name}`;
    throw usageError(`${found}, which is not there`, '--policy', `name one of: ${policyNames.join(', ')}`);
  }
  say(`no --policy: taking ${name}, which SchedulerType=sched/${slurm.schedulerType} asks for`);
  return name;
}
