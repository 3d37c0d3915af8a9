import { formatDuration } from '../../units.ts';
import type { Estimate } from './verdict.ts';

const NOT_DEFINED = 'not defined';

/** Beyond this change a factor is easier to read than a percentage. */
const AS_FACTOR = 9;

/** A number for people: four digits or all of a whole number, no trailing zeros. */
export function shortNumber(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? NOT_DEFINED : String(value);
  if (Math.abs(value) >= 1000) return String(Math.round(value));
  return String(Number(value.toPrecision(4)));
}

/** A number with its unit; a ratio has none. */
export function withUnit(text: string, unit: string): string {
  return unit === 'ratio' || unit === '' || text === NOT_DEFINED ? text : `${text} ${unit}`;
}

/** A figure for people; times from a minute on as they are told, `14 h 7 min`. */
export function figureText(value: number, unit: string): string {
  return unit === 's' && Math.abs(value) >= 60 ? formatDuration(1000 * value) : withUnit(shortNumber(value), unit);
}

/** `5 d 5 h to 16 h`; in plain numbers, `3605 to 3610 s`, where words would hide what lies between. */
export function rangeText(from: number, to: number, unit: string): string {
  const [a, b] = [figureText(from, unit), figureText(to, unit)];
  const inWords = unit === 's' && Math.max(Math.abs(from), Math.abs(to)) >= 60 && a !== b;
  return inWords ? `${a} to ${b}` : withUnit(`${shortNumber(from)} to ${shortNumber(to)}`, unit);
}

/** The probability of a test: never 0. */
export function probability(p: number): string {
  if (Number.isNaN(p)) return NOT_DEFINED;
  return p < 0.001 ? '< 0.001' : `= ${Number(p.toPrecision(2))}`;
}

/** True if a change is so large that it is told as a factor. */
export function isFactor({ value }: Estimate): boolean {
  return value >= AS_FACTOR;
}

/** `12 [10, 15]`: by what the baseline is multiplied. */
export function factorText({ value, low, high }: Estimate): string {
  return interval({ value: value + 1, low: low + 1, high: high + 1 });
}

/** `38 % [34, 42]`. */
export function percentText({ value, low, high }: Pick<Estimate, 'value' | 'low' | 'high'>): string {
  return interval({ value: 100 * value, low: 100 * low, high: 100 * high }, '%');
}

/** `-12.5 s [-14, -11]`. */
export function amountText(estimate: Pick<Estimate, 'value' | 'low' | 'high'>, unit: string): string {
  return interval(estimate, withUnit('', unit).trim());
}

/** The same with the other sign: a cut by 38 % is a change of -38 %. */
export function reversed({ value, low, high }: Pick<Estimate, 'value' | 'low' | 'high'>) {
  return { value: -value, low: -high, high: -low };
}

/** Digits as the width of the interval warrants; without an interval three of them. */
function interval({ value, low, high }: Pick<Estimate, 'value' | 'low' | 'high'>, unit = ''): string {
  if (Number.isNaN(value)) return NOT_DEFINED;
  const suffix = unit === '' ? '' : ` ${unit}`;
  const half = (high - low) / 2;
  if (!(half > 0)) return `${String(Number(value.toPrecision(3)))}${suffix}`;
  const decimals = Math.min(8, Math.max(0, -Math.floor(Math.log10(half))));
  // Adding 0 makes -0 a 0.
  const text = (number: number) => (Number(number.toFixed(decimals)) + 0).toFixed(decimals);
  return `${text(value)}${suffix} [${text(low)}, ${text(high)}]`;
}
