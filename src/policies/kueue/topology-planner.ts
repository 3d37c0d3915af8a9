/**
 * Places for the pods of workloads in the topology of their flavors.
 * Source: pkg/scheduler/flavorassigner/tas_flavorassigner.go, flavorassigner.go (Kueue v0.19.2).
 */
import { FIT, NO_FIT, PREEMPT } from './assignment.ts';
import type { Assignment, Mode, PodSetAssignment } from './assignment.ts';
import type { ClusterQueue } from './cluster-queue.ts';
import type { FlavorObject } from './objects.ts';
import type { TopologyAssignment, TopologyRequest } from './topology-request.ts';
import type { TopologyRoom } from './topology-room.ts';
import { searchDomains } from './topology-search.ts';
import type { TopologyTree } from './topology-tree.ts';
import type { PodSet, Workload } from './workload.ts';

const ANYWHERE: TopologyRequest = { mode: 'unconstrained', level: '' };

/** Where pod sets would go; or the one that has no place, and why. */
type Plan =
  | { readonly places: ReadonlyMap<PodSetAssignment, TopologyAssignment> }
  | { readonly failed: PodSetAssignment; readonly reason: string };

export class TopologyPlanner {
  readonly #room: TopologyRoom;
  readonly #trees: ReadonlyMap<string, TopologyTree>;
  readonly #flavors: ReadonlyMap<string, FlavorObject>;

  constructor(room: TopologyRoom, trees: ReadonlyMap<string, TopologyTree>, flavors: ReadonlyMap<string, FlavorObject>) {
    this.#room = room;
    this.#trees = trees;
    this.#flavors = flavors;
  }

  /** Why a flavor is out of the question, whatever room there is; undefined if it is not. */
  objection(podSet: PodSet, { name, topology }: FlavorObject, queue: ClusterQueue): string | undefined {
    if (this.#requestOf(podSet, queue) === undefined) {
      return topology === undefined ? undefined : `Flavor "${name}" supports only TopologyAwareScheduling`;
    }
    if (podSet.topology === undefined) return undefined;
    if (topology === undefined) return `Flavor "${name}" does not support TopologyAwareScheduling`;
    const { mode, level } = podSet.topology;
    if (mode === 'unconstrained' || this.#trees.get(name)?.keys.includes(level)) return undefined;
    return `Flavor "${name}" does not contain the requested level`;
  }

  /** Fills in places; without room for the pods now, or ever, the mode becomes worse. */
  place({ queue }: Workload, assignment: Assignment): void {
    const requesting = this.#requesting(assignment, queue);
    if (requesting.length === 0) return;
    if (assignment.mode === FIT) {
      const plan = this.#plan(requesting, queue, false);
      if ('failed' in plan) {
        plan.failed.reasons.push(plan.reason);
        worsen(assignment, [plan.failed], PREEMPT);
      } else {
        fillIn(plan.places);
      }
    }
    if (assignment.mode !== PREEMPT) return;
    const plan = this.#plan(requesting, queue, true);
    if ('failed' in plan) worsen(assignment, [plan.failed], NO_FIT);
    else worsen(assignment, requesting, PREEMPT);
  }

  /** Fills in places as things stand, or as if no workload held anything, if there are any. */
  fill({ queue }: Workload, assignment: Assignment, empty: boolean): void {
    const plan = this.#plan(this.#requesting(assignment, queue), queue, empty);
    if ('places' in plan) fillIn(plan.places);
  }

  /** Whether the pods have a place as things stand. */
  hasPlace({ queue }: Workload, assignment: Assignment): boolean {
    return 'places' in this.#plan(this.#requesting(assignment, queue), queue, false);
  }

  #requesting({ podSets }: Assignment, queue: ClusterQueue): PodSetAssignment[] {
    return podSets.filter(
      ({ podSet, topology, count }) => topology === undefined && count > 0 && this.#requestOf(podSet, queue) !== undefined,
    );
  }

  /** In a queue of nothing but flavors with topologies, all pods are placed in them. */
  #requestOf({ topology }: PodSet, queue: ClusterQueue): TopologyRequest | undefined {
    if (topology !== undefined) return topology;
    const flavors = queue.object.groups.flatMap((group) => group.flavors);
    return flavors.length > 0 && flavors.every(({ flavor }) => this.#trees.has(flavor)) ? ANYWHERE : undefined;
  }

  #plan(requesting: readonly PodSetAssignment[], queue: ClusterQueue, empty: boolean): Plan {
    const places = new Map<PodSetAssignment, TopologyAssignment>();
    const assumed = new Map<TopologyTree, Map<number, Map<string, number>>>();
    for (const one of requesting) {
      const { podSet, count, flavors } = one;
      const names = new Set([...flavors.values()].map(({ flavor }) => flavor));
      const [tree, ...others] = [...names].flatMap((name) => this.#trees.get(name) ?? []);
      if (tree === undefined || others.length > 0) {
        const reason = tree === undefined ? 'no TAS flavor assigned' : 'more than one TAS flavor assigned';
        return { failed: one, reason };
      }
      const taken = assumed.get(tree) ?? new Map<number, Map<string, number>>();
      assumed.set(tree, taken);
      this.#room.count(tree, podSet, taken, empty);
      const found = searchDomains(tree, this.#requestOf(podSet, queue) ?? ANYWHERE, count);
      if ('fitting' in found) return { failed: one, reason: this.#notFit(tree, found.fitting, count) };
      const domains = found.domains.map((domain) => ({ domain: tree.leaves.indexOf(domain), count: domain.count }));
      places.set(one, { flavor: tree.flavor.name, domains });
      for (const { domain, count: pods } of domains) {
        const amounts = taken.get(domain) ?? new Map<string, number>();
        taken.set(domain, amounts);
        this.#room.hold(amounts, podSet, pods);
      }
    }
    return { places };
  }

  #notFit({ flavor }: TopologyTree, fitting: number, pods: number): string {
    const topology = `topology "${this.#flavors.get(flavor.name)?.topology ?? ''}"`;
    return fitting === 0
      ? `${topology} doesn't allow to fit any of ${pods} pod(s)`
      : `${topology} allows to fit only ${fitting} out of ${pods} pod(s)`;
  }
}

function fillIn(places: ReadonlyMap<PodSetAssignment, TopologyAssignment>): void {
  for (const [podSet, topology] of places) podSet.topology = topology;
}

function worsen(assignment: Assignment, podSets: readonly PodSetAssignment[], mode: Mode): void {
  for (const { flavors } of podSets) for (const flavor of flavors.values()) flavor.mode = mode;
  assignment.mode = mode;
}
