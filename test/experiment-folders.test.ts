// Folders of results that others write into, that hold results already, or that were altered; and what machines are told.
import { appendFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { SMALL_SWF, temporaryFolder, yardmaster } from './cli-runner.ts';

const folder = temporaryFolder();
const file = (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
file('small.swf', SMALL_SWF);
const SMALL = file('small.yaml', 'workloads: [small.swf]\npolicies: [fcfs, easy]\nreport: { page: false }\n');
const pointsOf = (out: string) => readdirSync(join(out, 'points')).map((key) => join(out, 'points', key));

describe('a folder that holds results', () => {
  const out = join(folder, 'held');

  test('is refused unless somebody says what becomes of them', async () => {
    expect((await yardmaster(['run', SMALL, '--out', out])).code).toBe(0);
    const [kept] = pointsOf(out);
    const refused = await yardmaster(['run', SMALL, '--out', out]);
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('it holds 2 finished points')]);
    expect(refused.stderr).toMatch(/--resume .* --overwrite .* --out/);
    expect(existsSync(join(kept, 'point.json'))).toBe(true);
    expect((await yardmaster(['run', SMALL, '--out', out, '--resume'])).stderr).toContain('2 are there already and verify');
    expect((await yardmaster(['run', SMALL, '--out', out, '--overwrite'])).stderr).toContain('2 points in');
    expect((await yardmaster(['run', SMALL, '--out', out, '--overwrite', '--resume'])).code).toBe(2);
  });

  test('of another part is none of this part', async () => {
    const parts = join(folder, 'parts');
    for (const part of ['1/2', '2/2']) expect((await yardmaster(['run', SMALL, '--out', parts, '--shard', part])).code).toBe(0);
    expect((await yardmaster(['run', SMALL, '--out', parts, '--shard', '1/2'])).code).toBe(2);
  });
});

describe('two runs into one folder', () => {
  const LONG = file(
    'long.yaml',
    `workloads: [{ trace: ${resolve('traces/lublin-256.swf')}, limit: 1500 }]\npolicies: [easy, conservative]\nmetrics: [wait]\n` +
      'report: { page: false }\nsweep: { axes: { load: { from: 0.8, to: 1.1, step: 0.02 } } }\n',
  );

  test('at once: the second is refused, and begins where a first one was killed', async () => {
    const out = join(folder, 'both');
    let second: ReturnType<typeof yardmaster> | undefined;
    const first = await yardmaster(['run', LONG, '--out', out, '--workers', '1'], {
      onStart: (child) =>
        void (async () => {
          while (!existsSync(join(out, 'points')) || pointsOf(out).length < 1) await sleep(5);
          second = yardmaster(['run', LONG, '--out', out, '--resume']);
          await second;
          child.kill('SIGKILL');
        })(),
    });
    expect(first.code).toBe(null);
    const refused = await second;
    expect([refused?.code, refused?.stderr]).toEqual([
      2,
      expect.stringMatching(/a run is being written into it by process \d+ on/),
    ]);
    expect(readdirSync(join(out, 'locks'))).toHaveLength(1);
    expect((await yardmaster(['run', LONG, '--out', out, '--resume'])).code).toBe(0);
    expect(existsSync(join(out, 'locks'))).toBe(false);
  });
});

describe('points that were altered', () => {
  const out = join(folder, 'altered');
  const alter = [
    {
      what: 'a file that has grown',
      change: (point: string) => appendFileSync(join(point, 'jobs.csv'), '\n'),
      says: 'jobs.csv has changed',
    },
    { what: 'a file that is gone', change: (point: string) => rmSync(join(point, 'jobs.csv')), says: 'jobs.csv is gone' },
    {
      what: 'a record that says otherwise',
      change: (point: string) => {
        const record = readFileSync(join(point, 'point.json'), 'utf8');
        writeFileSync(join(point, 'point.json'), record.replace('"label": "easy"', '"label": "best"'));
      },
      says: 'point.json has changed',
    },
    { what: 'garbage', change: (point: string) => writeFileSync(join(point, 'point.json'), '{ "key"'), says: 'is no record' },
    {
      what: 'nothing but an object',
      change: (point: string) => writeFileSync(join(point, 'point.json'), '{"files": {}}'),
      says: 'it holds the point',
    },
  ];

  test.each(alter)('$what: left out by all, with the command that runs it again', async ({ change, says }) => {
    expect((await yardmaster(['run', SMALL, '--out', out, '--overwrite'])).code).toBe(0);
    const point = pointsOf(out).find((one) => readFileSync(join(one, 'point.json'), 'utf8').includes('"label": "easy"')) ?? '';
    change(point);
    const command = `yardmaster run ${SMALL} --out ${out} --resume`;
    const key = point.slice(-24);
    for (const [name, code] of [
      ['compare', 4],
      ['merge', 4],
    ] as const) {
      const outcome = await yardmaster([name, out]);
      expect([name, outcome.code, outcome.stderr]).toEqual([name, code, expect.stringContaining(says)]);
      expect(outcome.stderr).toMatch(new RegExp(`altered[^]*${key}[^]*easy, seed 1: `));
      expect(outcome.stderr).toContain(command);
      expect(outcome.stdout).not.toContain('easy');
    }
    const resumed = await yardmaster(['run', SMALL, '--out', out, '--resume']);
    expect([resumed.code, resumed.stderr]).toEqual([0, expect.stringContaining('1 are left to run, 1 of them altered')]);
  });

  test('in the page, it is a point without a result', async () => {
    appendFileSync(join(pointsOf(out)[0], 'summary.json'), '\n');
    await yardmaster(['report', out, '--out', join(folder, 'altered.html')]);
    expect(readFileSync(join(folder, 'altered.html'), 'utf8')).toContain('(1 altered)');
  });
});

