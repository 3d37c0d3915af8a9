// Policies that are programs of their own: what they decide, what they are told, and what is said of those that go wrong.
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, closeSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { processorPool } from '../src/cluster.ts';
import { scheduleDigest } from '../src/digest.ts';
import { simulate } from '../src/engine/simulate.ts';
import type { SimulationOptions } from '../src/engine/simulate.ts';
import type { InputError } from '../src/errors.ts';
import { loadPolicyFile } from '../src/experiment/policy-file.ts';
import { LineReader, openPipes, writeAll } from '../src/experiment/policy-program/pipe.ts';
import { readParameters } from '../src/parameters.ts';
import { firstFit } from '../src/placement/first-fit.ts';
import { easy } from '../src/policies/easy/easy.ts';
import { fcfs } from '../src/policies/fcfs.ts';
import type { PolicySpec } from '../src/policy.ts';
import type { Workload } from '../src/workload.ts';
import { temporaryFile } from './cli-runner.ts';
import { denseWorkloads, outages, PROCS } from './engine-workloads.ts';
import { workloadOf } from './workload-of.ts';

const EASY = 'clients/python/examples/easy_backfill.py';
const POOL = processorPool(PROCS);
/** Each starts a process or two. */
const RUNS = { numRuns: 4, endOnFailure: true };

const hasPython = spawnSync('python3', ['--version']).status === 0;

function program(text: string, name: string): string {
  const path = temporaryFile(name, text);
  chmodSync(path, 0o755);
  return path;
}

const python = (text: string) => program(`#!/usr/bin/env python3\n${text}`, 'mine');
/** A policy in Python whose `schedule` is this. */
const scheduling = (body: string) =>
  python(
    `import sys\nfrom yardmaster_policy import *\nclass Mine(Policy):\n  def schedule(self, cycle):\n${body.replace(/^/gm, '    ')}\nserve(Mine)\n`,
  );

function run(spec: PolicySpec, workload: Workload, options: SimulationOptions = {}) {
  return simulate(workload, POOL, spec, { parameters: readParameters(spec.parameters ?? {}, {}, spec.name), ...options });
}

const BOOKS = [
  `0 [0] {} [0] [] ${PROCS}`,
  '1 [1] {0: (0, 12)} [1] [] 0',
  '5 [1] {0: (0, 12)} [] [] 0',
  `6 [0, 1] {} [0] [0] ${PROCS}`,
];

const threeJobs = workloadOf([
  { submit: 0, runtime: 10, walltime: 10, procs: PROCS },
  { submit: 1, runtime: 10, walltime: 10, procs: 1 },
  { submit: 2, runtime: 10, walltime: 10, procs: 1 },
]);

describe.skipIf(!hasPython)('a policy in Python (skipped without python3)', async () => {
  const spec = hasPython ? await loadPolicyFile(EASY) : fcfs;

  test('describes itself', () => {
    expect(spec).toMatchObject({ name: 'easy-in-python', parameters: { depth: { type: 'integer', min: 0 } } });
    expect(spec.summary).toContain('First come, first served');
  });

  test('decides as the same policy in TypeScript does', () => {
    fc.assert(
      fc.property(denseWorkloads({ dependencies: true }), outages, (workload, planned) => {
        const cluster = { ...POOL, outages: planned };
        const options: SimulationOptions = { dependencies: 'hold', placement: firstFit };
        const [theirs, ours] = [spec, easy].map((policy) => simulate(workload, cluster, policy, options));
        expect(scheduleDigest(theirs)).toBe(scheduleDigest(ours));
      }),
      RUNS,
    );
  });
});

test('the policy in Node that the protocol shows is first come, first served', async () => {
  const text = /```js\n([\s\S]*?)```/.exec(readFileSync('clients/PROTOCOL.md', 'utf8'))![1];
  const spec = await loadPolicyFile(program(text, 'in-node'));
  expect(spec.name).toBe('in-node');
  fc.assert(
    fc.property(denseWorkloads(), (workload) => {
      expect(scheduleDigest(run(spec, workload))).toBe(scheduleDigest(run(fcfs, workload)));
    }),
    RUNS,
  );
});

