import { InputError } from '../errors.ts';
import type { TraceInput } from './format.ts';

/** No format has lines this long; a file without line ends must not fill the memory. [characters] */
const LONGEST_LINE = 4 * 1024 * 1024;

/** Whole lines of a text, many at a time. */
export interface Lines {
  /** Ends with a line end, always. */
  readonly text: string;
  /** The last line of the file had no line end: it may have been cut off. */
  readonly torn: boolean;
}

/** Pieces are gathered up to this size, so that the first one tells what the file is like. [characters] */
const PIECE = 64 * 1024;

/** Cuts a text so that no piece ends within a line. */
export async function* wholeLines(input: TraceInput): AsyncGenerator<Lines> {
  let rest = '';
  for await (const piece of input.text()) {
    rest += piece;
    if (rest.length < PIECE) continue;
    const end = rest.lastIndexOf('\n') + 1;
    if (end === 0) {
      if (rest.length > LONGEST_LINE) throw endless(input.name, rest.length);
      continue;
    }
    yield { text: rest.slice(0, end), torn: false };
    rest = rest.slice(end);
  }
  const end = rest.lastIndexOf('\n') + 1;
  if (end > 0) yield { text: rest.slice(0, end), torn: false };
  rest = rest.slice(end);
  if (rest !== '') yield { text: `${rest}\n`, torn: true };
}

function endless(name: string, length: number): InputError {
  return new InputError(
    `found ${length} characters without a line end`,
    name,
    'is this a text file with one job a line? `--format` picks another reader',
  );
}
