// What `live up --processes` brings up, on the real programs: nodes as described, pods that live as their annotations
// say, an audit log to measure by, and nothing left after `stop`.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ENDED, ENDS, EXIT_CODE, RUNTIME, STARTED, STOP, STOPS } from '../../src/live/cluster/names.ts';
import { readAddress } from '../../src/live/cluster/kubeconfig-address.ts';
import { MARK, runs } from '../../src/live/cluster/processes.ts';
import { processesWith } from '../../src/live/cluster/process-identity.ts';
import { controlPlaneFolder } from '../../src/live/cluster/programs.ts';
import { Api } from '../../src/live/cluster/requests.ts';
import { temporaryFile } from '../cli-runner.ts';
import { MISSING, SKIPPED, startControlPlane } from './control-plane.ts';
import type { ControlPlane } from './control-plane.ts';

const PODS = '/api/v1/namespaces/default/pods';

interface PodObject {
  readonly metadata: { readonly deletionTimestamp?: string };
  readonly spec: { readonly nodeName?: string };
  readonly status: {
    readonly phase: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string; readonly message?: string }[];
    readonly containerStatuses?: readonly { readonly state: { readonly terminated?: { readonly exitCode: number } } }[];
  };
}

interface PodWish {
  readonly annotations?: Readonly<Record<string, string>>;
  readonly gpus?: number;
  readonly grace?: number;
  readonly schedulerName?: string;
}

function pod(name: string, { annotations, gpus = 0, grace = 30, schedulerName }: PodWish = {}): object {
  const requests = { cpu: '1', ...(gpus > 0 ? { 'nvidia.com/gpu': String(gpus) } : {}) };
  return {
    metadata: { name, annotations },
    spec: {
      schedulerName,
      terminationGracePeriodSeconds: grace,
      containers: [{ name: 'main', image: 'none', resources: { requests, limits: requests } }],
    },
  };
}

