/** Data on standard output. */
import { plainLines } from './plain-text.ts';
import { jsonText } from '../results/json.ts';

/** On a terminal without what a terminal would obey; into a file or another program as it is. */
export function print(text: string): void {
  process.stdout.write(process.stdout.isTTY ? plainLines(text) : text);
}

/** One JSON document, for machines; on a terminal too it is harmless and still the same document. */
export function printJson(value: unknown): void {
  process.stdout.write(jsonText(value).replace(/[\x7f-\x9f\u2028-\u202e\u2066-\u2069]/g, asEscape));
}

function asEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
