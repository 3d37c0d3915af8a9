// Experiments as users run them: in worker threads, killed, stopped, resumed, in parts.
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { run, SMALL_SWF, temporaryFolder, yardmaster } from './cli-runner.ts';

const folder = temporaryFolder();
const trace = resolve('traces/lublin-256.swf');
const file = (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
file('small.swf', SMALL_SWF);

/** Thirty-two points that take a while, so that signals come in their midst. */
const SWEEP = file(
  'sweep.yaml',
  `workloads: [{ trace: ${trace}, limit: 1500 }]\npolicies: [easy, conservative]\nmetrics: [wait]\nreport: { page: false }\n` +
    'sweep: { axes: { load: { from: 0.8, to: 1.1, step: 0.02 } } }\n',
);
const SMALL = file('small.yaml', 'workloads: [small.swf]\npolicies: [fcfs, easy]\nreport: { page: false }\n');

function contentOf(out: string): Record<string, string> {
  const files = readdirSync(out, { recursive: true, encoding: 'utf8' }).filter((name) => statSync(join(out, name)).isFile());
  return Object.fromEntries(files.sort().map((name) => [name, readFileSync(join(out, name), 'utf8')]));
}

/** Finished points, and which writing of them it is. */
function finishedIn(out: string): Map<string, string> {
  const points = existsSync(join(out, 'points')) ? readdirSync(join(out, 'points')) : [];
  const records = points.map((key) => join(out, 'points', key, 'point.json')).filter((path) => existsSync(path));
  return new Map(records.map((path) => [path, `${statSync(path).ino} ${statSync(path).mtimeMs}`]));
}

const reference = join(folder, 'reference');

beforeAll(async () => {
  const { code, stderr } = await yardmaster(['run', SWEEP, '--out', reference, '--workers', '1']);
  expect(stderr).toContain('32 points in');
  expect(code).toBe(0);
});

test('two workers write what one does', async () => {
  const out = join(folder, 'two');
  expect((await yardmaster(['run', SWEEP, '--out', out, '--workers', '2'])).code).toBe(0);
  expect(contentOf(out)).toEqual(contentOf(reference));
});

test('resumed with nothing left to run, it writes what is made of the points', async () => {
  const out = join(folder, 'whole');
  expect((await yardmaster(['run', SMALL, '--out', out])).code).toBe(0);
  const whole = contentOf(out);
  const finished = finishedIn(out);
  for (const name of ['results.csv', 'manifest.json']) rmSync(join(out, name));
  const { code, stderr } = await yardmaster(['run', SMALL, '--out', out, '--resume']);
  expect(stderr).toContain('0 are left to run');
  expect(code).toBe(0);
  expect(contentOf(out)).toEqual(whole);
  expect(finishedIn(out)).toEqual(finished);
});

test('killed again and again and resumed, it ends with the same bytes, and runs nothing twice that was finished', async () => {
  const out = join(folder, 'killed');
  const known = new Map<string, string>();
  const check = () => {
    const now = finishedIn(out);
    for (const [path, writing] of known) expect(now.get(path)).toBe(writing);
    for (const [path, writing] of now) known.set(path, writing);
    return now.size;
  };
  const args = ['run', SWEEP, '--out', out, '--workers', '2', '--resume'];
  // Each time a few points more: whatever the machine is busy with, the kill comes while others are being run.
  for (let kill = 0; kill < 3; kill++) {
    const before = check();
    const wanted = before + 1 + 2 * kill;
    await yardmaster(args, { onStart: (child) => void killWhen(() => finishedIn(out).size >= wanted, child) });
    expect(check()).toBeGreaterThanOrEqual(wanted);
  }
  const before = check();
  const { code, stderr } = await yardmaster(args);
  expect(code).toBe(0);
  expect(stderr).toContain(`${before} are there already and verify`);
  check();
  expect(contentOf(out)).toEqual(contentOf(reference));
});

type Child = Parameters<NonNullable<NonNullable<Parameters<typeof yardmaster>[1]>['onStart']>>[0];

async function killWhen(isTime: () => boolean, child: Child, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
  while (!isTime() && child.exitCode === null) await sleep(5);
  child.kill(signal);
}

test.each([
  { signal: 'SIGINT', code: 130 },
  { signal: 'SIGTERM', code: 143 },
  { signal: 'SIGUSR1', code: 75 },
] as const)('$signal stops it cleanly, with exit code $code', async ({ signal, code }) => {
  const out = join(folder, signal);
  const stopped = await yardmaster(['run', SWEEP, '--out', out, '--workers', '2'], {
    onStart: (child) => void killWhen(() => finishedIn(out).size >= 3, child, signal),
  });
  expect([stopped.code, stopped.stderr]).toEqual([code, expect.not.stringContaining('bug')]);
  const { points } = JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8')) as { points: { state: string }[] };
  const done = points.filter(({ state }) => state === 'done').length;
  expect(done).toBe(finishedIn(out).size);
  expect(done).toBeLessThan(32);
  // What was dropped does not count as over.
  expect(stopped.stderr).toMatch(new RegExp(`^${done} points in `, 'm'));
  // Nothing half written is left.
  expect(readdirSync(join(out, 'points'))).toHaveLength(done);
  expect((await yardmaster(['run', SWEEP, '--out', out, '--resume'])).code).toBe(0);
  expect(contentOf(out)).toEqual(contentOf(reference));
});

test('parts are merged to the same bytes; what is missing is named with its command, which works', async () => {
  const out = join(folder, 'parts');
  expect((await yardmaster(['run', SWEEP, '--out', out, '--shard', '2/2'])).code).toBe(0);
  const lacking = await yardmaster(['merge', out]);
  expect([lacking.code, lacking.stderr]).toEqual([4, expect.stringContaining('16 points missing')]);
  const command = lacking.stderr.split('\n').find((line) => line.startsWith('  yardmaster run '));
  expect((await yardmaster(command?.trim().split(' ').slice(1) ?? [])).code).toBe(0);
  rmSync(join(out, 'shards'), { recursive: true });
  expect(contentOf(out)).toEqual(contentOf(reference));
});

test('a point that takes too much time or memory is given up, and the others go on', async () => {
  file(
    'hog.js',
    "export default { name: 'hog', create: () => { const all = []; return { schedule() { for (;;) all.push({ a: [1, 2, 3] }); } }; } };\n",
  );
  file('loop.js', "export default { name: 'loop', create: () => ({ schedule() { for (;;); } }) };\n");
  const text = 'workloads: [small.swf]\npolicies: [fcfs, ./hog.js, ./loop.js, easy]\nlimits: { memory: 64Mi, time: 8s }\n';
  const out = join(folder, 'given-up');
  const { code, stderr } = await yardmaster(['run', file('given-up.yaml', text), '--out', out, '--workers', '1', '--no-page']);
  expect(code).toBe(4);
  expect(stderr).toMatch(/hog\.js, seed 1: (needed more memory|took longer)/);
  expect(stderr).toContain('loop.js, seed 1: took longer than 8 s');
  const { points } = JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8')) as {
    points: { policy: string; state: string }[];
  };
  expect(points.map(({ policy, state }) => [policy, state === 'done'])).toEqual([
    ['fcfs', true],
    ['./hog.js', false],
    ['./loop.js', false],
    ['easy', true],
  ]);
});

