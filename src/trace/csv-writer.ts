import type { TraceWriter } from './format.ts';
import { nativeColumns } from './table-columns.ts';

/** Rows that are handed over at a time [count]. */
const BATCH = 4096;

/** Our own table as CSV (RFC 4180, lines end with LF). */
export const csvWriter: TraceWriter = {
  *write(workload, lost, declared) {
    const columns = nativeColumns(workload, lost, declared);
    let text = `${columns.map(({ name }) => name).join(',')}\n`;
    for (let job = 0; job < workload.count; job++) {
      for (let column = 0; column < columns.length; column++) {
        const value = columns[column].value(job);
        if (column > 0) text += ',';
        if (value !== undefined) text += typeof value === 'number' ? value : csvField(value);
      }
      text += '\n';
      if (job % BATCH === BATCH - 1) {
        yield text;
        text = '';
      }
    }
    if (text !== '') yield text;
  },
};

/** A field in quotes where it has to be. */
export function csvField(text: string): string {
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