describe.skipIf(!hasPython)('what a program is told (skipped without python3)', () => {
  /** What it wrote to this file while it ran. */
  async function notes(body: string, workload = threeJobs): Promise<string[]> {
    const file = temporaryFile('notes', '');
    const spec = await loadPolicyFile(
      scheduling(`note = lambda *what: print(*what, file=open(${JSON.stringify(file)}, 'a'))\n${body}`),
    );
    run(spec, workload);
    return readFileSync(file, 'utf8').trim().split('\n');
  }

  test('its books: what waits, what runs, what has come and gone, and when all of it will be over', async () => {
    const body = `
note(cycle.now_ms, list(cycle.pending), {job: tuple(run) for job, run in cycle.running.items()}, cycle.submitted, cycle.ended, cycle.free_procs)
if cycle.now_ms == 1: cycle.wake_at(5)
if cycle.now_ms == 5: cycle.preempt(0); cycle.wake_at(6)
if cycle.now_ms != 5: cycle.start_in_order(list(cycle.pending)[-1:])`;
    const one = workloadOf([
      { submit: 0, runtime: 10, walltime: 12, procs: PROCS },
      { submit: 1, runtime: 3, walltime: 4, procs: 1 },
    ]);
    expect((await notes(body, one)).slice(0, BOOKS.length)).toEqual(BOOKS);
  });

  test('what is free, less what it has started itself', async () => {
    const body = `
if cycle.now_ms == 0:
    before = cycle.free_procs
    cycle.start(0)
    note(before - cycle.free_procs)
else: cycle.start_in_order(cycle.pending)`;
    expect(await notes(body)).toEqual([String(PROCS)]);
  });

  test('jobs with what they asked for, and nothing else', async () => {
    const body = `
for job in cycle.submitted: note(vars(cycle.jobs[job]))
cycle.start_in_order(cycle.pending)`;
    const [first] = await notes(body);
    expect(first).toContain("'procs': " + String(PROCS));
    expect(first).toContain("'walltime_ms': 10");
    expect(first).not.toContain('runtime');
  });

  test('what fits, also if others came or went', async () => {
    const body = `
if cycle.now_ms == 0: cycle.start(0)
if cycle.now_ms == 2:
  note(cycle.which_fit([1, 2]), cycle.which_fit([1, 2], given_back=[0]), cycle.which_fit([2], given_back=[0], taken=[1]), cycle.when_fits(1).time_ms)
if cycle.now_ms == 10: cycle.start_those_that_fit(cycle.pending)`;
    expect(await notes(body)).toEqual(['[False, False] [True, True] [True] 10']);
  });
});

