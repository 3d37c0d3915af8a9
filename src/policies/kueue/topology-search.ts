/**
 * Domains for pods, once it is known how many each could take: the lowest level at which one domain takes all of them, and
 * as few domains as possible below it.
 * Source: pkg/cache/scheduler/tas_flavor_snapshot.go, findLevelWithFitDomains and updateCountsToMinimumGeneric (Kueue
 * v0.19.2). Slices and leaders are not modelled, nor balanced placement.
 */
import { compareValues } from './topology-tree.ts';
import type { Domain, TopologyTree } from './topology-tree.ts';
import type { TopologyRequest } from './topology-request.ts';

/** The lowest domains with the pods that each is to take in `count`; or how many pods could be placed. */
export type SearchResult = { readonly domains: readonly Domain[] } | { readonly fitting: number };

/** Uses up the counts of the domains. */
export function searchDomains(tree: TopologyTree, { mode, level }: TopologyRequest, pods: number): SearchResult {
  const last = tree.keys.length - 1;
  const from = mode === 'unconstrained' ? last : tree.keys.indexOf(level);
  const found = findLevel(tree, from, mode, pods);
  if ('fitting' in found) return found;
  let domains = minimize(found.domains, mode, pods);
  for (let at = found.level; at < last; at++) {
    domains = minimize(
      sorted(
        domains.flatMap(({ children }) => children),
        mode,
      ),
      mode,
      pods,
    );
  }
  return { domains: domains.filter(({ count }) => count > 0).sort(compareValues) };
}

function findLevel(
  tree: TopologyTree,
  level: number,
  mode: TopologyRequest['mode'],
  pods: number,
): { readonly level: number; readonly domains: readonly Domain[] } | { readonly fitting: number } {
  const domains = sorted(tree.levels[level], mode);
  if (domains.length === 0) return { fitting: 0 };
  const whole = mode === 'unconstrained' ? domains.find(({ count }) => count >= pods) : bestFit(domains, pods);
  if (whole !== undefined && whole.count >= pods) return { level, domains: [whole] };
  if (mode === 'required') return { fitting: domains[0].count };
  if (level > 0 && mode === 'preferred') return findLevel(tree, level - 1, mode, pods);
  const chosen: Domain[] = [];
  let left = pods;
  for (let i = 0; left > 0 && i < domains.length; i++) {
    const domain = mode === 'preferred' && domains[i].count >= left ? bestFit(domains.slice(i), left) : domains[i];
    chosen.push(domain);
    left -= domain.count;
  }
  return left > 0 ? { fitting: pods - left } : { level, domains: chosen };
}

/** Leaves no more pods to the domains than there are, and lets the last be one that they just fit into. */
function minimize(domains: readonly Domain[], mode: TopologyRequest['mode'], pods: number): Domain[] {
  const chosen: Domain[] = [];
  let left = pods;
  for (let i = 0; i < domains.length; i++) {
    const fits = mode !== 'unconstrained' && domains[i].count >= left;
    const domain = fits ? bestFit(domains.slice(i), left) : domains[i];
    chosen.push(domain);
    if (domain.count >= left) {
      domain.count = left;
      return chosen;
    }
    left -= domain.count;
  }
  throw new Error(`${left} of ${pods} pods are left over when domains are divided`);
}

/** The first of the smallest that are large enough; the first of all if none is. */
function bestFit(domains: readonly Domain[], pods: number): Domain {
  let [best] = domains;
  for (const domain of domains) if (domain.count >= pods && (best.count < pods || domain.count < best.count)) best = domain;
  return best;
}

/** The largest first; the smallest first if it does not matter where the pods are. */
function sorted(domains: readonly Domain[], mode: TopologyRequest['mode']): Domain[] {
  const sign = mode === 'unconstrained' ? 1 : -1;
  return [...domains].sort((one, other) => sign * (one.count - other.count) || compareValues(one, other));
}
