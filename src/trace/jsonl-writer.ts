import type { TraceWriter } from './format.ts';
import { nativeColumns } from './table-columns.ts';

/** Rows that are handed over at a time [count]. */
const BATCH = 4096;

/** Our own table as JSON lines. Every object has every key, so that the first one shows them all. */
export const jsonlWriter: TraceWriter = {
  *write(workload, lost, declared) {
    const columns = nativeColumns(workload, lost, declared);
    const keys = columns.map(({ name }) => JSON.stringify(name));
    let text = '';
    for (let job = 0; job < workload.count; job++) {
      for (let column = 0; column < columns.length; column++) {
        text += `${column === 0 ? '{' : ','}${keys[column]}:${JSON.stringify(columns[column].value(job) ?? null)}`;
      }
      text += '}\n';
      if (job % BATCH === BATCH - 1) {
        yield text;
        text = '';
      }
    }
    if (text !== '') yield text;
  },
};
