// Live mode as the command line has it: built, and started from kept bytecode.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { yardmaster } from './cli-runner.ts';

const folder = mkdtempSync(join(tmpdir(), 'yardmaster-live-cli-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a kubeconfig is read: the client of Kubernetes can be loaded', async () => {
  const kubeconfig = join(folder, 'kubeconfig.yaml');
  const cluster = { name: 'lab', cluster: { server: 'http://127.0.0.1:1' } };
  const context = { name: 'lab', context: { cluster: 'lab', user: 'nobody' } };
  const config = { apiVersion: 'v1', kind: 'Config', clusters: [cluster], users: [{ name: 'nobody', user: {} }] };
  writeFileSync(kubeconfig, JSON.stringify({ ...config, contexts: [context] }));
  const args = ['live', 'run', 'scenarios/first-look.yaml', '--context', 'lob', '--kubeconfig', kubeconfig];
  const { stderr, code } = await yardmaster(args);
  expect(stderr).toContain('there is no context "lob"');
  expect(stderr).toContain('lab');
  expect(code).toBe(2);
});

describe('before anything is begun', () => {
  const kubeconfig = join(folder, 'refused.yaml');
  const users = [{ name: 'u', user: { exec: { apiVersion: 'client.authentication.k8s.io/v1', command: 'false' } } }];
  const clusters = [
    { name: 'nowhere', cluster: { server: 'nowhere' } },
    { name: 'lab', cluster: { server: 'https://127.0.0.1:1' } },
  ];
  const contexts = ['nowhere', 'lab'].map((name) => ({ name, context: { cluster: name, user: 'u' } }));
  writeFileSync(kubeconfig, JSON.stringify({ apiVersion: 'v1', kind: 'Config', clusters, users, contexts }));
  const scenario = join(folder, 'small.yaml');
  const workload = '{ name: mix, generate: lublin, parameters: { jobs: 3, procs: 2 } }';
  writeFileSync(scenario, `workloads: [${workload}]\nclusters: ['nodes=1,cpus=4']\npolicies: [easy]\n`);
  const out = join(folder, 'out');
  const run = ['run', scenario, '--time-scale', '100000', '--max-rate', '100000', '--out', out, '--kubeconfig', kubeconfig];
  const lab = [...run, '--context', 'lab'];

  test.each([
    { what: 'a context without an address', args: [...run, '--context', 'nowhere'], says: '"nowhere" is no address', code: 2 },
    { what: 'credentials that cannot be had', args: lab, says: 'there are no credentials', code: 5 },
    { what: 'a run name that is no label', args: [...lab, '--run', 'A b'], says: '--run: "A b"', code: 2 },
    { what: 'a namespace that is a path', args: [...lab, '--namespace', 'a/b'], says: '--namespace: "a/b"', code: 2 },
    { what: 'a rate that is no number', args: [...lab, '--qps', 'many'], says: '--qps: "many"', code: 2 },
    { what: 'a run of no cluster', args: ['down', '--run', 'night-0'], says: 'say which with --context', code: 2 },
    {
      what: 'a Slurm with a context',
      args: ['down', '--context', 'lab', '--slurm', 'lab'],
      says: 'a Slurm has no contexts',
      code: 2,
    },
  ])('$what is refused', async ({ args, says, code }) => {
    const refused = await yardmaster(['live', ...args]);
    expect(refused.stderr).toContain(says);
    expect(refused.code).toBe(code);
  });
});

test('a scenario of systems is refused before any cluster is looked for, unless its policies are chosen', async () => {
  const scenario = join(folder, 'systems.yaml');
  const [workload, cluster] = ['{ name: mix, generate: mix, parameters: { jobs: 5 } }', "'nodes=2,cpus=32,gpus=8'"];
  writeFileSync(scenario, `workloads: [${workload}]\nclusters: [${cluster}]\npolicies: [fcfs]\nsystems: [slurm-native]\n`);
  const none = ['--name', 'there-is-no-such-cluster'];
  const refused = await yardmaster(['live', 'run', scenario, ...none]);
  expect(refused.stderr).toContain('"slurm-native" is a system of resource managers, which is simulated only');
  expect(refused.stderr).toContain('choose with --only: fcfs, kube-scheduler');
  expect(refused.code).toBe(2);
  const chosen = await yardmaster(['live', 'run', scenario, '--only', 'fcfs', ...none]);
  expect(chosen.stderr).toContain('there is no cluster "there-is-no-such-cluster"');
});
