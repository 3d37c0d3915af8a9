/**
 * What the pods of an admitted workload are told: the nodes of their flavors, and their place in the topology.
 * Source: pkg/podset/podset.go, FromAssignment; pkg/controller/tas/topology_ungater.go (Kueue v0.19.2).
 */
import type { FlavorObject } from './objects.ts';
import type { Directives } from './suspended-pods.ts';
import type { PodSetGrant } from './workload.ts';

export interface DirectiveSource {
  readonly flavors: ReadonlyMap<string, FlavorObject>;
  /** The labels of a domain of the topology of a flavor. */
  labelsOf(flavor: string, domain: number): ReadonlyMap<string, string>;
}

/** Undefined: there is nothing to be told. `index`: of the pod within its pod set. */
export function directivesOf(grant: PodSetGrant, index: number, { flavors, labelsOf }: DirectiveSource): Directives | undefined {
  const nodeSelector = new Map<string, string>();
  const tolerations: FlavorObject['tolerations'][number][] = [];
  for (const name of new Set(grant.flavors.values())) {
    const flavor = flavors.get(name);
    for (const [key, value] of flavor?.nodeLabels ?? []) nodeSelector.set(key, value);
    tolerations.push(...(flavor?.tolerations ?? []));
  }
  if (grant.topology !== undefined) {
    const { flavor, domains } = grant.topology;
    for (const [key, value] of labelsOf(flavor, domainOf(domains, index))) nodeSelector.set(key, value);
  }
  return nodeSelector.size === 0 && tolerations.length === 0 ? undefined : { nodeSelector, tolerations };
}

/** Pods go to domains in the order of both. */
function domainOf(domains: readonly { readonly domain: number; readonly count: number }[], index: number): number {
  let first = 0;
  for (const { domain, count } of domains) {
    if (index < first + count) return domain;
    first += count;
  }
  throw new Error(`pod ${index} has no domain`);
}
