// What the page compares with what: policies side by side on each cluster, or all with a baseline on a certain one.
import { expect, test } from 'vitest';
import { contendersOf } from '../src/report/contenders.ts';
import { buildReport } from '../src/report/build.ts';
import { pageHtml } from '../src/report/page.ts';
import { verdictTable } from '../src/report/verdict-table.ts';
import type { Results, Run } from '../src/results/read.ts';

const WAITS = { 'fcfs small': 1000, 'easy small': 500, 'fcfs big': 100, 'easy big': 90 };

function run(label: string, cluster: string, seed: number): Run {
  const value = WAITS[`${label} ${cluster}` as keyof typeof WAITS] + (seed % 3);
  const metrics = { wait: { unit: 's', better: 'lower', figures: { mean: { value, unit: 's' } } } };
  const facts = { policy: label, parameters: {}, workload: 'w', seed, settings: {}, folder: '' };
  return { ...facts, label, cluster, summary: { metrics, jobs: { completed: 1 }, oracle: false, digest: '' } } as unknown as Run;
}

function results(runs: readonly Run[], document: object): Results {
  return {
    dir: 'd',
    manifest: { kind: 'experiment', version: '', reproduce: '', inputs: [], document },
    runs,
    missing: [],
  } as Results;
}

const seeds = [1, 2, 3, 4, 5, 6, 7, 8];
const all = seeds.flatMap((seed) =>
  ['small', 'big'].flatMap((cluster) => ['fcfs', 'easy'].map((label) => run(label, cluster, seed))),
);
const wishes = { mostJobs: 0, policies: new Map(), version: '1' };

test('a baseline on a cluster is what policies on all clusters are compared with', async () => {
  const { facts } = await buildReport([results(all, { baseline: 'fcfs', baseline_cluster: 'big' })], wishes);
  expect(facts.baseline).toBe('fcfs on big');
  expect(facts.contenders.map(({ label }) => label)).toEqual(['fcfs on big', 'fcfs on small', 'easy on small', 'easy on big']);
  const waits = facts.verdicts.filter(({ metric }) => metric === 'wait');
  expect(waits.map(({ label, conclusion }) => [label, conclusion])).toEqual([
    ['fcfs on small', 'worse'],
    ['easy on small', 'worse'],
    ['easy on big', 'better'],
  ]);
  // Means over eight seeds: 1 s more than the figures above.
  expect(waits[0].change.value).toBeCloseTo(900 / 101.125, 6);
  expect(waits[0].sentence).toContain('fcfs on big');
  const table = verdictTable(facts);
  expect(table).toContain('fcfs on big <span class="mark">baseline</span>');
  expect(table.match(/class="change/g)).toHaveLength(3);
  // Charts lay policies over each other, cluster by cluster.
  expect(facts.labels).toEqual(['fcfs', 'easy']);
  const assets = { script: '', style: '', darkStyle: '', plotly: '', licence: '' };
  expect([...pageHtml(facts, '', assets)].join('')).toContain('compared with fcfs on big');
});

test('a baseline that is asked for has no cluster unless one is asked for, too', () => {
  const source = results(all, { baseline: 'fcfs', baseline_cluster: 'big' });
  expect(contendersOf([source], all, { baseline: 'easy' }).labels).toEqual(['easy', 'fcfs']);
  expect(contendersOf([source], all, { baseline: 'easy', baselineCluster: 'small' }).labels[0]).toBe('easy on small');
  expect(contendersOf([source], all, { baselineCluster: 'small' }).labels[0]).toBe('fcfs on small');
  expect(contendersOf([results(all, {})], all, {}).labels).toEqual(['fcfs', 'easy']);
});

test('a baseline without a result is told, and others stand in', async () => {
  const some = all.filter(({ label, cluster }) => label !== 'fcfs' || cluster !== 'big');
  const { facts } = await buildReport([results(some, { baseline: 'fcfs', baseline_cluster: 'big' })], wishes);
  expect(facts.baseline).toBe('fcfs');
  expect(facts.warnings[0]).toBe('The baseline, fcfs on big, has no result: the others are compared with fcfs.');
  const none = all.filter(({ label }) => label !== 'fcfs');
  const { facts: without } = await buildReport([results(none, { baseline: 'fcfs' })], wishes);
  expect(without.warnings[0]).toContain('The baseline, fcfs, has no result');
});

test('where no waits were measured, the table and the verdicts are of what users see', async () => {
  const seen = all.map((one) => {
    const { value } = one.summary.metrics.wait.figures.mean;
    const figures = { mean: { value, unit: 'ratio' } };
    const metrics = { 'visible-stretch': { unit: 'ratio', better: 'lower', figures } };
    return { ...one, summary: { ...one.summary, metrics } } as unknown as Run;
  });
  const { facts } = await buildReport([results(seen, { baseline: 'fcfs' })], wishes);
  expect(facts.findings.join()).toContain('visible stretch');
  const table = verdictTable(facts);
  expect(table).toContain('Mean visible stretch');
  expect(table).not.toContain('Mean wait');
  expect(table).not.toContain('Makespan');
});

test.each([
  { what: 'systems', isSystem: [true, true], title: '5 systems on', question: 'Which system serves' },
  {
    what: 'policies and systems',
    isSystem: [true, false],
    title: '5 policies and systems on',
    question: 'Which policy or system',
  },
  { what: 'policies', isSystem: [false, false], title: '5 policy settings on', question: 'Which policy serves' },
])('$what are called so', async ({ isSystem, title, question }) => {
  const own = all.filter(({ label, cluster }) => label === 'fcfs' && cluster === 'big');
  const runs = [0, 1, 2, 3, 4].flatMap((index) =>
    own.map((one): Run => ({ ...one, label: `l${index}`, ...(isSystem[index % 2] && { isSystem: true }) })),
  );
  const { facts } = await buildReport([results(runs, {})], wishes);
  expect(facts.title).toContain(title);
  const assets = { script: '', style: '', darkStyle: '', plotly: '', licence: '' };
  expect([...pageHtml(facts, '', assets)].join('')).toContain(question);
});
