import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { run, CLI, SMALL_SWF, temporaryFile, temporaryFolder, yardmaster } from './cli-runner.ts';

const swf = temporaryFile('small.swf', SMALL_SWF);
const policy = (text: string, name = 'mine.mjs') => temporaryFile(name, text);
const replay = (path: string, ...args: string[]) => yardmaster(['replay', swf, '--policy', path, ...args]);

const FIRST_FIT = `
export default {
  name: 'any-that-fits',
  summary: 'Starts every job that fits.',
  source: 'none',
  parameters: { most: { summary: 'jobs at most at a time', type: 'integer', default: 100, min: 1 } },
  create: ({ parameters }) => ({
    schedule(cycle) {
      for (let job = cycle.pending.first(); job >= 0; job = cycle.pending.after(job)) {
        if (cycle.running.size < parameters.most && cycle.free.fits(job)) cycle.start(job);
      }
    },
  }),
};`;

describe('a policy from outside', () => {
  test('is run like ours, with its parameters', async () => {
    const out = temporaryFolder();
    const path = policy(FIRST_FIT);
    const outcome = await yardmaster(['replay', swf, '--policy', path, '--policy', `${path}:most=1`, '--out', out]);
    expect(outcome).toMatchObject({ code: 0 });
    expect(readdirSync(out).sort()).toEqual(['any-that-fits', 'any-that-fits-most=1', 'manifest.json']);
    expect(readFileSync(join(out, 'any-that-fits', 'jobs.csv'), 'utf8')).toContain('\n4,103,132,162,');
    const manifest = JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8')) as { inputs: { what: string }[] };
    expect(manifest.inputs.map(({ what }) => what)).toEqual(['trace', 'policy']);
    expect((await replay(`${path}:most=0`)).stderr).toContain('allowed: at least 1');
  });

  test('may be an instance of a class, and bears the name of its file if it says none', async () => {
    const path = policy(
      `class Lazy { #n = 0; schedule(cycle) { this.#n++; const job = cycle.pending.first(); if (job >= 0 && cycle.free.fits(job)) cycle.start(job); } }
       export default { create: () => new Lazy() };`,
      'lazy.mjs',
    );
    const outcome = await replay(path);
    expect(outcome).toMatchObject({ code: 0 });
    expect(outcome.stdout).toMatch(/^ +lazy\n/);
  });

  test.each([
    ['export const policy = 1;', 'has no default export'],
    ['export default 5;', 'its default export is a value of type number, not a policy'],
    ['export default { name: 3, create() {} };', '"name", not a text'],
    ['export default { name: "x" };', '"create", not a function'],
    ['export default { name: "x", create: () => 7 };', 'without a function "schedule"'],
    ['export default { name: "x", create() { throw new Error("boom"); } };', 'threw in create: Error: boom'],
    [
      'export default { name: "x", create: () => ({ schedule() { throw new Error("boom"); } }) };',
      'threw in schedule, at 0 ms: Error: boom',
    ],
    ['export default { name: "x", create: () => ({ async schedule() {} }) };', 'its function "schedule" is async'],
    [
      'export default { name: "x", create: () => ({ async schedule() { throw new Error("late"); } }) };',
      'its function "schedule" is async',
    ],
    ['export default { name: "x", create: () => ({ schedule(cycle) { cycle.start(3); } }) };', 'the policy threw in schedule'],
    ['export default {', 'cannot be loaded: SyntaxError'],
    ['import "./absent.js"; export default {};', 'cannot be loaded'],
  ])('that is wrong is told so, with its file: %s', async (text, message) => {
    const path = policy(text);
    const outcome = await replay(path);
    expect(outcome.stderr).toContain(message);
    expect(outcome.stderr).toContain(`error: ${path}`);
    expect(outcome.stderr).not.toContain('This is a bug');
    expect(outcome).toMatchObject({ code: 2, stdout: '' });
  });

  test('that is not there is told so', async () => {
    const outcome = await replay('./absent.js');
    expect(outcome).toMatchObject({ code: 2 });
    expect(outcome.stderr).toContain('./absent.js: there is no such file');
  });
});

describe('Ctrl-C', () => {
  const endless = policy('export default { name: "endless", create: () => ({ schedule() { for (;;); } }) };');

  test('ends a simulation with exit code 130 and no half-written files', async () => {
    const out = temporaryFolder();
    const outcome = await yardmaster(['replay', swf, '--policy', 'fcfs', '--policy', endless, '--out', out], {
      onStart: (child) => {
        // The endless one has begun as soon as what was done before it is there; how soon that is differs.
        const look = setInterval(() => {
          if (!existsSync(join(out, 'fcfs'))) return;
          clearInterval(look);
          setTimeout(() => child.kill('SIGINT'), 300);
        }, 20);
        child.once('exit', () => clearInterval(look));
      },
    });
    expect(outcome).toMatchObject({ code: 130, stdout: '' });
    expect(readdirSync(out, { recursive: true }).filter((name) => String(name).endsWith('.part'))).toEqual([]);
    // What was done before is there, but no manifest: the folder says that it is not complete.
    expect(readdirSync(out)).toEqual(['fcfs']);
  });

  test('ends a command that waits for its input', async () => {
    const script = `(sleep 10) | "$0" "$1" replay - --policy easy & sleep 1.5; kill -INT $(pgrep -n -P $$ -f cli.js); wait %1`;
    const outcome = await run('bash', ['-mc', script, process.execPath, CLI]);
    expect(outcome.code).toBe(130);
  });
});

test('a bug of ours keeps its stack and asks for a report', async () => {
  // A trace that breaks the reader would be mended at once, so the bug is planted through a module that is loaded first.
  const broken = temporaryFile(
    'broken.mjs',
    'Object.defineProperty(Map.prototype, "set", { value() { throw new RangeError("planted"); } });',
  );
  const outcome = await run(process.execPath, ['--import', broken, CLI, 'trace', 'inspect', swf]);
  expect(outcome.code).toBe(70);
  expect(outcome.stderr).toMatch(/RangeError: planted\n {4}at /);
  expect(outcome.stderr).toContain('Please report it');
});

describe('an unusual policy', () => {
  test('may be a class whose order has private fields', async () => {
    const path = policy(`class P {
      #order = { key: (job) => -job };
      get order() { return this.#order; }
      schedule(cycle) { for (let j; (j = cycle.pending.first()) >= 0 && cycle.free.fits(j); ) cycle.start(j); }
    }
    export default { create: () => new P() };`);
    expect(await replay(path)).toMatchObject({ code: 0 });
  });

  test.each(['async schedule() {}', '*schedule() {}'])('is refused with %s', async (schedule) => {
    const outcome = await replay(policy(`export default { create: () => ({ ${schedule} }) };`));
    expect(outcome.code).toBe(2);
    expect(outcome.stderr).toContain('is async or a generator');
  });

  test('that throws in its keys is told the job and time of the trace', async () => {
    const outcome = await replay(
      policy(`export default { create: () => ({ order: { key() { throw new Error('no key'); } }, schedule() {} }) };`),
    );
    expect(outcome.code).toBe(2);
    expect(outcome.stderr).toContain('in the trace: job 1 at 100 s');
  });
});
