/**
 * The domains of the topology of one flavor: a tree over the flavor's nodes, by their labels.
 * Source: pkg/cache/scheduler/tas_flavor.go, tas_flavor_snapshot.go (Kueue v0.19.2).
 */
import type { Node } from '../../kubernetes.ts';
import type { FlavorObject } from './objects.ts';

export const HOSTNAME = 'kubernetes.io/hostname';

export interface Domain {
  /** Values of the labels from the top level down to its own. */
  readonly values: readonly string[];
  readonly children: Domain[];
  /** Rows of its nodes; only of the lowest level. */
  readonly rows: number[];
  /** Pods that it could take, or is to take [count]. */
  count: number;
}

export class TopologyTree {
  readonly flavor: FlavorObject;
  /** Keys of labels, from coarse to fine. */
  readonly keys: readonly string[];
  /** Domains of each level. */
  readonly levels: readonly Domain[][];

  constructor(flavor: FlavorObject, keys: readonly string[], nodes: Iterable<readonly [row: number, node: Node]>) {
    this.flavor = flavor;
    this.keys = keys;
    this.levels = keys.map(() => []);
    const known = new Map<string, Domain>();
    for (const [row, node] of nodes) if (this.#has(node)) this.#add(row, node, known);
  }

  /** The lowest domains are single nodes. */
  get isByHost(): boolean {
    return this.keys.at(-1) === HOSTNAME;
  }

  get leaves(): readonly Domain[] {
    return this.levels[this.keys.length - 1];
  }

  /** What pods in one of the lowest domains must select. */
  labelsOf(leaf: number): ReadonlyMap<string, string> {
    const { values } = this.leaves[leaf];
    const pairs = this.keys.map((key, level): [string, string] => [key, values[level]]);
    return new Map(this.isByHost ? pairs.slice(-1) : pairs);
  }

  /** Nodes of the flavor that say where they are. */
  #has({ labels, unschedulable }: Node): boolean {
    if (unschedulable || this.keys.some((key) => !labels.has(key))) return false;
    return [...this.flavor.nodeLabels].every(([key, value]) => labels.get(key) === value);
  }

  #add(row: number, { labels }: Node, known: Map<string, Domain>): void {
    let parent: Domain | undefined;
    const values: string[] = [];
    this.keys.forEach((key, level) => {
      values.push(labels.get(key) ?? '');
      const name = JSON.stringify(values);
      let domain = known.get(name);
      if (domain === undefined) {
        domain = { values: [...values], children: [], rows: [], count: 0 };
        known.set(name, domain);
        this.levels[level].push(domain);
        parent?.children.push(domain);
      }
      parent = domain;
    });
    parent?.rows.push(row);
  }
}

export function compareValues({ values: one }: Domain, { values: other }: Domain): number {
  for (let level = 0; level < one.length; level++) {
    if (one[level] !== other[level]) return one[level] < other[level] ? -1 : 1;
  }
  return 0;
}
