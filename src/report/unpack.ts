import type { Category } from '../workload.ts';
import { decodeColumn } from './column-codec.ts';
import type { PackedCategory, PackedHead, PackedTable } from './pack.ts';
import type { PageExplanations, PagePlacements, PageResizes, PageTable } from './page-table.ts';

/**
 * The tables that `packTables` packed. Columns that tables share are one array. Each is decoded when it is first asked
 * for: of a million jobs, what no view shows costs nothing.
 */
export function unpackTables(all: Uint8Array): PageTable[] {
  const length = new DataView(all.buffer, all.byteOffset).getUint32(0);
  const head = JSON.parse(new TextDecoder().decode(all.subarray(4, 4 + length))) as PackedHead;
  const columns = new LazyColumns(head, all.subarray(4 + length));
  return head.tables.map((table) => tableOf(table, columns));
}

class LazyColumns {
  readonly #head: PackedHead;
  readonly #bytes: Uint8Array;
  readonly #decoded: Float64Array[] = [];
  readonly #codes: Int32Array[] = [];

  constructor(head: PackedHead, bytes: Uint8Array) {
    this.#head = head;
    this.#bytes = bytes;
  }

  column(index: number): Float64Array {
    return (this.#decoded[index] ??= this.#decode(index));
  }

  names(index: number): readonly string[] {
    return this.#head.names[index];
  }

  category({ code, names }: PackedCategory): Category {
    const codes = () => (this.#codes[code] ??= new Int32Array(this.column(code)));
    return {
      get code() {
        return codes();
      },
      names: this.names(names),
    };
  }

  /** A column refers only to columns before it. */
  #decode(index: number): Float64Array {
    const coded = this.#head.columns[index];
    return decodeColumn(this.#bytes, coded, typeof coded.from === 'number' ? this.column(coded.from) : undefined);
  }
}

function tableOf(packed: PackedTable, columns: LazyColumns): PageTable {
  const { count, origin, ids, categories, placements, attempts, resizes, explanations, nodeTime } = packed;
  const column = (name: string) => columns.column(packed.columns[name]);
  return {
    count,
    origin,
    get ids() {
      return ids.column === undefined ? columns.names(ids.text ?? 0) : columns.column(ids.column);
    },
    get submit() {
      return column('submit');
    },
    get start() {
      return column('start');
    },
    get end() {
      return column('end');
    },
    get state() {
      return column('state');
    },
    get cpus() {
      return column('cpus');
    },
    get gpus() {
      return column('gpus');
    },
    get restarts() {
      return column('restarts');
    },
    user: columns.category(categories.user),
    queue: columns.category(categories.queue),
    account: categories.account && columns.category(categories.account),
    placements: placements && placementsOf(placements, columns),
    attempts: attempts && {
      job: columns.column(attempts.job),
      start: columns.column(attempts.start),
      end: columns.column(attempts.end),
      why: columns.column(attempts.why),
      kept: columns.column(attempts.kept),
    },
    resizes: resizes && resizesOf(resizes, columns),
    explanations: explanations && explanationsOf(explanations, columns),
    nodeTime: nodeTime && {
      get job() {
        return columns.column(nodeTime.job);
      },
      get purpose() {
        return columns.column(nodeTime.purpose);
      },
      get coreTime() {
        return columns.column(nodeTime.coreTime);
      },
    },
  };
}

function placementsOf(packed: NonNullable<PackedTable['placements']>, columns: LazyColumns): PagePlacements {
  return {
    nodes: columns.names(packed.nodes),
    get first() {
      return columns.column(packed.first);
    },
    get node() {
      return columns.column(packed.node);
    },
    get tasks() {
      return columns.column(packed.tasks);
    },
  };
}

function resizesOf({ job, time, cpus, gpus }: NonNullable<PackedTable['resizes']>, columns: LazyColumns): PageResizes {
  return {
    job: columns.column(job),
    time: columns.column(time),
    cpus: columns.column(cpus),
    gpus: columns.column(gpus),
  };
}

function explanationsOf(packed: NonNullable<PackedTable['explanations']>, columns: LazyColumns): PageExplanations {
  return {
    get job() {
      return columns.column(packed.job);
    },
    get time() {
      return columns.column(packed.time);
    },
    reason: columns.category(packed.reason),
  };
}
