// Which clusters live mode touches only if it is told twice, which pods are its own, and what its pods look like.
import { describe, expect, test } from 'vitest';
import { readPod } from '../src/kubernetes-read-pod.ts';
import { totalRequests } from '../src/kubernetes-pod-requests.ts';
import { readLivePod } from '../src/live/driver/live-pod.ts';
import { podManifest } from '../src/live/driver/pod-manifest.ts';
import type { PodStyle } from '../src/live/driver/pod-manifest.ts';
import { refusePrecious, whyPrecious } from '../src/live/kubernetes/cluster-safety.ts';
import { RateLimiter } from '../src/live/kubernetes/rate-limit.ts';
import type { Clock } from '../src/live/kubernetes/clock.ts';
import { EVICTION_RULES, rbacManifest } from '../src/live/rbac.ts';
import { TaskTable } from '../src/live/driver/tasks.ts';
import { workloadOf } from './workload-of.ts';

describe('clusters that may matter', () => {
  test.each([
    { context: 'yardmaster-live', server: 'https://127.0.0.1:6443', precious: false },
    { context: 'kind-lab', server: 'https://localhost:6443', precious: false },
    // A tunnel.
    { context: 'prod-eu', server: 'https://127.0.0.1:6443', precious: true },
    { context: 'lab', server: 'https://10.1.2.3:6443', precious: false },
    { context: 'lab', server: 'https://[fd00::1]:6443', precious: false },
    { context: 'lab', server: 'https://k8s.internal', precious: false },
    { context: 'prod-eu', server: 'https://10.1.2.3:6443', precious: true },
    { context: 'lab', server: 'https://api.production.internal', precious: true },
    { context: 'reproducible', server: 'https://10.1.2.3', precious: false },
    { context: 'lab', server: 'https://34.1.2.3', precious: true },
    { context: 'lab', server: 'https://172.32.0.1', precious: true },
    { context: 'lab', server: 'https://ABC.gr7.eu-west-1.eks.amazonaws.com', precious: true },
  ])('$context at $server: $precious', ({ context, server, precious }) => {
    expect(whyPrecious({ context, server }) !== undefined).toBe(precious);
    if (!precious) return expect(() => refusePrecious({ context, server }, undefined)).not.toThrow();
    expect(() => refusePrecious({ context, server }, undefined)).toThrow(`--i-know-this-cluster ${context}`);
    expect(() => refusePrecious({ context, server }, 'another')).toThrow();
    expect(() => refusePrecious({ context, server }, context)).not.toThrow();
  });
});

describe('pods', () => {
  const style: PodStyle = {
    ...{ run: 'r', namespace: 'lab', schedulerName: 'yardmaster', pods: 'fake', image: 'none', timeScale: 10 },
  };
  const workload = workloadOf([{ submit: 0, runtime: 5000, procs: 2, request: { cpu: 1500, memory: 2 ** 30, gpu: 2000 } }]);
  const [, task] = new TaskTable(workload, 1).of(0);
  const manifest = podManifest(workload, task, 3, style) as { metadata: { labels: Record<string, string> } };

  test('ask for what the job asks for', () => {
    const { spec } = readPod(manifest, 'pod');
    expect(Object.fromEntries(totalRequests(spec, { podLevelResources: true }))).toEqual({
      cpu: 1500,
      memory: 2 ** 30,
      'nvidia.com/gpu': 2,
    });
    expect(spec.schedulerName).toBe('yardmaster');
  });

  test('are known by run, namespace and scheduler together', () => {
    const mark = { job: 0, group: 0, index: 1, generation: 3 };
    expect(readLivePod(manifest, style).mark).toEqual(mark);
    expect(readLivePod(manifest, { ...style, run: 'other' }).mark).toBeUndefined();
    expect(readLivePod(manifest, { ...style, namespace: 'default' }).mark).toBeUndefined();
    expect(readLivePod(manifest, { ...style, schedulerName: 'default-scheduler' }).mark).toBeUndefined();
  });

  test('that ask for a part of a GPU are refused with the job', () => {
    const part = workloadOf([{ id: 'x7', submit: 0, runtime: 1, procs: 1, request: { cpu: 0, memory: 0, gpu: 500 } }]);
    expect(() => podManifest(part, new TaskTable(part, 1).of(0)[0], 0, style)).toThrow('job x7');
  });
});

test('no more calls go through than a token bucket lets', async () => {
  let now = 0;
  const clock: Clock = {
    now: () => now,
    sleep: (ms) => {
      now += ms;
      return Promise.resolve();
    },
  };
  const limiter = new RateLimiter({ qps: 10, burst: 5 }, clock);
  const times: number[] = [];
  for (let call = 0; call < 25; call++) {
    await limiter.turn();
    times.push(now);
  }
  for (const [call, time] of times.entries()) expect(time).toBeCloseTo(Math.max(0, (call - 4) * 100), 6);
  limiter.pause(5000);
  await limiter.turn();
  expect(now - (times.at(-1) ?? 0)).toBeCloseTo(5000, 6);
});

test('the role is printed for kubectl', () => {
  const text = rbacManifest('me', 'lab', []);
  expect(text.split('---')).toHaveLength(3);
  expect(text).not.toContain('eviction');
  expect(rbacManifest('me', 'lab', EVICTION_RULES)).toContain('pods/eviction');
});
