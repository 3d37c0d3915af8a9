// What `live up` writes and says before any program runs: configurations, nodes, state, missing programs. What happens on
// the real programs is in test/live.
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { parseClusterSpec } from '../src/cluster-spec.ts';
import { readNode } from '../src/kubernetes-read-cluster.ts';
import type { Node } from '../src/kubernetes.ts';
import { takeDown } from '../src/live/cluster/down.ts';
import { ClusterFolder, defaultFolder } from '../src/live/cluster/folder.ts';
import type { ClusterState } from '../src/live/cluster/folder.ts';
import { kindConfig, kindVersion, NODE_IMAGES } from '../src/live/cluster/kind-config.ts';
import { checkClusterName, CLUSTER_LABEL } from '../src/live/cluster/names.ts';
import { fakeNode } from '../src/live/cluster/node-manifest.ts';
import { freePorts } from '../src/live/cluster/ports.ts';
import { processesWith, processIdentity } from '../src/live/cluster/process-identity.ts';
import { MARK, restartProcess, runs, start } from '../src/live/cluster/processes.ts';
import { controlPlaneFolder, findPrograms, PROCESS_PROGRAMS } from '../src/live/cluster/programs.ts';
import { parseSchedulerConfig, schedulerConfig } from '../src/live/cluster/scheduler-config.ts';
import { kwokConfig, STAGES } from '../src/live/cluster/stages.ts';
import { nodeObjects } from '../src/policies/kube-default/cluster-nodes.ts';
import { temporaryFolder, yardmaster } from './cli-runner.ts';

const newState = (name = 'test'): ClusterState => ({
  version: 1,
  name,
  kind: 'processes',
  phase: 'starting',
  context: `yardmaster-${name}`,
  kubeconfig: 'kubeconfig',
  processes: [],
});

const newFolder = () => new ClusterFolder(join(temporaryFolder(), 'cluster'));

describe('nodes', () => {
  const asRead = (node: Node) => readNode(JSON.parse(JSON.stringify(fakeNode(node, 'test', 0))), 'node');

  test('an API server that reads one back has the node of the simulation', () => {
    const specs = fc.record({
      cpus: fc.constantFrom(1, 2.5, 64),
      memory: fc.constantFrom(undefined, '1Gi', '1000001'),
      gpus: fc.constantFrom(0, 1, 8),
      model: fc.constantFrom(undefined, 'A100'),
    });
    fc.assert(
      fc.property(specs, ({ cpus, memory, gpus, model }) => {
        const words = [
          `nodes=2,cpus=${cpus}`,
          memory && `memory=${memory}`,
          `gpus=${gpus}`,
          gpus > 0 && model && `gpu-model=${model}`,
        ];
        const cluster = parseClusterSpec(words.filter(Boolean).join(','));
        for (const node of nodeObjects(cluster)) {
          const { labels, ...rest } = asRead(node);
          const { labels: wanted, ...same } = node;
          expect(rest).toEqual(same);
          for (const [key, value] of wanted) expect(labels.get(key)).toBe(value);
          expect(labels.get(CLUSTER_LABEL)).toBe('test');
        }
      }),
    );
  });

  test('taints, labels and cordons of a node stay', () => {
    const node = readNode(
      {
        metadata: { name: 'n', labels: { rack: 'r1', 'kubernetes.io/arch': 'arm64' } },
        spec: { taints: [{ key: 'gpu', value: 'yes', effect: 'NoSchedule' }], unschedulable: true },
        status: { allocatable: { cpu: '1500m', memory: '7Gi', 'hugepages-2Mi': '0', pods: '20' }, capacity: { cpu: '2' } },
      },
      'node',
    );
    const read = asRead(node);
    expect(read.taints).toEqual(node.taints);
    expect(read.unschedulable).toBe(true);
    expect(Object.fromEntries(read.labels)).toMatchObject({ rack: 'r1', 'kubernetes.io/arch': 'arm64' });
    expect(Object.fromEntries(read.allocatable)).toEqual(Object.fromEntries(node.allocatable));
  });
});

