/**
 * The order in which nodes are looked at: zone by zone in turn, inside a zone as they were added.
 * Source: pkg/scheduler/backend/cache/node_tree.go, component-helpers node/topology (Kubernetes v1.36.2).
 */
import type { Labels, Node } from '../../kubernetes.ts';

export class NodeOrder {
  /** Zones in order of first appearance, each with the rows of its nodes. */
  readonly #zones = new Map<string, number[]>();
  readonly #zoneOf = new Map<number, string>();
  #rows: Int32Array | undefined = new Int32Array(0);

  /** Rows in order. The array is made anew when nodes come or go, never changed in place. */
  get rows(): Int32Array {
    return (this.#rows ??= this.#interleave());
  }

  add(row: number, node: Node): void {
    const zone = zoneKey(node.labels);
    const rows = this.#zones.get(zone);
    if (rows === undefined) this.#zones.set(zone, [row]);
    else rows.push(row);
    this.#zoneOf.set(row, zone);
    this.#rows = undefined;
  }

  remove(row: number): void {
    const zone = this.#zoneOf.get(row) ?? '';
    const rows = (this.#zones.get(zone) ?? []).filter((other) => other !== row);
    if (rows.length === 0) this.#zones.delete(zone);
    else this.#zones.set(zone, rows);
    this.#zoneOf.delete(row);
    this.#rows = undefined;
  }

  /** A node that moved to another zone goes to that zone's end. */
  update(row: number, node: Node): void {
    if (this.#zoneOf.get(row) === zoneKey(node.labels)) return;
    this.remove(row);
    this.add(row, node);
  }

  #interleave(): Int32Array {
    const rows = new Int32Array(this.#zoneOf.size);
    let filled = 0;
    for (let turn = 0; filled < rows.length; turn++) {
      for (const zone of this.#zones.values()) if (turn < zone.length) rows[filled++] = zone[turn];
    }
    return rows;
  }
}

/** Region and zone as one text; the names of old Kubernetes versions go first. Empty if the node tells neither. */
function zoneKey(labels: Labels): string {
  const zone = labels.get('failure-domain.beta.kubernetes.io/zone') ?? labels.get('topology.kubernetes.io/zone') ?? '';
  const region = labels.get('failure-domain.beta.kubernetes.io/region') ?? labels.get('topology.kubernetes.io/region') ?? '';
  return zone === '' && region === '' ? '' : `${region}:\0:${zone}`;
}
