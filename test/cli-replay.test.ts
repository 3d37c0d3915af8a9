import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CLI, run, SMALL_SWF, temporaryFile, temporaryFolder, yardmaster } from './cli-runner.ts';
import type { Outcome } from './cli-runner.ts';

const swf = temporaryFile('small.swf', SMALL_SWF);

interface Result {
  trace: { jobs: number; no_job: { what: string; count: number }[] };
  cluster: { processors: number };
  runs: {
    policy: string;
    digest: string;
    folder: string;
    oracle: boolean;
    jobs: Record<string, number>;
    metrics: Record<string, { value: number; unit: string }>;
  }[];
}

async function replay(...args: string[]): Promise<Result> {
  const outcome = await yardmaster(['replay', swf, ...args, '--json']);
  expect(outcome.stderr).not.toContain('error');
  expect(outcome.code).toBe(0);
  return JSON.parse(outcome.stdout) as Result;
}

/** Start times in a folder of results, by job. */
function starts(folder: string, policy: string): Record<string, string> {
  const [, ...rows] = readFileSync(join(folder, policy, 'jobs.csv'), 'utf8')
    .trimEnd()
    .split('\n');
  return Object.fromEntries(rows.map((row) => row.split(',')).map(([job, , start]) => [job, start]));
}

describe('a replay', () => {
  test('refuses a second placement, of which one would win in silence', async () => {
    const two = ['--placement', 'best-fit', '--placement', 'worst-fit'];
    const { code, stderr } = await yardmaster(['replay', swf, '--cluster', 'nodes=4,cpus=4', '--policy', 'fcfs', ...two]);
    expect(stderr).toContain('error: --placement: given twice, "best-fit" and "worst-fit"\n  hint: a run has one: ');
    expect(code).toBe(2);
  });

  test('accounts for every line on standard error and compares on standard output', async () => {
    const { code, stdout, stderr } = await yardmaster(['replay', swf, '--policy', 'fcfs', '--policy', 'easy']);
    expect(code).toBe(0);
    expect(stderr).toContain('no --cluster: taking procs=4, which small.swf declares');
    expect(stderr).toContain('small.swf: 4 jobs submitted over 3 s (swf, ');
    // 3 lines of header and a blank one.
    expect([...stderr.matchAll(/no job: (\d+) x/g)].map(([, count]) => Number(count)).reduce((a, b) => a + b, 0)).toBe(4);
    expect(stdout).toMatch(/^ +fcfs +easy\n/);
    expect(stdout).toMatch(/wait, mean \[s\] +58\.5 +36\.5 +-37\.6 %\n/);
    expect(stdout).toMatch(/jobs completed +4 +4\n/);
    expect(stdout.match(/^digest of (fcfs|easy) +[0-9a-f]{64}$/gm)).toHaveLength(2);
  });

  test('writes what it found, in the time base of the trace', async () => {
    const out = join(temporaryFolder(), 'deep', 'results');
    const { code } = await yardmaster(['replay', swf, '--policy', 'fcfs', '--policy', 'easy', '--out', out]);
    expect(code).toBe(0);
    expect(readdirSync(out).sort()).toEqual(['easy', 'fcfs', 'manifest.json']);
    expect(readdirSync(join(out, 'easy')).sort()).toEqual(['jobs.csv', 'summary.json']);
    expect(readFileSync(join(out, 'easy', 'jobs.csv'), 'utf8')).toBe(
      'job,submit_s,start_s,end_s,state,wait_s,user,queue,cpus,gpus,nodes,placement,restarts,account,partition,qos\n' +
        '1,100,100,160,completed,0,7,1,3,0,,,0,,,\n' +
        '2,101,160,190,completed,59,8,1,4,0,,,0,,,\n' +
        '3,102,102,132,completed,0,7,2,1,0,,,0,,,\n' +
        '4,103,190,220,completed,87,8,1,1,0,,,0,,,\n',
    );
    expect(starts(out, 'fcfs')).toEqual({ 1: '100', 2: '160', 3: '190', 4: '190' });
    const summary = JSON.parse(readFileSync(join(out, 'easy', 'summary.json'), 'utf8')) as Result['runs'][0];
    expect(summary).toMatchObject({ policy: 'easy', oracle: false, jobs: { completed: 4, killed: 0 } });
    expect(summary.metrics.wait).toMatchObject({ value: 36.5, unit: 's' });
    const manifest = JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8')) as Record<string, unknown>;
    expect(manifest).toMatchObject({
      seed: 1,
      inputs: [{ what: 'trace', path: swf, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string }],
      cluster: { processors: 4 },
      policies: [{ policy: 'fcfs' }, { policy: 'easy', digest: summary.digest }],
    });
  });

  test('gives the same bytes again', async () => {
    const [one, two] = [temporaryFolder(), temporaryFolder()];
    for (const out of [one, two])
      await yardmaster(['replay', swf, '--policy', 'easy', '--failures', 'mtbf=10m,mttr=10s', '--seed', '7', '--out', out]);
    for (const file of ['jobs.csv', 'summary.json']) {
      expect(readFileSync(join(one, 'easy', file), 'utf8')).toBe(readFileSync(join(two, 'easy', file), 'utf8'));
    }
  });

  test('keeps policies of one name apart', async () => {
    const out = temporaryFolder();
    const policies = ['easy', 'easy:dialect=pyss', 'easy:order=sjf', 'fcfs'].flatMap((policy) => ['--policy', policy]);
    const { runs } = await replay(...policies, '--out', out);
    expect(runs.map(({ folder }) => folder)).toEqual(['easy', 'easy-dialect=pyss', 'easy-order=sjf', 'fcfs']);
    for (const { folder } of runs) expect(existsSync(join(out, folder, 'jobs.csv'))).toBe(true);
    const alone = await replay('--policy', 'easy:order=sjf');
    expect(alone.runs[0]).toMatchObject({ policy: 'easy:order=sjf', folder: 'easy', digest: runs[2].digest });
  });

  test('marks policies that look at true run times', async () => {
    const { runs } = await replay('--policy', 'easy', '--policy', 'easy:dialect=cqsim');
    expect(runs.map(({ oracle }) => oracle)).toEqual([false, true]);
    const { stdout } = await yardmaster(['replay', swf, '--policy', 'easy:dialect=cqsim']);
    expect(stdout).toContain('easy:dialect=cqsim (oracle)');
  });

  test('takes differences from the policy that --baseline names', async () => {
    const { stdout } = await yardmaster(['replay', swf, '--policy', 'fcfs', '--policy', 'easy', '--baseline', 'easy']);
    expect(stdout).toMatch(/wait, mean \[s\] +58\.5 +\+60\.3 % +36\.5\n/);
  });

  test('can be cut short, and says what is not over', async () => {
    const { runs, trace } = await replay('--policy', 'easy', '--limit', '3', '--until', '30s');
    expect(trace.jobs).toBe(3);
    expect(runs[0].jobs).toMatchObject({ completed: 0, unfinished: 3 });
    const { stderr } = await yardmaster(['replay', swf, '--policy', 'easy', '--until', '30s']);
    expect(stderr).toContain('easy: 4 jobs were not over at the end, 2 of them had started');
  });

  test('rejects and counts what can never fit', async () => {
    const outcome = await yardmaster(['replay', swf, '--policy', 'easy', '--cluster', 'procs=3']);
    expect(outcome.code).toBe(0);
    const why = 'can never start: it needs 4 processors, and there are 3';
    expect(outcome.stderr).toContain(`easy: 1 job was rejected: "${why}"`);
    expect(outcome.stdout).toMatch(/jobs rejected +1\n/);
  });

  test('ends well when only services are left, and counts them', async () => {
    const pod = (name: string, more: string) =>
      `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"${name}"${more}},"spec":{"containers":[{"name":"c","resources":{"requests":{"cpu":"1"}}}]}}`;
    const batch = pod('batch', ',"annotations":{"yardmaster.dev/runtime":"5s"}').replace(
      '"spec":{',
      '"spec":{"restartPolicy":"Never",',
    );
    const objects = temporaryFile('pods.json', `[${pod('server', '')},${batch}]`);
    const outcome = await yardmaster(['replay', objects, '--cluster', 'nodes=2,cpus=4', '--policy', 'kube-default']);
    expect(outcome.stderr).not.toContain('not over');
    expect(outcome.stdout).toMatch(/jobs unfinished +0\nservices running +1\n/);
    expect(outcome.code).toBe(0);
  });

  test('explains why jobs waited', async () => {
    const out = temporaryFolder();
    await yardmaster(['replay', swf, '--policy', 'easy', '--explain', '--out', out]);
    expect(readFileSync(join(out, 'easy', 'explanations.csv'), 'utf8')).toMatch(/^job,time_s,reason\n2,101,/);
  });

  test('writes down runs that were interrupted', async () => {
    const out = temporaryFolder();
    await yardmaster(['replay', swf, '--policy', 'easy', '--failures', 'mtbf=2m,mttr=5s', '--audit', '--out', out]);
    expect(readFileSync(join(out, 'easy', 'attempts.csv'), 'utf8')).toMatch(/^job,start_s,end_s,why,kept_s\n.*,node-failed,/);
  });
});

