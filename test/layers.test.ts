// The rules of the house that no compiler checks: who may import whom, that nothing is left out of a list, that
// nothing but the command line and live mode reads the clock, and that files and functions stay small.
import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';

/** What a folder may import beside the vocabulary (src/*.ts) and itself. Its subfolders count as the folder. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  '.': [],
  trace: [],
  policies: [],
  placement: [],
  metrics: [],
  // Reads results and has them judged; a page is made of both.
  report: ['results', 'experiment'],
  results: [],
  verify: ['policies'],
  engine: [],
  systems: ['engine'],
  live: ['engine', 'results'],
  experiment: ['engine', 'trace', 'policies', 'placement', 'metrics', 'results', 'systems'],
  cli: ['engine', 'trace', 'policies', 'placement', 'metrics', 'report', 'results', 'verify', 'systems', 'live', 'experiment'],
};

/** Beside the vocabulary, but not part of it: they stand above everything. */
const ABOVE_ALL = new Set(['cli.ts', 'index.ts']);

/** Files that may be longer than LONGEST_FILE, functions longer than LONGEST_FUNCTION, each with the reason. */
const LONG_FILES: Record<string, string> = {};
const LONG_FUNCTIONS: Record<string, string> = {};

const LONGEST_FILE = 300;
const LONGEST_FUNCTION = 60;

const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.replaceAll('\\', '/'))
  .sort();

const text = (file: string) => readFileSync(join('src', file), 'utf8');
const layerOf = (file: string) => (file.includes('/') ? file.slice(0, file.indexOf('/')) : '.');
const load = async (file: string) =>
  (await import(/* @vite-ignore */ pathToFileURL(resolve('src', file)).href)) as Record<string, unknown>;
/** The text without comments: a word in a comment is no use of it. */
const code = (file: string) => text(file).replace(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm, '');

describe('imports', () => {
  test.each(sources.filter((file) => !ABOVE_ALL.has(file)))('%s imports only what lies below it', (file) => {
    const layer = layerOf(file);
    expect(MAY_IMPORT, `src/${layer} is not in the list of folders`).toHaveProperty([layer]);
    for (const [, path] of code(file).matchAll(/(?:\bfrom|\bimport)\s*\(?\s*'(\.[^']+)'/g)) {
      const imported = relative('src', join('src', dirname(file), path)).replaceAll('\\', '/');
      expect(ABOVE_ALL, `src/${file} imports ${path}`).not.toContain(imported);
      expect(['.', layer, ...MAY_IMPORT[layer]], `src/${file} imports ${path}`).toContain(layerOf(imported));
    }
  });

  test.each(sources)('%s names its imports with their ending', (file) => {
    for (const [, path] of code(file).matchAll(/(?:\bfrom|\bimport)\s*\(?\s*'(\.[^']+)'/g)) expect(path).toMatch(/\.ts$/);
  });
});

describe('lists', () => {
  type List = readonly { readonly name: string }[];
  const has = (value: object, ...keys: string[]) => keys.every((key) => key in value);
  const kinds = [
    { folder: 'policies', list: 'loadPolicies', looksLike: (value: object) => has(value, 'name', 'summary', 'create') },
    { folder: 'placement', list: 'placements', looksLike: (value: object) => has(value, 'name', 'summary', 'create') },
    { folder: 'trace', list: 'formats', looksLike: (value: object) => has(value, 'name', 'likelihood', 'read') },
    { folder: 'trace/generate', list: 'generators', looksLike: (value: object) => has(value, 'name', 'generate') },
    { folder: 'report/charts', list: 'charts', looksLike: (value: object) => has(value, 'name', 'question', 'draw') },
    {
      folder: 'metrics',
      list: 'metrics',
      looksLike: (value: object) => has(value, 'name', 'unit') && ['perJob', 'series', 'figures'].some((key) => key in value),
    },
  ];

  test.each(kinds)('$list: everything in src/$folder is in it, once, under its own name', async ({ folder, list, looksLike }) => {
    const index = await load(`${folder}/index.ts`);
    const entry = index[list] as List | (() => Promise<List>);
    const specs = typeof entry === 'function' ? await entry() : entry;
    const listed = new Set<unknown>(specs);
    const names = specs.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const file of sources.filter((one) => one.startsWith(`${folder}/`) && basename(one) !== 'index.ts')) {
      const exports = await load(file);
      const found = Object.values(exports).filter((value) => typeof value === 'object' && value !== null && looksLike(value));
      for (const spec of found as { name: string }[]) {
        expect(listed, `${spec.name} of src/${file} is not in src/${folder}/index.ts`).toContain(spec);
        if (found.length === 1) expect(spec.name, `the name in src/${file}`).toBe(basename(file, '.ts'));
      }
    }
    for (const name of names) expect(name, `it is in src/${folder}/index.ts`).toMatch(/^[a-z][a-z0-9-]*$/);
  });
});

describe('clock, chance and output', () => {
  const FORBIDDEN =
    /\bDate\.now\b|\bnew Date\(\)|\bperformance\.now\b|\bprocess\.hrtime\b|\bMath\.random\b|\brandomUUID\b|(?<!\.)\bset(Timeout|Interval|Immediate)\b|\bconsole\.|\bprocess\.(exit|exitCode|stdout|stderr|env)\b/;
  /** What stands in for a rule, with the reason. */
  const ALLOWED: Record<string, string> = {
    'trace/fetch-lock.ts': 'tells the lock of this process from one of another; no result depends on it',
    'experiment/policy-program/watcher.ts':
      'gives up a program that does not answer, and hands it the environment; no result depends on it',
    'experiment/folder-lock.ts': 'shows other writers that this process lives; no result depends on it',
  };

  test.each(sources.filter((file) => !['cli', 'live'].includes(layerOf(file)) && file !== 'cli.ts'))('%s uses none', (file) => {
    if (file in ALLOWED) return;
    const lines = code(file).split('\n');
    expect(lines.filter((line) => FORBIDDEN.test(line))).toEqual([]);
  });
});

describe('size', () => {
  test.each(sources)('%s is short, and so are its functions', (file) => {
    const source = ts.createSourceFile(file, text(file), ts.ScriptTarget.ES2023, true);
    const lineOf = (position: number) => source.getLineAndCharacterOfPosition(position).line;
    const lines = text(file).split('\n').length - 1;
    if (!(file in LONG_FILES)) expect(lines, `lines of src/${file}`).toBeLessThanOrEqual(LONGEST_FILE);
    const visit = (node: ts.Node) => {
      if (ts.isFunctionLike(node) && 'body' in node && node.body !== undefined) {
        const length = lineOf(node.end) - lineOf(node.getStart(source)) + 1;
        const name = `${file}: ${node.name?.getText(source) ?? 'a function'} at line ${lineOf(node.getStart(source)) + 1}`;
        if (!(file in LONG_FUNCTIONS)) expect(length, `lines of ${name}`).toBeLessThanOrEqual(LONGEST_FUNCTION);
      }
      ts.forEachChild(node, visit);
    };
    visit(source);
  });

  test('what is allowed to be long still is', () => {
    for (const file of Object.keys(LONG_FILES))
      expect(text(file).split('\n').length, `src/${file}`).toBeGreaterThan(LONGEST_FILE);
  });
});

test('no file is called by no noun', () => {
  expect(sources.filter((file) => /\b(utils?|helpers?|common|misc|manager)\b/.test(file))).toEqual([]);
});
