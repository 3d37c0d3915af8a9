import type { Category } from '../workload.ts';
import { decodeColumn } from './column-codec.ts';
import type { PackedCategory, PackedHead, PackedTable } from './pack.ts';
import type { PageTable } from './page-table.ts';

/** The tables that `packTables` packed. Columns that tables share are one array. */
export function unpackTables(all: Uint8Array): PageTable[] {
  const length = new DataView(all.buffer, all.byteOffset).getUint32(0);
  const head = JSON.parse(new TextDecoder().decode(all.subarray(4, 4 + length))) as PackedHead;
  const bytes = all.subarray(4 + length);
  const columns: Float64Array[] = [];
  // A column refers only to columns before it.
  for (const coded of head.columns) columns.push(decodeColumn(bytes, coded, columns));
  return head.tables.map((table) => tableOf(table, columns, head.names));
}

function tableOf(packed: PackedTable, columns: readonly Float64Array[], names: PackedHead['names']): PageTable {
  const column = (name: string) => columns[packed.columns[name]];
  const category = ({ code, names: list }: PackedCategory): Category => ({
    code: new Int32Array(columns[code]),
    names: names[list],
  });
  const { ids, placements, attempts, explanations } = packed;
  return {
    count: packed.count,
    origin: packed.origin,
    ids: ids.column === undefined ? names[ids.text ?? 0] : columns[ids.column],
    submit: column('submit'),
    start: column('start'),
    end: column('end'),
    state: column('state'),
    cpus: column('cpus'),
    gpus: column('gpus'),
    restarts: column('restarts'),
    user: category(packed.categories.user),
    queue: category(packed.categories.queue),
    account: packed.categories.account && category(packed.categories.account),
    placements: placements && {
      nodes: names[placements.nodes],
      first: columns[placements.first],
      node: columns[placements.node],
      tasks: columns[placements.tasks],
    },
    attempts: attempts && {
      job: columns[attempts.job],
      start: columns[attempts.start],
      end: columns[attempts.end],
      why: columns[attempts.why],
      kept: columns[attempts.kept],
    },
    explanations: explanations && {
      job: columns[explanations.job],
      time: columns[explanations.time],
      reason: category(explanations.reason),
    },
  };
}
