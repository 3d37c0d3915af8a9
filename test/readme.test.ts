// README.md is run: blocks marked `sh` one after the other in one folder, with the files that it shows beside them, and what
// they print is what stands under them. `UPDATE_README=1 npx vitest run test/readme.test.ts` rewrites outputs and lists.
import { chmodSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { placements } from '../src/placement/index.ts';
import { loadPolicies } from '../src/policies/index.ts';
import { formats } from '../src/trace/index.ts';
import { CLI, run, temporaryFolder } from './cli-runner.ts';

const UPDATE = process.env.UPDATE_README === '1';

interface Block {
  readonly info: string;
  readonly text: string;
  /** Where the text stands in the file. */
  readonly at: number;
}

function blocksOf(markdown: string): Block[] {
  return [...markdown.matchAll(/^```([\w-]+)\n([\s\S]*?)^```$/gm)].map((match) => ({
    info: match[1],
    text: match[2],
    at: match.index + match[1].length + 4,
  }));
}

/** What differs from run to run and from machine to machine: how fast it was, on how many workers, and the size of pages. */
const withoutSpeed = (text: string) =>
  text
    .replace(/ simulated in \S+ s, \S+ jobs a second$/gm, ' simulated')
    .replace(/ points in .+ on \d+ workers?, one every .+$/gm, ' points')
    .replace(/^(report of .+): \S+ [KM]iB$/gm, '$1');

/** A folder as a user has it: traces, scenarios, the files that README shows, and the command on the path. */
function userFolder(blocks: readonly Block[]): { cwd: string; env: Record<string, string> } {
  const cwd = temporaryFolder();
  for (const folder of ['traces', 'scenarios']) cpSync(folder, join(cwd, folder), { recursive: true });
  for (const { info, text } of blocks) {
    const name = /^(?:\/\/|#) ([\w.-]+\.(?:js|yaml))\n/.exec(text)?.[1];
    if ((info === 'js' || info === 'yaml') && name !== undefined) writeFileSync(join(cwd, name), text);
  }
  const bin = join(temporaryFolder(), 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'yardmaster'), `#!/bin/sh\nexec "${process.execPath}" "${CLI}" "$@"\n`);
  chmodSync(join(bin, 'yardmaster'), 0o755);
  return { cwd, env: { PATH: `${bin}${delimiter}${process.env.PATH ?? ''}` } };
}

test('every block marked sh prints what stands under it', async () => {
  let markdown = readFileSync('README.md', 'utf8');
  const blocks = blocksOf(markdown);
  const user = userFolder(blocks);
  const updates: { block: Block; text: string }[] = [];
  for (const [index, block] of blocks.entries()) {
    if (block.info !== 'sh') continue;
    const { code, stdout } = await run('bash', ['-euo', 'pipefail', '-c', `exec 2>&1\n${block.text}`], user);
    expect(code, `${block.text}${stdout}`).toBe(0);
    const expected = blocks[index + 1];
    if (expected?.info !== 'text') continue;
    if (UPDATE) updates.push({ block: expected, text: stdout });
    else expect(withoutSpeed(stdout), block.text).toBe(withoutSpeed(expected.text));
  }
  for (const { block, text } of updates.reverse()) {
    markdown = markdown.slice(0, block.at) + text + markdown.slice(block.at + block.text.length);
  }
  if (UPDATE) writeFileSync('README.md', markdown);
});

test('npm start is the first example', () => {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: { start: string } };
  const [first] = blocksOf(readFileSync('README.md', 'utf8')).filter(({ info }) => info === 'sh');
  expect(scripts.start).toBe(first.text.trim().replace('yardmaster', 'node dist/bin/cli.js'));
});

test('the example policy is short', () => {
  const [policy] = blocksOf(readFileSync('README.md', 'utf8')).filter(({ info }) => info === 'js');
  expect(policy.text.split('\n').length - 1).toBeLessThanOrEqual(40);
});

describe('the list of', async () => {
  const cell = (text: string) => text.replaceAll('|', '\\|');
  const table = (titles: readonly string[], rows: readonly (readonly string[])[]) =>
    [titles, titles.map(() => '---'), ...rows].map((cells) => `| ${cells.map(cell).join(' | ')} |\n`).join('');
  const lists = {
    policies: table(
      ['policy', 'what it does', 'source'],
      (await loadPolicies()).map(({ name, summary, source }) => [`\`${name}\``, summary, source]),
    ),
    placements: table(
      ['placement', 'which nodes'],
      placements.map(({ name, summary }) => [`\`${name}\``, summary]),
    ),
    formats: table(
      ['format', 'endings', 'written too', 'what it is'],
      formats.map(({ name, extensions, summary, write }) => [`\`${name}\``, extensions.join(' '), write ? 'yes' : '', summary]),
    ),
  };

  test.each(Object.entries(lists))('%s is the one of the program', (name, wanted) => {
    const markdown = readFileSync('README.md', 'utf8');
    const section = new RegExp(`(<!-- ${name} -->\\n)([\\s\\S]*?)(<!-- /${name} -->)`);
    if (UPDATE)
      writeFileSync(
        'README.md',
        markdown.replace(section, (_, begin: string, __, end: string) => begin + wanted + end),
      );
    else expect(section.exec(markdown)?.[2]).toBe(wanted);
  });
});
