// Time as the page says it: marks of axes stand at round dates, few enough to be read, whatever span is looked at.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dateTicks, instantText, spanText } from '../src/report/calendar.ts';
import { timeTicks } from '../src/report/time-axis.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** What must be round at a mark: the smaller parts of its date are at their beginning. */
function isRound(instant: number, text: string): boolean {
  const date = new Date(instant).toISOString();
  if (/^\d\d:\d\d:\d\d$/.test(text)) return date.slice(11, 19) === text && date.endsWith('.000Z');
  if (/^\d\d:\d\d$/.test(text)) return date.slice(11, 16) === text && date.endsWith(':00.000Z');
  if (/^\d+ [A-Z]/.test(text)) return date.endsWith('T00:00:00.000Z') && text.startsWith(`${Number(date.slice(8, 10))} `);
  if (MONTHS.includes(text)) return date.endsWith('-01T00:00:00.000Z') && MONTHS[new Date(instant).getUTCMonth()] === text;
  return date.endsWith('-01-01T00:00:00.000Z') && String(new Date(instant).getUTCFullYear()) === text;
}

describe('dates', () => {
  const zero = fc.oneof(
    fc.integer({ min: 0, max: 2_000_000_000 }).map((seconds) => seconds * 1000),
    fc.constantFrom(0, Date.UTC(2010, 11, 31, 23, 59, 59), Date.UTC(2012, 1, 29), -62_135_596_800_000),
  );
  const length = fc.double({ min: 3, max: 13, noNaN: true }).map((power) => Math.round(10 ** power));

  test('are round, ascending, within the window, and at most about as many as there is room for', () => {
    fc.assert(
      fc.property(
        zero,
        fc.integer({ min: 0, max: 10 ** 11 }),
        length,
        fc.integer({ min: 2, max: 16 }),
        (origin, from, span, most) => {
          const ticks = dateTicks({ from, until: from + span }, origin, most);
          expect(ticks.length).toBeLessThanOrEqual(1.2 * most + 2);
          ticks.forEach(({ at, text }, index) => {
            expect(isRound(origin + at, text), `${text} at ${new Date(origin + at).toISOString()}`).toBe(true);
            expect(at).toBeGreaterThanOrEqual(from);
            expect(at).toBeLessThanOrEqual(from + span);
            if (index > 0) expect(at).toBeGreaterThan(ticks[index - 1].at);
          });
          // The axis is never bare unless even one mark would be luck.
          if (span > 30_000 && span < 50 * 365 * DAY) expect(ticks.length).toBeGreaterThan(0);
        },
      ),
      { numRuns: 400 },
    );
  });

  test('say the time zone first, and the year or the day where a new one begins', () => {
    const zero = Date.UTC(2010, 11, 30);
    const days = dateTicks({ from: 0, until: 4 * DAY }, zero, 5);
    expect(days.map(({ text, below }) => [text, below])).toEqual([
      ['30 Dec', '2010 UTC'],
      ['31 Dec', undefined],
      ['1 Jan', '2011'],
      ['2 Jan', undefined],
      ['3 Jan', undefined],
    ]);
    const hours = dateTicks({ from: 18 * HOUR, until: 30 * HOUR }, zero, 2);
    expect(hours.map(({ text, below }) => [text, below])).toEqual([
      ['18:00', '30 Dec 2010 UTC'],
      ['00:00', '31 Dec 2010'],
      ['06:00', undefined],
    ]);
    const weeks = dateTicks({ from: 0, until: 28 * DAY }, zero, 5);
    expect(weeks.map(({ text }) => text)).toEqual(['3 Jan', '10 Jan', '17 Jan', '24 Jan']);
  });

  test('of instants and spans', () => {
    const zero = Date.UTC(2010, 3, 30, 15, 4, 55);
    expect(instantText(0, zero)).toBe('30 Apr 2010 15:04:55');
    expect(instantText(5000, zero)).toBe('30 Apr 2010 15:05');
    expect(instantText(90_000, undefined)).toBe('1 min 30 s');
    expect(instantText(NaN, zero)).toBe('-');
    expect(spanText({ from: 0, until: DAY }, undefined)).toBe('the first 1 d');
    expect(spanText({ from: 5000, until: 65_000 }, zero)).toBe('30 Apr 2010 15:05 to 30 Apr 2010 15:06 UTC');
  });
});

test('without a date marks are round durations, also over ten thousand years', () => {
  for (const until of [1, 1000, HOUR, 3650 * DAY, 3_650_000 * DAY]) {
    const ticks = timeTicks({ from: 0, until }, 900, undefined);
    expect(ticks.length).toBeGreaterThan(0);
    expect(ticks.length).toBeLessThanOrEqual(13);
    expect(ticks[0]).toEqual({ at: 0, text: '0', below: 'first submission' });
  }
});
