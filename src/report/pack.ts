import type { Category } from '../workload.ts';
import { encodeColumn, scaleOf } from './column-codec.ts';
import type { CodedColumn } from './column-codec.ts';
import type { PageTable } from './page-table.ts';

/** The head of packed tables: JSON; the columns' bytes follow it. Numbers are indices into `columns`. */
export interface PackedHead {
  readonly columns: readonly CodedColumn[];
  /** Lists of names, each kept once. */
  readonly names: readonly (readonly string[])[];
  readonly tables: readonly PackedTable[];
}

/** A table by its columns. */
export interface PackedTable {
  readonly count: number;
  readonly origin: number;
  /** `text`: an index into `names`. */
  readonly ids: { readonly column?: number; readonly text?: number };
  readonly columns: Readonly<Record<string, number>>;
  readonly categories: Readonly<Record<string, PackedCategory>>;
  readonly placements?: { readonly nodes: number; readonly first: number; readonly node: number; readonly tasks: number };
  readonly attempts?: Readonly<Record<string, number>>;
  readonly resizes?: Readonly<Record<string, number>>;
  readonly explanations?: { readonly job: number; readonly time: number; readonly reason: PackedCategory };
  readonly nodeTime?: Readonly<Record<string, number>>;
}

export interface PackedCategory {
  readonly code: number;
  /** Index into `names`. */
  readonly names: number;
}

/** Packs tables; columns that several share, such as submissions under each policy, are kept once. */
export function packTables(tables: readonly PageTable[]): Uint8Array {
  const packer = new Packer();
  const packed = tables.map((table) => packer.table(table));
  return packer.done(packed);
}

class Packer {
  readonly #columns: CodedColumn[] = [];
  readonly #pieces: Uint8Array[] = [];
  readonly #names: (readonly string[])[] = [];
  /** Columns by a number that equal ones share. */
  readonly #known = new Map<string, number[]>();
  #size = 0;

  table(table: PageTable): PackedTable {
    const { ids, submit, start } = table;
    const submitColumn = this.column(submit, 'previous');
    const startColumn = this.column(start, { index: submitColumn, values: submit });
    return {
      count: table.count,
      origin: table.origin,
      ids: ids instanceof Float64Array ? { column: this.column(ids, 'previous') } : { text: this.names(ids) },
      columns: {
        submit: submitColumn,
        start: startColumn,
        end: this.column(table.end, { index: startColumn, values: start }),
        state: this.column(table.state, 'zero'),
        cpus: this.column(table.cpus, 'zero'),
        gpus: this.column(table.gpus, 'zero'),
        restarts: this.column(table.restarts, 'zero'),
      },
      categories: {
        user: this.category(table.user),
        queue: this.category(table.queue),
        ...(table.account && { account: this.category(table.account) }),
      },
      placements: table.placements && {
        nodes: this.names(table.placements.nodes),
        first: this.column(table.placements.first, 'previous'),
        node: this.column(table.placements.node, 'previous'),
        tasks: this.column(table.placements.tasks, 'zero'),
      },
      attempts: table.attempts && {
        job: this.column(table.attempts.job, 'previous'),
        start: this.column(table.attempts.start, 'previous'),
        end: this.column(table.attempts.end, 'previous'),
        why: this.column(table.attempts.why, 'zero'),
        kept: this.column(table.attempts.kept, 'zero'),
      },
      resizes: table.resizes && {
        job: this.column(table.resizes.job, 'previous'),
        time: this.column(table.resizes.time, 'previous'),
        cpus: this.column(table.resizes.cpus, 'zero'),
        gpus: this.column(table.resizes.gpus, 'zero'),
      },
      explanations: table.explanations && {
        job: this.column(table.explanations.job, 'previous'),
        time: this.column(table.explanations.time, 'previous'),
        reason: this.category(table.explanations.reason),
      },
      nodeTime: table.nodeTime && {
        job: this.column(table.nodeTime.job, 'previous'),
        purpose: this.column(table.nodeTime.purpose, 'zero'),
        coreTime: this.column(table.nodeTime.coreTime, 'zero'),
      },
    };
  }

  category({ code, names }: Category): PackedCategory {
    return { code: this.column(code, 'zero'), names: this.names(names) };
  }

  names(names: readonly string[]): number {
    const known = this.#names.findIndex(
      (other) => other.length === names.length && other.every((name, at) => name === names[at]),
    );
    return known >= 0 ? known : this.#names.push(names) - 1;
  }

  column(values: ArrayLike<number>, from: 'zero' | 'previous' | { index: number; values: ArrayLike<number> }): number {
    const scale = Math.min(scaleOf(values), typeof from === 'object' ? scaleOf(from.values) : 1000);
    const bytes = encodeColumn(values, scale, typeof from === 'object' ? from.values : from);
    const coded = { count: values.length, scale, from: typeof from === 'object' ? from.index : from };
    const key = `${JSON.stringify(coded)} ${hashOf(bytes)}`;
    const alike = this.#known.get(key) ?? [];
    for (const index of alike) if (isSame(this.#pieces[index], bytes)) return index;
    const index = this.#columns.push({ at: this.#size, bytes: bytes.length, ...coded }) - 1;
    this.#pieces.push(bytes);
    this.#size += bytes.length;
    this.#known.set(key, [...alike, index]);
    return index;
  }

  /** Four bytes for the length of the head, the head, the columns. */
  done(tables: readonly PackedTable[]): Uint8Array {
    const head: PackedHead = { columns: this.#columns, names: this.#names, tables };
    const headBytes = new TextEncoder().encode(JSON.stringify(head));
    const all = new Uint8Array(4 + headBytes.length + this.#size);
    new DataView(all.buffer).setUint32(0, headBytes.length);
    all.set(headBytes, 4);
    let at = 4 + headBytes.length;
    for (const piece of this.#pieces) {
      all.set(piece, at);
      at += piece.length;
    }
    return all;
  }
}

/** FNV-1a: finds columns that may be equal. */
function hashOf(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < bytes.length; at++) hash = Math.imul(hash ^ bytes[at], 0x01000193);
  return hash;
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false;
  return true;
}
