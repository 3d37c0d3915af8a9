/** YAML and JSON files whose entries know their places, so that every mistake is told with line and column. */
import { isMap, isPair, isScalar, LineCounter, parseDocument } from 'yaml';
import type { Document } from 'yaml';
import { usageError } from './errors.ts';

export type Path = readonly PropertyKey[];
/** The place of an entry: file, line and column. */
export type WhereIs = (path: Path) => string;

/** The content of a text in YAML or JSON, and where its entries stand. Merge keys (`<<`) are read if `merge` says so. */
export function readYaml(text: string, file: string, merge: 'merge' | 'plain' = 'plain'): { value: unknown; where: WhereIs } {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, merge: merge === 'merge' });
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
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
