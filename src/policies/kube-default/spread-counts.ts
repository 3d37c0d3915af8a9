/** Pods of one spread constraint counted by domain: by value of its topology key. */
import { untoleratedTaint } from '../../kubernetes-tolerations.ts';
import type { Node } from '../../kubernetes.ts';
import type { PodClass } from './pod-info.ts';
import type { Snapshot } from './snapshot.ts';
import type { SpreadConstraint } from './spread-constraint.ts';
import type { Topology } from './topologies.ts';

export class SpreadCounts {
  readonly topology: Topology;
  #counts = new Int32Array(0);
  /** By domain: a node of it takes part. */
  #known = new Uint8Array(0);
  #domains = 0;
  #smallest: number | undefined;

  constructor(topology: Topology) {
    this.topology = topology;
  }

  /** [B] */
  get bytes(): number {
    return this.#counts.byteLength + this.#known.byteLength;
  }

  /** How many domains take part. */
  get domains(): number {
    return this.#domains;
  }

  /** The smallest count over all domains. */
  get smallest(): number {
    return (this.#smallest ??= this.#findSmallest());
  }

  add(row: number, pods: number): void {
    const domain = this.topology.values[row];
    if (this.#known[domain] === 0) {
      this.#known[domain] = 1;
      this.#domains++;
    }
    this.#counts[domain] += pods;
    this.#smallest = undefined;
  }

  /** The count in the domain of a node. */
  of(row: number): number {
    return this.#counts[this.topology.values[row]];
  }

  /** Forgets all, after nodes have changed. */
  clear(): void {
    this.#counts = new Int32Array(this.topology.size);
    this.#known = new Uint8Array(this.topology.size);
    this.#domains = 0;
    this.#smallest = undefined;
  }

  #findSmallest(): number {
    let smallest = Infinity;
    for (let domain = 0; domain < this.#counts.length; domain++) {
      if (this.#known[domain] === 1 && this.#counts[domain] < smallest) smallest = this.#counts[domain];
    }
    return smallest;
  }
}

/** The nodes that take part in a constraint, by what it says of node affinity and taints. */
export function takesPart(constraint: SpreadConstraint, pod: PodClass, node: Node): boolean {
  if (constraint.honorsAffinity && !acceptsNode(pod, node)) return false;
  return !constraint.honorsTaints || untoleratedTaint(pod.spec.tolerations, node.taints) === undefined;
}

function acceptsNode({ requiredNodes }: PodClass, node: Node): boolean {
  return requiredNodes === undefined || requiredNodes(node);
}

/** The node has every label that the constraints spread over. */
export function hasAllKeys(topologies: readonly Topology[], row: number): boolean {
  for (const { values } of topologies) if (values[row] === 0) return false;
  return true;
}

export function topologiesOf(constraints: readonly SpreadConstraint[], snapshot: Snapshot): Topology[] {
  return constraints.map(({ topologyKey }) => snapshot.topology(topologyKey));
}
