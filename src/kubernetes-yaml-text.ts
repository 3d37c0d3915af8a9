/** YAML of Kubernetes objects: documents, and the items of lists, parsed one by one. */
import { LineCounter, parseDocument } from 'yaml';
import { InputError } from './errors.ts';

/** A value with its place in the file. */
export interface YamlValue {
  readonly value: unknown;
  /** On which it begins. */
  readonly line: number;
  /** Its place in the list that it stands in; absent if it stands alone. */
  readonly item?: number;
}

/** A part of a text, with the line on which it begins. */
interface Part {
  readonly text: string;
  readonly line: number;
}

/** Longer lists are parsed item by item: the parser takes fifty times the memory of its text. [characters] */
const LONG = 256 * 1024;

/** The documents of a text. Of a list longer than `long` first come the items, then the list without them. */
export function* yamlValues(text: string, name: string, long = LONG): Generator<YamlValue> {
  for (const part of documents(text)) {
    const items = part.text.length > long ? splitItems(part) : undefined;
    if (items === undefined) {
      yield { value: parse(part, name), line: part.line };
      continue;
    }
    let item = 0;
    for (const one of items.parts) yield { value: parse(one, name), line: one.line, item: item++ };
    yield { value: parse(items.shell, name), line: part.line };
  }
}

/** A line of three dashes or dots at the very beginning separates documents, wherever it stands. */
function* documents(text: string): Generator<Part> {
  let line = 1;
  let from = 0;
  for (const { index } of text.matchAll(/^(?:---|\.\.\.)(?=\s|$)/gm)) {
    if (index > from) yield { text: text.slice(from, index), line };
    line += countLines(text, from, index);
    from = index;
  }
  yield { text: text.slice(from), line };
}

/** The items of a list in block style; undefined if it is none, or if items refer to each other by aliases. */
function splitItems({ text, line }: Part): { parts: Iterable<Part>; shell: Part } | undefined {
  const head = /^items:[ \t]*\n((?:[ \t]*(?:#.*)?\n)*)( *)- /m.exec(text);
  if (head === null || /(?:^|[\s[,:])\*[A-Za-z0-9_-]+\s*(?:$|[,\]}])/m.test(text)) return undefined;
  const indent = head[2];
  const from = head.index + head[0].length - 2 - indent.length;
  // What follows the items is at the beginning of a line, and is no item.
  const rest = new RegExp(indent === '' ? '^[^-\\s#]' : '^[^\\s#]', 'm').exec(text.slice(from));
  const until = rest === null ? text.length : from + rest.index;
  const keep = (part: string) => part.replace(/[^\n]+/g, '');
  const shell = `${text.slice(0, head.index)}${keep(text.slice(head.index, until))}${text.slice(until)}`;
  const first = line + countLines(text, 0, from);
  return { parts: itemParts(text.slice(from, until), indent, first), shell: { text: `${shell}\nitems: []\n`, line } };
}

function* itemParts(text: string, indent: string, firstLine: number): Generator<Part> {
  let line = firstLine;
  let from = 0;
  const part = (until: number) => ({ text: text.slice(from, until).replace('-', ' '), line });
  for (const { index } of text.matchAll(new RegExp(`^${indent}-(?=\\s)`, 'gm'))) {
    if (index === 0) continue;
    yield part(index);
    line += countLines(text, from, index);
    from = index;
  }
  yield part(text.length);
}

function parse({ text, line }: Part, name: string): unknown {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, merge: true });
  const at = (offset: number) => {
    const place = lines.linePos(offset);
    return `${name}:${place.line + line - 1}:${place.col}`;
  };
  const [error] = document.errors;
  if (error !== undefined) {
    const [message] = error.message.split('\n');
    const problem = message.replace(/ at line \d+, column \d+:?$/, '');
    throw new InputError(problem, at(error.pos[0]), 'correct the YAML there; `kubectl create --dry-run=client -f` checks it');
  }
  try {
    return document.toJS() as unknown;
  } catch (error) {
    // An alias may refer to nothing, or to far too much.
    if (!(error instanceof ReferenceError)) throw error;
    throw new InputError(error.message, `${name}:${line}`, 'an alias must name an anchor that stands before it');
  }
}

function countLines(text: string, from: number, until: number): number {
  let count = 0;
  for (let at = text.indexOf('\n', from); at >= 0 && at < until; at = text.indexOf('\n', at + 1)) count++;
  return count;
}
