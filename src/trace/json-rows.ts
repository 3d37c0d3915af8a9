/** Traces that are JSON objects, one after the other or in one array: each of them is a row. */
import { InputError } from '../errors.ts';
import type { TraceInput, TraceSink } from './format.ts';
import { JsonScanner } from './jsonl-scanner.ts';

export type JsonRow = Readonly<Record<string, unknown>>;

/** Gives every object to `take`; those that are no JSON, or for which it throws, are left out if `skips`. */
export async function readJsonRows(
  input: TraceInput,
  sink: TraceSink,
  skips: boolean,
  take: (row: JsonRow, line: number) => void,
): Promise<void> {
  const scanner = new JsonScanner(input.name);
  for await (const piece of input.text()) {
    for (const { text, line } of scanner.take(piece)) {
      try {
        take(parsed(text, `${input.name}:${line}`), line);
      } catch (error) {
        if (!skips || !(error instanceof InputError)) throw error;
        sink.skip('has values that cannot be read', line);
      }
    }
  }
  scanner.finish();
}

function parsed(text: string, where: string): JsonRow {
  try {
    return JSON.parse(text) as JsonRow;
  } catch (error) {
    throw new InputError(`it is no JSON: ${(error as Error).message}`, where, 'correct it, or leave it out with unreadable=skip');
  }
}
