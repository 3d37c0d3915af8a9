/** How values are written in tables, and the functions that read them. */
import { didYouMean, usageError } from '../errors.ts';
import { DAY, HOUR, MINUTE, parseDuration, parseQuantity, SECOND } from '../units.ts';
import type { FieldKind } from './column-map.ts';
import type { Zone } from './column-map-zones.ts';

/** A value as a table holds it: text in CSV, typed in JSON and Parquet. */
export type Cell = string | number | bigint | boolean | Date | null | undefined;

/** Reads a cell: NaN = there is no value; undefined = there is one, but not in this notation. */
export type NumberReader = (cell: Cell) => number | undefined;

/** What an amount is counted for: the whole job, or each task, processor or GPU of it. */
export type Per = 'job' | 'task' | 'proc' | 'gpu';

/** Times beyond this cannot be added up exactly [ms]: about 71,000 years. */
const LONGEST = 2 ** 51;

/** Words that stand for "no value" in the tables we know. */
const MISSING = new Set(['', 'null', 'none', 'na', 'n/a', 'nan', 'unknown', '-', '\\n', 'partition_limit', 'not_set']);
const UNLIMITED = new Set(['unlimited', 'infinite', 'infinity', 'inf', 'never']);

/** Units of durations and of instants that count from the trace's own zero [ms]. */
const TIME_UNITS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  ms: 1,
  s: SECOND,
  min: MINUTE,
  h: HOUR,
  d: DAY,
};
/** Units of instants that count from 1970. */
const UNIX_UNITS: Readonly<Record<string, number>> = { unix: SECOND, 'unix-ms': 1, 'unix-us': 1e-3, 'unix-ns': 1e-6 };
const DURATION_TEXTS: Readonly<Record<string, (text: string) => number>> = { slurm: parseSlurm, duration: parseOwn };
/** Amounts are held in thousandths. */
const AMOUNT_UNITS: Readonly<Record<string, number>> = { count: 1000, milli: 1, percent: 10 };
const MEMORY_UNITS: Readonly<Record<string, number>> = {
  B: 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
};
const PER: readonly Per[] = ['job', 'task', 'proc', 'gpu'];

/** The notations of each kind, for help and errors. An amount may have `/task`, `/proc` or `/gpu` behind it. */
export const NOTATIONS: Readonly<Partial<Record<FieldKind, readonly string[]>>> = {
  instant: [...Object.keys(TIME_UNITS), ...Object.keys(UNIX_UNITS), 'iso'],
  duration: [...Object.keys(TIME_UNITS), ...Object.keys(DURATION_TEXTS)],
  amount: Object.keys(AMOUNT_UNITS),
  memory: [...Object.keys(MEMORY_UNITS), 'quantity'],
};

/** Whether a number is missing, as text or as a typed value. */
export function isMissing(cell: Cell): boolean {
  if (cell === null || cell === undefined || cell === '') return true;
  if (typeof cell === 'number') return Number.isNaN(cell);
  return typeof cell === 'string' && cell.length <= 15 && MISSING.has(cell.trim().toLowerCase());
}

/** A plain number; text must be a number and nothing else. */
export function readNumber(cell: Cell): number | undefined {
  if (typeof cell === 'number') return cell === Infinity || cell === -Infinity ? undefined : cell;
  if (typeof cell === 'bigint') return Number(cell);
  if (typeof cell === 'string') {
    const number = Number(cell);
    // Number('') is 0; of the words only those that mean "no value" are no mistake.
    if (Number.isFinite(number) && cell.trim() !== '') return number;
  }
  return isMissing(cell) ? NaN : undefined;
}

/** Reads when something happened [ms]; `absolute` if it counts from 1970, else from the trace's own zero. */
export function instantReader(notation: string, zone: Zone, where: string): { read: NumberReader; absolute: boolean } {
  if (notation === 'iso') return { read: (cell) => limited(readDateTime(cell, zone)), absolute: true };
  const absolute = Object.hasOwn(UNIX_UNITS, notation);
  const unit = absolute ? UNIX_UNITS[notation] : unitOf(TIME_UNITS, 'instant', notation, where);
  return { read: (cell) => limited(cell instanceof Date ? undefined : scaled(readNumber(cell), unit)), absolute };
}

/** Reads how long something took [ms]; Infinity where the text says there is no limit. */
export function durationReader(notation: string, where: string): NumberReader {
  const parse = Object.hasOwn(DURATION_TEXTS, notation) ? DURATION_TEXTS[notation] : undefined;
  const unit = parse ? 1 : unitOf(TIME_UNITS, 'duration', notation, where);
  return (cell) => {
    if (typeof cell === 'string') {
      if (isMissing(cell)) return NaN;
      if (UNLIMITED.has(cell.trim().toLowerCase())) return Infinity;
      if (parse) return limited(parse(cell));
    }
    if (cell === Infinity) return Infinity;
    return parse && !isMissing(cell) ? undefined : limited(scaled(readNumber(cell), unit));
  };
}

