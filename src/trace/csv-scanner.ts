import { InputError } from '../errors.ts';

/** One record of a delimited text, with the line on which it begins. */
export interface CsvRecord {
  readonly cells: string[];
  readonly line: number;
}

/** No table has records this long; a quote that is left open must not fill the memory. [characters] */
const LONGEST_RECORD = 1024 * 1024;

/** What separates fields, most usual first. */
export const DELIMITERS: Readonly<Record<string, string>> = { comma: ',', tab: '\t', semicolon: ';', bar: '|' };

/**
 * Cuts delimited text (RFC 4180) into records, piece by piece: fields in double quotes may hold delimiters, line ends
 * and doubled quotes; lines end with LF or CRLF. Records without a quote, nearly all, are cut with `split`, which is
 * several times faster than a scan by characters.
 */
export class CsvScanner {
  readonly #name: string;
  #delimiter: string | undefined;
  #rest = '';
  #line = 1;

  /** Without a delimiter it is found out from the first line. */
  constructor(name: string, delimiter?: string) {
    this.#name = name;
    this.#delimiter = delimiter;
  }

  /** The records that are complete with this piece; with the last piece all that are left. */
  take(piece: string, last = false): CsvRecord[] {
    const text = this.#rest + piece;
    const records: CsvRecord[] = [];
    let at = 0;
    let quote = text.indexOf('"');
    while (at < text.length) {
      const newline = text.indexOf('\n', at);
      if (newline < 0 && !last) break;
      const end = newline < 0 ? text.length : newline;
      this.#delimiter ??= this.#delimiterOf(text.slice(at, end));
      if (quote >= 0 && quote < at) quote = text.indexOf('"', at);
      if (quote < 0 || quote > end) {
        const until = end > at && text[end - 1] === '\r' ? end - 1 : end;
        records.push({ cells: text.slice(at, until).split(this.#delimiter), line: this.#line++ });
        at = end + 1;
        continue;
      }
      const next = this.#quoted(text, at, last, records);
      if (next < 0) break;
      at = next;
    }
    this.#rest = text.slice(at);
    if (this.#rest.length > LONGEST_RECORD) throw this.#endless();
    return records;
  }

  /** Scans a record that holds a quote. Returns where the next one begins; -1 if this one is not complete yet. */
  #quoted(text: string, from: number, last: boolean, records: CsvRecord[]): number {
    const delimiter = this.#delimiter!;
    const cells: string[] = [];
    let line = this.#line;
    let at = from;
    for (;;) {
      let end: number;
      if (text[at] === '"') {
        const close = closingQuote(text, at + 1);
        if (close < 0 && last) throw this.#unclosed();
        if (close < 0) return -1;
        const value = text.slice(at + 1, close);
        line += countLines(value);
        cells.push(value.replaceAll('""', '"'));
        end = close + 1;
        // The line feed of a CRLF may come with the next piece.
        if (text[end] === '\r' && (end + 1 === text.length || text[end + 1] === '\n')) end++;
        if (end >= text.length && !last) return -1;
        if (end < text.length && text[end] !== delimiter && text[end] !== '\n') throw this.#afterQuote(line);
      } else {
        const newline = text.indexOf('\n', at);
        const next = text.indexOf(delimiter, at);
        if (newline < 0 && next < 0 && !last) return -1;
        end = next >= 0 && (newline < 0 || next < newline) ? next : newline >= 0 ? newline : text.length;
        const value = text.slice(at, end);
        cells.push(text[end] !== delimiter && value.endsWith('\r') ? value.slice(0, -1) : value);
      }
      at = end + 1;
      if (text[end] !== delimiter) break;
    }
    records.push({ cells, line: this.#line });
    this.#line = line + 1;
    return at;
  }

  #delimiterOf(line: string): string {
    const unquoted = line.replace(/"[^"]*"/g, '');
    let best = ',';
    let most = 0;
    for (const delimiter of Object.values(DELIMITERS)) {
      const count = unquoted.split(delimiter).length - 1;
      if (count > most) [best, most] = [delimiter, count];
    }
    return best;
  }

  #endless(): InputError {
    return new InputError(
      `found more than ${LONGEST_RECORD} characters without the end of a record`,
      `${this.#name}:${this.#line}`,
      'is a quote left open there, or is this no delimited text?',
    );
  }

  #unclosed(): InputError {
    return new InputError(
      'a quote is opened and never closed',
      `${this.#name}:${this.#line}`,
      'close it, or double it if it belongs to the text; was the file cut off?',
    );
  }

  #afterQuote(line: number): InputError {
    return new InputError(
      'text follows the closing quote of a field',
      `${this.#name}:${line}`,
      'double the quotes that belong to the text, or set delimiter= if another one is used',
    );
  }
}

/** The quote that ends a field: doubled ones belong to its text. */
function closingQuote(text: string, from: number): number {
  for (let at = text.indexOf('"', from); at >= 0; at = text.indexOf('"', at + 2)) {
    if (text[at + 1] !== '"') return at;
  }
  return -1;
}

function countLines(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count++;
  return count;
}
