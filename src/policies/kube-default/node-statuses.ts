/** Why nodes did not pass, by name. The map is made when somebody asks for names: most cycles place their pod. */
import type { Snapshot } from './snapshot.ts';
import type { Status } from './status.ts';
import type { VerdictTable } from './verdict-table.ts';

/** Statuses by node name. What does not need names is answered without them. */
export interface StatusesByNode extends ReadonlyMap<string, Status> {
  /** How many nodes have each status. */
  readonly counts?: ReadonlyMap<Status, number>;
  /** By row; undefined for rows that have none. */
  ofRow?(row: number): Status | undefined;
}

export class NodeStatuses implements StatusesByNode {
  readonly size: number;
  readonly #snapshot: Snapshot;
  readonly #table: VerdictTable;
  readonly #rows: Int32Array;
  /** For each of the rows, the number of its verdict. */
  readonly #verdicts: Int32Array;
  #byName: Map<string, Status> | undefined;
  /** By row: the number of its verdict; -1 if it has none. */
  #byRow: Int32Array | undefined;

  constructor(snapshot: Snapshot, table: VerdictTable, rows: Int32Array, verdicts: Int32Array) {
    this.size = rows.length;
    this.#snapshot = snapshot;
    this.#table = table;
    this.#rows = rows;
    this.#verdicts = verdicts;
  }

  get counts(): ReadonlyMap<Status, number> {
    const byVerdict: number[] = [];
    for (const verdict of this.#verdicts) byVerdict[verdict] = (byVerdict[verdict] ?? 0) + 1;
    const counts = new Map<Status, number>();
    byVerdict.forEach((count, verdict) => {
      const { status } = this.#table.at(verdict);
      counts.set(status, (counts.get(status) ?? 0) + count);
    });
    return counts;
  }

  ofRow(row: number): Status | undefined {
    if (this.#byRow === undefined) {
      this.#byRow = new Int32Array(this.#snapshot.versions.length).fill(-1);
      for (let i = 0; i < this.size; i++) this.#byRow[this.#rows[i]] = this.#verdicts[i];
    }
    const verdict = this.#byRow[row];
    return verdict < 0 ? undefined : this.#table.at(verdict).status;
  }

  get(name: string): Status | undefined {
    return this.#names().get(name);
  }

  has(name: string): boolean {
    return this.#names().has(name);
  }

  keys(): MapIterator<string> {
    return this.#names().keys();
  }

  values(): MapIterator<Status> {
    return this.#names().values();
  }

  entries(): MapIterator<[string, Status]> {
    return this.#names().entries();
  }

  [Symbol.iterator](): MapIterator<[string, Status]> {
    return this.entries();
  }

  forEach(visit: (status: Status, name: string, map: ReadonlyMap<string, Status>) => void): void {
    for (const [name, status] of this.entries()) visit(status, name, this);
  }

  #names(): Map<string, Status> {
    if (this.#byName === undefined) {
      this.#byName = new Map();
      for (let i = 0; i < this.size; i++) this.#byName.set(this.#snapshot.node(this.#rows[i]).name, this.#status(i));
    }
    return this.#byName;
  }

  #status(place: number): Status {
    return this.#table.at(this.#verdicts[place]).status;
  }
}