describe.skipIf(!hasPython)('a program that goes wrong is told so, with its file (skipped without python3)', () => {
  test.each([
    ['raise SystemExit(7)', 'the program ended with exit code 7 before it had answered'],
    ['import os, signal; os.kill(os.getpid(), signal.SIGKILL)', 'the program ended by signal SIGKILL'],
    [
      'cycle._channel._answers.write("not json\\n"); cycle._channel._answers.flush(); cycle._channel.read()',
      'wrote what is no JSON: not json',
    ],
    [
      'cycle._channel._answers.write("[1]\\n"); cycle._channel._answers.flush(); cycle._channel.read()',
      'the program answered [1]',
    ],
    ['while True: cycle.fits(list(cycle.pending)[0])', 'it asks on and on: 10101 questions at one instant'],
    ['cycle._channel._number -= 1', 'answered message 1 when it was asked message 2'],
    [
      'cycle._channel._answers.write("half"); cycle._channel._answers.flush(); raise SystemExit(0)',
      'in the middle of a line: half',
    ],
    ['cycle.start(2)', 'no job 2 has been submitted'],
    ['cycle.start(0); cycle.start(0)', 'which is not waiting'],
    ['cycle.start(0) if cycle.now_ms == 0 else cycle.start(1)', 'at 1 ms'],
    ['cycle.wake_at(1.5)', '"at_ms" is 1.5: give whole milliseconds'],
    ['cycle.start(0); cycle.preempt(0, "softly")', 'by "softly"'],
    ['cycle.evict(0, node=-1, tasks=1)', '"node" is -1: give a whole number'],
    ['cycle._decide({"verb": "stop"})', 'there is no such verb; one of: start,'],
    ['cycle._decide({"verb": "start", "jobs": [0], "if_fits": "maybe"})', '"if_fits" is "maybe"'],
    ['cycle.start(0, beside_reservation=True)', 'there is no reservation'],
    ['cycle.which_fit([0], given_back=[0])', 'job 0 holds nothing that it could give back'],
  ])('%s', async (body, message) => {
    const path = scheduling(body);
    const spec = await loadPolicyFile(path);
    let told: unknown;
    try {
      run(spec, threeJobs);
    } catch (error) {
      told = error;
    }
    expect(told).toMatchObject({ name: 'InputError', where: path, problem: expect.stringContaining(message) as string });
    expect((told as InputError).hint.includes('not by "id"')).toBe(message.startsWith('no job'));
  });

  test('a program that is late is stopped', async () => {
    const path = scheduling('import time; time.sleep(60)');
    const spec = await loadPolicyFile(path);
    const parameters = readParameters(spec.parameters ?? {}, { 'answer-within': '300ms' }, '');
    expect(() => run(spec, threeJobs, { parameters })).toThrow('did not answer within');
  });

  test('a program that is late is given up though a child of its own holds the pipe', async () => {
    const path = program('#!/bin/sh\nread line\necho \'{"n":1}\'\nread line || exit\nsleep 30\n', 'with-child');
    const spec = await loadPolicyFile(path);
    const parameters = readParameters(spec.parameters ?? {}, { 'answer-within': '300ms' }, '');
    expect(() => run(spec, threeJobs, { parameters })).toThrow('did not answer within');
  });

  test.each([
    ['which ends in what marks the end', `printf '\\377\\376\\000\\n'`, 'wrote what is no JSON'],
    ['which does not end', 'head -c 300000000 /dev/zero; exec sleep 29', 'a line of more than 268435456 bytes'],
  ])('a line %s is refused, and the program is gone', async (_, writes, message) => {
    const path = program(
      `#!/bin/bash\nread line\necho '{"n":1}'\nread line || exit\n${writes}\nexec -a odd-${process.pid} sleep 28\n`,
      'odd',
    );
    const spec = await loadPolicyFile(path);
    const parameters = readParameters(spec.parameters ?? {}, { 'answer-within': '20s' }, '');
    expect(() => run(spec, threeJobs, { parameters })).toThrow(message);
    expect(execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })).not.toMatch(`odd-${process.pid}`);
  });

  test.each([
    ['no #! line', 'mine', 'x = 1', 0o644, 'neither a module (.js, .mjs, .ts) nor a program'],
    ['an interpreter that is not there', 'mine', '#!/absent/interpreter\n', 0o755, 'cannot be started'],
    ['a program that gives up at once', 'mine.py', 'raise SystemExit(1)', 0o644, 'ended with exit code 1'],
    ['no answer', 'mine', '#!/bin/sh\nread line\necho hello\n', 0o755, 'wrote what is no JSON'],
    [
      'a description of another type',
      'mine',
      `#!/bin/sh\nread line\necho '{"n":1,"summary":3}'\nread l\n`,
      0o755,
      '3 as "summary"',
    ],
    [
      'a parameter without a type',
      'mine',
      `#!/bin/sh\nread line\necho '{"n":1,"parameters":{"depth":{}}}'\nread l\n`,
      0o755,
      'one of number',
    ],
    [
      'a default out of bounds',
      'mine',
      `#!/bin/sh\nread line\necho '{"n":1,"parameters":{"a":{"type":"integer","default":0,"min":1}}}'\n`,
      0o755,
      'allowed: at least 1',
    ],
  ])('%s', async (_, name, text, mode, message) => {
    const path = temporaryFile(name, text);
    chmodSync(path, mode);
    await expect(loadPolicyFile(path)).rejects.toThrow(message);
  });

  test('no process is left behind by one that does not go', async () => {
    const mark = `mark-${process.pid}`;
    const answers = ['{"n":1}', '{"n":2,"decisions":[{"verb":"start","jobs":[0]}]}', '{"n":3}'];
    const lines = answers.map((answer) => `read line; echo '${answer}'`);
    const path = program(['#!/bin/bash', ...lines, `exec -a ${mark} sleep 31`].join('\n'), 'stays');
    const spec = await loadPolicyFile(path);
    const parameters = readParameters(spec.parameters ?? {}, { 'answer-within': '300ms' }, '');
    expect(run(spec, workloadOf([{ submit: 0, runtime: 1, procs: 1 }]), { parameters }).end[0]).toBe(1);
    expect(execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })).not.toContain(mark);
  });
});

test('lines come through a pipe as they were written, however they are cut', () => {
  const line = fc.oneof(
    fc.constantFrom('', 'a', 'ä€😀'),
    fc.constantFrom(65_534, 65_535, 65_536, 65_537, 140_000).map((length) => 'x'.repeat(length)),
  );
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: 6 }), (lines) => {
      const [pipe] = openPipes(1);
      const reader = new LineReader(pipe.reader);
      const got: string[] = [];
      // A pipe holds 64 KiB: what is longer is read while it is written, as a second process would.
      const text = lines.map((one) => `${one}\n`).join('');
      const short = lines.every(({ length }) => length < 100);
      if (short) writeAll(pipe.writer, text);
      else {
        const file = temporaryFile('lines', text);
        execFileSync('sh', ['-c', 'cat "$0" >&3 &', file], { stdio: ['ignore', 'ignore', 'inherit', pipe.writer] });
      }
      for (let count = 0; count < lines.length; count++) got.push(reader.next());
      closeSync(pipe.reader);
      closeSync(pipe.writer);
      expect(got).toEqual(lines);
    }),
    { numRuns: 30 },
  );
});
