import { InputError } from '../errors.ts';

/** The text of one JSON object, with the line on which it begins. */
export interface JsonText {
  readonly text: string;
  readonly line: number;
}

/** No job has a record this long; a brace that is left open must not fill the memory. [characters] */
const LONGEST_OBJECT = 4 * 1024 * 1024;

/** Deeper nesting is no table, and more than other code can walk through. */
const DEEPEST = 100;

const NEWLINE = 10;
const QUOTE = 34;
const COMMA = 44;
const OPEN_BRACKET = 91;
const BACKSLASH = 92;
const CLOSE_BRACKET = 93;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;

/**
 * Cuts a text into its JSON objects, piece by piece: one on each line, one behind the other, or all in one array.
 * What is inside an object is not checked here.
 */
export class JsonScanner {
  readonly #name: string;
  /** From the beginning of the object that is open, or empty. */
  #rest = '';
  #depth = 0;
  #inString = false;
  #escaped = false;
  #line = 1;
  #objectLine = 1;
  /** Whether everything stands in an array. */
  #array: 'no' | 'open' | 'closed' = 'no';
  /** Objects found so far. */
  #count = 0;
  #afterComma = false;

  constructor(name: string) {
    this.#name = name;
  }

  /** The objects that are complete with this piece. */
  take(piece: string): JsonText[] {
    const objects: JsonText[] = [];
    // Where in `piece` the open object begins; it began in an earlier piece if there is a rest.
    let start = 0;
    for (let at = 0; at < piece.length; at++) {
      const code = piece.charCodeAt(at);
      if (code === NEWLINE) this.#line++;
      if (this.#inString) {
        if (this.#escaped) this.#escaped = false;
        else if (code === BACKSLASH) this.#escaped = true;
        else if (code === QUOTE) this.#inString = false;
      } else if (this.#depth === 0) {
        if (code === OPEN_BRACE) {
          if (this.#array === 'closed') throw this.#stray('{');
          this.#depth = 1;
          this.#objectLine = this.#line;
          start = at;
        } else if (code > 32) this.#between(code, piece, at);
      } else if (code === QUOTE) this.#inString = true;
      else if (code === OPEN_BRACE || code === OPEN_BRACKET) {
        if (++this.#depth > DEEPEST) throw this.#tooDeep();
      } else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) {
        if (--this.#depth === 0) {
          objects.push({ text: this.#rest + piece.slice(start, at + 1), line: this.#objectLine });
          this.#rest = '';
          this.#count++;
          this.#afterComma = false;
        }
      }
    }
    if (this.#depth > 0) {
      this.#rest += piece.slice(start);
      if (this.#rest.length > LONGEST_OBJECT) throw this.#unclosed();
    }
    return objects;
  }

  /** Checks that nothing is left open at the end of the text. */
  finish(): void {
    if (this.#depth > 0) throw this.#unclosed();
    if (this.#array === 'open') {
      throw new InputError('the array is never closed', `${this.#name}:${this.#line}`, 'was the file cut off?');
    }
  }

  /** A character between objects. */
  #between(code: number, piece: string, at: number): void {
    if (code === OPEN_BRACKET && this.#array === 'no' && this.#count === 0) this.#array = 'open';
    else if (code === COMMA && this.#array === 'open' && this.#count > 0 && !this.#afterComma) this.#afterComma = true;
    else if (code === CLOSE_BRACKET && this.#array === 'open' && !this.#afterComma) this.#array = 'closed';
    else throw this.#stray(piece.slice(at, at + 20));
  }

  #stray(found: string): InputError {
    return new InputError(
      `found ${JSON.stringify(found)} where an object should begin`,
      `${this.#name}:${this.#line}`,
      'write one JSON object a line, or one array of objects',
    );
  }

  #tooDeep(): InputError {
    return new InputError(
      `values are nested more than ${DEEPEST} deep`,
      `${this.#name}:${this.#line}`,
      'a table has one flat object for each job',
    );
  }

  #unclosed(): InputError {
    return new InputError(
      `the object that begins on line ${this.#objectLine} is never closed`,
      `${this.#name}:${this.#objectLine}`,
      'was the file cut off, or is a quote or brace left open there?',
    );
  }
}
