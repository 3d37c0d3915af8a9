/** Takes lines of blank-separated numbers apart, character by character: the time to read a large log goes here. */

/** Columns that are kept of a line; further ones are only counted. The widest dialect has 21. */
const KEPT = 21;
/** With more digits than these a number may not be exact in a double. */
const EXACT_DIGITS = 15;
const DECIMAL = /^-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

const TAB = 9;
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const BLANK = 32;
const MINUS = 45;
const POINT = 46;
const SEMICOLON = 59;

/** What a line is. Values of `LineScanner.kind`. */
export const BLANK_LINE = 0;
export const COMMENT = 1;
export const FIELDS = 2;

/** One line at a time, taken apart into numbers; the same object for all lines. */
export class LineScanner {
  kind = BLANK_LINE;
  /** Fields of the line [count]. */
  count = 0;
  /** The numbers of the line; NaN where a field is none. */
  readonly value = new Float64Array(KEPT);
  /** Fields that are not short plain numbers, one bit each: NaN, or to be taken as text if digits matter. */
  odd = 0;
  readonly #from = new Int32Array(KEPT);
  readonly #to = new Int32Array(KEPT);
  #text = '';

  /** Reads the line at `at`, which must end with a line feed, and answers where the next one begins. */
  scan(text: string, at: number): number {
    this.#text = text;
    this.count = 0;
    this.odd = 0;
    let count = 0;
    for (;;) {
      let code = text.charCodeAt(at);
      while (code === BLANK || code === TAB || code === CARRIAGE_RETURN) code = text.charCodeAt(++at);
      if (code === LINE_FEED) {
        this.count = count;
        this.kind = count === 0 ? BLANK_LINE : FIELDS;
        return at + 1;
      }
      if (code === SEMICOLON && count === 0) {
        this.kind = COMMENT;
        return text.indexOf('\n', at) + 1;
      }
      at = this.#field(text, at, code, count);
      count++;
    }
  }

  /** Reads one field and answers where it ends. */
  #field(text: string, from: number, first: number, field: number): number {
    let at = from;
    let code = first;
    if (code === MINUS) code = text.charCodeAt(++at);
    const digitsFrom = at;
    let number = 0;
    while (code >= 48 && code <= 57) {
      number = number * 10 + (code - 48);
      code = text.charCodeAt(++at);
    }
    let digits = at - digitsFrom;
    let divisor = 1;
    if (code === POINT) {
      code = text.charCodeAt(++at);
      while (code >= 48 && code <= 57) {
        number = number * 10 + (code - 48);
        divisor *= 10;
        digits++;
        code = text.charCodeAt(++at);
      }
    }
    const plain = digits > 0 && digits <= EXACT_DIGITS;
    while (code !== BLANK && code !== TAB && code !== LINE_FEED && code !== CARRIAGE_RETURN) {
      digits = 0;
      code = text.charCodeAt(++at);
    }
    if (field >= KEPT) return at;
    this.#from[field] = from;
    this.#to[field] = at;
    if (plain && digits > 0) {
      // One correctly rounded division of two exact numbers: the nearest double to what stands there.
      const value = divisor === 1 ? number : number / divisor;
      this.value[field] = first === MINUS ? 0 - value : value;
    } else {
      this.odd |= 1 << field;
      const token = text.slice(from, at);
      this.value[field] = DECIMAL.test(token) ? Number(token) : NaN;
    }
    return at;
  }

  /** Whether the digits of a field matter beyond its value: it is text, or a number too long to be exact. */
  isOdd(field: number): boolean {
    return (this.odd & (1 << field)) !== 0;
  }

  /** A field as it stands. */
  text(field: number): string {
    return this.#text.slice(this.#from[field], this.#to[field]);
  }
}
