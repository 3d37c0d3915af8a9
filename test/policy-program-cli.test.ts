// Policies that are programs of their own, on the command line: as one policy among others, in a scenario, and when Ctrl-C comes.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CLI, SMALL_SWF, temporaryFile, temporaryFolder, yardmaster } from './cli-runner.ts';

const EASY = resolve('clients/python/examples/easy_backfill.py');
const hasPython = spawnSync('python3', ['--version']).status === 0;

const digestOf = (folder: string, policy: string) => readFileSync(join(folder, policy, 'jobs.csv'), 'utf8');

/** Whether a process runs whose arguments hold this. */
const runs = (mark: string) => execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8', maxBuffer: 2 ** 26 }).includes(mark);

async function until(holds: () => boolean, seconds: number): Promise<boolean> {
  for (const end = Date.now() + 1000 * seconds; Date.now() < end; await new Promise((go) => setTimeout(go, 50)))
    if (holds()) return true;
  return holds();
}

describe.skipIf(!hasPython)('a policy in Python on the command line (skipped without python3)', () => {
  test('replay: beside others, with the schedule of the same policy in TypeScript', async () => {
    const out = join(temporaryFolder(), 'out');
    const trace = temporaryFile('small.swf', SMALL_SWF);
    const policies = ['--policy', 'easy', '--policy', `${EASY}:depth=10`];
    const { code, stderr } = await yardmaster(['replay', trace, '--cluster', 'procs=4', ...policies, '--out', out]);
    expect([code, stderr]).toEqual([0, expect.not.stringContaining('bug')]);
    expect(digestOf(out, 'easy-in-python')).toBe(digestOf(out, 'easy'));
  });

  test('run: a scenario names it by its file, with parameters', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'small.swf'), SMALL_SWF);
    const policies = `[easy, { name: ${JSON.stringify(EASY)}, parameters: { depth: 10 } }]`;
    const text = `name: programs\nworkloads: [{ trace: small.swf }]\nclusters: [procs=4]\npolicies: ${policies}\n`;
    writeFileSync(join(folder, 'programs.yaml'), text);
    const { code, stderr } = await yardmaster(['run', join(folder, 'programs.yaml'), '--out', join(folder, 'out')], {
      cwd: folder,
    });
    expect([code, stderr]).toEqual([0, expect.not.stringContaining('bug')]);
  });
});

describe.skipIf(!hasPython)('Ctrl-C leaves no program behind (skipped without python3)', () => {
  /** Runs a program of this name until it has been asked for a decision, sends the signal, and answers the exit code. */
  async function interrupted(name: string, body: string, whom: 'all' | 'only us') {
    const folder = temporaryFolder();
    const asked = join(folder, 'asked');
    const path = join(folder, name);
    const python = `#!/usr/bin/env python3\nimport sys, time, signal\nfrom yardmaster_policy import *\n`;
    const policy = `class Mine(Policy):\n  def schedule(self, cycle):\n    open(${JSON.stringify(asked)}, 'w').close()\n    ${body}\nserve(Mine)\n`;
    writeFileSync(path, python + policy);
    chmodSync(path, 0o755);
    const trace = temporaryFile('small.swf', SMALL_SWF);
    const child = spawn(process.execPath, [CLI, 'replay', trace, '--cluster', 'procs=4', '--policy', path], {
      detached: true,
      stdio: 'ignore',
    });
    const over = new Promise<number | null>((done) => child.on('close', done));
    expect(await until(() => existsSync(asked), 60)).toBe(true);
    process.kill(whom === 'all' ? -child.pid! : child.pid!, 'SIGINT');
    const code = await Promise.race([over, new Promise<string>((done) => setTimeout(done, 30_000, 'still there'))]);
    const isGone = await until(() => !runs(path), 10);
    if (typeof code === 'string' || !isGone) process.kill(-child.pid!, 'SIGKILL');
    return { code, isGone };
  }

  test.each([
    ['at a terminal, which tells all', 'sleeps.py', 'time.sleep(50)', 'all'],
    [
      'at a terminal, though the program does not heed it',
      'ignores.py',
      'signal.signal(signal.SIGINT, signal.SIG_IGN); time.sleep(50)',
      'all',
    ],
    ['sent to us alone', 'alone.py', 'time.sleep(50)', 'only us'],
    ['sent to us alone while answers come', 'talks.py', 'cycle.wake_at(cycle.now_ms + 1)', 'only us'],
  ] as const)('%s', async (_, name, body, whom) => {
    expect(await interrupted(name, body, whom)).toEqual({ code: 130, isGone: true });
  });
});

/**
 * Reads a pipe that nobody writes to, over and over, and sends itself Ctrl-C each time; writes how each read ended. The
 * signal breaks off the read on one thread and ends the work from another: which comes first is chance.
 */
const READS = 200;
const READER = `
import { Worker } from 'node:worker_threads';
import { interruptible } from '${resolve('dist/cli/interrupt.js')}';
import { LineReader, openPipes } from '${resolve('dist/experiment/policy-program/pipe.js')}';
const [pipe] = openPipes(1);
const reads = new Int32Array(new SharedArrayBuffer(4));
new Worker(\`
  const { workerData: reads } = require('node:worker_threads');
  for (let sent = 0; ; sent++) {
    Atomics.wait(reads, 0, sent);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
    process.kill(process.pid, 'SIGINT');
  }\`, { eval: true, workerData: reads });
process.on('SIGINT', () => {});
const ends = {};
for (let read = 0; read < ${READS}; read++) {
  try {
    interruptible(() => {
      Atomics.add(reads, 0, 1);
      Atomics.notify(reads, 0);
      new LineReader(pipe.reader).next();
    });
  } catch (error) {
    ends[error.name] = (ends[error.name] ?? 0) + 1;
  }
}
console.log(JSON.stringify(ends));
process.exit();
`;

test('Ctrl-C ends a wait for an answer as such, however late it is heard', () => {
  const ends = execFileSync(process.execPath, [temporaryFile('reader.mjs', READER)], { encoding: 'utf8', timeout: 60_000 });
  expect(JSON.parse(ends)).toEqual({ Interrupted: READS });
});