describe('configurations', () => {
  test("the user's scheduler keeps its profiles, and gets our way to the API", () => {
    const mine = `
apiVersion: kubescheduler.config.k8s.io/v1
kind: KubeSchedulerConfiguration
clientConnection: { qps: 200, kubeconfig: /elsewhere }
leaderElection: { leaderElect: true, resourceName: mine }
profiles: [{ schedulerName: packs }]
`;
    const made = parse(schedulerConfig(parseSchedulerConfig(mine, 'mine.yaml'), '/our/kubeconfig')) as object;
    expect(made).toMatchObject({
      clientConnection: { qps: 200, kubeconfig: '/our/kubeconfig' },
      leaderElection: { leaderElect: false, resourceName: 'mine' },
      profiles: [{ schedulerName: 'packs' }],
    });
  });

  test.each([
    { text: 'kind: KubeletConfiguration\napiVersion: kubelet.config.k8s.io/v1beta1', says: 'no configuration of kube-scheduler' },
    { text: 'a: b: c', says: 'mine.yaml' },
    { text: '', says: 'no configuration of kube-scheduler' },
  ])('a scheduler configuration of "$text" is refused', ({ text, says }) => {
    expect(() => parseSchedulerConfig(text, 'mine.yaml')).toThrow(says);
  });

  test('KWOK gets its options and every stage', () => {
    const [options, ...stages] = parseAllDocuments(kwokConfig()).map(
      (document) => document.toJS() as { kind: string; metadata: { name: string } },
    );
    expect(options.kind).toBe('KwokConfiguration');
    expect(stages.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual(STAGES.map(({ name }) => `Stage ${name}`));
  });

  test('kind gets an image with its digest, the audit log and the scheduler, as the version of kubeadm wants them', () => {
    const wish = { name: 'yardmaster-test', settings: '/s', logs: '/l', workers: 2 };
    const made = (version: string) => parse(kindConfig({ ...wish, version })) as KindConfig;
    const { nodes } = made('v1.36.4');
    expect(nodes.map(({ role }) => role)).toEqual(['control-plane', 'worker', 'worker']);
    for (const { image } of nodes) expect(image).toBe(`kindest/node:v1.36.4@${NODE_IMAGES['v1.36.4']}`);
    expect(nodes[0].extraMounts?.map(({ hostPath }) => hostPath)).toEqual(['/s', '/l']);
    const patch = (version: string) => parse(made(version).nodes[0].kubeadmConfigPatches?.[0] ?? '') as KubeadmPatch;
    expect(patch('v1.36.4').scheduler.extraArgs).toEqual([{ name: 'config', value: '/etc/yardmaster/scheduler.yaml' }]);
    expect(patch('v1.35.8').scheduler.extraArgs).toEqual({ config: '/etc/yardmaster/scheduler.yaml' });
    expect(patch('v1.35.8').apiServer.extraArgs).toMatchObject({ 'audit-log-path': '/var/log/yardmaster/audit.log' });
  });

  test.each([
    { wish: undefined, version: 'v1.36.4' },
    { wish: '1.34', version: 'v1.34.11' },
    { wish: 'v1.35.8', version: 'v1.35.8' },
  ])('a wish for $wish takes the image of $version', ({ wish, version }) => {
    expect(kindVersion(wish)).toBe(version);
  });

  test.each(['1.3', '1.36.3', 'latest'])('there is no image of %s, and which there are is said', (wish) => {
    expect(() => kindVersion(wish)).toThrow(/v1\.37\.0, v1\.36\.4/);
  });

  test('feature gates are for all parts of a kind cluster', () => {
    const wish = { name: 'x', version: 'v1.36.4', settings: '/s', logs: '/l', workers: 0 };
    const made = parse(kindConfig({ ...wish, featureGates: 'A=true,B=false' })) as KindConfig;
    expect(made.featureGates).toEqual({ A: true, B: false });
    const patch = parse(made.nodes[0].kubeadmConfigPatches?.[0] ?? '') as KubeadmPatch;
    expect(patch.scheduler.extraArgs).toContainEqual({ name: 'feature-gates', value: 'A=true,B=false' });
    expect(() => kindConfig({ ...wish, featureGates: 'A' })).toThrow('no list of feature gates');
  });
});

interface KindConfig {
  readonly featureGates?: object;
  readonly nodes: readonly {
    readonly role: string;
    readonly image: string;
    readonly extraMounts?: readonly { readonly hostPath: string }[];
    readonly kubeadmConfigPatches?: readonly string[];
  }[];
}

interface KubeadmPatch {
  readonly apiServer: { readonly extraArgs: object };
  readonly scheduler: { readonly extraArgs: object };
}

describe('programs', () => {
  const program = (folder: string, name: string) => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, name), '#!/bin/sh\n');
    chmodSync(join(folder, name), 0o755);
    return join(folder, name);
  };

  test('--bin goes before what was built, and that before the path', () => {
    const [bin, root, path] = [temporaryFolder(), temporaryFolder(), temporaryFolder()];
    const env = { YARDMASTER_CONTROL_PLANE: root, PATH: path };
    const onPath = program(path, 'etcd');
    expect(findPrograms(['etcd'], { env })).toEqual({ etcd: onPath });
    const built = program(join(root, 'v1.36.3'), 'etcd');
    expect(findPrograms(['etcd'], { env })).toEqual({ etcd: built });
    const given = program(bin, 'etcd');
    expect(findPrograms(['etcd'], { env, bin })).toEqual({ etcd: given });
  });

  test('of several builds of a minor version the newest is taken, and etcd from our own', () => {
    const root = temporaryFolder();
    const env = { YARDMASTER_CONTROL_PLANE: root, PATH: '' };
    const etcd = program(join(root, 'v1.36.3'), 'etcd');
    program(join(root, 'v1.34.9'), 'kube-scheduler');
    const newest = program(join(root, 'v1.34.10'), 'kube-scheduler');
    program(join(root, 'v1.3.40'), 'kube-scheduler');
    expect(findPrograms(['kube-scheduler', 'etcd'], { env, version: '1.34' })).toEqual({ 'kube-scheduler': newest, etcd });
  });

  test('a folder and a file that cannot be run are no programs', () => {
    const bin = temporaryFolder();
    mkdirSync(join(bin, 'etcd'));
    writeFileSync(join(bin, 'kwok'), '');
    const env = { YARDMASTER_CONTROL_PLANE: '/nowhere', PATH: '' };
    expect(() => findPrograms(['etcd', 'kwok'], { bin, env })).toThrow(/etcd, kwok are missing: neither in .* nor on the path/);
  });

  test('each missing program is named with what gets it', () => {
    const env = { YARDMASTER_CONTROL_PLANE: '/nowhere', PATH: '' };
    const message = () => findPrograms([...PROCESS_PROGRAMS, 'kind', 'docker'], { env, version: '1.34.4' });
    expect(message).toThrow(/go install sigs.k8s.io\/kwok\/cmd\/kwok@v0.8.0/);
    expect(message).toThrow(/go install sigs.k8s.io\/kind@v0.33.0/);
    expect(message).toThrow(/dl.k8s.io\/v1.34.4\/bin\/.*\/kube-scheduler/);
    expect(message).toThrow(/npm run control-plane/);
  });

  test('builds are looked for where the builder puts them', () => {
    expect(controlPlaneFolder({ YARDMASTER_CONTROL_PLANE: '/x' })).toBe('/x');
    expect(controlPlaneFolder({ XDG_CACHE_HOME: '/c' })).toBe('/c/yardmaster/control-plane');
    expect(readFileSync('test/control-plane/build.sh', 'utf8')).toContain(
      '${YARDMASTER_CONTROL_PLANE:-${XDG_CACHE_HOME:-$HOME/.cache}/yardmaster/control-plane}',
    );
  });
});

