import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { InputError } from '../src/errors.ts';
import { metrics } from '../src/metrics/index.ts';
import { flatFigures, measure, metricNamed } from '../src/metrics/measure.ts';
import { scheduleOf } from './schedule-of.ts';

const folder = new URL('../src/metrics/', import.meta.url);
const files = readdirSync(folder).filter((file) => file.endsWith('.ts'));

test('every file that defines a metric is in the list, under its own name', async () => {
  const defined: string[] = [];
  for (const file of files) {
    const module = (await import(new URL(file, folder).href)) as Record<string, unknown>;
    for (const value of Object.values(module)) {
      const isMetric = typeof value === 'object' && value !== null && 'better' in value && 'name' in value;
      if (isMetric) defined.push(file.replace(/\.ts$/, ''));
    }
  }
  expect(metrics.map(({ name }) => name).sort()).toEqual(defined.sort());
});

describe.each([...metrics])('$name', (metric) => {
  test('says what it is: sentence, unit, source, window', () => {
    expect(metric.name).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(metric.summary).toMatch(/^[A-Z"m].*\.$/s);
    for (const text of [metric.unit, metric.source, metric.window]) expect(text).not.toBe('');
  });

  test('takes a run without jobs, and one in which nothing ever ran', () => {
    for (const run of [scheduleOf([]), scheduleOf([{ submit: 0 }, { submit: 3 }], { until: 9 })]) {
      const [measurement] = measure(run, { names: [metric.name] });
      expect(measurement.name).toBe(metric.name);
      for (const { value } of measurement.figures ?? []) expect(value).not.toBe(-Infinity);
    }
  });

  test('gives its figures different names', () => {
    const names = flatFigures(measure(scheduleOf([{ start: 0, end: 5, user: 'ada' }]), { names: [metric.name] })).map(
      (f) => f.name,
    );
    expect(names.length).toBeGreaterThan(0);
    expect(new Set(names).size).toBe(names.length);
  });
});

test('measures what is asked for, in that order', () => {
  const run = scheduleOf([{ start: 2000, end: 5000 }]);
  const [first, second] = measure(run, { names: ['makespan', 'wait'] });
  expect(first).toMatchObject({ name: 'makespan', unit: 's', better: 'lower', value: 5 });
  expect(second).toMatchObject({ name: 'wait', value: 2, jobs: 1, jobsWithout: 0 });
  expect(measure(run).map(({ name }) => name)).toEqual(metrics.map(({ name }) => name));
});

test('a mistyped name is the mistake of a user, and the nearest one is offered', () => {
  expect(() => metricNamed('utilisation')).toThrow(InputError);
  expect(() => metricNamed('utilisation')).toThrow(/did you mean "utilization"/);
});

test('flat names tell metric, part and figure', () => {
  const run = scheduleOf([{ start: 2000, end: 5000, procs: 3 }]);
  const flat = flatFigures(measure(run, { names: ['wait', 'wait-by-size', 'core-hours-lost'] }));
  const figure = (name: string) => flat.find((other) => other.name === name);
  expect(figure('wait.p95')).toEqual({ name: 'wait.p95', value: 2, unit: 's' });
  expect(figure('wait-by-size.2-8.mean')).toEqual({ name: 'wait-by-size.2-8.mean', value: 2, unit: 's' });
  expect(figure('core-hours-lost.share')).toEqual({ name: 'core-hours-lost.share', value: 0, unit: 'ratio' });
});
