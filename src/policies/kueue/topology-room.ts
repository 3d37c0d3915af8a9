/**
 * Room in the domains of topologies: what the nodes have, without what admitted workloads hold there and what other pods
 * use.
 * Source: pkg/cache/scheduler/tas_flavor_snapshot.go, tas_non_tas_pod_cache.go (Kueue v0.19.2).
 */
import { compileRequiredNodes } from '../../kubernetes-node-selectors.ts';
import { untoleratedTaint } from '../../kubernetes-tolerations.ts';
import { JobPod } from '../kube-default/job-pod.ts';
import type { Snapshot } from '../kube-default/snapshot.ts';
import type { RoomBooks } from './books.ts';
import type { Domain, TopologyTree } from './topology-tree.ts';
import type { PodSet, PodSetGrant } from './workload.ts';

type Amounts = Map<string, number>;

export class TopologyRoom implements RoomBooks {
  readonly #snapshot: Snapshot;
  readonly #trees: ReadonlyMap<string, TopologyTree>;
  /** By domain: what workloads hold. Nodes are one domain whatever the flavor. */
  readonly #held = new Map<string, Amounts>();
  /** Jobs whose pods are counted by what their workloads hold. */
  readonly #placed = new Set<number>();

  constructor(snapshot: Snapshot, trees: ReadonlyMap<string, TopologyTree>) {
    this.#snapshot = snapshot;
    this.#trees = trees;
  }

  /** From now on the pods of the job are where its workload says. */
  admitted(job: number): void {
    this.#placed.add(job);
  }

  take(grants: readonly PodSetGrant[]): void {
    this.#book(grants, 1);
  }

  give(grants: readonly PodSetGrant[]): void {
    this.#book(grants, -1);
  }

  #book(grants: readonly PodSetGrant[], sign: 1 | -1): void {
    for (const { podSet, topology } of grants) {
      if (topology === undefined) continue;
      for (const { domain, count } of topology.domains) {
        this.hold(this.#heldIn(this.#tree(topology.flavor), domain), podSet, sign * count);
      }
    }
  }

  hold(amounts: Amounts, { needs }: PodSet, pods: number): void {
    for (const [resource, amount] of needs) amounts.set(resource, (amounts.get(resource) ?? 0) + pods * amount);
    amounts.set('pods', (amounts.get('pods') ?? 0) + pods);
  }

  /** Whether nothing is held that is not there. */
  hasRoomFor(grants: readonly PodSetGrant[]): boolean {
    this.take(grants);
    const fits = grants.every(({ topology }) => {
      if (topology === undefined) return true;
      const tree = this.#tree(topology.flavor);
      return topology.domains.every(({ domain }) => [...this.#left(tree, domain, true).values()].every((amount) => amount >= 0));
    });
    this.give(grants);
    return fits;
  }

  /**
   * Fills in how many pods each domain could take. `assumed`: what other pods of the workload take, by domain. `empty`: as
   * if no workload held anything.
   */
  count(tree: TopologyTree, podSet: PodSet, assumed: ReadonlyMap<number, Amounts>, empty: boolean): void {
    tree.leaves.forEach((leaf, number) => {
      leaf.count = this.#suits(leaf, podSet, tree)
        ? this.#podsIn(this.#left(tree, number, !empty), assumed.get(number), podSet)
        : 0;
    });
    for (const level of [...tree.levels.slice(0, -1)].reverse()) {
      for (const domain of level) domain.count = domain.children.reduce((sum, { count }) => sum + count, 0);
    }
  }

  #podsIn(left: Amounts, assumed: Amounts | undefined, { needs }: PodSet): number {
    let pods = Infinity;
    for (const [resource, amount] of [...needs, ['pods', 1] as const]) {
      if (amount > 0) pods = Math.min(pods, Math.floor(((left.get(resource) ?? 0) - (assumed?.get(resource) ?? 0)) / amount));
    }
    return Math.max(0, pods);
  }

  /** Selectors are looked at only if domains are nodes. */
  #suits({ rows }: Domain, { spec }: PodSet, tree: TopologyTree): boolean {
    if (!tree.isByHost) return true;
    const [row] = rows;
    const node = this.#snapshot.node(row);
    if (untoleratedTaint([...spec.tolerations, ...tree.flavor.tolerations], node.taints) !== undefined) return false;
    return compileRequiredNodes(spec.nodeSelector, spec.nodeAffinity)?.(node) ?? true;
  }

  #left(tree: TopologyTree, leaf: number, withHeld: boolean): Amounts {
    const left: Amounts = new Map();
    const add = (resource: string, amount: number) => left.set(resource, (left.get(resource) ?? 0) + amount);
    for (const row of tree.leaves[leaf].rows) {
      for (const [resource, amount] of this.#snapshot.node(row).allocatable) add(resource, amount);
      for (const pod of this.#snapshot.pods[row]) {
        if (pod instanceof JobPod && this.#placed.has(pod.job)) continue;
        for (const [resource, amount] of pod.class.requests.exact) add(resource, -amount);
        add('pods', -1);
      }
    }
    if (withHeld) for (const [resource, amount] of this.#heldIn(tree, leaf)) add(resource, -amount);
    return left;
  }

  #heldIn(tree: TopologyTree, leaf: number): Amounts {
    const { values } = tree.leaves[leaf];
    const key = tree.isByHost ? (values.at(-1) ?? '') : JSON.stringify([tree.flavor.name, values]);
    let held = this.#held.get(key);
    if (held === undefined) this.#held.set(key, (held = new Map()));
    return held;
  }

  #tree(flavor: string): TopologyTree {
    const tree = this.#trees.get(flavor);
    if (tree === undefined) throw new Error(`flavor ${flavor} has no topology`);
    return tree;
  }
}
