// `live up` with the real kind, whose container runtime is a script: it takes every call, keeps the configuration that kind
// makes for kubeadm, and hands out the process cluster of this file as the one that kubeadm would have made. So all but
// the containers themselves is real: kind accepts the configuration, and what comes after it is done to an API server.
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { findPrograms } from '../../src/live/cluster/programs.ts';
import { temporaryFolder, yardmaster } from '../cli-runner.ts';
import { MISSING, SKIPPED, startControlPlane } from './control-plane.ts';
import type { ControlPlane } from './control-plane.ts';

const NO_KIND = MISSING || !hasKind();

function hasKind(): boolean {
  try {
    findPrograms(['kind'], {});
    return true;
  } catch {
    return false;
  }
}

/** A `docker` that answers what kind v0.33.0 asks (pkg/cluster/internal/providers/docker), and writes down the calls. */
function fakeDocker(folder: string, version: string, adminConfig: string, port: string): void {
  const script = `#!/bin/bash
echo "$*" >> ${folder}/calls
case "$*" in
  info*json*SecurityOptions*) echo '[]' ;;
  info*) echo '{"CgroupDriver":"systemd","CgroupVersion":"2","MemoryLimit":true,"PidsLimit":true,"CPUShares":true}' ;;
  'network ls'*) echo abc ;;
  run*) case "$*" in *${FAILING}*) exit 125 ;; esac; echo "$3" >> ${folder}/containers ;;
  rm*) rm -f ${folder}/containers ;;
  'ps -a --filter label=io.x-k8s.kind.cluster --format'*) ;;
  ps*) cat ${folder}/containers 2> /dev/null ;;
  logs*) echo 'Reached target Multi-User System.' ;;
  inspect*role*) case "$*" in *control-plane) echo control-plane ;; *) echo worker ;; esac ;;
  inspect*HostPort*) printf '127.0.0.1\\t${port}\\n' ;;
  inspect*Networks*) echo '172.18.0.2,' ;;
  exec*'cat /kind/version') echo ${version} ;;
  exec*admin.conf) cat ${adminConfig} ;;
  exec*/kind/kubeadm.conf) case "$*" in *control-plane*cp*) cat > ${folder}/kubeadm.conf ;; *) cat > /dev/null ;; esac ;;
  exec*jsonpath*) echo "'True'" ;;
  exec*-i*) cat > /dev/null ;;
esac
exit 0
`;
  writeFileSync(join(folder, 'docker'), script);
  chmodSync(join(folder, 'docker'), 0o755);
}

/** In the name of a cluster whose containers cannot be started. */
const FAILING = 'unlucky';

