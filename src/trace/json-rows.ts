/** Traces that are JSON objects, one after the other or in one array: each of them is a row. */
import { InputError } from '../errors.ts';
import type { TraceInput, TraceSink } from './format.ts';
import { jsonObject, parseJson } from './json-document.ts';
import type { JsonObject } from './json-document.ts';
import { JsonScanner } from './jsonl-scanner.ts';

const HINT = 'correct it, or leave it out with unreadable=skip';

/** Gives every object to `take`; those that are no JSON, or for which it throws, are left out if `skips`. */
export async function readJsonRows(
  input: TraceInput,
  sink: TraceSink,
  skips: boolean,
  take: (row: JsonObject, line: number) => void,
): Promise<void> {
  const scanner = new JsonScanner(input.name);
  for await (const piece of input.text()) {
    for (const { text, line } of scanner.take(piece)) {
      try {
        const where = `${input.name}:${line}`;
        take(jsonObject(parseJson(text, where, HINT), where, HINT), line);
      } catch (error) {
        if (!skips || !(error instanceof InputError)) throw error;
        sink.skip('has values that cannot be read', line);
      }
    }
  }
  scanner.finish();
}
