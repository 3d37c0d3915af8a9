// From results to the page: what is read back is what was written, what the page computes is what the metrics say,
// and nothing in a result can break out of its place in the HTML.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { buildReport } from '../src/report/build.ts';
import type { Report } from '../src/report/build.ts';
import { charts } from '../src/report/charts/index.ts';
import { JOB_FIGURES, valuesOf } from '../src/report/job-figures.ts';
import { light } from '../src/report/theme.ts';
import { unpackTables } from '../src/report/unpack.ts';
import { writeReport } from '../src/report/write-report.ts';
import { readJobs } from '../src/results/read-jobs.ts';
import { readResults } from '../src/results/read.ts';
import { meanOf } from '../src/metrics/quantiles.ts';
import { temporaryFolder, yardmaster } from './cli-runner.ts';

const folder = join(temporaryFolder(), 'results');
const ASSETS = { script: 'const end = "</script>";', style: 'b{}', darkStyle: '', plotly: '', licence: 'MIT' };
const wishes = { mostJobs: 1e6, policies: new Map(), version: '1' };
let report: Report;

beforeAll(async () => {
  const cluster = ['--cluster', 'nodes=12,cpus=32,gpus=4,memory=512Gi', '--failures', 'mtbf=5d,mttr=4h'];
  const run = ['replay', 'traces/gpu-mix.csv', ...cluster, '--policy', 'fcfs', '--policy', 'easy', '--explain', '--out', folder];
  const { code, stderr } = await yardmaster(run);
  expect(code, stderr).toBe(0);
  report = await buildReport([await readResults(folder)], wishes);
});

describe('results', () => {
  const cell = fc.constantFrom('', 'ada', 'a,b', 'say "so"', 'two\nlines', 'ü');
  const time = fc.oneof(fc.constant(NaN), fc.integer({ min: -5, max: 2 ** 45 }));
  const row = fc.record({ id: cell, submit: time, start: time, user: cell, cpus: fc.integer({ min: 0, max: 99_999 }) });

  test('of any jobs are read as they were written', () => {
    const quoted = (text: string) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
    const seconds = (ms: number) => (Number.isNaN(ms) ? '' : String(ms / 1000));
    fc.assert(
      fc.property(fc.array(row, { maxLength: 12 }), fc.constantFrom('\n', '\r\n'), (rows, feed) => {
        const lines = rows.map(
          ({ id, submit, start, user, cpus }) =>
            `${quoted(id)},${seconds(submit)},${seconds(start)},,completed,,${quoted(user)},q,${cpus / 1000},0,,,0${feed}`,
        );
        const header = `job,submit_s,start_s,end_s,state,wait_s,user,queue,cpus,gpus,nodes,placement,restarts${feed}`;
        const table = readJobs(Buffer.from(header + lines.join('')), 'jobs.csv');
        expect(table.count).toBe(rows.length);
        rows.forEach(({ id, submit, start, user, cpus }, at) => {
          expect(String(table.ids[at])).toBe(id);
          expect([table.submit[at], table.start[at], table.cpus[at]]).toEqual([submit, start, cpus]);
          expect(table.user.names[table.user.code[at]] ?? '').toBe(user);
        });
      }),
    );
  });

  test.each([
    {
      what: 'a row that is cut off',
      from: /,completed,.*\n/,
      to: ',compl\n',
      says: /jobs\.csv:\d+ .*row has not \d+ cells|not a state/,
    },
    { what: 'a state nobody knows', from: ',completed,', to: ',flying,', says: /"flying" is not a state/ },
    { what: 'a number that is none', from: /^1,\d+/m, to: '1,soon', says: /jobs\.csv:2 \(submit_s\): "soon" is not a number/ },
  ])('say where $what is', async ({ from, to, says }) => {
    const copy = mkdtempSync(join(tmpdir(), 'yardmaster-'));
    cpSync(folder, copy, { recursive: true });
    const path = join(copy, 'fcfs', 'jobs.csv');
    writeFileSync(path, readFileSync(path, 'utf8').replace(from, to));
    await expect((await readResults(copy)).runs[0].jobs()).rejects.toThrow(says);
  });

  test.each([
    { what: 'no such folder', break: (copy: string) => rmSync(copy, { recursive: true }), says: /there is no such folder/ },
    { what: 'no manifest', break: (copy: string) => rmSync(join(copy, 'manifest.json')), says: /it has no manifest\.json/ },
    {
      what: 'half a manifest',
      break: (copy: string) => writeFileSync(join(copy, 'manifest.json'), '{"poli'),
      says: /it is not JSON/,
    },
    { what: 'a missing summary', break: (copy: string) => rmSync(join(copy, 'easy', 'summary.json')), says: /it is not there/ },
  ])('say that there is $what', async ({ break: harm, says }) => {
    const copy = mkdtempSync(join(tmpdir(), 'yardmaster-'));
    cpSync(folder, copy, { recursive: true });
    harm(copy);
    await expect(readResults(copy)).rejects.toThrow(says);
  });
});

