/** The table that `sacctmgr -P show qos` prints, with whichever columns were asked for. */
import { usageError } from './errors.ts';
import type { AccountsBuilder } from './slurm-accounts-builder.ts';

export function readQosTable(text: string, file: string, builder: AccountsBuilder): void {
  let columns: string[] | undefined;
  let number = 0;
  for (const raw of text.split('\n')) {
    number++;
    const line = raw.replace(/\r$/, '');
    if (line.trim() === '' || line.startsWith('#')) continue;
    const cells = line.split('|').map((cell) => cell.trim());
    if (columns === undefined) {
      columns = headerOf(cells, `${file}:${number}:1`);
      continue;
    }
    // `sacctmgr -p` ends each line with a bar.
    if (cells.length === columns.length + 1 && cells.at(-1) === '') cells.pop();
    if (cells.length !== columns.length) {
      const problem = `found ${cells.length} columns where the header has ${columns.length}`;
      throw usageError(problem, `${file}:${number}:1`, 'give what "sacctmgr -P show qos" prints');
    }
    let column = 1;
    const settings = cells.map((value, index) => {
      const at = `${file}:${number}:${column}`;
      column += value.length + 1;
      return { key: columns?.[index] ?? '', value, at };
    });
    const name = cells[columns.findIndex((key) => key.toLowerCase() === 'name')];
    builder.qos(name, settings, `${file}:${number}:1`);
  }
  if (columns === undefined) throw usageError('it is empty', file, 'give what "sacctmgr -P show qos" prints');
}

function headerOf(cells: string[], at: string): string[] {
  if (cells.at(-1) === '') cells.pop();
  if (cells.some((cell) => cell.toLowerCase() === 'name') && cells.length > 1) return cells;
  throw usageError(
    `"${cells.join('|').slice(0, 60)}" is no header with a column Name`,
    at,
    'give what "sacctmgr -P show qos" prints',
  );
}