describe('exit codes', () => {
  test.each([
    {
      what: '1: an expectation that is not met',
      text: 'expect: [{ figure: wait.mean, policy: fcfs, max: 0 }]\n',
      code: 1,
      says: 'expected wait.mean of fcfs: at most 0',
    },
    {
      what: '0: one that is',
      text: 'expect: [{ figure: wait.mean, policy: easy, against: fcfs, max: 1 }]\n',
      code: 0,
      says: '1 of 1 expectation met',
    },
    {
      what: '4: a point that takes too long',
      text: 'clusters: [procs=4]\nlimits: { time: 1ms }\n',
      code: 4,
      says: 'took longer than 0.001 s',
    },
    {
      what: '2: a mistake that only the run finds',
      text: 'overrun: kill\nsweep: { axes: { sizes: [1e9] } }\n',
      code: 2,
      says: 'no factor',
    },
  ])('$what', async ({ text, code, says }) => {
    const path = file('code.yaml', `${readFileSync(SMALL, 'utf8')}${text}`);
    const outcome = await yardmaster(['run', path, '--out', join(folder, 'code'), '--overwrite']);
    expect([outcome.code, outcome.stderr]).toEqual([code, expect.stringContaining(says)]);
  });

  test('2: a part that there is not', async () => {
    const { code, stderr } = await yardmaster(['run', SMALL, '--shard', '3/2']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('the third of ten parts')]);
  });

  test('1 of compare: a threshold that is broken', async () => {
    const out = join(folder, 'compared');
    await yardmaster(['run', SMALL, '--out', out]);
    const kept = await yardmaster(['compare', out, '--threshold', 'wait.mean<=+0%', '--threshold', 'jobs.rejected<=0']);
    expect([kept.code, kept.stdout]).toEqual([0, expect.stringMatching(/fcfs .*\n.*easy/)]);
    const broken = await yardmaster(['compare', out, '--baseline', 'easy', '--threshold', 'wait.mean<=+5%']);
    expect([broken.code, broken.stderr]).toEqual([
      1,
      expect.stringContaining('small.swf, procs=4, fcfs: wait.mean<=+5% is broken'),
    ]);
    expect((await yardmaster(['compare', out, '--threshold', 'wait'])).code).toBe(2);
  });
});

