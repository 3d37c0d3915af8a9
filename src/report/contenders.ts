import { labelOnCluster, onClusters } from '../results/on-clusters.ts';
import type { Results, Run } from '../results/read.ts';

/** What is compared with what. */
export interface Contenders {
  /** The runs under the labels by which they are compared. */
  readonly runs: readonly Run[];
  /** Those labels, the baseline first. */
  readonly labels: readonly string[];
  /** The baseline that was meant, if it has no run: others have to stand in. */
  readonly missing?: string;
}

export interface BaselineWishes {
  /** Label or name of the policy that the others are compared with; what the experiment names, or the first, if absent. */
  readonly baseline?: string;
  /** The cluster that it is taken from: each policy on each cluster is compared with it. */
  readonly baselineCluster?: string;
}

/** Each policy against the baseline on the same cluster; or each policy on each cluster, if the baseline has a cluster. */
export function contendersOf(sources: readonly Results[], runs: readonly Run[], wishes: BaselineWishes): Contenders {
  const declared = (name: string) =>
    sources.map(({ manifest }) => manifest.document[name]).find((value): value is string => typeof value === 'string');
  const policy = wishes.baseline ?? declared('baseline');
  const cluster = wishes.baselineCluster ?? (wishes.baseline === undefined ? declared('baseline_cluster') : undefined);
  const label = labelCalled(runs, policy);
  const plain = { runs, labels: labelsOf(runs, label), ...(label === undefined && policy !== undefined && { missing: policy }) };
  if (cluster === undefined) return plain;
  const [first] = plain.labels;
  if (plain.missing !== undefined || !runs.some((run) => run.label === first && run.cluster === cluster))
    return { ...plain, missing: labelOnCluster(policy ?? first, cluster) };
  const placed = onClusters(runs);
  return { runs: placed, labels: labelsOf(placed, labelOnCluster(first, cluster)) };
}

/** All labels in the order of the runs, this one first. */
export function labelsOf(runs: readonly Run[], first: string | undefined): string[] {
  const labels = runs.map(({ label }) => label);
  return [...new Set(first === undefined ? labels : [first, ...labels])];
}

/** Of the policy that is called so, by its label before its name. */
export function labelCalled(runs: readonly Run[], called: string | undefined): string | undefined {
  return (runs.find(({ label }) => label === called) ?? runs.find(({ policy }) => policy === called))?.label;
}
