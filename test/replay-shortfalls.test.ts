// What a replay says when not all went as it was asked for: policies that break off, jobs that are not over.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { SMALL_SWF, temporaryFile, temporaryFolder, yardmaster } from './cli-runner.ts';

const swf = temporaryFile('small.swf', SMALL_SWF);

describe('a policy that breaks off', () => {
  const broken = temporaryFile(
    'broken.js',
    `export default { name: 'broken', summary: 'Breaks.', source: 'a test',
      create: () => ({ schedule(cycle) { if (cycle.now > 1000) throw new Error('out of ideas'); } }) };`,
  );
  const args = ['replay', swf, '--policy', 'fcfs', '--policy', broken, '--policy', 'easy'];

  test('leaves the table of the others', async () => {
    const { code, stdout, stderr } = await yardmaster(args);
    expect(stdout).toMatch(/^ +fcfs +easy\n/);
    expect(stdout).toMatch(/jobs completed +4 +4\n/);
    expect(stderr).toMatch(/warning: broken broke off: .*out of ideas\n/);
    expect(code).not.toBe(0);
  });

  test('is named in JSON', async () => {
    const { stdout } = await yardmaster([...args, '--json']);
    const { runs, failed } = JSON.parse(stdout) as { runs: { policy: string }[]; failed: object[] };
    expect(runs.map(({ policy }) => policy)).toEqual(['fcfs', 'easy']);
    expect(failed).toEqual([{ policy: 'broken', error: expect.stringContaining('out of ideas') as string }]);
  });

  test('leaves the files of the others, without a manifest', async () => {
    const out = temporaryFolder();
    const { stderr } = await yardmaster([...args, '--out', out]);
    expect(readdirSync(out).sort()).toEqual(['easy', 'fcfs']);
    expect(existsSync(join(out, 'manifest.json'))).toBe(false);
    expect(stderr).toContain('no manifest.json, since not all policies came to their end');
  });

  test('is nothing but its error where it is the only one', async () => {
    const { code, stdout, stderr } = await yardmaster(['replay', swf, '--policy', broken]);
    expect(stdout).toBe('');
    expect(stderr).toContain('out of ideas');
    expect(code).not.toBe(0);
  });
});
