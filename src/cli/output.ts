/** Data on standard output. */
import { jsonText } from '../results/json.ts';

export function print(text: string): void {
  process.stdout.write(text);
}

/** One JSON document, for machines. */
export function printJson(value: unknown): void {
  print(jsonText(value));
}