describe('the page', () => {
  test('computes the means that the metrics have, interrupted jobs included', () => {
    expect(report.tables.every(({ attempts }) => attempts !== undefined)).toBe(true);
    report.facts.runs.forEach((run, index) => {
      for (const figure of JOB_FIGURES) {
        const mean = meanOf(valuesOf(report.tables[index], figure));
        expect(mean / run.figures[`${figure.name}.mean`]!, `${figure.name} of ${run.label}`).toBeCloseTo(1, 9);
      }
    });
  });

  test('has every chart that its data allow, each with a sentence and rows as wide as its header', () => {
    const shown = report.facts.runs.map((facts, style) => ({ facts, style, table: report.tables[style] }));
    const data = { facts: report.facts, shown };
    const there = charts.filter((chart) => chart.isThere(data));
    expect(there.map(({ name }) => name)).toContain('interruptions');
    for (const chart of there) {
      expect(chart.question).toMatch(/\?$/);
      const figure = chart.draw(data, { width: 900, theme: light, chosen: {} });
      expect(figure.sentence, chart.name).toMatch(/^\S.*\.$/s);
      expect(figure.sentence, chart.name).not.toMatch(/NaN|undefined|Infinity/);
      const { header, rows } = figure.table();
      expect(rows.length, chart.name).toBeGreaterThan(0);
      for (const cells of rows) expect(cells).toHaveLength(header.length);
      const points = figure.traces.reduce((sum, trace) => sum + ((trace.x as unknown[] | undefined)?.length ?? 0), 0);
      expect(points, `points of ${chart.name}`).toBeLessThan(40 * 900);
    }
  });

  test('leaves out jobs beyond its room, and says so', async () => {
    const small = await buildReport([await readResults(folder)], { ...wishes, mostJobs: 1000 });
    expect(small.tables).toHaveLength(1);
    expect(small.facts.warnings.join(' ')).toContain('The jobs of 1 run are not in this page');
  });

  test('holds its jobs, asks for nothing from elsewhere, and lets no name out of its place', () => {
    const evil = '</script><script>alert(1)</script><b title="x">';
    const facts = { ...report.facts, title: evil, findings: [evil], warnings: [evil], labels: [evil, 'easy'], baseline: evil };
    const path = join(temporaryFolder(), 'page.html');
    writeReport(path, { facts, tables: report.tables }, ASSETS);
    const html = readFileSync(path, 'utf8');
    expect(html).not.toContain('alert(1)</script>');
    expect(html).not.toContain('<b title');
    expect(html.replace(/<!--.*?-->/gs, '')).not.toMatch(/(src|href)="(https?:)?\/\//);
    const packed = /id="tables">([^<]*)</.exec(html)?.[1] ?? '';
    expect(unpackTables(gunzipSync(Buffer.from(packed, 'base64')))).toEqual(report.tables);
  });

  test('is the same for the same results', () => {
    const [one, two] = ['one.html', 'two.html'].map((name) => join(temporaryFolder(), name));
    writeReport(one, report, ASSETS);
    writeReport(two, report, ASSETS);
    expect(readFileSync(one)).toEqual(readFileSync(two));
  });
});

test('the command says what it does not find', async () => {
  const { code, stderr } = await yardmaster(['report', folder, '--baseline', 'esay', '--out', join(folder, 'x.html')]);
  expect(code).toBe(2);
  expect(stderr).toContain('"esay" is not among these results');
});
