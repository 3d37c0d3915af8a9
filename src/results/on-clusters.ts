import type { Run } from './read.ts';

/**
 * The runs, named so that a policy on one cluster may be compared with a policy on another: what the label tells is the
 * policy and the cluster, and the cluster is no longer a condition that pairs must share.
 */
export function onClusters(runs: readonly Run[]): Run[] {
  return runs.map((run) => ({ ...run, label: labelOnCluster(run.label, run.cluster), cluster: '' }));
}

/** `easy on 64 nodes` */
export function labelOnCluster(policy: string, cluster: string): string {
  return `${policy} on ${cluster}`;
}
