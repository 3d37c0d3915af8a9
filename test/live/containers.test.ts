// Pods with real containers, as `live run --containers` makes them. There is no kubelet here: the real API server is asked to
// admit them (a dry run, which validates and defaults all, and keeps nothing), and their command is run by the shell.
import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { podManifest } from '../../src/live/driver/pod-manifest.ts';
import type { PodStyle } from '../../src/live/driver/pod-manifest.ts';
import { TaskTable } from '../../src/live/driver/tasks.ts';
import { traceInMemory } from '../../src/trace/input.ts';
import { readStored } from '../../src/trace/read.ts';
import type { Workload } from '../../src/workload.ts';
import { workloadOf } from '../workload-of.ts';
import { MISSING, SKIPPED, startControlPlane } from './control-plane.ts';
import type { ControlPlane } from './control-plane.ts';

const STYLE: PodStyle = {
  ...{ run: 'real', namespace: 'default', schedulerName: 'yardmaster', pods: 'sleep', image: 'busybox:1.36', timeScale: 20 },
};

interface Container {
  readonly name: string;
  readonly image: string;
  readonly command: string[];
  readonly restartPolicy?: string;
  readonly resources: { readonly requests?: Record<string, string>; readonly limits?: Record<string, string> };
}

interface Admitted {
  readonly metadata: { readonly labels: Record<string, string> };
  readonly spec: {
    readonly containers: Container[];
    readonly initContainers?: Container[];
    readonly restartPolicy: string;
    readonly schedulerName: string;
    readonly tolerations: { readonly key: string }[];
  };
}

const OBJECTS = `
apiVersion: v1
kind: Pod
metadata: { name: service, namespace: default, labels: { app: web }, annotations: { yardmaster.dev/runtime: 8s } }
spec:
  nodeSelector: { disk: fast }
  terminationGracePeriodSeconds: 7
  initContainers:
    - { name: fetch, image: theirs, resources: { requests: { cpu: 500m } } }
    - { name: proxy, image: theirs, restartPolicy: Always, resources: { requests: { cpu: 100m } } }
  containers:
    - { name: web, image: theirs, resources: { requests: { cpu: '1', memory: 1Gi } } }
    - { name: log, image: theirs, resources: { requests: { cpu: 200m } } }
`;

describe.skipIf(MISSING)(`real containers ${SKIPPED}`, () => {
  let plane: ControlPlane;
  beforeAll(async () => (plane = await startControlPlane({ name: 'containers' })));
  afterAll(() => plane?.stop());

  const admitted = async (workload: Workload, job: number) => {
    const task = new TaskTable(workload, workload.count).of(job)[0];
    const pod = podManifest(workload, task, 0, STYLE);
    return (await plane.api.create('/api/v1/namespaces/default/pods?dryRun=All', pod)) as Admitted;
  };
  const run = ({ command: [program, ...args] }: Container) => {
    const began = performance.now();
    const { status } = spawnSync(program, args);
    return { status, seconds: (performance.now() - began) / 1000 };
  };

  test('a job of a trace sleeps for its run time over the time scale, and ends as the job does', async () => {
    const request = { cpu: 1500, memory: 2 ** 30, gpu: 2000 };
    const workload = workloadOf([
      { submit: 0, runtime: 10_000, procs: 1, request },
      { submit: 0, runtime: 2000, procs: 1, request, outcome: 1 },
    ]);
    const { spec } = await admitted(workload, 0);
    const [container] = spec.containers;
    expect(spec).toMatchObject({ restartPolicy: 'Never', schedulerName: 'yardmaster' });
    expect(spec.tolerations.map(({ key }) => key)).not.toContain('kwok.x-k8s.io/node');
    expect(container.image).toBe('busybox:1.36');
    expect(container.resources).toEqual({
      requests: { cpu: '1500m', memory: '1073741824', 'nvidia.com/gpu': '2' },
      limits: { 'nvidia.com/gpu': '2' },
    });
    const ran = run(container);
    expect(ran.status).toBe(0);
    expect(ran.seconds).toBeGreaterThanOrEqual(0.5);
    const failing = await admitted(workload, 1);
    expect(run(failing.spec.containers[0]).status).toBe(1);
  });

  test('a pod keeps its containers, their requests and where it may go; what comes before or goes beside is played too', async () => {
    const { workload } = await readStored(traceInMemory(OBJECTS));
    const { spec, metadata } = await admitted(workload, 0);
    expect(metadata.labels).toMatchObject({ app: 'web', 'yardmaster.dev/run': 'real' });
    expect(spec).toMatchObject({ nodeSelector: { disk: 'fast' }, terminationGracePeriodSeconds: 7 });
    expect(spec.containers.map(({ name, image, resources }) => [name, image, resources.requests])).toEqual([
      ['web', 'busybox:1.36', { cpu: '1', memory: '1073741824' }],
      ['log', 'busybox:1.36', { cpu: '200m' }],
    ]);
    for (const { command } of spec.containers) expect(command.at(-1)).toContain('sleep 0.400');
    const [fetch, proxy] = spec.initContainers ?? [];
    expect(run(fetch)).toMatchObject({ status: 0 });
    expect(proxy).toMatchObject({ restartPolicy: 'Always', resources: { requests: { cpu: '100m' } } });
    expect(proxy.command.at(-1)).toContain('sleep infinity');
  });

  test('nothing of it is kept', async () => {
    const { items } = (await plane.api.read('/api/v1/namespaces/default/pods')) as { items: unknown[] };
    expect(items).toEqual([]);
  });
});
