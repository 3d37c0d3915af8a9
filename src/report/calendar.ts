import { DAY, formatDuration, HOUR, MINUTE, SECOND } from '../units.ts';
import { withTables } from './chart.ts';
import type { ChartData, TimeWindow } from './chart.ts';

/** Unix time of the page's 0, the first submission [ms]; undefined where the trace's time base is its own. */
export type Zero = number | undefined;

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** What a `Date` can hold [ms]. */
const LATEST = 8.64e15;

/** Of the runs that are shown, which have one workload. */
export function zeroOf(data: ChartData): Zero {
  const [run] = withTables(data);
  const { epoch } = run?.facts ?? {};
  if (epoch === undefined) return undefined;
  const zero = epoch + run.table.origin;
  return Math.abs(zero) < LATEST ? zero : undefined;
}

/** An instant for people: `3 May 2010 14:05`, UTC, or the time since the first submission. */
export function instantText(time: number, zero: Zero): string {
  const date = dateAt(time, zero);
  if (date === undefined) return formatDuration(time);
  const seconds = date.getUTCSeconds() === 0 ? '' : `:${twoDigits(date.getUTCSeconds())}`;
  return `${dayText(date)} ${date.getUTCFullYear()} ${clockText(date)}${seconds}`;
}

/** A span for people. */
export function spanText({ from, until }: TimeWindow, zero: Zero): string {
  if (dateAt(from, zero) !== undefined && dateAt(until, zero) !== undefined)
    return `${instantText(from, zero)} to ${instantText(until, zero)} UTC`;
  return from === 0 ? `the first ${formatDuration(until)}` : `${formatDuration(from)} to ${formatDuration(until)}`;
}

function dateAt(time: number, zero: Zero): Date | undefined {
  return zero === undefined || !(Math.abs(zero + time) <= LATEST) ? undefined : new Date(zero + time);
}

function dayText(date: Date): string {
  return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]}`;
}

function clockText(date: Date): string {
  return `${twoDigits(date.getUTCHours())}:${twoDigits(date.getUTCMinutes())}`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}

/** A mark of an axis: what stands at it, and below that where something new begins. */
export interface Tick {
  readonly at: number;
  readonly text: string;
  readonly below?: string;
}

type Advance = (from: Date) => Date;

interface Step {
  /** About how long it is [ms]. */
  readonly length: number;
  /** The first mark that is not before. */
  readonly first: Advance;
  readonly next: Advance;
  text(date: Date): string;
  /** What the text leaves open. */
  below(date: Date): string;
}

const clockStep = (length: number): Step => ({
  length,
  first: (date) => new Date(Math.ceil(date.getTime() / length) * length),
  next: (date) => new Date(date.getTime() + length),
  text: (date) => (length < MINUTE ? `${clockText(date)}:${twoDigits(date.getUTCSeconds())}` : clockText(date)),
  below: (date) => `${dayText(date)} ${date.getUTCFullYear()}`,
});

/** The first of January 1970 was a Thursday, weeks begin with Mondays. */
const THURSDAY = 3 * DAY;

const dayStep = (days: number): Step => ({
  length: days * DAY,
  first: (date) => new Date(Math.ceil((date.getTime() + THURSDAY) / (days * DAY)) * days * DAY - THURSDAY),
  next: (date) => new Date(date.getTime() + days * DAY),
  text: dayText,
  below: (date) => String(date.getUTCFullYear()),
});

const monthStep = (months: number): Step => ({
  length: months * 30.4 * DAY,
  first: (date) => wholeMonths(date, months),
  next: (date) => monthStart(date.getUTCFullYear(), date.getUTCMonth() + months),
  text: (date) => (months % 12 === 0 ? String(date.getUTCFullYear()) : MONTHS[date.getUTCMonth()]),
  below: (date) => (months % 12 === 0 ? '' : String(date.getUTCFullYear())),
});

function wholeMonths(date: Date, months: number): Date {
  const index = 12 * date.getUTCFullYear() + date.getUTCMonth();
  const down = monthStart(0, Math.floor(index / months) * months);
  return down.getTime() === date.getTime() ? down : monthStart(0, (Math.floor(index / months) + 1) * months);
}

/** `Date.UTC` takes the years from 0 to 99 for those of a century. */
function monthStart(year: number, month: number): Date {
  return new Date(new Date(0).setUTCFullYear(year, month, 1));
}

const STEPS: readonly Step[] = [
  ...[1, 2, 5, 10, 15, 30].map((seconds) => clockStep(seconds * SECOND)),
  ...[1, 2, 5, 10, 15, 30].map((minutes) => clockStep(minutes * MINUTE)),
  ...[1, 2, 3, 6, 12].map((hours) => clockStep(hours * HOUR)),
  ...[1, 2, 7, 14].map(dayStep),
  ...[1, 2, 3, 6].map(monthStep),
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500, 1000].map((years) => monthStep(12 * years)),
];

/** Marks at round dates, at most about so many. The time zone stands at the first. */
export function dateTicks({ from, until }: TimeWindow, zero: number, most: number): Tick[] {
  const step = STEPS.find(({ length }) => length >= (until - from) / most) ?? STEPS[STEPS.length - 1];
  const ticks: Tick[] = [];
  let before = '';
  for (let date = step.first(new Date(zero + from)); date.getTime() <= zero + until; date = step.next(date)) {
    const below = step.below(date);
    const zone = ticks.length === 0 ? `${below} UTC`.trim() : below;
    ticks.push({
      at: date.getTime() - zero,
      text: step.text(date),
      ...(below !== before || ticks.length === 0 ? { below: zone } : {}),
    });
    before = below;
  }
  return ticks;
}
