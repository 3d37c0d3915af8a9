/**
 * Durations and quantities as people write them. Inside, time is milliseconds, memory is bytes, cpu is
 * millicores and GPUs are thousandths; at every edge the unit is said.
 */
import { InputError } from './errors.ts';

/** One second [ms]. */
export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

const DURATION_UNITS: Record<string, number> = { ms: 1, s: SECOND, m: MINUTE, min: MINUTE, h: HOUR, d: DAY, w: 7 * DAY };

/**
 * A duration in ms: `90s`, `1h30m`, `2d`, `250ms`, `15min`, or Slurm's `[days-]hours:minutes:seconds`.
 * A bare number is seconds. Throws `InputError` for anything else.
 */
export function parseDuration(text: string, where: string): number {
  const trimmed = text.trim();
  const bad = () =>
    new InputError(`"${text}" is not a duration`, where, 'write for example 90s, 15min, 1h30m, 2d or 1-12:00:00', 'usage');
  if (/^\d+(\.\d+)?$/.test(trimmed)) return Math.round(Number(trimmed) * SECOND);
  const clock = /^(?:(\d+)-)?(\d+)(?::(\d+))?(?::(\d+(?:\.\d+)?))?$/.exec(trimmed);
  if (clock && (clock[1] !== undefined || clock[3] !== undefined)) return clockTime(clock);
  let total = 0;
  let rest = trimmed;
  while (rest !== '') {
    const part = /^(\d+(?:\.\d+)?)\s*(ms|min|s|m|h|d|w)\s*/.exec(rest);
    if (!part) throw bad();
    total += Number(part[1]) * DURATION_UNITS[part[2]];
    rest = rest.slice(part[0].length);
  }
  if (trimmed === '') throw bad();
  return Math.round(total);
}

/** Slurm's clock notation: `D-H[:M[:S]]`, `H:M:S` or `M:S` (man page of sbatch, --time). */
function clockTime([, days, first, second, third]: RegExpExecArray): number {
  const numbers = [first, second, third].map((part) => (part === undefined ? 0 : Number(part)));
  if (days === undefined && third === undefined) return Math.round(numbers[0] * MINUTE + numbers[1] * SECOND);
  return Math.round(Number(days ?? 0) * DAY + numbers[0] * HOUR + numbers[1] * MINUTE + numbers[2] * SECOND);
}

/** A duration for people, with at most two units: `0 s`, `850 ms`, `42 s`, `3 min 5 s`, `2 h 10 min`, `3 d 4 h`. */
export function formatDuration(ms: number): string {
  if (!Number.isFinite(ms)) return Number.isNaN(ms) ? '-' : ms > 0 ? 'never' : '-never';
  if (ms < 0) return `-${formatDuration(-ms)}`;
  if (ms > 0 && ms < SECOND) return `${Math.round(ms)} ms`;
  const seconds = Math.round(ms / SECOND);
  if (seconds < 60) return `${seconds} s`;
  const [big, bigName, small, smallName] =
    seconds < 3600 ? [60, 'min', 1, 's'] : seconds < 86_400 ? [3600, 'h', 60, 'min'] : [86_400, 'd', 3600, 'h'];
  const whole = Math.floor(seconds / (big as number));
  const rest = Math.floor((seconds % (big as number)) / (small as number));
  return rest === 0 ? `${whole} ${bigName}` : `${whole} ${bigName} ${rest} ${smallName}`;
}

const BINARY: Record<string, number> = { Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40, Pi: 2 ** 50, Ei: 2 ** 60 };
const DECIMAL: Record<string, number> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  K: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
};

/**
 * A quantity in the Kubernetes notation, in its base unit: `512Gi`, `64G`, `129e6`, `100m`, `1.5`.
 * A trailing `B` is allowed. Throws `InputError` for anything else.
 */
export function parseQuantity(text: string, where: string): number {
  const match = /^([+-]?(?:\d+\.?\d*|\.\d+))(?:(e|E)([+-]?\d+)|(Ki|Mi|Gi|Ti|Pi|Ei|n|u|m|k|K|M|G|T|P|E)?B?)$/.exec(text.trim());
  if (!match) {
    throw new InputError(`"${text}" is not a quantity`, where, 'write for example 512Gi, 64G, 0.5 or 500m', 'usage');
  }
  const [, number, exponentMark, exponent, suffix] = match;
  if (exponentMark) return Number(`${number}e${exponent}`);
  return Number(number) * (BINARY[suffix ?? ''] ?? DECIMAL[suffix ?? '']);
}

/** Bytes for people: `1.5 GiB`. */
export function formatBytes(bytes: number): string {
  let unit = 'B';
  let value = bytes;
  for (const next of ['KiB', 'MiB', 'GiB', 'TiB', 'PiB']) {
    if (Math.abs(value) < 1024) break;
    value /= 1024;
    unit = next;
  }
  return `${Number.isInteger(value) ? value : value.toFixed(1)} ${unit}`;
}

/** To the whole number, with its thousands apart: `12,345`. */
export function grouped(number: number): string {
  return String(Math.round(number)).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** `1 job`, `12,345 jobs`. */
export function countOf(number: number, what: string): string {
  return `${grouped(number)} ${what}${number === 1 ? '' : 's'}`;
}
