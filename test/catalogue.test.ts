import { existsSync, readFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { parseColumnMap } from '../src/trace/column-map.ts';
import { catalogue, catalogueEntry, fileName } from '../src/trace/catalogue.ts';
import { readParameters } from '../src/parameters.ts';
import { formats } from '../src/trace/index.ts';

test('names and files are all different', () => {
  for (const key of [catalogue.map(({ name }) => name), catalogue.map(fileName)]) expect(new Set(key).size).toBe(key.length);
});

describe.each(catalogue)('$name', (entry) => {
  test('says what it is, on what terms, and how to get it', () => {
    expect(entry.name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
    expect(new URL(entry.home).protocol).toBe('https:');
    if (entry.url === undefined) expect(entry.obtain).toBeTruthy();
    else expect(new URL(entry.url).protocol).toBe('https:');
    expect(fileName(entry)).toMatch(/^[\w.-]+$/);
    for (const text of [entry.title, entry.terms, entry.citation]) expect(text.length).toBeGreaterThan(2);
    if (entry.sha256 !== undefined) expect(entry.sha256).toMatch(/^[0-9a-f]{64}$/);
    if (entry.url && /\.(tar\.gz|zip)$/.test(entry.url)) expect(entry.unpack).toContain(fileName(entry));
  });

  test('is read by a format that there is, with parameters that it takes', () => {
    const { read } = entry;
    if (read === undefined) return;
    const format = formats.find(({ name }) => name === read.format);
    expect(format, `a format named ${read.format}`).toBeDefined();
    readParameters(format?.parameters ?? {}, read.parameters ?? {}, entry.name);
    if (read.parameters?.['map']) parseColumnMap(read.parameters['map'], entry.name);
  });
});

test('an entry is found by its name, and a near miss is told', () => {
  expect(catalogueEntry('KTH-SP2', 'trace fetch').procs).toBe(100);
  expect(() => catalogueEntry('kth-sp', 'trace fetch')).toThrow(/did you mean "kth-sp2"/);
});

const COPIES = [
  ['openb', 'gpu/alibaba-gpu-v2023-openb_pod_list_default.csv.gz'],
  ['openb-gpuspec33', 'gpu/alibaba-gpu-v2023-openb_pod_list_gpuspec33.csv.gz'],
  ['openb-nodes', 'platforms/alibaba-gpu-v2023-openb_node_list_all_node.csv.gz'],
  ['philly-pollux', 'gpu/philly-pollux.csv.gz'],
  ['nrel-eagle-sample', 'slurm/nrel-eagle-sample.csv.gz'],
  ['pai-machines', 'platforms/alibaba-gpu-v2020-pai_machine_spec.tar.gz'],
  ['itp', 'gpu/microsoft-itp-elasticflow-raw-traces.tar.gz'],
] as const;

describe.skipIf(!existsSync('../shared/traces'))('copies of published files (skipped where ../shared/traces is absent)', () => {
  test.each(COPIES)('%s has the checksum and size of the catalogue', (name, file) => {
    const { sha256, bytes, url } = catalogueEntry(name, 'test');
    const stored = readFileSync(`../shared/traces/${file}`);
    const published = url?.endsWith('.gz') ? stored : gunzipSync(stored);
    expect(createHash('sha256').update(published).digest('hex')).toBe(sha256);
    expect(published.length).toBe(bytes);
  });
});
