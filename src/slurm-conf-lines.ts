/**
 * The notation that slurm.conf, gres.conf and topology.conf share: `Key=value Key="a value"` on a line, `#` comments, a
 * backslash at the end to go on, `Include file`. Source: Slurm, src/common/parse_config.c.
 */
import { usageError } from './errors.ts';

/** One `Key=value`. */
export interface Setting {
  /** As it was written; keys are compared without case. */
  readonly key: string;
  readonly value: string;
  /** File, line and column. */
  readonly at: string;
}

/** The settings of one line, which a backslash may have made of several. The first one says what the line is about. */
export type ConfLine = readonly [Setting, ...Setting[]];

/** Gives the text of a file that an Include names, with the path to name it by; undefined if there is none. */
export type ReadInclude = (path: string) => { readonly path: string; readonly text: string } | undefined;

/** Files that include each other never end. */
const DEEPEST = 16;
const NO_INCLUDES: ReadInclude = () => undefined;
const SETTING = /\s*([A-Za-z0-9_.]+)\s*([-*+/]?)=\s*(?:"([^"]*)"|(\S+))(?=\s|$)/y;
const INCLUDE = /^\s*include\s+(\S+)\s*$/i;

export function readConfLines(text: string, file: string, include: ReadInclude = NO_INCLUDES, depth = 0): ConfLine[] {
  const lines: ConfLine[] = [];
  for (const line of logicalLines(text)) {
    if (line.text.trim() === '') continue;
    const place = (offset: number) => placeOf(file, line, offset);
    const included = INCLUDE.exec(line.text);
    if (included === null) {
      lines.push(readSettings(line.text, place));
      continue;
    }
    const at = place(line.text.indexOf(included[1], line.text.search(/\S/) + 'include'.length));
    for (const inner of readIncluded(included[1], at, include, depth)) lines.push(inner);
  }
  return lines;
}

function readIncluded(path: string, at: string, include: ReadInclude, depth: number): ConfLine[] {
  if (depth >= DEEPEST) throw usageError(`Include ${path}: ${DEEPEST} files include each other`, at, 'take one of them out');
  const found = include(path);
  if (found === undefined) {
    throw usageError(`there is no file "${path}" to include`, at, 'put it beside slurm.conf, or take the line out');
  }
  return readConfLines(found.text, found.path, include, depth + 1);
}

/** A line of settings, and where its pieces stand in the file. */
interface LogicalLine {
  readonly text: string;
  readonly pieces: readonly { readonly offset: number; readonly line: number }[];
}

function* logicalLines(text: string): Generator<LogicalLine> {
  let joined = '';
  let pieces: { offset: number; line: number }[] = [];
  let number = 0;
  for (const raw of text.split('\n')) {
    number++;
    const line = withoutComment(raw.endsWith('\r') ? raw.slice(0, -1) : raw);
    pieces.push({ offset: joined.length, line: number });
    // An odd number of backslashes: the last one is not the letter itself.
    const continued = /(\\*)\s*$/.exec(line);
    if (continued !== null && continued[1].length % 2 === 1) {
      joined += line.trimEnd().slice(0, -1);
      continue;
    }
    yield { text: joined + line, pieces };
    joined = '';
    pieces = [];
  }
  if (joined !== '') yield { text: joined, pieces };
}

/** A `#` behind an even number of backslashes begins a comment, in quotes as well. */
function withoutComment(line: string): string {
  let backslashes = 0;
  for (let at = 0; at < line.length; at++) {
    if (line[at] === '#' && backslashes % 2 === 0) return line.slice(0, at);
    backslashes = line[at] === '\\' ? backslashes + 1 : 0;
  }
  return line;
}

function readSettings(text: string, place: (offset: number) => string): ConfLine {
  const settings: Setting[] = [];
  let from = 0;
  while (text.slice(from).trim() !== '') {
    SETTING.lastIndex = from;
    const match = SETTING.exec(text);
    const start = from + text.slice(from).search(/\S/);
    if (match === null) throw notASetting(text.slice(start), place(start));
    settings.push({ key: match[1], value: unescaped(match[3] ?? match[4]), at: place(start) });
    from = SETTING.lastIndex;
  }
  const [first, ...others] = settings;
  return [first, ...others];
}

function notASetting(rest: string, at: string) {
  const word = rest.length > 40 ? `${rest.slice(0, 40)}...` : rest.trimEnd();
  const hint = /^\S+=\s*$/.test(rest)
    ? 'give it a value, or take it out'
    : 'write Key=value, with quotes around a value that holds blanks';
  return usageError(`"${word}" is no Key=value`, at, hint);
}

function unescaped(value: string): string {
  return value.replace(/\\(.)/g, '$1');
}

function placeOf(file: string, { pieces }: LogicalLine, offset: number): string {
  let piece = pieces[0];
  for (const one of pieces) if (one.offset <= offset) piece = one;
  return `${file}:${piece.line}:${offset - piece.offset + 1}`;
}
