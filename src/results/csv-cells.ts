import { InputError } from '../errors.ts';

const COMMA = 44;
const QUOTE = 34;
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const ZERO = 48;
const POINT = 46;
const MINUS = 45;

/**
 * Walks the cells of a CSV file that this project wrote (RFC 4180), on its bytes: files of results have millions of
 * cells, and most of them are short decimals.
 */
export class CsvCells {
  readonly header: readonly string[];
  /** The line that is being read, from 1. */
  line = 1;
  readonly #bytes: Buffer;
  readonly #file: string;
  #at = 0;
  /** Where the cell begins and ends, without its quotes. */
  #from = 0;
  #until = 0;
  #quoted = false;
  /** Column of the next cell. */
  #column = 0;

  constructor(bytes: Buffer, file: string) {
    this.#bytes = bytes;
    this.#file = file;
    const end = bytes.indexOf(LINE_FEED);
    const first = bytes.toString('utf8', 0, end < 0 ? bytes.length : end).replace(/\r$/, '');
    this.header = first.replace(/^\uFEFF/, '').split(',');
    this.#at = end < 0 ? bytes.length : end + 1;
  }

  /** Goes to the next row; false at the end of the file. */
  nextRow(): boolean {
    if (this.#at >= this.#bytes.length) return false;
    this.line++;
    this.#column = 0;
    return true;
  }

  /** Goes to the next cell of the row. Call it as often as the header has columns. */
  nextCell(): void {
    const bytes = this.#bytes;
    this.#column++;
    let at = this.#at;
    this.#quoted = bytes[at] === QUOTE;
    if (this.#quoted) {
      at = this.#closingQuote(at + 1);
      this.#from = this.#at + 1;
      this.#until = at++;
    } else {
      this.#from = at;
      while (at < bytes.length && bytes[at] !== COMMA && bytes[at] !== LINE_FEED) at++;
      this.#until = at > this.#from && bytes[at - 1] === CARRIAGE_RETURN ? at - 1 : at;
    }
    if (this.#quoted && bytes[at] === CARRIAGE_RETURN) at++;
    const isLast = this.#column === this.header.length;
    const follows = at >= bytes.length ? LINE_FEED : bytes[at];
    if (follows !== (isLast ? LINE_FEED : COMMA)) throw this.#damaged(`the row has not ${this.header.length} cells`);
    this.#at = at + 1;
  }

  get isEmpty(): boolean {
    return this.#from === this.#until;
  }

  text(): string {
    const text = this.#bytes.toString('utf8', this.#from, this.#until);
    return this.#quoted ? text.replaceAll('""', '"') : text;
  }

  /** The cell as a decimal times 1000, exactly; NaN if it is empty. */
  thousandths(): number {
    const bytes = this.#bytes;
    let at = this.#from;
    const negative = bytes[at] === MINUS;
    if (negative) at++;
    let value = 0;
    let digits = 0;
    let decimals = -1;
    for (; at < this.#until; at++) {
      const digit = bytes[at] - ZERO;
      if (digit >= 0 && digit <= 9) {
        if (decimals >= 0) decimals++;
        digits++;
        value = 10 * value + digit;
      } else if (bytes[at] === POINT && decimals < 0) decimals = 0;
      else return this.#unusual();
    }
    // More digits than a double holds, or more decimals than thousandths: the slow way rounds them rightly.
    if (digits === 0 || digits > 15 || decimals > 3) return this.#unusual();
    value *= decimals <= 0 ? 1000 : decimals === 1 ? 100 : decimals === 2 ? 10 : 1;
    return negative ? -value : value;
  }

  /** The cell as a whole number; NaN if it is empty. */
  whole(): number {
    return this.thousandths() / 1000;
  }

  #unusual(): number {
    if (this.isEmpty) return NaN;
    const text = this.text();
    const value = Number(text) * 1000;
    if (text.trim() === '' || Number.isNaN(value)) throw this.#damaged(`"${text}" is not a number`);
    return Math.round(value);
  }

  #closingQuote(from: number): number {
    const bytes = this.#bytes;
    for (let at = bytes.indexOf(QUOTE, from); at >= 0; at = bytes.indexOf(QUOTE, at + 2)) {
      if (bytes[at + 1] !== QUOTE) return at;
    }
    throw this.#damaged('a quote is not closed');
  }

  /** An error at the current cell. */
  damaged(problem: string): InputError {
    return this.#damaged(problem);
  }

  #damaged(problem: string): InputError {
    const column = this.header[this.#column - 1] ?? 'a cell beyond the last column';
    return new InputError(problem, `${this.#file}:${this.line} (${column})`, 'was the file cut off or edited? run it again');
  }
}
