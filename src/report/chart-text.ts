/** Longer names are cut in charts: the table of data has them whole [characters]. */
const LONGEST = 36;

/** Characters that are not seen but do something: they end lines, ring bells, turn the direction of what follows. */
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+/g;

/** A name of the user's as one line that says nothing but what is seen. */
export function oneLine(name: string): string {
  const line = name.replace(UNSEEN, ' ').trim();
  return line === '' ? '(no name)' : line;
}

/** The same, of moderate length. */
export function shortName(name: string, most = LONGEST): string {
  const characters = Array.from(oneLine(name.slice(0, 4 * most)));
  return characters.length <= most ? characters.join('') : `${characters.slice(0, most - 1).join('')}…`;
}

/** A name as it stands in a chart, where Plotly takes < and & for marks of its own. */
export function chartText(name: string, most?: number): string {
  return shortName(name, most).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
