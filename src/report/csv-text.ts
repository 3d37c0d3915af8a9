import type { DataTable } from './chart.ts';

/** A table as CSV (RFC 4180). */
export function csvText({ header, rows }: DataTable): string {
  return [header, ...rows].map((row) => `${row.map(cell).join(',')}\n`).join('');
}

function cell(value: string | number): string {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
