import { InputError } from '../errors.ts';
import type { TraceInput } from './format.ts';

/** No format has lines this long; a file without line ends must not fill the memory. [bytes] */
const LONGEST_LINE = 4 * 1024 * 1024;
/** Small pieces are gathered up to this size, so that the first one tells what the file is like. [bytes] */
const PIECE = 64 * 1024;

const LINE_FEED = 10;

/** Whole lines of a text in UTF-8, many at a time: those from `from` up to `end`. */
export interface Lines {
  readonly bytes: Buffer;
  readonly from: number;
  /** Just after a line end, always. */
  readonly end: number;
  /** The last line of the file had no line end: it may have been cut off. */
  readonly torn: boolean;
}

/** Cuts a text so that no line is in two pieces. Bytes, not characters: decoding a number's digits first is a waste. */
export async function* wholeLines(input: TraceInput): AsyncGenerator<Lines> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const bytes of largePieces(input.encodedText())) {
    const end = bytes.lastIndexOf(LINE_FEED) + 1;
    if (end === 0) {
      rest = Buffer.concat([rest, bytes]);
      if (rest.length > LONGEST_LINE) throw endless(input.name, rest.length);
      continue;
    }
    let from = 0;
    if (rest.length > 0) {
      from = bytes.indexOf(LINE_FEED) + 1;
      const line = Buffer.concat([rest, bytes.subarray(0, from)]);
      yield { bytes: line, from: 0, end: line.length, torn: false };
    }
    if (from < end) yield { bytes, from, end, torn: false };
    rest = Buffer.from(bytes.subarray(end));
  }
  if (rest.length > 0) {
    yield { bytes: Buffer.concat([rest, Buffer.of(LINE_FEED)]), from: 0, end: rest.length + 1, torn: true };
  }
}

async function* largePieces(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let gathered: Uint8Array[] = [];
  let length = 0;
  for await (const piece of pieces) {
    gathered.push(piece);
    length += piece.length;
    if (length < PIECE) continue;
    yield joined(gathered);
    gathered = [];
    length = 0;
  }
  if (length > 0) yield joined(gathered);
}

function joined(pieces: readonly Uint8Array[]): Buffer {
  const [first] = pieces;
  return pieces.length === 1 ? Buffer.from(first.buffer, first.byteOffset, first.byteLength) : Buffer.concat(pieces);
}

function endless(name: string, length: number): InputError {
  return new InputError(
    `found ${length} bytes without a line end`,
    name,
    'is this a text file with one job a line? `--format` picks another reader',
  );
}
