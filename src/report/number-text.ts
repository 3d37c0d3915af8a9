import { formatDuration, grouped, SECOND } from '../units.ts';

/** Three digits are enough for people: `0.0123`, `1.23`, `12.3`, `12,345`. */
export function shortNumber(value: number): string {
  if (!Number.isFinite(value)) return '-';
  if (value === 0) return '0';
  if (Math.abs(value) >= 1000) return grouped(value);
  return String(Number(value.toPrecision(3)));
}

/** A duration in one unit, with two digits: `45 s`, `3.5 min`, `21 h`, `1.4 d`. [s] */
export function shortDuration(seconds: number): string {
  const [size, unit] = seconds < 60 ? [1, 's'] : seconds < 3600 ? [60, 'min'] : seconds < 86_400 ? [3600, 'h'] : [86_400, 'd'];
  const value = seconds / Number(size);
  return `${value < 9.95 && unit !== 's' ? value.toFixed(1).replace(/\.0$/, '') : Math.round(value)} ${unit}`;
}

/** A value with its unit, as people say it: seconds as durations, ratios as they are. */
export function quantity(value: number | null | undefined, unit: string): string {
  if (value === null || value === undefined || Number.isNaN(value)) return '-';
  if (unit === 's') return formatDuration(value * SECOND);
  if (unit === 'ratio' || unit === 'count' || unit === '') return shortNumber(value);
  if (unit === 'share') return percent(value);
  return `${shortNumber(value)} ${unit}`;
}

/** A share of one, in per cent. */
export function percent(share: number): string {
  if (!Number.isFinite(share)) return '-';
  return `${(100 * share).toFixed(Math.abs(share) < 0.1 ? 2 : 1)} %`;
}

/** Text of terminals, where a minus is a hyphen: `-5 % [-7, -3]` as `−5 % [−7, −3]`. Hyphens of names and ranges stay. */
export function withMinus(text: string): string {
  return text.replace(/(?<=^|[\s[(])-(?=\d)/g, '−');
}

/** A relative change, with its sign: `-38 %`, `+4.2 %`, `x 12` beyond tenfold. */
export function changeText(share: number | null): string {
  if (share === null || !Number.isFinite(share)) return '-';
  if (share === 0) return 'no change';
  if (share >= 9) return `× ${(1 + share).toPrecision(3)}`;
  // Near nothing and near everything the digits count.
  const digits = Math.abs(share) < 0.1 || (Math.abs(share) > 0.99 && share < 0 && share > -1) ? 1 : 0;
  return `${share > 0 ? '+' : '−'}${Math.abs(100 * share).toFixed(digits)} %`;
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(names: readonly string[]): string {
  if (names.length < 2) return names.join('');
  return `${names.slice(0, -1).join(', ')} and ${names[names.length - 1]}`;
}
