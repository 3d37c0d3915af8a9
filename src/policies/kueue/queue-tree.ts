/**
 * Makes the tree of cohorts and queues. A cohort that is only named, by a queue or another cohort, exists too.
 * Source: pkg/cache/hierarchy/manager.go, cycle.go (Kueue v0.19.2).
 */
import { usageError } from '../../errors.ts';
import { ClusterQueue } from './cluster-queue.ts';
import type { QueueTree } from './cluster-queue.ts';
import { FlavorResources } from './flavor-resources.ts';
import type { CohortObject, KueueObjects } from './objects.ts';
import { QuotaNode } from './quota-node.ts';

export function buildQueueTree({ clusterQueues, cohorts }: KueueObjects): QueueTree {
  const pairs = new FlavorResources();
  for (const object of [...clusterQueues, ...cohorts]) numberPairs(object, pairs);
  const nodes = new Map<string, QuotaNode>();
  const cohort = (name: string) => {
    let node = nodes.get(name);
    if (node === undefined) nodes.set(name, (node = new QuotaNode(name, 'cohort', weightOf(name, cohorts), pairs.size)));
    return node;
  };
  for (const object of cohorts) {
    const node = cohort(object.name);
    setQuotas(node, object, pairs);
    if (object.parent === undefined) continue;
    node.parent = cohort(object.parent);
    node.parent.cohorts.push(node);
  }
  for (const node of nodes.values()) refuseCycle(node);
  const queues = clusterQueues.map((object, number) => {
    const node = new QuotaNode(object.name, 'queue', object.weight, pairs.size);
    setQuotas(node, object, pairs);
    if (object.parent !== undefined) {
      node.parent = cohort(object.parent);
      node.parent.queues.push(node);
    }
    return new ClusterQueue(number, object, node);
  });
  for (const node of [...nodes.values(), ...queues.map((queue) => queue.node)]) if (node.parent === undefined) node.addUp();
  return { pairs, queues, ofNode: new Map(queues.map((queue) => [queue.node, queue])) };
}

function numberPairs({ groups }: CohortObject, pairs: FlavorResources): void {
  for (const { flavors } of groups) {
    for (const { flavor, quotas } of flavors) for (const resource of quotas.keys()) pairs.number(flavor, resource);
  }
}

function weightOf(name: string, cohorts: readonly CohortObject[]): number {
  return cohorts.find((cohort) => cohort.name === name)?.weight ?? 1;
}

function setQuotas(node: QuotaNode, { groups }: CohortObject, pairs: FlavorResources): void {
  for (const { flavors } of groups) {
    for (const { flavor, quotas } of flavors) {
      for (const [resource, { nominal, borrowingLimit, lendingLimit }] of quotas) {
        const pair = pairs.number(flavor, resource);
        node.nominal[pair] = nominal;
        node.borrowingLimit[pair] = borrowingLimit;
        node.lendingLimit[pair] = lendingLimit;
      }
    }
  }
}

/** Kueue stops all queues of such cohorts until the cycle is gone. */
function refuseCycle(node: QuotaNode): void {
  const seen = new Set([node]);
  for (let above = node.parent; above !== undefined; above = above.parent) {
    if (seen.has(above)) throw usageError(`cohort ${node.name} is above itself`, 'the objects', 'take out one of the parents');
    seen.add(above);
  }
}
