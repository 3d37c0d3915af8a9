/** Takes lines of blank-separated numbers apart, byte by byte: the time to read a large log goes here. */

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
const ZERO = 48;
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
  /** Fields that are not integers of a few digits, one bit each: NaN, fractions, or text if each digit matters. */
  odd = 0;
  #bytes: Buffer = Buffer.alloc(0);
  #lineFrom = 0;

  /**
   * Reads the line at `at`, which must end with a line feed, and answers where the next one begins. In one piece: most
   * of it is done before any of it has been compiled, when calls are dear.
   */
  scan(bytes: Buffer, at: number): number {
    this.#bytes = bytes;
    this.#lineFrom = at;
    this.odd = 0;
    const { value } = this;
    for (let count = 0; ; count++) {
      let code = bytes[at];
      while (code === BLANK || code === TAB || code === CARRIAGE_RETURN) code = bytes[++at];
      if (code === LINE_FEED) {
        this.count = count;
        this.kind = count === 0 ? BLANK_LINE : FIELDS;
        return at + 1;
      }
      if (code === SEMICOLON && count === 0) {
        this.kind = COMMENT;
        return bytes.indexOf(LINE_FEED, at) + 1;
      }
      const from = at;
      const isNegative = code === MINUS;
      if (isNegative) code = bytes[++at];
      const digitsFrom = at;
      let number = 0;
      // What is less than 0 is a large number without its sign.
      for (let digit = code - ZERO; digit >>> 0 <= 9; digit = code - ZERO) {
        number = number * 10 + digit;
        code = bytes[++at];
      }
      const ended = code === BLANK || code === LINE_FEED || code === TAB || code === CARRIAGE_RETURN;
      if (!ended || at === digitsFrom || at - digitsFrom > EXACT_DIGITS) at = this.#oddField(bytes, from, at, count);
      else if (count < KEPT) value[count] = isNegative ? 0 - number : number;
    }
  }

  /** A field that is no integer of a few digits. */
  #oddField(bytes: Buffer, from: number, at: number, field: number): number {
    const end = endOfField(bytes, at);
    if (field >= KEPT) return end;
    const text = bytes.toString('utf8', from, end);
    this.odd |= 1 << field;
    // Adding 0 takes the sign off -0, which a digest would tell from 0.
    this.value[field] = DECIMAL.test(text) ? Number(text) + 0 : NaN;
    return end;
  }

  /** Whether the digits of a field matter beyond its value: it is text, or a number too long to be exact. */
  isOdd(field: number): boolean {
    return (this.odd & (1 << field)) !== 0;
  }

  /** A field as it stands. Few are asked for, so it is looked up only then. */
  text(field: number): string {
    const bytes = this.#bytes;
    let from = startOfField(bytes, this.#lineFrom);
    for (let other = 0; other < field; other++) from = startOfField(bytes, endOfField(bytes, from));
    return bytes.toString('utf8', from, endOfField(bytes, from));
  }
}

function startOfField(bytes: Buffer, at: number): number {
  while (bytes[at] === BLANK || bytes[at] === TAB || bytes[at] === CARRIAGE_RETURN) at++;
  return at;
}

function endOfField(bytes: Buffer, at: number): number {
  while (bytes[at] !== BLANK && bytes[at] !== TAB && bytes[at] !== LINE_FEED && bytes[at] !== CARRIAGE_RETURN) at++;
  return at;
}
