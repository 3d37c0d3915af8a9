/** A table for people: columns of equal width, numbers to the right. */

export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
}

/** The table as lines, two spaces between the columns, no trailing spaces. Cells may hold colours. */
export function renderTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const widths = columns.map(({ title }, index) => Math.max(width(title), ...rows.map((row) => width(row[index] ?? ''))));
  const line = (cells: readonly string[]) =>
    columns
      .map(({ align }, index) => {
        const cell = cells[index] ?? '';
        const padding = ' '.repeat(widths[index] - width(cell));
        return align === 'right' ? padding + cell : cell + padding;
      })
      .join('  ')
      .trimEnd();
  return [columns.map(({ title }) => title), ...rows].map((cells) => `${line(cells)}\n`).join('');
}

// eslint-disable-next-line no-control-regex -- that is what a colour is
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
