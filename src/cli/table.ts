/** A table for people: columns of equal width, numbers to the right. */
import { plainLines } from './plain-text.ts';

export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
  /** For the last column: longer texts go on in further lines [characters]. */
  readonly wrap?: number;
}

/** The table as lines, two spaces between the columns, no trailing spaces. Cells may hold colours of ours. */
export function renderTable(columns: readonly Column[], given: readonly (readonly string[])[]): string {
  const rows = given.map((cells) => cells.map((cell) => plainLines(cell).replaceAll('\n', '\\n')));
  const widths = columns.map(({ title, wrap: limit }, index) =>
    limit === undefined ? Math.max(width(title), ...rows.map((row) => width(row[index] ?? ''))) : 0,
  );
  const indent = ' '.repeat(widths.reduce((sum, wide) => sum + wide + 2, -2));
  const line = (cells: readonly string[]) =>
    columns
      .map(({ align, wrap: limit }, index) => {
        const cell = cells[index] ?? '';
        if (limit !== undefined) return wrap(cell, limit, indent);
        const padding = ' '.repeat(widths[index] - width(cell));
        return align === 'right' ? padding + cell : cell + padding;
      })
      .join('  ')
      .trimEnd();
  return [columns.map(({ title }) => title), ...rows].map((cells) => `${line(cells)}\n`).join('');
}

const COLOR = /\x1b\[[0-9;]*m/g;

/** Characters that a cell takes on the screen. */
function width(cell: string): number {
  return [...cell.replace(COLOR, '')].length;
}

/** Breaks a text into lines of at most `limit` characters, at spaces, each line after the first indented. */
export function wrap(text: string, limit: number, indent = ''): string {
  const lines = [''];
  for (const word of text.split(' ')) {
    const last = lines[lines.length - 1];
    if (last !== '' && last.length + 1 + word.length > limit) lines.push(word);
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  return lines.join(`\n${indent}`);
}