describe.skipIf(NO_KIND)(`kind ${SKIPPED}`, () => {
  let plane: ControlPlane;
  beforeAll(async () => {
    plane = await startControlPlane({ cluster: 'nodes=1,cpus=4', name: 'behind' });
    const worker = { metadata: { name: 'worker-1', annotations: { 'kwok.x-k8s.io/node': 'fake' } } };
    await plane.api.create('/api/v1/nodes', { ...worker, status: { allocatable: { cpu: '4', pods: '110' } } });
    await plane.api.create('/apis/apps/v1/namespaces/kube-system/daemonsets', daemonSet('kindnet'));
  });
  afterAll(() => plane.stop());

  const surroundings = (version: string) => {
    const folder = temporaryFolder();
    fakeDocker(folder, version, plane.kubeconfig, new URL(plane.server).port);
    return { folder, env: { PATH: `${folder}${delimiter}${process.env.PATH ?? ''}` } };
  };
  const up = (args: readonly string[], env: Record<string, string>) => yardmaster(['live', 'up', ...args], { env });

  test.each([
    { version: 'v1.36.4', minor: '1.36', config: [{ name: 'config', value: '/etc/yardmaster/scheduler.yaml' }] },
    { version: 'v1.34.11', minor: '1.34', config: { config: '/etc/yardmaster/scheduler.yaml' } },
  ])('takes the configuration for $version, and gets nodes, GPUs and no daemons on them', async ({ version, minor, config }) => {
    const { folder, env } = surroundings(version);
    const dir = join(folder, 'cluster');
    const name = `k${minor.replace('.', '')}`;
    const wish = [
      '--name',
      name,
      '--dir',
      dir,
      '--kubernetes-version',
      minor,
      '--cluster',
      `nodes=2,cpus=8,gpus=2,name=${name}-`,
    ];
    const { code, stderr } = await up([...wish, '--kind-workers', '1', '--gpus-per-worker', '4'], env);
    expect(stderr).toContain(`kind-yardmaster-${name} is ready`);
    expect(code).toBe(0);

    const kubeadm = parseAllDocuments(readFileSync(join(folder, 'kubeadm.conf'), 'utf8')).map((one) => one.toJS() as Kubeadm);
    const made = kubeadm.find(({ kind }) => kind === 'ClusterConfiguration');
    expect(made?.scheduler.extraArgs).toEqual(config);
    expect(JSON.stringify(made?.apiServer.extraArgs)).toContain('/etc/yardmaster/audit-policy.yaml');
    expect(made?.apiServer.certSANs).toContain('localhost');
    const runs = readFileSync(join(folder, 'calls'), 'utf8')
      .split('\n')
      .filter((call) => call.startsWith('run '));
    expect(runs).toHaveLength(2);
    expect(runs.find((call) => call.includes('control-plane'))).toContain(`--volume=${dir}/logs:/var/log/yardmaster`);

    const { items } = (await plane.api.read('/api/v1/nodes')) as { items: NodeObject[] };
    const allocatable = (node: string) => items.find(({ metadata }) => metadata.name === node)?.status.allocatable;
    expect(allocatable('worker-1')).toMatchObject({ 'nvidia.com/gpu': '4' });
    expect(allocatable(`${name}-1`)).toMatchObject({ cpu: '8', 'nvidia.com/gpu': '2' });
    const daemons = JSON.stringify(await plane.api.read('/apis/apps/v1/namespaces/kube-system/daemonsets/kindnet'));
    expect(daemons).toContain('"key":"yardmaster.dev/cluster","operator":"DoesNotExist"');

    const again = await up([...wish], env);
    expect(again.code).toBe(2);
    expect(again.stderr).toContain(`a cluster "${name}" is there already (ready)`);

    const down = await yardmaster(['live', 'down', '--dir', dir], { env });
    expect(down.stderr).toContain('1 process stopped');
    expect(down.code).toBe(0);
    expect(existsSync(dir)).toBe(false);
    expect(readFileSync(join(folder, 'calls'), 'utf8')).toMatch(/^rm -f -v .*control-plane/m);
    expect(existsSync(join(folder, 'containers'))).toBe(false);
  });

  test('what its containers say when they cannot start is shown, and nothing stays behind', async () => {
    const { folder, env } = surroundings('v1.36.4');
    const dir = join(folder, 'cluster');
    const { code, stderr } = await up(['--name', FAILING, '--dir', dir], env);
    expect(stderr).toMatch(/"kind create cluster" fails:[\s\S]*exit status 125/);
    expect(code).toBe(5);
    expect(existsSync(dir)).toBe(false);
  });

  test("a user's own cluster of that name is left alone", async () => {
    const { folder, env } = surroundings('v1.36.4');
    const script = readFileSync(join(folder, 'docker'), 'utf8');
    writeFileSync(
      join(folder, 'docker'),
      script.replace("cluster --format'*) ;;", "cluster --format'*) echo yardmaster-mine ;;"),
    );
    const { code, stderr } = await up(['--name', 'mine', '--dir', join(folder, 'cluster')], env);
    expect(stderr).toContain('kind has a cluster "yardmaster-mine" already');
    expect(code).toBe(2);
    expect(readFileSync(join(folder, 'calls'), 'utf8')).not.toMatch(/^(run|rm)/m);
  });

  test('a mistake in a configuration is found by kind itself', async () => {
    const folder = temporaryFolder();
    const kind = findPrograms(['kind'], {}).kind;
    const bin = join(folder, 'bin');
    mkdirSync(bin);
    // Between us and kind, one field gets a wrong name.
    writeFileSync(
      join(bin, 'kind'),
      `#!/bin/bash\n[ "$1" = create ] && sed -i s/extraMounts/extraMount/ ${folder}/cluster/kind.yaml\nexec ${kind} "$@"\n`,
    );
    chmodSync(join(bin, 'kind'), 0o755);
    fakeDocker(folder, 'v1.36.4', plane.kubeconfig, '1');
    const env = { PATH: `${folder}${delimiter}${process.env.PATH ?? ''}` };
    const { code, stderr } = await up(['--bin', bin, '--dir', join(folder, 'cluster')], env);
    expect(stderr).toMatch(/field extraMount not found/);
    expect(code).toBe(5);
  });
});

function daemonSet(name: string): object {
  const labels = { app: name };
  const spec = { containers: [{ name: 'main', image: 'none' }] };
  return { metadata: { name }, spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec } } };
}

interface Kubeadm {
  readonly kind: string;
  readonly apiServer: { readonly extraArgs: object; readonly certSANs: readonly string[] };
  readonly scheduler: { readonly extraArgs: object };
}

interface NodeObject {
  readonly metadata: { readonly name: string };
  readonly status: { readonly allocatable: Readonly<Record<string, string>> };
}
