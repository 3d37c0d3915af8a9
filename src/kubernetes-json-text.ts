/** JSON of Kubernetes objects, cut into single objects as it comes in: a list of 100 MB is never held as a whole. */
import { InputError } from './errors.ts';

/** The text of one object. */
export interface ObjectText {
  readonly text: string;
  /** On which it begins. */
  readonly line: number;
  /** Its place in the list that it stands in; absent if it stands alone. */
  readonly item?: number;
}

/** Takes what is found: the objects, and for each list what is left of it without its items. */
export interface TakesObjects {
  object(found: ObjectText): void;
  /** A list is over; its items have been told before. */
  listEnd(shell: ObjectText): void;
}

/** No API server stores an object half as long; a brace that is left open must not fill the memory. [characters] */
const LONGEST_OBJECT = 32 * 1024 * 1024;
/** Other code walks through values by recursion. */
const DEEPEST = 500;

const NEWLINE = 10;
const BLANK = 32;
const QUOTE = 34;
const COMMA = 44;
const OPEN_BRACKET = 91;
const CLOSE_BRACKET = 93;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;

/** One document behind the other, one a line, all in one array, and lists with `items`, in any mixture. */
export class KubernetesJsonScanner {
  readonly #name: string;
  readonly #takes: TakesObjects;
  #depth = 0;
  #inString = false;
  #escaped = false;
  #line = 1;
  /** Whether everything stands in an array. */
  #array: 'no' | 'open' | 'closed' = 'no';
  /** The document that is open, without the items if it is a list. */
  #outer = '';
  #outerLine = 1;
  /** It is a list: it has items. */
  #isList = false;
  #inItems = false;
  #inItem = false;
  /** The item that is open, as far as it stood in earlier pieces. */
  #item = '';
  #itemLine = 1;
  #items = 0;

  constructor(name: string, takes: TakesObjects) {
    this.#name = name;
    this.#takes = takes;
  }

  take(piece: string): void {
    // Where in `piece` begins what has not been added to `#outer` or `#item` yet.
    let start = 0;
    for (let at = this.#inString ? this.#afterString(piece, 0) : 0; at < piece.length; at++) {
      const code = piece.charCodeAt(at);
      if (code === NEWLINE) this.#line++;
      else if (code <= BLANK) continue;
      else if (code === QUOTE) {
        if (this.#depth === 0) throw this.#stray(piece.slice(at, at + 20));
        at = this.#afterString(piece, at + 1) - 1;
      } else if (this.#depth === 0) {
        if (code === OPEN_BRACE) start = this.#open(at);
        else this.#between(code, piece, at);
      } else if (code === OPEN_BRACE || code === OPEN_BRACKET) start = this.#deeper(code, piece, start, at);
      else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) start = this.#shallower(piece, start, at);
      else if (code === COMMA && this.#inItems && this.#depth === 2) {
        this.#outer += piece.slice(start, at);
        start = at + 1;
      }
    }
    this.#keep(piece, start);
  }

  /** Where the string ends that goes on at `from`. */
  #afterString(piece: string, from: number): number {
    this.#inString = true;
    for (let at = from; at < piece.length; at++) {
      if (this.#escaped) {
        this.#escaped = false;
        continue;
      }
      const quote = piece.indexOf('"', at);
      const end = quote < 0 ? piece.length : quote;
      const backslash = piece.slice(at, end).indexOf('\\');
      if (backslash < 0) {
        this.#inString = quote < 0;
        return quote < 0 ? piece.length : quote + 1;
      }
      at += backslash;
      this.#escaped = true;
    }
    return piece.length;
  }

  /** Checks that nothing is left open at the end of the text. */
  finish(): void {
    if (this.#depth > 0) throw this.#unclosed(this.#inItem ? this.#itemLine : this.#outerLine);
    if (this.#array === 'open')
      throw new InputError('the array is never closed', `${this.#name}:${this.#line}`, 'was the file cut off?');
  }

  #open(at: number): number {
    if (this.#array === 'closed') throw this.#stray('{');
    this.#depth = 1;
    this.#outer = '';
    this.#outerLine = this.#line;
    this.#items = 0;
    this.#isList = false;
    return at;
  }

  #deeper(code: number, piece: string, start: number, at: number): number {
    const isItem = this.#inItems && !this.#inItem && this.#depth === 2 && code === OPEN_BRACE;
    if (code === OPEN_BRACKET && this.#depth === 1) {
      this.#outer += piece.slice(start, at);
      start = at;
      if (/"items"\s*:\s*$/.test(this.#outer.slice(-1000))) this.#inItems = this.#isList = true;
    }
    if (++this.#depth > DEEPEST) throw this.#tooDeep();
    if (!isItem) return start;
    this.#outer += piece.slice(start, at);
    this.#itemLine = this.#line;
    this.#inItem = true;
    return at;
  }

  #shallower(piece: string, start: number, at: number): number {
    this.#depth--;
    if (this.#inItem && this.#depth === 2) {
      this.#takes.object({ text: this.#item + piece.slice(start, at + 1), line: this.#itemLine, item: this.#items++ });
      this.#item = '';
      this.#inItem = false;
      return at + 1;
    }
    if (this.#depth === 1) this.#inItems = false;
    if (this.#depth > 0) return start;
    const whole = { text: this.#outer + piece.slice(start, at + 1), line: this.#outerLine };
    this.#outer = '';
    if (this.#isList) this.#takes.listEnd(whole);
    else this.#takes.object(whole);
    return at + 1;
  }

  #keep(piece: string, start: number): void {
    if (this.#depth === 0) return;
    if (this.#inItem) this.#item += piece.slice(start);
    else this.#outer += piece.slice(start);
    if (this.#item.length > LONGEST_OBJECT) throw this.#unclosed(this.#itemLine);
    if (this.#outer.length > LONGEST_OBJECT) throw this.#unclosed(this.#outerLine);
  }

  /** A character between documents. */
  #between(code: number, piece: string, at: number): void {
    if (code === OPEN_BRACKET && this.#array === 'no') this.#array = 'open';
    else if (code === CLOSE_BRACKET && this.#array === 'open') this.#array = 'closed';
    else if (code !== COMMA || this.#array !== 'open') throw this.#stray(piece.slice(at, at + 20));
  }

  #stray(found: string): InputError {
    return new InputError(
      `found ${JSON.stringify(found)} where an object should begin`,
      `${this.#name}:${this.#line}`,
      'give what `kubectl get -o json` prints: a list, or one object behind the other',
    );
  }

  #tooDeep(): InputError {
    const hint = 'no Kubernetes object is like that: is a brace or bracket missing?';
    return new InputError(`values are nested more than ${DEEPEST} deep`, `${this.#name}:${this.#line}`, hint);
  }

  #unclosed(line: number): InputError {
    return new InputError(
      `the object that begins on line ${line} is never closed`,
      `${this.#name}:${line}`,
      'was the file cut off, or is a quote or brace left open there?',
    );
  }
}
