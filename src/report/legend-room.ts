/** How high a legend across a chart becomes where it breaks into rows. */

/** What Plotly puts around the words of an entry, and a row of them, at 12 pixels [pixels]. */
const ENTRY = 45;
const ROW = 29;
/** A wide letter of 12 pixels. */
const LETTER = 7;

/** Height of the entries, in rows as Plotly fills them: as many as fit, in their order [pixels]. */
export function legendHeight(labels: readonly string[], width: number): number {
  let rows = 0;
  let left = 0;
  for (const label of labels) {
    const entry = ENTRY + LETTER * label.length;
    if (rows === 0 || entry > left) {
      rows++;
      left = width;
    }
    left -= entry;
  }
  return rows * ROW;
}