/** Reads a number of things [thousandths], and says what it is counted for. */
export function amountReader(notation: string, where: string): { read: NumberReader; per: Per } {
  const { unit: name, per } = splitPer(notation, where);
  const unit = unitOf(AMOUNT_UNITS, 'amount', name, where);
  return { read: (cell) => scaled(readNumber(cell), unit), per };
}

/** Reads memory [bytes], and says what it is counted for. */
export function memoryReader(notation: string, where: string): { read: NumberReader; per: Per } {
  const { unit: name, per } = splitPer(notation, where);
  if (name === 'quantity') return { read: readQuantity, per };
  const unit = unitOf(MEMORY_UNITS, 'memory', name, where);
  return { read: (cell) => scaled(readNumber(cell), unit), per };
}

function splitPer(notation: string, where: string): { unit: string; per: Per } {
  const slash = notation.indexOf('/');
  if (slash < 0) return { unit: notation, per: 'job' };
  const word = notation.slice(slash + 1);
  const per = PER.find((known) => known === word);
  if (per === undefined) throw usageError(`an amount cannot be counted for each "${word}"`, where, `one of: ${PER.join(', ')}`);
  return { unit: notation.slice(0, slash), per };
}

function unitOf(units: Readonly<Record<string, number>>, kind: FieldKind, notation: string, where: string): number {
  if (!Object.hasOwn(units, notation)) {
    throw usageError(`there is no notation "${notation}" for this column`, where, didYouMean(notation, NOTATIONS[kind] ?? []));
  }
  return units[notation];
}

/** Numbers that could not be added up exactly are no amounts and no times. */
function scaled(value: number | undefined, unit: number): number | undefined {
  // Adding 0 takes the sign off -0, which a digest would tell from 0.
  const number = value === undefined ? undefined : Math.round(value * unit) + 0;
  return number !== undefined && Math.abs(number) > Number.MAX_SAFE_INTEGER ? undefined : number;
}

function limited(value: number | undefined): number | undefined {
  return value !== undefined && (value > LONGEST || value < -LONGEST) ? undefined : value;
}

function readQuantity(cell: Cell): number | undefined {
  if (typeof cell !== 'string' || isMissing(cell)) return scaled(readNumber(cell), 1);
  // The parser throws for what is no quantity; here that is an ordinary finding.
  if (!/^[+-]?[\d.]+([eE][+-]?\d+|[KMGTPE]i?|[numk])?B?$/.test(cell.trim()) || !/\d/.test(cell)) return undefined;
  try {
    return Math.round(parseQuantity(cell, ''));
  } catch {
    return undefined;
  }
}

/** Slurm's `[days-]hours:minutes:seconds` and `minutes:seconds`; a bare number is minutes (sbatch --time). */
function parseSlurm(text: string): number {
  const trimmed = text.trim();
  if (/^\d{1,12}$/.test(trimmed)) return Number(trimmed) * MINUTE;
  return /^(\d{1,9}-)?\d{1,9}(:\d{1,9}){0,2}(\.\d{1,9})?$/.test(trimmed) ? parseDuration(trimmed, '') : -Infinity;
}

/** Our own notation, `1h30m`; a bare number is seconds. */
function parseOwn(text: string): number {
  try {
    return parseDuration(text, '');
  } catch {
    return -Infinity;
  }
}

const DATE_TIME =
  /^(\d{4})[-/](\d\d)[-/](\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)?\s*(Z|UTC|[+-]\d\d(?::?\d\d)?)?$/;

function readDateTime(cell: Cell, zone: Zone): number | undefined {
  if (cell instanceof Date) return cell.getTime();
  if (isMissing(cell)) return NaN;
  const match = typeof cell === 'string' ? DATE_TIME.exec(cell.trim()) : null;
  if (!match) return undefined;
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', offset] = match;
  const date = new Date(0);
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  // The thirtieth of February would become the first of March.
  if (date.getUTCDate() !== Number(day) || date.getUTCMonth() !== Number(month) - 1) return undefined;
  if (Number(hour) > 24 || Number(minute) > 59 || Number(second) > 60) return undefined;
  const milliseconds = fraction === '' ? 0 : Math.round(Number(`0.${fraction}`) * 1000);
  const local = date.getTime() + Number(hour) * HOUR + Number(minute) * MINUTE + Number(second) * SECOND + milliseconds;
  if (offset === undefined) return zone.toUnix(local);
  if (offset === 'Z' || offset === 'UTC') return local;
  const minutes = Number(offset.slice(1, 3)) * 60 + Number(offset.slice(3).replace(':', '') || 0);
  return local - (offset.startsWith('-') ? -minutes : minutes) * MINUTE;
}