describe.skipIf(MISSING)(`a cluster of processes ${SKIPPED}`, () => {
  let plane: ControlPlane;
  beforeAll(async () => {
    plane = await startControlPlane({ cluster: 'nodes=3,cpus=8,gpus=4,gpu-model=A100,memory=64Gi' });
  });
  afterAll(() => plane.stop());

  const podObject = async (name: string) => {
    const { status, body } = await plane.api.get(`${PODS}/${name}`);
    return status === 404 ? undefined : (JSON.parse(body) as PodObject);
  };
  const instant = (object: PodObject, type: string) =>
    Date.parse(object.status.conditions?.find((one) => one.type === type)?.message ?? '');
  /** The pod once it is as wished. */
  const until = async (name: string, wished: (pod: PodObject) => boolean): Promise<PodObject> => {
    for (let i = 0; i < 400; i++) {
      const found = await podObject(name);
      if (found !== undefined && wished(found)) return found;
      await sleep(50);
    }
    throw new Error(`pod ${name} is ${JSON.stringify((await podObject(name))?.status)}`);
  };
  const inPhase = (name: string, phase: string) => until(name, ({ status }) => status.phase === phase);
  const gone = async (name: string): Promise<number> => {
    const began = performance.now();
    while ((await podObject(name)) !== undefined) await sleep(20);
    return performance.now() - began;
  };

  test('nodes have what they were described with', async () => {
    const { items } = (await plane.api.read('/api/v1/nodes')) as {
      items: {
        metadata: { name: string; labels: Record<string, string> };
        spec: { taints?: unknown };
        status: { allocatable: Record<string, string> };
      }[];
    };
    expect(items).toHaveLength(3);
    for (const { metadata, spec, status } of items) {
      expect(status.allocatable).toMatchObject({ cpu: '8', memory: '64Gi', 'nvidia.com/gpu': '4', pods: '110' });
      expect(metadata.labels).toMatchObject({ 'yardmaster.dev/cluster': 'test', 'nvidia.com/gpu.product': 'A100' });
      expect(spec.taints).toBeUndefined();
    }
  });

  test('a pod runs for its time, to the tenth of a second, and succeeds', async () => {
    await plane.api.create(PODS, pod('runs', { annotations: { [RUNTIME]: '1500ms' } }));
    const ended = await inPhase('runs', 'Succeeded');
    expect(instant(ended, ENDS) - instant(ended, STARTED)).toBe(1500);
    const late = instant(ended, ENDED) - instant(ended, ENDS);
    expect(late).toBeGreaterThanOrEqual(0);
    expect(late).toBeLessThan(1000);
    expect(ended.status.containerStatuses?.[0].state.terminated?.exitCode).toBe(0);
  });

  test('a pod with another exit code fails; a bare number is seconds', async () => {
    await plane.api.create(PODS, pod('fails', { annotations: { [RUNTIME]: '1', [EXIT_CODE]: '3' } }));
    const ended = await inPhase('fails', 'Failed');
    expect(instant(ended, ENDS) - instant(ended, STARTED)).toBe(1000);
    expect(ended.status.containerStatuses?.[0].state.terminated?.exitCode).toBe(3);
  });

  test('a pod that is changed while it runs or stops takes no longer for it', async () => {
    const change = (name: string, value: string) => plane.api.merge(`${PODS}/${name}`, { metadata: { labels: { value } } });
    await plane.api.create(PODS, pod('changes', { annotations: { [RUNTIME]: '2s' } }));
    const started = await inPhase('changes', 'Running');
    await sleep(1000);
    await change('changes', 'running');
    const ended = await inPhase('changes', 'Succeeded');
    expect(instant(ended, ENDED) - instant(started, STARTED)).toBeLessThan(2900);

    await plane.api.create(PODS, pod('lingers', { annotations: { [STOP]: 'grace' }, grace: 3 }));
    await inPhase('lingers', 'Running');
    await plane.api.send('DELETE', `${PODS}/lingers`);
    const stopping = await until('lingers', (found) => !Number.isNaN(instant(found, STOPS)));
    await sleep(1500);
    await change('lingers', 'stopping');
    await gone('lingers');
    expect(Date.now() - instant(stopping, STOPS)).toBeLessThan(1400);
  });

  test('a pod without a time runs until it is deleted, and goes at once then', async () => {
    await plane.api.create(PODS, pod('service'));
    await inPhase('service', 'Running');
    await plane.api.send('DELETE', `${PODS}/service`);
    expect(await gone('service')).toBeLessThan(3000);
  });

  test.each([
    { name: 'uses-its-grace', stop: 'grace', grace: 5, seconds: 5 },
    { name: 'stops-early', stop: '2s', grace: 30, seconds: 2 },
    { name: 'is-killed', stop: '60s', grace: 3, seconds: 3 },
  ])(
    'a pod that takes $stop to stop, with a grace of $grace s, is terminating for $seconds s',
    async ({ name, stop, grace, seconds }) => {
      await plane.api.create(PODS, pod(name, { annotations: { [STOP]: stop }, grace }));
      await inPhase(name, 'Running');
      const asked = Date.now();
      await plane.api.send('DELETE', `${PODS}/${name}`);
      const stopping = await until(name, (found) => !Number.isNaN(instant(found, STOPS)));
      const lasts = instant(stopping, STOPS) - asked;
      expect(lasts).toBeGreaterThanOrEqual(seconds * 1000 - 1);
      expect(lasts).toBeLessThan(seconds * 1000 + 1000);
      await gone(name);
      expect(Date.now()).toBeGreaterThanOrEqual(instant(stopping, STOPS));
    },
  );

  test('its own kube-scheduler keeps pods waiting that ask for more GPUs than are free', async () => {
    for (let i = 0; i < 4; i++) await plane.api.create(PODS, pod(`gpus-${i}`, { gpus: 4 }));
    await expect
      .poll(
        async () => {
          const { items } = (await plane.api.read(PODS)) as { items: (PodObject & { metadata: { name: string } })[] };
          const mine = items.filter(({ metadata }) => metadata.name.startsWith('gpus-'));
          return mine.map(({ status, spec }) => (spec.nodeName === undefined ? 'waits' : status.phase)).sort();
        },
        { timeout: 20_000 },
      )
      .toEqual(['Running', 'Running', 'Running', 'waits']);
  });

  test('users may do what their part needs, and no more', async () => {
    const kwok = new Api(readAddress(join(dirname(plane.kubeconfig), 'kwok.kubeconfig')));
    const nobody = new Api({ server: plane.server, ca: plane.ca });
    try {
      expect((await kwok.get('/api/v1/nodes')).status).toBe(200);
      expect((await kwok.get('/api/v1/secrets')).status).toBe(403);
      expect((await kwok.send('DELETE', '/api/v1/nodes/node0')).status).toBe(403);
      expect((await nobody.get('/api/v1/nodes')).status).toBe(403);
    } finally {
      kwok.close();
      nobody.close();
    }
  });

  test('the audit log has binds with node and instant', async () => {
    const lines = readFileSync(plane.state.auditLog ?? '', 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as AuditLine);
    const bind = lines.find(({ objectRef }) => objectRef.subresource === 'binding' && objectRef.name === 'runs');
    expect(bind?.requestObject?.target?.name).toMatch(/^node/);
    expect(bind?.user.username).toBe('system:kube-scheduler');
    expect(bind?.requestReceivedTimestamp).toMatch(/\.\d{6}Z$/);
    expect(lines.filter(({ verb }) => ['get', 'list', 'watch'].includes(verb))).toEqual([]);
    expect(new Set(lines.map(({ objectRef }) => objectRef.resource))).toEqual(new Set(['pods', 'nodes']));
  });

  test('the API server says its version, and comes back after it was killed', async () => {
    expect(plane.state.kubernetesVersion).toMatch(/^v1\.\d+\.\d+$/);
    plane.signal('kube-apiserver');
    await plane.restart('kube-apiserver');
    expect(((await plane.api.read('/api/v1/nodes')) as { items: unknown[] }).items).toHaveLength(3);
  });

  test("a cluster with the user's scheduler and gates schedules as they say, and nothing of it is left", async () => {
    const schedulerConfig = temporaryFile(
      'scheduler.yaml',
      `apiVersion: kubescheduler.config.k8s.io/v1
kind: KubeSchedulerConfiguration
profiles:
  - schedulerName: default-scheduler
  - schedulerName: packs
    pluginConfig:
      - name: NodeResourcesFit
        args: { scoringStrategy: { type: MostAllocated, resources: [{ name: cpu, weight: 1 }] } }
`,
    );
    const featureGates = 'GenericWorkload=true,GangScheduling=true';
    const other = await startControlPlane({ cluster: 'nodes=2,cpus=8', name: 'other', schedulerConfig, featureGates });
    const path = dirname(other.kubeconfig);
    try {
      for (const name of ['a', 'b', 'c']) await other.api.create(PODS, pod(name, { schedulerName: 'packs' }));
      const nodesOfPods = async () =>
        ((await other.api.read(PODS)) as { items: PodObject[] }).items.map(({ spec }) => spec.nodeName);
      await expect.poll(nodesOfPods, { timeout: 20_000 }).not.toContain(undefined);
      expect(new Set(await nodesOfPods()).size).toBe(1);
      const { resources } = (await other.api.read('/apis/scheduling.k8s.io/v1alpha2')) as { resources: { name: string }[] };
      expect(resources.map(({ name }) => name)).toContain('workloads');
      expect(processesWith(MARK, path)).toHaveLength(other.state.processes.length);
      expect(other.state.processes.every(runs)).toBe(true);
    } finally {
      await other.stop();
    }
    expect(processesWith(MARK, path)).toEqual([]);
    expect(other.state.processes.filter(runs)).toEqual([]);
    expect(existsSync(path)).toBe(false);
  });
});