describe('limits', () => {
  // One without a limit, one that outlasts its limit by 20 s.
  const log = temporaryFile(
    'limits.swf',
    '; MaxProcs: 1\n1 0 0 60 1 -1 -1 1 -1 -1 1 1 -1 -1 1 -1 -1 -1\n2 1 0 60 1 -1 -1 1 40 -1 1 1 -1 -1 1 -1 -1 -1\n',
  );
  const states = async (...args: string[]): Promise<{ outcome: Outcome; jobs: Record<string, number> }> => {
    const outcome = await yardmaster(['replay', log, '--policy', 'easy', '--json', ...args]);
    return { outcome, jobs: (JSON.parse(outcome.stdout) as Result).runs[0].jobs };
  };

  test('that are missing are the run time, and jobs are killed at theirs, which is said', async () => {
    const { outcome, jobs } = await states();
    expect(jobs).toMatchObject({ completed: 1, killed: 1 });
    expect(outcome.stderr).toContain('1 job without a limit gets their run time');
    expect(outcome.stderr).toContain('1 job will be killed at their limit');
  });

  test.each([
    [['--overrun', 'extend'], { completed: 2, killed: 0 }],
    [['--estimates', '30s'], { completed: 0, killed: 2 }],
    [['--estimates', 'none'], { completed: 1, killed: 1 }],
    [['--estimates', 'factor=2'], { completed: 1, killed: 1 }],
    [['--kill-scan', '60s'], { completed: 2, killed: 0 }],
  ])('%j', async (args, wanted) => {
    expect((await states(...args)).jobs).toMatchObject(wanted);
  });
});

