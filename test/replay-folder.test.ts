// Who may write into the folder of a replay, and what is not written over.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { SMALL_SWF, temporaryFolder, yardmaster } from './cli-runner.ts';

const folder = temporaryFolder();
const small = join(folder, 'small.swf');
writeFileSync(small, SMALL_SWF);

test('two replays do not write into one folder', async () => {
  const out = join(folder, 'shared');
  const long = [
    'replay',
    resolve('traces/lublin-256.swf'),
    '--policy',
    'conservative',
    '--policy',
    'conservative:order=sjf',
    '--out',
    out,
  ];
  const first = yardmaster(long);
  while (!existsSync(join(out, 'locks')) || readdirSync(join(out, 'locks')).length === 0) await sleep(5);
  const { code, stderr, stdout } = await yardmaster(['replay', small, '--policy', 'fcfs', '--out', out]);
  expect(stderr).toMatch(/a run is being written into it by process \d+ on /);
  expect([code, stdout]).toEqual([2, '']);
  expect((await first).code).toBe(0);
  expect(readdirSync(out).sort()).toEqual(['conservative', 'conservative-order=sjf', 'manifest.json']);
  expect((await yardmaster(['replay', small, '--policy', 'fcfs', '--out', out])).code).toBe(0);
});

test('a replay does not take the manifest of an experiment away', async () => {
  const out = join(folder, 'experiment');
  const scenario = join(folder, 'small.yaml');
  writeFileSync(scenario, 'workloads: [small.swf]\npolicies: [fcfs, easy]\nreport: { page: false }\n');
  expect((await yardmaster(['run', scenario, '--out', out])).code).toBe(0);
  const manifest = readFileSync(join(out, 'manifest.json'), 'utf8');
  const { code, stderr } = await yardmaster(['replay', small, '--policy', 'fcfs', '--out', out]);
  expect(stderr).toContain('it holds the results of "yardmaster run"');
  expect(code).toBe(2);
  expect(readFileSync(join(out, 'manifest.json'), 'utf8')).toBe(manifest);
  expect(existsSync(join(out, 'locks'))).toBe(false);
});

test('an experiment whose name is no name of a folder stays below reports', async () => {
  const scenario = join(folder, 'dots.yaml');
  writeFileSync(scenario, 'name: ".."\nworkloads: [small.swf]\npolicies: [fcfs]\nreport: { page: false }\n');
  const { stderr } = await yardmaster(['run', scenario], { cwd: folder });
  expect(stderr).toContain('written to reports/experiment:');
});