const OLDER = 'v1.34.4';
const NO_OLDER = MISSING || !existsSync(join(controlPlaneFolder(), OLDER));
const BUILT = NO_OLDER ? `(SKIPPED: it is not built; "npm run control-plane" builds it)` : '';

describe.skipIf(NO_OLDER)(`an older minor version ${BUILT}`, () => {
  test('comes up as well, and runs pods', async () => {
    const older = await startControlPlane({ cluster: 'nodes=2,cpus=8', name: 'older', version: '1.34' });
    try {
      expect(older.state.kubernetesVersion).toBe(OLDER);
      for (const { program, name } of older.state.processes.filter((one) => one.name.startsWith('kube-'))) {
        expect(program, name).toContain(`/${OLDER}/`);
      }
      await older.api.create(PODS, pod('runs', { annotations: { [RUNTIME]: '200ms' } }));
      const phase = async () => ((await older.api.read(`${PODS}/runs`)) as PodObject).status.phase;
      await expect.poll(phase, { timeout: 20_000 }).toBe('Succeeded');
    } finally {
      await older.stop();
    }
  });
});

interface AuditLine {
  readonly verb: string;
  readonly user: { readonly username: string };
  readonly objectRef: { readonly resource: string; readonly subresource?: string; readonly name?: string };
  readonly requestObject?: { readonly target?: { readonly name?: string } };
  readonly requestReceivedTimestamp: string;
}
