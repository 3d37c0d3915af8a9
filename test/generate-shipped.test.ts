import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { createProgram } from '../src/cli/program.ts';

const sources = readFileSync('traces/SOURCES.md', 'utf8');
const commands = [...sources.matchAll(/^yardmaster (trace generate \S+ (traces\/\S+) .*)$/gm)].map(([, args, file]) => ({
  args,
  file,
}));
const dir = mkdtempSync(join(tmpdir(), 'traces-'));
afterAll(() => rmSync(dir, { recursive: true }));

test.each(commands)('$file is what its command makes', async ({ args, file }) => {
  const made = join(dir, basename(file));
  const quiet = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  try {
    const line = args.replace(file, made).split(' ');
    await (await createProgram(line)).parseAsync(line, { from: 'user' });
  } finally {
    quiet.mockRestore();
  }
  expect(readFileSync(made).equals(readFileSync(file))).toBe(true);
});

test('every trace has a command, and together they stay small', () => {
  const shipped = readdirSync('traces').filter((file) => file !== 'SOURCES.md');
  expect(shipped.sort()).toEqual(commands.map(({ file }) => basename(file)).sort());
  expect(shipped.reduce((sum, file) => sum + statSync(join('traces', file)).size, 0)).toBeLessThan(500_000);
});