describe('for machines', () => {
  test('run and compare print one document each, of a stable shape', async () => {
    const out = join(folder, 'json');
    const scenario = file(
      'json.yaml',
      `${readFileSync(SMALL, 'utf8')}expect: [{ figure: wait.mean, policy: easy, against: fcfs, max: 1 }]\n`,
    );
    const ran = await yardmaster(['run', scenario, '--out', out, '--json']);
    const facts = JSON.parse(ran.stdout) as { points: { policy: string; figures: Record<string, { value: number }> }[] };
    expect(Object.keys(facts)).toEqual(
      ['kind', 'result_format', 'name', 'out', 'baseline', 'axes', 'warnings', 'points', 'expectations', 'exit_code'], // prettier-ignore
    );
    expect(facts).toMatchObject({ kind: 'experiment', baseline: 'fcfs', exit_code: 0, expectations: [{ met: true, runs: 1 }] });
    expect(facts.points.map(({ policy }) => policy)).toEqual(['fcfs', 'easy']);
    expect(facts.points[0].figures['wait.mean']).toEqual({ value: 58.5, unit: 's' });
    const compared = await yardmaster(['compare', out, '--json', '--threshold', 'wait.mean<=1e1']);
    expect(compared.code).toBe(1);
    const comparison = JSON.parse(compared.stdout) as object;
    expect(Object.keys(comparison)).toEqual(
      ['kind', 'baseline', 'labels', 'runs', 'verdicts', 'same_schedules', 'thresholds', 'unfinished', 'missing'], // prettier-ignore
    );
    expect(comparison).toMatchObject({
      labels: ['fcfs', 'easy'],
      runs: [{ label: 'fcfs', figures: { 'wait.mean': { value: 58.5 } } }, { label: 'easy' }],
      thresholds: [{ threshold: 'wait.mean<=1e1', kept: false }],
    });
  });
});

describe('jobs that are not over', () => {
  // The job of the whole machine waits for ever where small ones may always go first.
  const stuck = file('stuck.js', "export default { name: 'stuck', create: () => ({ schedule() {} }) };\n");
  const text = `workloads: [small.swf]\npolicies: [fcfs, ${stuck}]\nreport: { page: false }\n`;

  test('make the result a partial one, exit code 4, and are named', async () => {
    const { code, stderr } = await yardmaster(['run', file('stuck.yaml', text), '--out', join(folder, 'stuck')]);
    expect([code, stderr]).toEqual([
      4,
      expect.stringMatching(/1 of 2 points have jobs that were not over[^]*stuck\.js, seed 1: 4 jobs/),
    ]);
    expect((await yardmaster(['merge', join(folder, 'stuck')])).code).toBe(4);
  });

  test('are what was asked for where the scenario says when to stop', async () => {
    const { code } = await yardmaster(['run', file('until.yaml', `${text}until: 1h\n`), '--out', join(folder, 'until')]);
    expect(code).toBe(0);
  });
});

describe('figures that nobody has', () => {
  test.each([
    { text: 'expect: [{ figure: wait.maen, max: 3 }]', says: ':4:12: there is no figure "wait.maen"', hint: '"wait.mean"' },
    {
      text: 'report: { figures: [wait.mean, utilisation] }',
      says: ':4:32: there is no figure "utilisation"',
      hint: '"utilization"',
    },
    {
      text: 'metrics: [wait]\nexpect: [{ figure: makespan, max: 3 }]',
      says: ':5:12: the metric "makespan" is not taken',
      hint: 'add makespan to metrics:',
    },
    { text: 'expect: [{ figure: wait-by-account.physics.mean, max: 3 }]', says: 'small.swf, procs=4, fcfs, seed 1: NaN' },
  ])('$text', async ({ text, says, hint = '' }) => {
    const path = file('figures.yaml', `workloads: [small.swf]\npolicies: [fcfs]\nseeds: 1\n${text}\n`);
    const out = join(folder, 'figures');
    const { stderr } = await yardmaster(['run', path, '--out', out, '--overwrite', '--no-page']);
    expect(stderr).toContain(says);
    expect(stderr).toContain(hint);
    if (hint !== '') expect(existsSync(join(out, 'points'))).toBe(false);
  });
});