describe('the folder of a cluster', () => {
  test('says what it was told, only to its owner', () => {
    const folder = newFolder();
    folder.create(newState());
    expect(folder.read()).toEqual(newState());
    expect(statSync(folder.path).mode & 0o077).toBe(0);
    folder.remove();
    expect(existsSync(folder.path)).toBe(false);
    expect(folder.read()).toBeUndefined();
  });

  test('is used by one cluster at a time, and by nothing else', () => {
    const folder = newFolder();
    folder.create(newState());
    expect(() => folder.create(newState())).toThrow(/"test" is there already \(starting\)[\s\S]*live down --dir/);
    const other = new ClusterFolder(temporaryFolder());
    writeFileSync(other.file('thesis.tex'), '');
    expect(() => other.create(newState())).toThrow('it is not empty, and no cluster of ours');
  });

  test.each(['', '{', '{"version":2}', '[]'])('a state of %j is not guessed at', (text) => {
    const folder = newFolder();
    folder.create(newState());
    writeFileSync(folder.file('state.json'), text);
    expect(() => folder.read()).toThrow('it does not say what was started');
  });

  test('is where the user keeps such things', () => {
    expect(defaultFolder('a', { XDG_STATE_HOME: '/s' })).toBe('/s/yardmaster/live/a');
  });

  test.each(['', 'A', '-a', 'a-', 'a_b', 'a/../b', 'x'.repeat(41)])('"%s" is no name for one', (name) => {
    expect(() => checkClusterName(name)).toThrow('cannot be the name of a cluster');
  });
});

