/**
 * The dominant resource share of a queue or cohort: how much it borrows, as part of what could be lent to it.
 * Source: pkg/cache/scheduler/fair_sharing.go (Kueue v0.19.2).
 */
import type { FlavorResources, Usage } from './flavor-resources.ts';
import type { QuotaNode } from './quota-node.ts';

export interface Share {
  /** The largest part over the resources [thousandths]. */
  readonly ratio: number;
  readonly weight: number;
  /** Pairs of flavor and resource that it borrows. */
  readonly borrowed: readonly number[];
}

/** Less than any share. */
export const BELOW_ALL: Share = { ratio: -1, weight: 1, borrowed: [] };

export function shareOf(node: QuotaNode, { resources }: FlavorResources): Share {
  const none = { ratio: 0, weight: node.weight, borrowed: [] };
  if (node.parent === undefined) return none;
  const borrowed: number[] = [];
  const byResource = new Map<string, number>();
  for (let pair = 0; pair < resources.length; pair++) {
    const amount = node.usage[pair] - node.quota[pair];
    if (amount <= 0) continue;
    borrowed.push(pair);
    byResource.set(resources[pair], (byResource.get(resources[pair]) ?? 0) + amount);
  }
  if (borrowed.length === 0) return none;
  let ratio = 0;
  for (const [resource, amount] of byResource) {
    const lendable = lendableTo(node.parent, resource, resources);
    if (lendable > 0) ratio = Math.max(ratio, (amount * 1000) / lendable);
  }
  return { ratio, weight: node.weight, borrowed };
}

/** All of a resource that a cohort could have, over the flavors. */
function lendableTo(cohort: QuotaNode, resource: string, resources: readonly string[]): number {
  let sum = 0;
  for (let pair = 0; pair < resources.length; pair++) if (resources[pair] === resource) sum += cohort.potential(pair);
  return sum;
}

export function borrowsAnyOf({ borrowed }: Share, usage: Usage): boolean {
  return borrowed.some((pair) => (usage.get(pair) ?? 0) > 0);
}

/** Negative if the first should be served before the second. A weight of 0 makes any share the largest there is. */
export function compareShares(one: Share, other: Share): number {
  const weightless = (share: Share) => share.weight === 0 && share.ratio !== 0;
  if (weightless(one) && weightless(other)) return Math.sign(one.ratio - other.ratio);
  if (weightless(one)) return 1;
  if (weightless(other)) return -1;
  return Math.sign(weighted(one) - weighted(other));
}

/** Infinity for whoever borrows with a weight of 0. */
export function weighted({ ratio, weight }: Share): number {
  if (ratio === 0) return 0;
  return weight === 0 ? Infinity : ratio / weight;
}
