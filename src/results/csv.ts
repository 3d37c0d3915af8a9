/** Cells of the CSV files we write (RFC 4180, lines end in a line feed). */

/** A cell that may hold any text: quoted only where it must be. */
export function csvText(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A time or duration in seconds, as the shortest decimal that is exactly the milliseconds; empty for NaN. */
export function csvSeconds(ms: number): string {
  // Division by 1000 rounds to the double nearest to the decimal, which is then written with as few digits as tell it apart.
  return ms === ms ? `${ms / 1000}` : '';
}