test('free ports differ, and can be listened on', async () => {
  const ports = await freePorts(20);
  expect(new Set(ports).size).toBe(20);
  if (process.platform === 'linux') {
    const [outgoing] = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').split(/\s+/).map(Number);
    if (outgoing > 21_000) expect(Math.max(...ports)).toBeLessThan(outgoing);
  }
  const server = createServer();
  await new Promise<void>((done) => server.listen(ports[7], '127.0.0.1', done));
  await new Promise((done) => server.close(done));
});

describe('processes', () => {
  const folders: { folder: ClusterFolder; state: ClusterState }[] = [];
  const started = () => {
    const folder = newFolder();
    const state = newState();
    folder.create(state);
    folders.push({ folder, state });
    return { folder, state };
  };
  const sleeper = { name: 'sleeper', program: '/bin/sleep', args: ['300'] };
  afterEach(async () => {
    for (const { folder, state } of folders.splice(0)) if (existsSync(folder.path)) await takeDown(folder, state);
  });

  test('are written down as they start, outlive us, and are gone after "down" with their folder', async () => {
    const { folder, state } = started();
    const running = start(sleeper, folder, state);
    expect(folder.read()?.processes).toEqual([running]);
    expect(runs(running)).toBe(true);
    expect(await takeDown(folder, state)).toBe(1);
    expect(runs(running)).toBe(false);
    expect(existsSync(folder.path)).toBe(false);
  });

  test('that have ended are not mistaken for others with their number', async () => {
    const { folder, state } = started();
    const stranger = spawn('/bin/sleep', ['300']);
    const pid = stranger.pid ?? 0;
    state.processes.push({ name: 'etcd', pid, identity: 'of a process before it', program: '', args: [] });
    expect(await takeDown(folder, state)).toBe(0);
    expect(processIdentity(pid)).toBeDefined();
    stranger.kill();
  });

  test('that cannot be started count as ended', () => {
    const { folder, state } = started();
    const running = start({ ...sleeper, program: '/no/such/program' }, folder, state);
    expect(runs(running)).toBe(false);
  });

  test('are restarted as they were', async () => {
    const { folder, state } = started();
    const first = start(sleeper, folder, state);
    await restartProcess(folder, state, 'sleeper');
    const [second] = folder.read()?.processes ?? [];
    expect(second).toMatchObject({ name: 'sleeper', program: '/bin/sleep', args: ['300'] });
    expect(second.pid).not.toBe(first.pid);
    expect(runs(first)).toBe(false);
    expect(runs(second)).toBe(true);
  });

  test.skipIf(process.platform !== 'linux')('that we died before writing down are found by their mark', async () => {
    const { folder, state } = started();
    const running = start(sleeper, folder, state);
    state.processes = [];
    folder.write(state);
    expect(processesWith(MARK, folder.path)).toEqual([running.pid]);
    expect(await takeDown(folder, state)).toBe(1);
    expect(runs(running)).toBe(false);
  });
});

