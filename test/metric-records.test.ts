/**
 * What independent simulators made of the same trace, measured by us, against the figures that are written beside
 * the records.
 */
import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { boundedSlowdown } from '../src/metrics/bounded-slowdown.ts';
import { flatFigures, measure } from '../src/metrics/measure.ts';
import type { Run } from '../src/metrics/metric.ts';
import { scheduleOf } from './schedule-of.ts';

const RECORDS = new URL('../../shared/truth/schedules/', import.meta.url);
const here = existsSync(RECORDS);
const SECOND = 1000;

function lines(file: string): string[] {
  return gunzipSync(readFileSync(new URL(file, RECORDS)))
    .toString()
    .trim()
    .split('\n');
}

/** A record `id,submit,start,end` in seconds, with the processors of its trace. */
function readRecord(record: string): Run {
  const procsOf = new Map(
    lines('sdsc4k.swf.gz')
      .filter((line) => !line.startsWith(';'))
      .map((line) => line.trim().split(/\s+/).map(Number))
      .map((fields) => [fields[0], fields[7] > 0 ? fields[7] : fields[4]]),
  );
  const rows = lines(`${record}-sdsc4k.csv.gz`)
    .slice(1)
    .map((line) => line.split(',').map(Number));
  const offset = rows[0][1];
  const jobs = rows.map(([id, submit, start, end]) => ({
    submit: (submit - offset) * SECOND,
    start: (start - offset) * SECOND,
    end: (end - offset) * SECOND,
    procs: procsOf.get(id),
  }));
  return scheduleOf(jobs, { procs: 128 });
}

describe.skipIf(!here)(`records of other simulators${here ? '' : ' (skipped: there is no ../shared beside the project)'}`, () => {
  test.each([
    { record: 'textbook-easy', wait: 3683.9, longest: 103_984, slowdown: 18.317 },
    { record: 'pyss-easy', wait: 3683.9, longest: 103_984, slowdown: 18.317 },
    { record: 'cqsim-easy', wait: 2984.9, longest: 95_661, slowdown: 13.494 },
    { record: 'batsim-easy_bf', wait: 3579.4, longest: 107_800, slowdown: 17.336 },
    { record: 'alea-easy', wait: 3831.6, longest: 89_853, slowdown: 18.402 },
    { record: 'accasim-easy', wait: 3920.6, longest: 246_610, slowdown: 20.739 },
    { record: 'batsim-easy_bf_fast', wait: 4642.0, longest: 100_830, slowdown: 26.342 },
    { record: 'rlsched-easy', wait: 4648.2, longest: 100_830, slowdown: 26.306 },
  ])('$record: mean wait $wait s, bounded slowdown $slowdown', ({ record, wait, longest, slowdown }) => {
    const run = readRecord(record);
    expect(run.schedule.count).toBe(4606);
    const [waits, slowdowns] = measure(run, { names: ['wait', 'bounded-slowdown'] });
    expect(waits.value).toBeCloseTo(wait, 1);
    expect(flatFigures([waits]).find(({ name }) => name === 'wait.max')?.value).toBe(longest);
    expect(slowdowns.value).toBeCloseTo(slowdown, 3);
  });

  test('under FCFS nobody is overtaken, under EASY some are; none held more than there was', () => {
    const share = (record: string) => {
      const figures = flatFigures(measure(readRecord(record), { names: ['overtaken', 'unfair-starts', 'busy-processors'] }));
      const figure = (name: string) => figures.find((other) => other.name === name)?.value ?? NaN;
      expect(figure('busy-processors.max')).toBeLessThanOrEqual(128);
      expect(figure('unfair-starts.share')).toBeLessThanOrEqual(1);
      return figure('overtaken.share-overtaken');
    };
    expect(share('textbook-fcfs')).toBe(0);
    expect(share('textbook-easy')).toBeGreaterThan(0.1);
  });

  test("Little's law: the mean queue is the mean wait times the rate of submissions", () => {
    const run = readRecord('textbook-easy');
    const [waits, queue, length] = measure(run, { names: ['wait', 'queue-length', 'makespan'] });
    expect(queue.value).toBeCloseTo(((waits.value ?? NaN) * 4606) / (length.value ?? NaN), 6);
    expect(boundedSlowdown.perJob(run).every((value) => value >= 1)).toBe(true);
  });
});
