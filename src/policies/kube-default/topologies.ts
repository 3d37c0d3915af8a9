/** Values of node labels as numbers, one column for each label that someone counts by. */
import type { Node } from '../../kubernetes.ts';
import { grownInts } from './growing.ts';
import { StringIds } from './string-ids.ts';

/** The values of one label key over the nodes. */
export interface Topology {
  readonly key: string;
  /** By row: the number of its value, from 1; 0 if the node lacks the label. */
  readonly values: Int32Array;
  /** One more than the highest number in use: the length of a table by value. */
  readonly size: number;
}

export class Topologies {
  readonly #columns = new Map<string, Column>();

  /** The column of a label key. It stays true while nodes change, but must be asked for anew when nodes were added. */
  of(key: string, nodes: readonly (Node | undefined)[]): Topology {
    let column = this.#columns.get(key);
    if (column === undefined) {
      column = new Column(key);
      this.#columns.set(key, column);
      for (let row = 0; row < nodes.length; row++) column.set(row, nodes[row]);
    }
    return column;
  }

  /** Tells of a node that was added, changed or removed. */
  set(row: number, node: Node | undefined): void {
    for (const column of this.#columns.values()) column.set(row, node);
  }
}

class Column implements Topology {
  readonly key: string;
  values = new Int32Array(0);
  // Number 0 is taken by nodes without the label.
  readonly #ids = new StringIds(['']);
  #empty = 0;

  constructor(key: string) {
    this.key = key;
  }

  get size(): number {
    return this.#ids.size;
  }

  set(row: number, node: Node | undefined): void {
    if (row >= this.values.length) this.values = grownInts(this.values, row + 1);
    const value = node?.labels.get(this.key);
    // An empty value is a value: it gets a number of its own.
    if (value === '') this.values[row] = this.#empty ||= this.#ids.id('\0');
    else this.values[row] = value === undefined ? 0 : this.#ids.id(value);
  }
}
