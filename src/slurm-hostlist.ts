/**
 * Node range expressions of Slurm: `n[1-16,20]`, `n[001-100]`, `rack[0-3]n[1-8]`, `login1,n[1-4]`.
 * Source: Slurm, src/common/hostlist.c. A number keeps the width of its lower bound: `n[08-10]` is n08, n09, n10.
 */
import { usageError } from './errors.ts';

/** As many nodes as one expression may stand for; Slurm itself stops at 65,536 in a range. */
const MOST_NODES = 2 ** 20;
const RANGE = /^(\d{1,15})(?:-(\d{1,15}))?$/;

/** The names that an expression stands for, in its order; `where` is its place. Empty text is no name at all. */
export function expandHostlist(text: string, where: string): string[] {
  const names: string[] = [];
  for (const part of splitOutsideBrackets(text, where)) {
    if (part === '') continue;
    for (const name of expandPart(part, text, where)) names.push(name);
    if (names.length > MOST_NODES) throw tooMany(text, where);
  }
  return names;
}

/** The parts between commas, and between blanks, that are not in brackets. */
function splitOutsideBrackets(text: string, where: string): string[] {
  const parts: string[] = [];
  let from = 0;
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const letter = text[at];
    if (letter === '[') depth++;
    if (letter === ']') depth--;
    if (depth < 0 || depth > 1) throw unbalanced(text, where);
    if (depth === 0 && (letter === ',' || /\s/.test(letter))) {
      parts.push(text.slice(from, at));
      from = at + 1;
    }
  }
  if (depth !== 0) throw unbalanced(text, where);
  parts.push(text.slice(from));
  return parts;
}

/** Brackets further left vary more slowly. */
function expandPart(part: string, text: string, where: string): string[] {
  let names = [''];
  for (const piece of part.split(/(\[[^\]]*\])/)) {
    if (!piece.startsWith('[')) {
      names = names.map((name) => name + piece);
      continue;
    }
    const numbers = expandRanges(piece.slice(1, -1), text, where);
    if (names.length * numbers.length > MOST_NODES) throw tooMany(text, where);
    names = names.flatMap((name) => numbers.map((number) => name + number));
  }
  return names;
}

function expandRanges(list: string, text: string, where: string): string[] {
  const numbers: string[] = [];
  for (const range of list.split(',')) {
    const match = RANGE.exec(range);
    if (match === null) {
      const hint = range.includes('x')
        ? 'boxes such as [000x133] belong to clusters with several dimensions: write them as plain ranges'
        : 'write ranges as n[1-16,20] or n[001-100]';
      throw usageError(`"${range}" is not a range of numbers, in "${text}"`, where, hint);
    }
    const [, low, high = low] = match;
    const first = Number(low);
    const last = Number(high);
    if (last < first) throw usageError(`the range ${range} runs backwards, in "${text}"`, where, `write ${high}-${low}`);
    if (numbers.length + last - first >= MOST_NODES) throw tooMany(text, where);
    for (let number = first; number <= last; number++) numbers.push(String(number).padStart(low.length, '0'));
  }
  return numbers;
}

/** A short name for nodes that follow each other: `n[1-4,7]`; for others, their names with commas. */
export function compressHostlist(names: readonly string[]): string {
  const runs: { prefix: string; ranges: { low: string; high: string }[] }[] = [];
  for (const name of names) {
    const [, prefix, digits] = /^(.*?)(\d*)$/.exec(name) ?? ['', name, ''];
    const run = runs.at(-1);
    const range = run?.ranges.at(-1);
    if (digits === '' || run?.prefix !== prefix || range === undefined || range.low === '') {
      runs.push({ prefix, ranges: [{ low: digits, high: digits }] });
    } else if (digits === next(range.high) && (digits.length === range.low.length || !/^0./.test(range.low))) {
      range.high = digits;
    } else {
      run.ranges.push({ low: digits, high: digits });
    }
  }
  return runs.map(({ prefix, ranges }) => `${prefix}${rangesText(ranges)}`).join(',');
}

function rangesText(ranges: readonly { low: string; high: string }[]): string {
  const texts = ranges.map(({ low, high }) => (low === high ? low : `${low}-${high}`));
  return texts.length === 1 && !texts[0].includes('-') ? texts[0] : `[${texts.join(',')}]`;
}

/** The number after this one, with its zeros in front. */
function next(digits: string): string {
  return digits.length > 15 ? '' : String(Number(digits) + 1).padStart(digits.length, '0');
}

function unbalanced(text: string, where: string) {
  return usageError(`the brackets of "${text}" do not match`, where, 'write for example n[1-16,20]');
}

function tooMany(text: string, where: string) {
  const short = text.length > 60 ? `${text.slice(0, 60)}...` : text;
  return usageError(`"${short}" stands for more than ${MOST_NODES} nodes`, where, 'is a range mistyped?');
}