describe('verify schedule', () => {
  const csv = (rows: string) => temporaryFile('schedule.csv', `id,submit,start,end\n${rows}`);
  const expected = csv('1,0,0,10\n2,0,10,20\n3,0,20,30\n');
  const verify = (...args: string[]) => yardmaster(['verify', 'schedule', ...args]);

  test('takes what a trace tells of its own starts', async () => {
    const out = temporaryFolder();
    await yardmaster(['replay', swf, '--policy', 'fcfs', '--out', out]);
    const { code, stdout } = await verify(swf, join(out, 'fcfs', 'jobs.csv'));
    // The log has every job start when it is submitted, which only the first one can.
    expect(stdout).toMatch(/identical starts +1 of 4/);
    expect(code).toBe(1);
  });

  test('agrees with itself, and with jobs.csv of the same schedule', async () => {
    const same = await verify(expected, expected);
    expect(same).toMatchObject({ code: 0, stderr: '' });
    expect(same.stdout).toMatch(/\nOK: 3 of 3 starts agree \(100 %\)\n$/);
    const out = temporaryFolder();
    await yardmaster(['replay', swf, '--policy', 'fcfs', '--out', out]);
    const record = csv('1,100,100,160\n2,101,160,190\n3,102,190,220\n4,103,190,220\n');
    expect((await verify(record, join(out, 'fcfs', 'jobs.csv'))).code).toBe(0);
  });

  test.each([
    [[], 1],
    [['--identical', '66%'], 0],
    [['--identical', '0.67'], 1],
    [['--max', '5s'], 0],
    [['--max', '4s'], 1],
    [['--median', '0s', '--p95', '5s'], 0],
    [['--within', '5s'], 0],
    [['--mean-wait', '20%'], 0],
    [['--mean-wait', '16%'], 1],
    [['--makespan', '17%'], 0],
    [['--makespan', '16%'], 1],
    [['--inversions', '0'], 0],
  ])('is within %j or not: exit code %i', async (args, code) => {
    const outcome = await verify(expected, csv('1,0,0,10\n2,0,10,20\n3,0,25,35\n'), ...args);
    expect(outcome.code).toBe(code);
    expect(outcome.stdout).toMatch(code === 0 ? /\nOK: [^\n]*\n$/ : /\nFAILED: [^\n]*outside tolerance: --[^\n]*\n$/);
  });

  test('names what is missing and what is extra', async () => {
    const outcome = await verify(expected, csv('1,0,0,10\n2,0,10,20\n9,0,0,1\n'));
    expect(outcome.code).toBe(1);
    expect(outcome.stdout).toContain('missing in ACTUAL      1 job: 3\n');
    expect(outcome.stdout).toContain('not in EXPECTED        1 job: 9\n');
    expect((await verify(expected, csv('1,0,0,10\n2,0,10,20\n'), '--partial')).code).toBe(0);
  });

  test('is there for machines', async () => {
    const { stdout } = await verify(expected, csv('1,16,16,26\n2,16,26,36\n3,16,36,46\n'), '--offset', 'auto', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      ok: true,
      compared: 3,
      identical: 3,
      offset_s: -16,
      start_difference: { median_s: 0, p95_s: 0, max_s: 0 },
      mean_wait: { expected_s: 10, actual_s: 10, error_s: 0, error_share: 0 },
    });
  });
});

