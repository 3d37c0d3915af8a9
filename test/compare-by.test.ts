// How groups fare in results that are there already: pooled over runs, and told as `replay --by` tells it.
import { describe, expect, test } from 'vitest';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder, yardmaster } from './cli-runner.ts';

const COLUMNS = 'JobID|User|Account|Partition|QOS|Submit|Start|End|State|NNodes|NCPUS|ReqTRES|Timelimit';

/** Four jobs of eight processors each, all submitted at once, on eight: ada's run first, each for half an hour. */
function results(): Promise<string> {
  const folder = temporaryFolder();
  const dump = join(folder, 'jobs.sacct');
  const job = (id: string, user: string, account: string) =>
    `${id}|${user}|${account}|batch|normal|2024-10-01T08:00:00|2024-10-01T08:00:00|2024-10-01T08:30:00|COMPLETED|1|8|cpu=8,node=1|01:00:00`;
  const jobs = [job('1', 'ada', 'phys'), job('4703_7', 'ada', 'phys'), job('4703_8', 'ben', 'phys'), job('5', 'cy', '')];
  writeFileSync(dump, `${[COLUMNS, ...jobs].join('\n')}\n`);
  const out = join(folder, 'out');
  const policies = ['--policy', 'fcfs', '--policy', 'sjf'];
  return yardmaster(['replay', dump, '--cluster', 'procs=8', ...policies, '--explain', '--out', out]).then(() => out);
}

describe('compare --by', () => {
  test('has the same figures as replay --by', async () => {
    const { stdout, code } = await yardmaster(['compare', await results(), '--by', 'account', '--json']);
    expect(code).toBe(0);
    const { by, groups } = JSON.parse(stdout) as { by: string; groups: { policy: string; groups: object[] }[] };
    expect([by, groups.map(({ policy }) => policy)]).toEqual(['account', ['fcfs', 'sjf']]);
    expect(groups[0].groups).toEqual([
      { name: 'phys', jobs: 3, started: 3, wait_mean_s: 1800, core_hours: 12 },
      { name: '(none)', jobs: 1, started: 1, wait_mean_s: 5400, core_hours: 4 },
    ]);
  });

  test('says that core-hours are without what had not ended', async () => {
    const folder = temporaryFolder();
    const dump = join(folder, 'jobs.swf');
    const rows = [1, 2, 3].map((id) => `${id} 0 -1 3600 1 -1 -1 1 7200 -1 1 1 1 -1 -1 -1 -1 -1`);
    writeFileSync(dump, `${rows.join('\n')}\n`);
    const out = join(folder, 'out');
    await yardmaster(['replay', dump, '--cluster', 'procs=1', '--policy', 'fcfs', '--until', '90m', '--out', out]);
    const { stdout, stderr } = await yardmaster(['compare', out, '--by', 'user']);
    expect(stdout).toMatch(/1 +3 +1800\.0 +1\.0 +1/);
    expect(stderr).toContain('fcfs: core-hours are without the last runs of 1 job that had started and were not over');
  });

  test('stands below the table of figures', async () => {
    const { stdout } = await yardmaster(['compare', await results(), '--by', 'user']);
    expect(stdout).toMatch(/user +jobs +wait, mean \[s\] under fcfs +core-hours/);
    expect(stdout).toMatch(/ada +2 +900\.0 +8\.0/);
  });
});

describe('explain', () => {
  test('of a number that only Slurm knows for a task of an array says how to find the task', async () => {
    const { stderr, code } = await yardmaster(['explain', await results(), '4711']);
    expect(code).toBe(2);
    expect(stderr).toContain('there is no job "4711" in it');
    expect(stderr).toContain('if it is the JobIDRaw of a task of an array, perhaps of 4703: tasks have ids such as 4703_7 here');
    expect(stderr).toContain('sacct -j 4711 -o JobID,JobIDRaw says which it is');
  });

  test('of an array names its tasks', async () => {
    expect((await yardmaster(['explain', await results(), '4703'])).stderr).toContain('did you mean "4703_7" or "4703_8"?');
  });
});