describe('sweep emit', () => {
  test('slurm prints a script that runs, part by part, and then merges', async () => {
    const out = join(folder, 'array');
    const whole = join(folder, 'not-array');
    await yardmaster(['run', SMALL, '--out', whole]);
    const args = ['sweep', 'emit', 'slurm', SMALL, '--out', out, '--tasks', '2', '--time', '10:00', '--partition', 'short'];
    const { stdout, code } = await yardmaster(args);
    expect(code).toBe(0);
    const bin = temporaryFolder();
    // An sbatch that runs what it is given: every task of an array, then the merge.
    const sbatch =
      `#!/bin/bash\nscript=$(cat)\necho "$script" >> ${bin}/scripts\nlast=$(sed -n 's/^#SBATCH --array=1-\\([0-9]*\\).*/\\1/p' <<<"$script")\n` +
      'for task in $(seq 1 "${last:-1}"); do SLURM_ARRAY_TASK_ID=$task SLURM_ARRAY_JOB_ID=7 bash -c "$script" >&2; done\necho "7;cluster"\n';
    writeFileSync(join(bin, 'sbatch'), sbatch, { mode: 0o755 });
    writeFileSync(join(bin, 'yardmaster'), `#!/bin/sh\nexec "${process.execPath}" "${resolve('dist/bin/cli.js')}" "$@"\n`, {
      mode: 0o755,
    });
    const ran = await run('bash', [file('submit.sh', stdout)], { env: { PATH: `${bin}:${process.env.PATH ?? ''}` } });
    expect([ran.code, ran.stdout]).toEqual([0, expect.stringMatching(/^array 7: 2 tasks\nmerge 7: /)]);
    rmSync(join(out, 'shards'), { recursive: true });
    rmSync(join(out, 'log'), { recursive: true });
    expect(contentOf(out)).toEqual(contentOf(whole));
    expect(readFileSync(join(bin, 'scripts'), 'utf8')).toMatch(
      /--array=1-2\n[\s\S]*--partition=short\n#SBATCH --signal=B:USR1@120/,
    );
  });

  test('slurm packs the points into as many tasks as an array may have', async () => {
    const args = ['sweep', 'emit', 'slurm', SWEEP, '--points-per-task', '1', '--max-array-size', '8', '--at-once', '2'];
    const { stdout, stderr } = await yardmaster(args);
    expect(stdout).toContain('#SBATCH --array=1-7%2\n');
    expect(stderr).toContain('packed into 7');
  });

  test('kubernetes prints an Indexed Job that gives hopeless parts up', async () => {
    const { stdout, code } = await yardmaster(['sweep', 'emit', 'kubernetes', SWEEP, '--tasks', '4', '--image', 'a/b:1']);
    expect(code).toBe(0);
    const [job, merge] = parseAllDocuments(stdout).map((document) => document.toJS() as { spec: Record<string, unknown> });
    expect(job).toMatchObject({
      apiVersion: 'batch/v1',
      kind: 'Job',
      spec: {
        completionMode: 'Indexed',
        completions: 4,
        backoffLimitPerIndex: 3,
        podFailurePolicy: {
          rules: [
            { action: 'FailIndex', onExitCodes: { containerName: 'yardmaster', operator: 'In', values: [2, 3] } },
            { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
          ],
        },
        template: { spec: { restartPolicy: 'Never', containers: [{ name: 'yardmaster', image: 'a/b:1' }] } },
      },
    });
    expect(merge.spec.suspend).toBe(true);
    const logged = await yardmaster(['sweep', 'emit', 'kubernetes', SWEEP, '--tasks', '4', '--logs', '--out', 'results']);
    const documents = parseAllDocuments(logged.stdout).map((document) => document.toJS() as object);
    expect(documents).toHaveLength(1);
    expect(JSON.stringify(documents)).toMatch(/--print-points .*"emptyDir":\{\}/);
    expect(JSON.stringify(documents)).not.toContain('/work');
    expect(logged.stderr).toContain('yardmaster merge --from-logs points.log --out results');
  });
});

test('the schema is printed', async () => {
  const { stdout } = await yardmaster(['schema', 'scenario']);
  expect(JSON.parse(stdout)).toHaveProperty('properties.workloads');
});

describe('the scenarios that we ship', () => {
  const shipped = readdirSync('scenarios').filter((name) => name.endsWith('.yaml'));

  test('are several', () => expect(shipped.length).toBeGreaterThanOrEqual(6));

  test.each(shipped)('%s keeps what it promises', async (name) => {
    // Of 2,880 points a part shows that they run.
    const part = name === 'decision-map.yaml' ? ['--shard', '1/12'] : [];
    const outcome = await yardmaster(['run', join('scenarios', name), '--out', join(folder, name), '--no-page', ...part]);
    expect([outcome.code, outcome.stderr]).toEqual([0, expect.stringContaining('written to')]);
  });
});
