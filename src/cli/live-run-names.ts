/** Names that people give to a live run and to where it takes place, checked before any of them becomes part of a path. */
import { usageError } from '../errors.ts';
import { refusePrecious } from '../live/kubernetes/cluster-safety.ts';
import { openKubeconfig } from '../live/kubernetes/access.ts';
import type { ClusterAccess } from '../live/kubernetes/access.ts';

/** So long that the names of pods, which go on with numbers, are names of hosts still [characters]. */
const LONGEST_RUN = 40;

/** It begins the names of pods, and is the value of a label. */
export function checkRunName(run: string): string {
  if (/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(run) && run.length <= LONGEST_RUN) return run;
  const hint = `take up to ${LONGEST_RUN} lower-case letters, digits and hyphens, such as "night-2"`;
  throw usageError(`"${run}" is no name for a run`, '--run', hint);
}

/** Source: apimachinery, pkg/util/validation (IsDNS1123Label). */
export function checkNamespace(namespace: string): string {
  if (/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(namespace)) return namespace;
  throw usageError(`"${namespace}" cannot be a namespace`, '--namespace', 'name one of "kubectl get namespaces"');
}

/** The flags by which a cluster is named that "live up" has not made. */
export interface NamedContext {
  readonly kubeconfig?: string;
  readonly iKnowThisCluster?: string;
}

/** Throws `InputError` if it may matter, unless it was named twice. */
export async function openNamedContext(context: string, { kubeconfig, iKnowThisCluster }: NamedContext): Promise<ClusterAccess> {
  const access = await openKubeconfig(context, kubeconfig);
  refusePrecious(access, iKnowThisCluster);
  return access;
}
