/** YAML and JSON files whose entries know their places, so that every mistake is told with line and column. */
import { createRequire } from 'node:module';
import type { Document } from 'yaml';
import { usageError } from './errors.ts';

export type Path = readonly PropertyKey[];
/** The place of an entry: file, line and column. */
export type WhereIs = (path: Path) => string;

/** A document, and where its entries stand. */
export interface PlacedYaml {
  readonly value: unknown;
  readonly where: WhereIs;
}

/** Loaded when there is something to read: most runs have no such file, and loading it takes longer than many a run. */
const yaml = () => createRequire(import.meta.url)('yaml') as typeof import('yaml');

/** The content of a text in YAML or JSON, and where its entries stand. Merge keys (`<<`) are read if `merge` says so. */
export function readYaml(text: string, file: string, merge: 'merge' | 'plain' = 'plain'): PlacedYaml {
  const { LineCounter, parseDocument } = yaml();
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, merge: merge === 'merge' });
  return placed(document, file, (offset) => lines.linePos(offset));
}

/** The same for a text of several documents. */
export function readYamlDocuments(text: string, file: string): PlacedYaml[] {
  const { LineCounter, parseAllDocuments } = yaml();
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter: lines });
  // An empty text is no documents, and in another form than any other.
  if ('empty' in documents) return [];
  return documents.map((document) => placed(document, file, (offset) => lines.linePos(offset)));
}

function placed(document: Document.Parsed, file: string, linePos: (offset: number) => { line: number; col: number }): PlacedYaml {
  const at = (offset: number) => {
    const { line, col } = linePos(offset);
    return `${file}:${line}:${col}`;
  };
  const [error] = document.errors;
  if (error !== undefined) throw usageError(firstLine(error.message), at(error.pos[0]), 'the file must be YAML or JSON');
  return { value: plainValue(document, file), where: (path) => at(offsetOf(document, path)) };
}

/** The content without its places. An alias may refer to nothing, or to far too much. */
function plainValue(document: Document, file: string): unknown {
  try {
    return document.toJS();
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    throw usageError(firstLine(error.message), file, 'an alias must name an anchor that stands before it');
  }
}

/** Where an entry stands in the text; where the nearest thing around it stands, if it is not there. */
function offsetOf(document: Document, path: Path): number {
  const { isMap, isPair, isScalar } = yaml();
  for (let length = path.length; length > 0; length--) {
    const parent: unknown = length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true);
    const last = path[length - 1];
    const pair = isMap(parent)
      ? parent.items.find((item) => isPair(item) && isScalar(item.key) && item.key.value === last)
      : undefined;
    if (pair !== undefined && isScalar(pair.key) && pair.key.range) return pair.key.range[0];
    const value: unknown = document.getIn(path.slice(0, length), true);
    const range = rangeOf(value);
    if (range !== undefined) return range;
  }
  return rangeOf(document.contents) ?? 0;
}

function rangeOf(node: unknown): number | undefined {
  if (typeof node !== 'object' || node === null || !('range' in node) || !Array.isArray(node.range)) return undefined;
  const [start]: unknown[] = node.range;
  return typeof start === 'number' ? start : undefined;
}

function firstLine(message: string): string {
  return message.split('\n')[0].replace(/ at line \d+, column \d+:?$/, '');
}
