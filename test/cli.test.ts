import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { CLI, run, SMALL_SWF, temporaryFile, temporaryFolder, yardmaster } from './cli-runner.ts';

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
const swf = temporaryFile('small.swf', SMALL_SWF);

const COMMANDS = [
  '',
  'run',
  'compare',
  'merge',
  'sweep emit',
  'replay',
  'trace',
  'trace inspect',
  'trace convert',
  'trace generate',
  'trace slice',
  'trace scale',
  'trace fetch',
  'policies',
  'metrics',
  'formats',
  'schema',
  'verify',
  'verify schedule',
  'completion',
];

describe('help', () => {
  test.each(COMMANDS)('of "%s" is on standard output, with examples first where a command can be run', async (command) => {
    const words = command.split(' ').filter((word) => word !== '');
    const { code, stdout, stderr } = await yardmaster([...words, '--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const isGroup = command === 'trace' || command === 'verify';
    expect(stdout).toMatch(isGroup ? /^Usage: / : /^Examples:\n {2}\$ /);
    expect(stdout).toContain(`Usage: ${['yardmaster', ...words].join(' ')}`);
  });

  test('names every command', async () => {
    const { stdout } = await yardmaster(['--help']);
    for (const command of COMMANDS.filter((name) => name !== '')) expect(stdout).toContain(`\n  ${command.split(' ')[0]}`);
  });

  test.each([['-V'], ['--version']])('%s prints the version', async (flag) => {
    expect(await yardmaster([flag])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });
});

describe('mistakes are told bare, with a remedy, and exit with 2 for usage and 3 for data', () => {
  const garbage = temporaryFile('garbage.swf', 'this is\nno trace at all\n');
  const noColumns = temporaryFile('nothing.csv', 'a,b\n1,2\n');
  const noStarts = temporaryFile('plan.swf', '1 100 -1 60 3 -1 -1 3 60 -1 1 7 -1 -1 1 -1 -1 -1\n');
  test.each([
    [['replya'], 2, '(Did you mean replay?)'],
    [['replay', swf, '--polcy', 'easy'], 2, '(Did you mean --policy?)'],
    [['trace', 'inspct', swf], 2, '(Did you mean inspect?)'],
    [['replay'], 2, "missing required argument 'trace'"],
    [['replay', swf], 2, '--policy: no policy is given'],
    [['replay', swf, '--policy', 'esy'], 2, 'did you mean "easy"?'],
    [['replay', swf, '--policy', 'easy:dialekt=pyss'], 2, 'did you mean "dialect"?'],
    [['replay', swf, '--policy', 'easy', '--placement', 'best-fitt'], 2, 'did you mean "best-fit"?'],
    [['replay', swf, '--policy', 'easy', '--format', 'swg'], 2, 'did you mean "swf"?'],
    [['replay', swf, '--policy', 'easy', '--cluster', 'prox=4'], 2, 'error: '],
    [['replay', swf, '--policy', 'easy', '--seed', 'x'], 2, '--seed: "x" is not a whole number from 0 on'],
    [['replay', swf, '--policy', 'easy', '--limit', '0'], 2, '--limit: "0" is not a whole number from 1 on'],
    [['replay', swf, '--policy', 'easy', '--until', 'soon'], 2, '--until: "soon" is not a duration'],
    [['replay', swf, '--policy', 'easy', '--overrun', 'no'], 2, 'Allowed choices are kill, extend.'],
    [['replay', swf, '--policy', 'easy', '--failures', 'mtbf=3d'], 2, 'lacks mttr'],
    [['replay', swf, '--policy', 'easy', '--explain'], 2, 'add --out DIR'],
    [['replay', swf, '--policy', 'easy', '--baseline', 'fcfs'], 2, 'one of: easy'],
    [['replay', 'absent.swf', '--policy', 'easy'], 2, 'absent.swf'],
    [['replay', garbage, '--policy', 'easy'], 3, 'garbage.swf'],
    [['replay', swf, '--policy', 'easy', '--out', `${swf}/below`], 2, 'hint: check the path'],
    [['policies', 'esy'], 2, 'did you mean "easy"?'],
    [['completion', 'tcsh'], 2, 'Allowed choices are bash, zsh, fish.'],
    [['verify', 'schedule', swf, noColumns], 3, 'no column'],
    [['verify', 'schedule', noStarts, swf], 3, 'does not tell when its jobs started'],
    [['verify', 'schedule', 'absent.csv', swf], 2, 'absent.csv: cannot be read'],
    [['trace', 'convert', swf, 'out.xyz'], 2, 'says no format'],
    [['trace', 'slice', swf, '-'], 2, 'no change is asked for'],
    [['trace', 'scale', swf, '-', '--to', 'csv', '--arrivals', '0'], 2, '--arrivals: "0" is not a number above 0'],
    [['trace', 'generate', 'lublinn', '-', '--to', 'swf'], 2, 'did you mean "lublin"?'],
    [['trace', 'fetch', 'sdsc-sp3'], 2, 'did you mean "sdsc-sp2"'],
  ])('%j', async (args, code, message) => {
    const outcome = await yardmaster(args);
    expect(outcome.stderr).toContain(message);
    expect(outcome).toMatchObject({ code, stdout: '' });
    expect(outcome.stderr).toMatch(/^(.*\n)*error: /);
    expect(outcome.stderr).not.toMatch(/\n {4}at |This is a bug/);
  });
});

describe('streams', () => {
  test('a reader that goes away early is no error', async () => {
    const big = temporaryFile('big.json', '');
    const script = `set -o pipefail; "${process.execPath}" "${CLI}" metrics --json 2>"${big}" | head -c 10 >/dev/null`;
    expect((await run('bash', ['-c', script])).code).toBe(0);
    expect(readFileSync(big, 'utf8')).toBe('');
  });

  test('there are no colours and no progress off a terminal', async () => {
    const { stdout, stderr } = await yardmaster(['replay', swf, '--policy', 'fcfs', '--policy', 'easy']);
    expect(stdout + stderr).not.toContain('\x1b');
    expect(stdout + stderr).not.toContain('\r');
  });

  test('colours can be forced, and NO_COLOR wins', async () => {
    const args = ['replay', swf, '--policy', 'esy'];
    expect((await yardmaster(args, { env: { FORCE_COLOR: '1' } })).stderr).toContain('\x1b[31merror:');
    expect((await yardmaster(args, { env: { FORCE_COLOR: '1', NO_COLOR: '1' } })).stderr).not.toContain('\x1b');
  });

  test('traces come from standard input, compressed or not, and go to standard output', async () => {
    const converted = await yardmaster(['trace', 'convert', '-', '-', '--to', 'csv', '--format', 'swf'], {
      input: gzipSync(SMALL_SWF),
    });
    expect(converted.code).toBe(0);
    expect(converted.stdout.split('\n')).toHaveLength(6);
    const back = await yardmaster(['trace', 'convert', '-', '-', '--to', 'swf', '--format', 'csv'], { input: converted.stdout });
    expect(back.code).toBe(0);
    expect(back.stdout).toMatch(/^1 100 /m);
  });
});

/** What Node records of a script: its functions, and how often each was called. */
interface CoveredScript {
  readonly url: string;
  readonly functions: readonly { readonly functionName: string; readonly ranges: readonly { readonly count: number }[] }[];
}

describe('what a command loads', () => {
  /** Packages that node loads for a command, by its own record of what was covered. */
  async function packagesOf(args: readonly string[]): Promise<string[]> {
    const folder = temporaryFolder();
    const { code } = await yardmaster(args, { env: { NODE_V8_COVERAGE: folder } });
    expect(code).toBe(0);
    const names = readdirSync(folder)
      .flatMap((file) => (JSON.parse(readFileSync(join(folder, file), 'utf8')) as { result: CoveredScript[] }).result)
      // A file of its own, or in the joined one a function that bears its name.
      .flatMap(({ url, functions }) => [
        url,
        ...functions.filter((one) => one.ranges[0].count > 0).map((one) => one.functionName),
      ])
      .flatMap((place) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(place)?.[1] ?? []);
    return [...new Set(names)].sort();
  }

  test('--version loads nothing', async () => {
    expect(await packagesOf(['--version'])).toEqual([]);
  });

  test('replay of a log on processors loads no reader of YAML, CSV or Parquet', async () => {
    const allowed = ['commander', 'picocolors', 'seedrandom'];
    const loaded = await packagesOf(['replay', swf, '--cluster', 'procs=4', '--policy', 'easy']);
    expect(loaded.filter((name) => !allowed.includes(name))).toEqual([]);
  });
});

describe('lists', () => {
  test.each([['policies'], ['metrics'], ['formats']])('%s are there for people and for machines', async (command) => {
    const text = await yardmaster([command]);
    expect(text).toMatchObject({ code: 0, stderr: '' });
    const { stdout } = await yardmaster([command, '--json']);
    const list = JSON.parse(stdout) as { name: string }[] | { policies: { name: string }[] };
    const names = (Array.isArray(list) ? list : list.policies).map(({ name }) => name);
    expect(names.length).toBeGreaterThan(1);
    for (const name of names) expect(text.stdout).toContain(name);
  });

  test('a policy is described with its parameters', async () => {
    const { stdout } = await yardmaster(['policies', 'easy']);
    expect(stdout).toContain('dialect = textbook');
    expect(stdout).toContain('source: Lifka');
  });
});

describe('completion', () => {
  /** What bash offers for the last of these words. */
  async function complete(...words: string[]): Promise<string[]> {
    const script = `
      source <("${process.execPath}" "${CLI}" completion bash)
      COMP_WORDS=(yardmaster "$@"); COMP_CWORD=$#
      _yardmaster
      printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { code, stdout, stderr } = await run('bash', ['--norc', '-c', script, 'bash', ...words], { cwd: resolve('.') });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return stdout.split('\n').filter((line) => line !== '');
  }

  test.each([
    [['re'], ['replay', 'report']],
    [['trace', 'sl'], ['slice']],
    [
      ['trace', ''],
      ['inspect', 'convert', 'generate', 'slice', 'scale', 'fetch', 'help'],
    ],
    [['replay', 'x.swf', '--policy', 'fc'], ['fcfs']],
    [
      ['replay', 'x.swf', '--overrun', ''],
      ['kill', 'extend'],
    ],
    [['replay', 'x.swf', '--clu'], ['--cluster']],
    [['replay', 'x.swf', '--cluster', ''], []],
    [['replay', ''], []],
    [['trace', 'generate', 'lub'], ['lublin']],
    [['policies', 'eas'], ['easy']],
    [
      ['completion', ''],
      ['bash', 'zsh', 'fish'],
    ],
    [['verify', 'schedule', '--of'], ['--offset']],
  ])('in bash, %j can become %j', async (words, wanted) => {
    expect(await complete(...words)).toEqual(wanted);
  });

  test('for zsh and fish names the same commands', async () => {
    for (const shell of ['zsh', 'fish']) {
      const { code, stdout } = await yardmaster(['completion', shell]);
      expect(code).toBe(0);
      for (const word of ['replay', 'inspect', 'conservative', 'lublin']) expect(stdout).toContain(word);
    }
    expect((await yardmaster(['completion', 'zsh'])).stdout).toMatch(/^#compdef yardmaster\n/);
  });
});
