/**
 * Finds flavors for the pod sets of a workload.
 * Source: pkg/scheduler/flavorassigner/flavorassigner.go (Kueue v0.19.2).
 */
import {
  BEST,
  FIT,
  HAS_ROOM,
  isPreferred,
  NO_FIT,
  NO_ROOM,
  PREEMPT,
  shouldTryNextFlavor,
  worstMode,
  WORST,
} from './assignment.ts';
import type { Assignment, FlavorAssignment, FlavorOutlook, Mode, PodSetAssignment, Room } from './assignment.ts';
import type { ClusterQueue } from './cluster-queue.ts';
import type { KueueConfiguration } from './configuration.ts';
import { flavorMismatch } from './flavor-match.ts';
import type { FlavorResources } from './flavor-resources.ts';
import type { FlavorObject, FlavorQuotas, ResourceGroup } from './objects.ts';
import { quantityText } from './quantity-text.ts';
import { borrowingLevel } from './quota-node.ts';
import type { PodSet, ScanProgress, Workload } from './workload.ts';

/** What preemption could do for a workload that needs so much of one pair of flavor and resource. */
export interface PreemptionOracle {
  simulate(workload: Workload, pair: number, amount: number): { readonly room: Room; readonly borrowing: number };
}

/** Why the pods of a pod set have no place in the topology of a flavor, whoever goes; undefined if nothing is against it. */
export type TopologyObjection = (podSet: PodSet, flavor: FlavorObject, queue: ClusterQueue) => string | undefined;

export interface AssignerSetup {
  readonly pairs: FlavorResources;
  readonly flavors: ReadonlyMap<string, FlavorObject>;
  readonly configuration: KueueConfiguration;
  readonly oracle: PreemptionOracle;
  readonly topologyObjection: TopologyObjection;
}

interface FlavorsFound {
  /** Empty: there are none. */
  readonly flavors: ReadonlyMap<string, FlavorAssignment>;
  readonly reasons: readonly string[];
}

const NONE: ReadonlyMap<string, FlavorAssignment> = new Map();

export class FlavorAssigner {
  readonly #setup: AssignerSetup;

  constructor(setup: AssignerSetup) {
    this.#setup = setup;
  }

  /** `counts`: pods of each pod set, if they are not to be all. `cycle`: the number of the scheduling cycle. */
  assign(workload: Workload, cycle: number, counts?: readonly number[]): Assignment {
    const usage = new Map<number, number>();
    const podSets: PodSetAssignment[] = [];
    const tried: ReadonlyMap<string, number>[] = [];
    const progress: ScanProgress = { tried, generation: workload.queue.generation, cycle };
    let borrowing = 0;
    for (let index = 0; index < workload.podSets.length; index++) {
      const podSet = workload.podSets[index];
      const count = counts?.[index] ?? podSet.count;
      const requests = requestsOf(podSet, count, workload.queue);
      const found = this.#assignPodSet(workload, index, requests, usage);
      podSets.push({ podSet, count, flavors: found.flavors, reasons: [...found.reasons] });
      for (const [resource, { flavor, borrowing: level }] of found.flavors) {
        borrowing = Math.max(borrowing, level);
        const pair = this.#setup.pairs.number(flavor, resource);
        usage.set(pair, (usage.get(pair) ?? 0) + (requests.get(resource) ?? 0));
      }
      tried.push(new Map([...found.flavors].map(([resource, one]) => [resource, one.tried])));
      if (requests.size > 0 && found.flavors.size === 0 && found.reasons.length > 0) break;
    }
    return { podSets, mode: worstMode(podSets), borrowing, usage, progress };
  }

