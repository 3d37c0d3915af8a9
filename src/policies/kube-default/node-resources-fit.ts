/**
 * The node must have free what the pod requests. Source: plugins/noderesources/fit.go (Kubernetes v1.36.2).
 */
import type { JsonField } from '../../kubernetes-json.ts';
import { LEAST_ALLOCATED, readFitStrategy } from './fit-strategy.ts';
import type { FitStrategy } from './fit-strategy.ts';
import type { FilterPlugin, ScorePlugin } from './plugin.ts';
import type { PodClass } from './pod-info.ts';
import { isScalar, scoredResources } from './resource-scoring.ts';
import { CPU, EPHEMERAL_STORAGE, MEMORY, PODS } from './snapshot.ts';
import type { Snapshot } from './snapshot.ts';
import { SUCCESS, unresolvable, unschedulable } from './status.ts';
import type { Status } from './status.ts';

export interface NodeResourcesFitArgs {
  /** Extended resources that are not checked, by name or by what stands before the slash. */
  readonly ignoredResources: readonly string[];
  readonly ignoredResourceGroups: readonly string[];
  readonly strategy: FitStrategy;
}

export const DEFAULT_FIT: NodeResourcesFitArgs = {
  ignoredResources: [],
  ignoredResourceGroups: [],
  strategy: LEAST_ALLOCATED,
};

export function readNodeResourcesFitArgs(field: JsonField): NodeResourcesFitArgs {
  return {
    ignoredResources: field.at('ignoredResources').texts(),
    ignoredResourceGroups: field.at('ignoredResourceGroups').texts(),
    strategy: readFitStrategy(field.at('scoringStrategy')),
  };
}

/** A resource of which the node has too little. */
export interface Shortage {
  readonly resource: string;
  readonly reason: string;
  readonly requested: number;
  readonly used: number;
  readonly capacity: number;
  /** The whole node is too small. */
  readonly tooSmall: boolean;
}

export function nodeResourcesFit(args: NodeResourcesFitArgs): FilterPlugin & ScorePlugin {
  return {
    name: 'NodeResourcesFit',
    filterReads: 'pods-of-node',
    scoreReads: 'pods-of-node',
    preFilter(pod, snapshot) {
      const demands = demandsOf(pod.class, args, snapshot);
      const statuses = new Map<number, Status>();
      const filter = (row: number): Status => {
        const lack = lackOf(demands, snapshot, row);
        if (lack === 0) return SUCCESS;
        // So many digits are exact in a number.
        if (demands.length > 32) return toStatus(shortages(demands, snapshot, row));
        let status = statuses.get(lack);
        if (status === undefined) statuses.set(lack, (status = toStatus(shortages(demands, snapshot, row))));
        return status;
      };
      return { status: SUCCESS, check: { filter } };
    },
    preScore(pod, snapshot) {
      const resources = scoredResources(args.strategy.resources, pod.class, snapshot, 'filled');
      return { score: (row) => args.strategy.score(resources, row) };
    },
  };
}

/** All that a node has too little of, in the order in which it is checked. */
export function findShortages(pod: PodClass, args: NodeResourcesFitArgs, snapshot: Snapshot, row: number): Shortage[] {
  return shortages(demandsOf(pod, args, snapshot), snapshot, row);
}

/** A request that is checked, with the columns it is checked against. */
interface Demand {
  readonly name: string;
  readonly request: number;
  readonly allocatable: Float64Array;
  readonly requested: Float64Array;
}

function demandsOf(pod: PodClass, args: NodeResourcesFitArgs, snapshot: Snapshot): Demand[] {
  const { exact } = pod.requests;
  const { passesZeroRequests } = snapshot.behaviour;
  const demand = (name: string, request: number): Demand => {
    const resource = snapshot.resources.id(name);
    return { name, request, allocatable: snapshot.allocatable(resource), requested: snapshot.requested(resource) };
  };
  const scalars = [...exact].filter(([name]) => isScalar(name));
  const basics = [CPU, MEMORY, EPHEMERAL_STORAGE].map((resource) => snapshot.resources.text(resource));
  if (scalars.length === 0 && basics.every((name) => (exact.get(name) ?? 0) === 0)) return [];
  return [
    ...basics
      .map((name) => demand(name, exact.get(name) ?? 0))
      // Old versions find fault with a request of nothing where more is promised than there is.
      .filter(({ request }) => request > 0 || !passesZeroRequests),
    ...scalars.filter(([name, request]) => request !== 0 && !ignores(args, name)).map(([name, request]) => demand(name, request)),
  ];
}

function ignores({ ignoredResources, ignoredResourceGroups }: NodeResourcesFitArgs, name: string): boolean {
  const slash = name.indexOf('/');
  const extended = slash >= 0 && !name.includes('kubernetes.io/');
  return extended && (ignoredResourceGroups.includes(name.slice(0, slash)) || ignoredResources.includes(name));
}

/**
 * What the node has too little of, as one number: the same number, the same reasons. 0 if it has enough. A digit to the
 * base of 3 for each demand says whether it is met, or what is left is too little, or the whole node.
 */
function lackOf(demands: readonly Demand[], snapshot: Snapshot, row: number): number {
  let lack = snapshot.pods[row].length + 1 > snapshot.allocatable(PODS)[row] ? 1 : 0;
  let digit = 2;
  for (let i = 0; i < demands.length; i++) {
    const { request, allocatable, requested } = demands[i];
    if (request > allocatable[row] - requested[row]) lack += request > allocatable[row] ? 2 * digit : digit;
    digit *= 3;
  }
  return lack;
}

function shortages(demands: readonly Demand[], snapshot: Snapshot, row: number): Shortage[] {
  const found: Shortage[] = [];
  const slots = snapshot.allocatable(PODS)[row];
  const used = snapshot.pods[row].length;
  if (used + 1 > slots) {
    found.push({ resource: 'pods', reason: 'Too many pods', requested: 1, used, capacity: slots, tooSmall: false });
  }
  for (const { name, request, allocatable, requested } of demands) {
    const capacity = allocatable[row];
    if (request <= capacity - requested[row]) continue;
    const tooSmall = snapshot.behaviour.knowsTooSmallNodes && request > capacity;
    found.push({ resource: name, reason: `Insufficient ${name}`, requested: request, used: requested[row], capacity, tooSmall });
  }
  return found;
}

function toStatus(found: readonly Shortage[]): Status {
  const reasons = found.map(({ reason }) => reason);
  return found.some(({ tooSmall }) => tooSmall) ? unresolvable(...reasons) : unschedulable(...reasons);
}