describe('traces', () => {
  test('are inspected', async () => {
    const { code, stdout } = await yardmaster(['trace', 'inspect', swf, '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ jobs: 4, first_submit_s: 100, load: { procs: 4, procsFrom: 'declared' } });
    expect((await yardmaster(['trace', 'inspect', swf])).stdout).toContain('of 4 processors (as it declares)');
  });

  test('are made from a model, the same from the same seed', async () => {
    const make = async (seed: string) =>
      (await yardmaster(['trace', 'generate', 'lublin:jobs=50', '-', '--to', 'swf', '--seed', seed])).stdout;
    const [one, again, other] = [await make('1'), await make('1'), await make('2')];
    expect(one.split('\n').filter((line) => /^\d/.test(line))).toHaveLength(50);
    expect(again).toBe(one);
    expect(other).not.toBe(one);
  });

  test('are cut and scaled', async () => {
    const path = join(temporaryFolder(), 'cut.swf.gz');
    expect(await yardmaster(['trace', 'slice', swf, path, '--user', '7', '--max-procs', '2'])).toMatchObject({
      code: 0,
      stdout: '',
    });
    const inspected = await yardmaster(['trace', 'inspect', path, '--json']);
    expect(JSON.parse(inspected.stdout)).toMatchObject({ jobs: 1, first_submit_s: 102 });
    const scaled = await yardmaster(['trace', 'scale', swf, '-', '--to', 'swf', '--runtimes', '2', '--shift', '-1m']);
    expect(scaled.stdout).toMatch(/^1 40 \S+ 120 /m);
    expect(scaled.stderr).toContain('run times and limits are multiplied by 2');
  });

  test('that are published are listed with their terms', async () => {
    const { stdout } = await yardmaster(['trace', 'fetch', '--json']);
    const entries = JSON.parse(stdout) as { name: string; terms: string }[];
    expect(entries.length).toBeGreaterThan(10);
    for (const { terms } of entries) expect(terms).not.toBe('');
  });
});

test('a cluster file is named in the manifest with its checksum', async () => {
  const [folder, out] = [temporaryFolder(), temporaryFolder()];
  const path = join(folder, 'cluster.yaml');
  writeFileSync(path, 'processors: 4\n');
  expect((await yardmaster(['replay', swf, '--policy', 'easy', '--cluster', path, '--out', out])).code).toBe(0);
  const { inputs } = JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8')) as { inputs: unknown[] };
  expect(inputs).toContainEqual({ what: 'cluster', path, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string });
});

describe('trouble with files', () => {
  test.skipIf(!existsSync('/proc/self'))('a folder that cannot be made ends the run before it begins', async () => {
    const { code, stderr } = await yardmaster(['replay', swf, '--policy', 'easy', '--out', '/proc/none']);
    expect(code).toBe(2);
    expect(stderr).toContain('/proc/none');
    expect(stderr).not.toContain('simulated in');
  });

  test.skipIf(!existsSync('/dev/full'))(
    'a full disk behind standard output is a usage error (skipped without /dev/full)',
    async () => {
      const { code, stderr } = await run('sh', ['-c', '"$0" "$1" policies > /dev/full', process.execPath, CLI]);
      expect(code).toBe(2);
      expect(stderr).toMatch(/^error: standard output: ENOSPC.*\n {2}hint: /);
    },
  );

  test.skipIf(!existsSync('/dev/zero'))('a device is no cluster', async () => {
    const { code, stderr } = await yardmaster(['replay', swf, '--policy', 'easy', '--cluster', '/dev/zero']);
    expect(code).toBe(2);
    expect(stderr).toContain('neither a file nor a pipe');
  });
});

describe('jobs that are not over', () => {
  const stuck = temporaryFile('stuck.mjs', 'export default { create: () => ({ schedule() {} }) };');

  test('end a run that was not told to stop with 4', async () => {
    expect((await yardmaster(['replay', swf, '--policy', stuck])).code).toBe(4);
  });

  test('are noted where the run was told to stop', async () => {
    const { code, stdout } = await yardmaster(['replay', swf, '--policy', 'easy', '--until', '30s']);
    expect(code).toBe(0);
    expect(stdout).toContain('only those that were over');
  });
});

test('SIGTERM ends a long run', async () => {
  const endless = temporaryFile('endless.mjs', 'export default { create: () => ({ schedule() { for (;;); } }) };');
  const out = temporaryFolder();
  await yardmaster(['replay', swf, '--policy', endless, '--out', out], {
    onStart: (child) => setTimeout(() => child.kill('SIGTERM'), 1500),
  });
  // Nothing could take back its claim to the folder, which blocks nobody.
  expect(readdirSync(out).filter((name) => name !== 'locks')).toEqual([]);
  expect((await yardmaster(['replay', swf, '--policy', 'easy', '--out', out])).code).toBe(0);
  expect(readdirSync(out)).toContain('manifest.json');
});