  #assignPodSet(
    workload: Workload,
    index: number,
    requests: ReadonlyMap<string, number>,
    usage: ReadonlyMap<number, number>,
  ): FlavorsFound {
    const flavors = new Map<string, FlavorAssignment>();
    const reasons: string[] = [];
    for (const [resource, amount] of requests) {
      if (flavors.has(resource)) continue;
      const group = workload.queue.groupOf(resource);
      if (group === undefined) {
        if (amount === 0 || this.#setup.configuration.ignoresUndeclared) continue;
        return { flavors: NONE, reasons: [`resource ${resource} unavailable in ClusterQueue`] };
      }
      const found = this.#findFlavor(workload, index, resource, group, requests, usage);
      if (found.flavors.size === 0) return found;
      for (const [name, flavor] of found.flavors) flavors.set(name, flavor);
      reasons.push(...found.reasons);
    }
    return { flavors, reasons };
  }

  /** One flavor for all resources of a group. */
  #findFlavor(
    workload: Workload,
    index: number,
    resource: string,
    group: ResourceGroup,
    requests: ReadonlyMap<string, number>,
    usage: ReadonlyMap<number, number>,
  ): FlavorsFound {
    const { queue, podSets, progress } = workload;
    const { fungibility } = queue.object;
    const reasons: string[] = [];
    let best: { flavors: ReadonlyMap<string, FlavorAssignment>; outlook: FlavorOutlook } = { flavors: NONE, outlook: WORST };
    let attempted = -1;
    for (let at = (progress?.tried[index]?.get(resource) ?? -1) + 1; at < group.flavors.length; at++) {
      attempted = at;
      const quotas = group.flavors[at];
      const mismatch = this.#mismatch(podSets[index], quotas.flavor, queue);
      if (mismatch !== undefined) {
        reasons.push(mismatch);
        continue;
      }
      const judged = this.#judge(workload, quotas, group, requests, usage, reasons);
      if (!shouldTryNextFlavor(judged.outlook, fungibility)) {
        best = judged;
        break;
      }
      if (isPreferred(judged.outlook, best.outlook, fungibility)) best = judged;
    }
    const tried = attempted === group.flavors.length - 1 ? -1 : attempted;
    for (const flavor of best.flavors.values()) flavor.tried = tried;
    return { flavors: best.flavors, reasons: best.outlook.room === HAS_ROOM ? [] : reasons };
  }

  #mismatch(podSet: PodSet, flavor: string, queue: ClusterQueue): string | undefined {
    const object = this.#setup.flavors.get(flavor);
    if (object === undefined) return `flavor ${flavor} not found`;
    return this.#setup.topologyObjection(podSet, object, queue) ?? flavorMismatch(podSet.spec, object);
  }

  /** What one flavor has for the resources of its group; the worst of them decides. */
  #judge(
    workload: Workload,
    { flavor }: FlavorQuotas,
    group: ResourceGroup,
    requests: ReadonlyMap<string, number>,
    usage: ReadonlyMap<number, number>,
    reasons: string[],
  ): { flavors: ReadonlyMap<string, FlavorAssignment>; outlook: FlavorOutlook } {
    const flavors = new Map<string, FlavorAssignment>();
    let outlook = BEST;
    for (const [resource, amount] of requests) {
      if (!group.resources.includes(resource)) continue;
      const pair = this.#setup.pairs.number(flavor, resource);
      const found = this.#look(workload, pair, usage.get(pair) ?? 0, amount);
      if (found.reason !== undefined) reasons.push(found.reason);
      if (isPreferred(outlook, found, workload.queue.object.fungibility)) outlook = found;
      if (outlook.room === NO_ROOM) continue;
      flavors.set(resource, { flavor, mode: modeFor(found.room), tried: -1, borrowing: found.borrowing });
    }
    return { flavors, outlook };
  }

  /** Whether there is quota of one resource in one flavor: now, after preemption, or never. */
  #look(workload: Workload, pair: number, before: number, amount: number): FlavorOutlook & { readonly reason?: string } {
    const { node } = workload.queue;
    const { flavors, resources } = this.#setup.pairs;
    const where = `${resources[pair]} in flavor ${flavors[pair]}`;
    const text = (quantity: number) => quantityText(resources[pair], quantity);
    const needed = before + amount;
    const most = node.potential(pair);
    if (needed > most) {
      const asked = `previously considered podsets requests (${text(before)}) + current podset request (${text(amount)})`;
      return {
        room: NO_ROOM,
        borrowing: 0,
        reason: `insufficient quota for ${where}, ${asked} > maximum capacity (${text(most)})`,
      };
    }
    const { level, mayReclaim } = borrowingLevel(node, pair, needed);
    const available = Math.max(0, node.available(pair));
    if (needed <= available) return { room: HAS_ROOM, borrowing: level };
    const reason = `insufficient unused quota for ${where}, ${text(needed - available)} more needed`;
    if (node.nominal[pair] < needed && !mayReclaim && !this.#mayPreemptToBorrow(workload.queue)) {
      return { room: NO_ROOM, borrowing: level, reason };
    }
    return { ...this.#setup.oracle.simulate(workload, pair, needed), reason };
  }

  #mayPreemptToBorrow({ object }: ClusterQueue): boolean {
    const { borrowWithinCohort, reclaimWithinCohort } = object.preemption;
    const isFair = this.#setup.configuration.fairSharing !== undefined;
    return borrowWithinCohort !== undefined || (isFair && reclaimWithinCohort !== 'Never');
  }
}

function modeFor(room: Room): Mode {
  if (room === NO_ROOM) return NO_FIT;
  return room === HAS_ROOM ? FIT : PREEMPT;
}

/** What so many pods request together. The number of pods counts if the queue covers it. */
function requestsOf(podSet: PodSet, count: number, queue: ClusterQueue): Map<string, number> {
  const requests = new Map<string, number>();
  for (const [resource, amount] of podSet.requests) requests.set(resource, amount * count);
  if (queue.groupOf('pods') !== undefined) requests.set('pods', count);
  return requests;
}
