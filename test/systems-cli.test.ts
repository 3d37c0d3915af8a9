// The commands about systems, as their users call them.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryFolder, yardmaster } from './cli-runner.ts';

const jobs = ['; UnixStartTime: 0', ...Array.from({ length: 6 }, (_, row) => swfLine(row))].join('\n');

function swfLine(row: number): string {
  return `${row + 1} ${row * 60} -1 300 2 -1 -1 2 600 -1 1 ${row % 2} 1 1 -1 -1 -1 -1`;
}

function trace(): string {
  const path = join(temporaryFolder(), 'jobs.swf');
  writeFileSync(path, `${jobs}\n`);
  return path;
}

describe('systems list', () => {
  test('names all of them, and describes one', async () => {
    const { code, stdout } = await yardmaster(['systems', 'list', '--json']);
    expect(code).toBe(0);
    const names = (JSON.parse(stdout) as { name: string }[]).map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['ksi', 'hpk', 'slurm-bridge', 'turducken']));
    const one = await yardmaster(['systems', 'list', 'ksi']);
    expect(one.stdout).toContain('slurm leases nodes to kube, for each job');
    expect(one.stdout).toContain('assumed');
  });

  test('knows the near miss', async () => {
    const { code, stderr } = await yardmaster(['systems', 'list', 'kis']);
    expect(code).toBe(2);
    expect(stderr).toContain('did you mean "ksi"');
  });
});

describe('systems run', () => {
  test('puts systems side by side, and says what they assume', async () => {
    const { code, stdout, stderr } = await yardmaster(['systems', 'run', trace(), '--system', 'slurm-native', '--system', 'ksi']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/slurm-native +6 of 6/);
    expect(stdout).toMatch(/6 x kube/);
    expect(stderr).toContain('ksi assumes:');
  });

  test('says for machines where each millisecond went', async () => {
    const args = ['systems', 'run', trace(), '--system', 'ksi', '--audit', '--json', '--set', 'managers.kube.start.pod.time=0s'];
    const { stdout } = await yardmaster(args);
    const [{ waterfall, figures, completed, digest }] = (JSON.parse(stdout) as { systems: Facts[] }).systems;
    expect(completed).toBe(6);
    expect(waterfall[0].passed_core_s).toBe(waterfall[1].offered_core_s);
    expect(figures[0]).toMatchObject({ path: 'managers.kube.start.pod.time', evidence: 'given', value: '0s' });
    const again = JSON.parse((await yardmaster(args)).stdout) as { systems: Facts[] };
    expect(again.systems[0].digest).toBe(digest);
  });

  test('says what became of jobs that did not complete', async () => {
    const path = join(temporaryFolder(), 'wide.swf');
    writeFileSync(path, `${jobs}\n7 400 -1 300 90000 -1 -1 90000 600 -1 1 1 1 1 -1 -1 -1 -1\n`);
    const { stdout } = await yardmaster(['systems', 'run', path, '--system', 'slurm-native']);
    expect(stdout).toMatch(/slurm-native +6 of 7/);
    expect(stdout).toMatch(/slurm-native: 1 rejected: "\w+: can never start: all nodes, empty, have no room for .*"/);
  });

  test('bears failures, costs and dependencies as replay does', async () => {
    const run = async (...args: string[]) => {
      const { stdout } = await yardmaster(['systems', 'run', trace(), '--system', 'slurm-native', '--json', ...args]);
      return (JSON.parse(stdout) as { systems: Facts[] }).systems[0];
    };
    const plain = await run();
    const failing = await run('--failures', 'mtbf=2min,mttr=10min', '--on-failure', 'fail', '--max-restarts', '0');
    expect(plain.states.failed).toBe(0);
    expect(failing.states.failed).toBeGreaterThan(0);
    const slower = await run('--launch', '20s', '--release', '10s');
    expect(slower.start_mean_s).toBeCloseTo(plain.start_mean_s + 20, 3);
    expect((await run('--limit', '2')).jobs).toBe(2);
  });

  test('holds jobs back for those that they depend on', async () => {
    const path = join(temporaryFolder(), 'chain.swf');
    writeFileSync(path, `; UnixStartTime: 0\n${swfLine(0)}\n2 60 -1 300 2 -1 -1 2 600 -1 1 1 1 1 -1 -1 1 -1\n`);
    const args = ['systems', 'run', path, '--system', 'slurm-native', '--json', '--dependencies'];
    const until = async (how: string) =>
      (JSON.parse((await yardmaster([...args, how])).stdout) as { systems: Facts[] }).systems[0].until_s;
    expect((await until('hold')) - (await until('ignore'))).toBeGreaterThan(200);
  });

  test.each([
    { args: ['--system', 'ksi', '--estimates', 'partition'], says: 'systems have no one slurm.conf' },
    { args: ['--system', 'ksi', '--failures', 'mtbf=1h'], says: 'lacks mttr' },
    { args: [], says: 'no system is named' },
    { args: ['--system', 'ksi', '--pool', 'cloud=nodes=4,cpus=8'], says: 'no system has a pool "cloud"' },
    { args: ['--system', 'ksi', '--network', '2'], says: '"2" is no share' },
    { args: ['--system', 'ksi', '--assumed', '0'], says: '"0" is no factor' },
  ])('refuses $args', async ({ args, says }) => {
    const { code, stderr } = await yardmaster(['systems', 'run', trace(), ...args]);
    expect(code).toBe(2);
    expect(stderr).toContain(says);
  });
});

interface Facts {
  readonly jobs: number;
  readonly states: Readonly<Record<string, number>>;
  readonly start_mean_s: number;
  readonly until_s: number;
  readonly completed: number;
  readonly digest: string;
  readonly figures: readonly object[];
  readonly waterfall: readonly { readonly passed_core_s: number; readonly offered_core_s: number }[];
}

describe('systems verify', () => {
  test('has all figures that were put in come out again, and can be told to be stricter', async () => {
    const { code, stdout } = await yardmaster(['systems', 'verify']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/(\d+) of \1 figures as published/);
    expect((await yardmaster(['systems', 'verify', '--tolerance', '0'])).code).toBe(1);
  });
});

test('SIGTERM ends a long run at once', async () => {
  const row = (job: number) => `${job + 1} ${job} -1 30000 16 -1 -1 16 60000 -1 1 1 1 1 -1 -1 -1 -1`;
  const path = join(temporaryFolder(), 'long.swf');
  writeFileSync(path, `; UnixStartTime: 0\n${Array.from({ length: 3000 }, (_, job) => row(job)).join('\n')}\n`);
  let sent = 0;
  await yardmaster(['systems', 'run', path, '--system', 'hpk'], {
    onStart: (child) =>
      setTimeout(() => {
        sent = Date.now();
        child.kill('SIGTERM');
      }, 6000),
  });
  expect(sent).toBeGreaterThan(0);
  expect(Date.now() - sent).toBeLessThan(20_000);
});