describe('the commands', () => {
  const nothing = { YARDMASTER_CONTROL_PLANE: '/nowhere', PATH: '/nowhere' };

  test('programs that are missing are a matter of usage', async () => {
    const { code, stderr } = await yardmaster(['live', 'up', '--processes', '--dir', join(temporaryFolder(), 'x')], {
      env: nothing,
    });
    expect(code).toBe(2);
    expect(stderr).toMatch(/etcd, kube-apiserver, kube-controller-manager, kube-scheduler, kwok are missing/);
  });

  test('kind and its container runtime are named too', async () => {
    const { code, stderr } = await yardmaster(['live', 'up'], { env: nothing });
    expect(code).toBe(2);
    expect(stderr).toMatch(/kind, docker, kwok are missing[\s\S]*live up --processes/);
  });

  test('a program that ends at once is shown with what it said, and nothing stays behind', async () => {
    const bin = temporaryFolder();
    for (const name of PROCESS_PROGRAMS) {
      writeFileSync(join(bin, name), '#!/bin/sh\necho "the disk is made of cheese" >&2\nexit 1\n');
      chmodSync(join(bin, name), 0o755);
    }
    const dir = join(temporaryFolder(), 'cluster');
    const { code, stderr } = await yardmaster(['live', 'up', '--processes', '--bin', bin, '--dir', dir]);
    expect(stderr).toMatch(/etcd has ended:\s+the disk is made of cheese/);
    expect(code).toBe(5);
    expect(existsSync(dir)).toBe(false);
  });

  /** Programs that never become ready. */
  const idlePrograms = (): string => {
    const bin = temporaryFolder();
    for (const name of PROCESS_PROGRAMS) {
      writeFileSync(join(bin, name), '#!/bin/sh\nexec sleep 300\n');
      chmodSync(join(bin, name), 0o755);
    }
    return bin;
  };
  /** Starts a cluster, and sends the signal as soon as its first program has started. */
  const interrupted = (dir: string, signal: NodeJS.Signals) =>
    yardmaster(['live', 'up', '--processes', '--bin', idlePrograms(), '--dir', dir], {
      onStart: (child) => {
        const look = setInterval(() => {
          if (!existsSync(join(dir, 'state.json')) || !readFileSync(join(dir, 'state.json'), 'utf8').includes('"pid"')) return;
          clearInterval(look);
          child.kill(signal);
        }, 20);
      },
    });

  test.each([
    { signal: 'SIGINT', exit: 130 },
    { signal: 'SIGTERM', exit: 143 },
    { signal: 'SIGHUP', exit: 129 },
  ] as const)('$signal while programs start stops them, and nothing stays behind', async ({ signal, exit }) => {
    const dir = join(temporaryFolder(), 'cluster');
    const { code, stderr } = await interrupted(dir, signal);
    expect(stderr).toContain('interrupted');
    expect(code).toBe(exit);
    expect(existsSync(dir)).toBe(false);
    expect(processesWith(MARK, dir)).toEqual([]);
  });

  test('what a killed "up" leaves is taken down, and stands in the way of another until then', async () => {
    const dir = join(temporaryFolder(), 'cluster');
    await interrupted(dir, 'SIGKILL');
    const [running] = new ClusterFolder(dir).read()?.processes ?? [];
    expect(runs(running)).toBe(true);
    const again = await yardmaster(['live', 'up', '--processes', '--bin', idlePrograms(), '--dir', dir]);
    expect(again.stderr).toContain('is there already (starting)');
    expect(again.code).toBe(2);
    expect(runs(running)).toBe(true);
    const { code, stderr } = await yardmaster(['live', 'down', '--dir', dir]);
    expect(stderr).toContain('1 process stopped');
    expect(code).toBe(0);
    expect(runs(running)).toBe(false);
    expect(existsSync(dir)).toBe(false);
  });

  test('programs that never are ready are given up in time', async () => {
    const dir = join(temporaryFolder(), 'cluster');
    const args = ['live', 'up', '--processes', '--bin', idlePrograms(), '--dir', dir, '--timeout', '1s'];
    const { code, stderr } = await yardmaster(args);
    expect(stderr).toContain('not ready in time: etcd');
    expect(code).toBe(5);
    expect(existsSync(dir)).toBe(false);
  });

  test('what is not up cannot be taken down', async () => {
    const dir = temporaryFolder();
    const { code, stderr } = await yardmaster(['live', 'down', '--dir', dir]);
    expect(code).toBe(2);
    expect(stderr).toContain('there is no cluster');
    expect(existsSync(dir)).toBe(true);
  });

  test.each([
    { args: ['--processes', '--kind-workers', '2'], says: '--processes has none' },
    { args: ['--gpus-per-worker', '8'], says: 'there are no workers' },
    { args: ['--processes', '--cluster', 'procs=8'], says: 'its processors have no nodes' },
    { args: ['--processes', '--scheduler-config', '/nowhere'], says: '/nowhere' },
    { args: ['--name', 'No'], says: 'cannot be the name of a cluster' },
  ])('$args are refused before anything is started', async ({ args, says }) => {
    const { code, stderr } = await yardmaster(['live', 'up', ...args]);
    expect(stderr).toContain(says);
    expect(code).toBe(2);
  });
});
