// What a replay says when not all went as it was asked for: policies that break off, jobs that are not over.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { SMALL_SWF, temporaryFile, temporaryFolder, yardmaster } from './cli-runner.ts';

const swf = temporaryFile('small.swf', SMALL_SWF);

describe('a policy that breaks off', () => {
  const broken = temporaryFile(
    'broken.js',
    `export default { name: 'broken', summary: 'Breaks.', source: 'a test',
      create: () => ({ schedule(cycle) { if (cycle.now > 1000) throw new Error('out of ideas'); } }) };`,
  );
  const args = ['replay', swf, '--policy', 'fcfs', '--policy', broken, '--policy', 'easy'];

  test('leaves the table of the others', async () => {
    const { code, stdout, stderr } = await yardmaster(args);
    expect(stdout).toMatch(/^ +fcfs +easy\n/);
    expect(stdout).toMatch(/jobs completed +4 +4\n/);
    expect(stderr).toMatch(/warning: broken broke off: .*out of ideas\n/);
    expect(code).not.toBe(0);
  });

  test('is named in JSON', async () => {
    const { stdout } = await yardmaster([...args, '--json']);
    const { runs, failed } = JSON.parse(stdout) as { runs: { policy: string }[]; failed: object[] };
    expect(runs.map(({ policy }) => policy)).toEqual(['fcfs', 'easy']);
    expect(failed).toEqual([{ policy: 'broken', error: expect.stringContaining('out of ideas') as string }]);
  });

  test('leaves the files of the others, without a manifest', async () => {
    const out = temporaryFolder();
    const { stderr } = await yardmaster([...args, '--out', out]);
    expect(readdirSync(out).sort()).toEqual(['easy', 'fcfs']);
    expect(existsSync(join(out, 'manifest.json'))).toBe(false);
    expect(stderr).toContain('no manifest.json, since not all policies came to their end');
  });

  test('is nothing but its error where it is the only one', async () => {
    const { code, stdout, stderr } = await yardmaster(['replay', swf, '--policy', broken]);
    expect(stdout).toBe('');
    expect(stderr).toContain('out of ideas');
    expect(code).not.toBe(0);
  });
});

describe('jobs that do not start', () => {
  const objects = (spec: string) =>
    temporaryFile(
      'pods.yaml',
      `apiVersion: v1\nkind: Pod\nmetadata: {name: lone}\nspec: {${spec}, restartPolicy: Never, containers: [{name: main}]}\n`,
    );

  test('are counted below the table, with what they have waited so far', async () => {
    // Job 3 asks for the whole machine, which a service of the first second holds.
    const log = temporaryFile(
      'stuck.swf',
      '; MaxProcs: 4\n1 0 0 600 3 -1 -1 3 600 -1 1 7 -1 -1 1 -1 -1 -1\n2 0 0 10 1 -1 -1 1 10 -1 1 7 -1 -1 1 -1 -1 -1\n' +
        '3 10 0 60 4 -1 -1 4 60 -1 1 8 -1 -1 1 -1 -1 -1\n',
    );
    const args = ['replay', log, '--policy', 'fcfs', '--until', '110s'];
    const { stdout } = await yardmaster(args);
    expect(stdout).toMatch(/wait, mean \[s\] +0\.0\n/);
    expect(stdout).toContain('fcfs: 1 job had not started, after 100.0 s on average; the mean wait of all is at least 33.3 s\n');
    const { stdout: json } = await yardmaster([...args, '--json']);
    expect(JSON.parse(json)).toMatchObject({ runs: [{ still_waiting: { jobs: 1, waited_s: 100 } }] });
  });

  test('because no profile bears the name of the scheduler that they ask for, are told so', async () => {
    const args = ['replay', objects('schedulerName: mine'), '--cluster', 'nodes=1,cpus=4', '--policy', 'kube-default'];
    const { stderr } = await yardmaster(args);
    expect(stderr).toContain('warning: kube-default: pod lone asks for the scheduler "mine"');
    expect(stderr).toContain('a profile with schedulerName: mine');
  });

  test('because KAI without queues keeps what is not preemptible out, are told so', async () => {
    const args = ['replay', objects('priority: 100'), '--cluster', 'nodes=1,cpus=4', '--policy', 'kai', '--until', '1h'];
    const { stderr } = await yardmaster(args);
    expect(stderr).toContain('warning: kai: job default/lone is not preemptible (priority 100 or more)');
    expect(stderr).toContain('queues=FILE');
  });
});

test('a cluster of Kubernetes objects without nodes is told what it should be', async () => {
  const deployment = temporaryFile('deployment.yaml', 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n');
  const { code, stderr } = await yardmaster(['replay', swf, '--cluster', deployment, '--policy', 'fcfs']);
  expect(code).toBe(2);
  expect(stderr).toContain('it holds Kubernetes objects, but no nodes');
  expect(stderr).toContain('kubectl get nodes -o json');
});
