// Reports that are hard to show: every chart has something to say of them, and no name gets out of its place.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { chartText, oneLine, shortName } from '../src/report/chart-text.ts';
import type { ChartData } from '../src/report/chart.ts';
import { charts } from '../src/report/charts/index.ts';
import { labelledRuns } from '../src/report/distinct-labels.ts';
import { dark, light } from '../src/report/theme.ts';
import { writeReport } from '../src/report/write-report.ts';
import type { Report } from '../src/report/build.ts';
import type { Results, Run } from '../src/results/read.ts';
import { temporaryFolder } from './cli-runner.ts';
import { CASES, EVIL } from './report-cases.ts';

function chartData({ facts, tables }: Report): ChartData {
  const shown = facts.groups[0].runs.slice(0, 7).map((index) => {
    const { table } = facts.runs[index];
    return { facts: facts.runs[index], style: index, ...(table !== undefined && { table: tables[table] }) };
  });
  return { facts, shown };
}

/** Every text that Plotly would take marks in: all strings of the figure but those of its own words. */
function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(textsOf);
  if (typeof value === 'object' && value !== null && !ArrayBuffer.isView(value)) return Object.values(value).flatMap(textsOf);
  return [];
}

/** Marks that charts themselves make. */
const OWN_MARKS = /<\/?(b|br|extra)>/g;

describe.each(Object.keys(CASES))('%s', (name) => {
  const report = CASES[name]();
  const data = chartData(report);

  test.each(charts.filter((chart) => chart.isThere(data)).map((chart) => [chart.name, chart] as const))('in %s', (_, chart) => {
    const options = chart.choices?.(data) ?? [];
    const chosen = options.map(({ name: choice, options: values }) => values.map(({ value }) => ({ [choice]: value }))).flat();
    for (const choice of [{}, ...chosen.slice(0, 12)]) {
      for (const view of [
        { width: 300, theme: light, window: { from: 1000, until: 5000 }, zero: 0 },
        { width: 1200, theme: dark },
      ]) {
        const { sentence, traces, layout, height, table } = chart.draw(data, { ...view, chosen: choice });
        expect(sentence).toMatch(/^\S.*\.$/s);
        expect(sentence).not.toMatch(/NaN|undefined|Infinity/);
        expect(height).toBeGreaterThan(100);
        for (const text of textsOf([traces, layout])) {
          expect(text.length).toBeLessThan(400);
          expect(text.replace(OWN_MARKS, '')).not.toMatch(/<[a-z/!]/i);
        }
        const { header, rows } = table();
        for (const cells of rows.slice(0, 50)) expect(cells).toHaveLength(header.length);
      }
    }
  });

  test('in the words of the page', () => {
    const path = join(temporaryFolder(), 'page.html');
    writeReport(path, report, { script: '', style: '', darkStyle: '', plotly: '', licence: 'MIT' });
    const html = readFileSync(path, 'utf8').replace(/<script type="(application\/json|text\/plain)"[^>]*>[^<]*<\/script>/g, '');
    expect(html).not.toMatch(/<(img|svg|a href="javascript)/);
    expect(html.match(/<script/g)).toHaveLength(1);
    expect(html).not.toMatch(/NaN|undefined|Infinity/);
  });
});

describe('names', () => {
  test('become one short line', () => {
    for (const name of EVIL) {
      expect(Array.from(shortName(name)).length).toBeLessThanOrEqual(36);
      expect(shortName(name)).not.toMatch(/[\p{Cc}\u202e\u2028\u2029]/u);
      expect(shortName(name)).not.toBe('');
      expect(chartText(name)).not.toMatch(/<|&(?!amp;|lt;|gt;)/);
    }
    expect(oneLine('a\n\u202eb')).toBe('a b');
  });

  test('of policies that are alike are told apart, by folder or by number', () => {
    const run = (label: string, seed = 1) => ({ label, workload: 'w', cluster: 'c', seed, settings: {} }) as Run;
    const results = (dir: string, ...runs: Run[]) => ({ dir, runs }) as unknown as Results;
    const labels = (...sources: Results[]) => labelledRuns(sources).map(({ label }) => label);
    expect(labels(results('a', run('easy'), run('fcfs')))).toEqual(['easy', 'fcfs']);
    expect(labels(results('a', run('easy'), run('fcfs')), results('x/b', run('easy')))).toEqual(['easy (a)', 'fcfs', 'easy (b)']);
    expect(labels(results('a', run('easy')), results('b', run('easy', 2)))).toEqual(['easy', 'easy']);
    expect(labels(results('x/a', run('easy')), results('y/a', run('easy')))).toEqual(['easy', 'easy #2']);
    const [one, other] = labels(results('a', run(`${'p'.repeat(5000)}1`), run(`${'p'.repeat(5000)}2`)));
    expect(one).not.toBe(other);
    expect(one.length).toBeLessThan(80);
  });
});