test('a baseline may be a policy on one cluster; verdicts name both', async () => {
  const text =
    `workloads: [{ trace: ${resolve('traces/lublin-256.swf')}, limit: 600 }]\nclusters: [{ name: small, spec: procs=256 }, { name: large, spec: procs=320 }]\n` +
    'policies: [fcfs, easy]\nbaseline: { policy: easy, cluster: small }\nreport: { page: false }\n';
  const out = join(folder, 'machines');
  const ran = await yardmaster(['run', file('machines.yaml', text), '--out', out]);
  expect(ran.stdout).toMatch(/small +easy +[\d.]+ +[\d.]+ /);
  const { stdout } = await yardmaster(['compare', out]);
  expect(stdout).toMatch(/^fcfs on large .* against easy on small/m);
  expect(stdout).toMatch(/^easy on large .* against easy on small/m);
  const other = await yardmaster(['compare', out, '--baseline', 'fcfs', '--baseline-cluster', 'large']);
  expect(other.stdout).toMatch(/^easy on small .* against fcfs on large/m);
  const json = await yardmaster(['compare', out, '--json', '--threshold', 'wait.mean<=0']);
  const { runs } = JSON.parse(json.stdout) as { runs: { label: string; cluster: string }[] };
  expect(runs.map(({ label, cluster }) => `${label}: ${cluster}`)).toContain('easy on large: large');
  expect(json.stderr).toContain('lublin-256.swf, fcfs on small: wait.mean<=0 is broken');
  const wrong = await yardmaster(['run', file('machines.yaml', text.replace('cluster: small', 'cluster: smal')), '--out', out]);
  expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('machines.yaml:4:1: "easy" runs on no cluster "smal"')]);
  expect(wrong.stderr).toContain('did you mean "small"');
});

test('names that a terminal would obey are shown as what they are', async () => {
  const text =
    'workloads: [small.swf]\npolicies: [{ name: fcfs, label: "a\\e]0;x\\a\\e[8mb\\n\\u202ec" }, easy]\nreport: { page: false }\n';
  const out = join(folder, 'escapes');
  const ran = await yardmaster(['run', file('escapes.yaml', text), '--out', out], { env: { FORCE_COLOR: '1' } });
  const compared = await yardmaster(['compare', out, '--threshold', 'wait.mean<=0']);
  for (const { stdout, stderr } of [ran, compared]) {
    expect(`${stdout}${stderr}`.replace(/\x1b\[(3[1-6]|39)m/g, '')).not.toMatch(/[\x00-\x09\x0b-\x1f\u202e]/);
    expect(stdout).toContain('a\\x1b]0;x\\x07\\x1b[8mb\\n\\u202ec');
  }
  const { stdout } = await yardmaster(['compare', out, '--json']);
  expect((JSON.parse(stdout) as { baseline: string }).baseline).toBe('a\x1b]0;x\x07\x1b[8mb\n\u202ec');
});

test('results come through logs: each point a line, whatever stands between and before, and merge says what was cut off', async () => {
  const [whole, logged] = [join(folder, 'not-logged'), join(folder, 'logged')];
  expect((await yardmaster(['run', SMALL, '--out', whole])).code).toBe(0);
  const logs: string[] = [];
  for (const part of ['1/2', '2/2']) {
    const ran = await yardmaster(['run', SMALL, '--out', join(folder, `pod-${part[0]}`), '--shard', part, '--print-points']);
    expect([ran.code, ran.stdout.trim().split('\n').length]).toEqual([0, 3]);
    logs.push(...ran.stdout.split('\n').map((line) => `2026-01-01T00:00:00Z stdout F ${line}`), 'some other line');
  }
  const isSecond = (line: string) => line.includes('"point"');
  const [first, second] = logs.filter(isSecond);
  const cut = logs.map((line) => (line === second ? line.slice(0, -9) : line));
  const forged = first.replace(/"key":"[0-9a-f]{4}/, '"key":"0000');
  const lacking = await yardmaster(['merge', '--from-logs', file('cut.log', [...cut, forged].join('\n')), '--out', logged]);
  expect([lacking.code, lacking.stderr]).toEqual([4, expect.stringContaining('2 lines of results cut off or changed')]);
  expect(lacking.stderr).toContain('1 point missing');
  const merged = await yardmaster(['merge', '--from-logs', file('whole.log', logs.join('\n')), '--out', logged]);
  expect([merged.code, merged.stderr]).toEqual([0, expect.stringContaining('2 of 2 points')]);
  for (const name of ['manifest.json', 'results.csv'])
    expect(readFileSync(join(logged, name), 'utf8')).toBe(readFileSync(join(whole, name), 'utf8'));
  expect((await yardmaster(['merge', '--from-logs', join(folder, 'whole.log')])).code).toBe(2);
});
