// Live mode as the command line has it: built, and started from kept bytecode.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
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
