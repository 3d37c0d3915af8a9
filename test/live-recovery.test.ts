// What a driver makes of pods that have ended while nobody looked, while their node was away, or while they were being
// deleted: what is done is not done again. On the fake API server (test/live-fake-api.ts).
//
// What went wrong here before, and each of these tests has seen: a pod that had ended counted only while its node was there;
// a job that came to a good end while its node was given up for lost began anew; the pods of a job that was over were made
// anew.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { COMPLETED, FAILED, KILLED } from '../src/schedule.ts';
import { FakeApi } from './live-fake-api.ts';
import type { FakeObject } from './live-fake-api.ts';
import { fastClock, liveRun, plainAccess } from './live-rig.ts';
import type { TestJob } from './workload-of.ts';
import { workloadOf } from './workload-of.ts';

const SECOND = 1000;
const clock = fastClock(20);
const ROOM = { cpu: '2', memory: '8Gi', pods: '110' };
let api: FakeApi;

beforeEach(async () => {
  api = new FakeApi(clock);
  await api.start();
  api.addNode('a', ROOM);
});

afterEach(() => api.close());

const pods = () =>
  api.all('pods').map(({ metadata: { name }, spec, status }) => `${name} ${spec.nodeName ?? '-'} ${status.phase ?? ''}`);
const calls = (call: string) => api.calls.get(call) ?? 0;

/** Waits until it is so; a minute by the fast clock at most. */
async function until(isSo: () => boolean): Promise<void> {
  for (let waited = 0; !isSo(); waited += 100) {
    if (waited > 60 * SECOND) throw new Error(`it does not come to that:\n${pods().join('\n')}`);
    await clock.sleep(100);
  }
}

/** Runs a driver, and cuts it off when something has happened. What is begun goes on without it. */
async function runUntil(jobs: readonly TestJob[], policy: string, isSo: () => boolean): Promise<void> {
  const cut = new AbortController();
  const rig = { access: plainAccess(api.url), clock, workload: workloadOf(jobs), policy, instance: 'first', cut: cut.signal };
  const running = liveRun(rig).catch(() => undefined);
  await until(isSo);
  cut.abort();
  await running;
}

async function runToEnd(jobs: readonly TestJob[], policy: string): Promise<number[]> {
  const { outcome } = await liveRun({
    access: plainAccess(api.url),
    clock,
    workload: workloadOf(jobs),
    policy,
    instance: 'next',
  });
  return [...outcome.schedule.state];
}

const isBound = ({ spec }: FakeObject) => spec.nodeName !== undefined;
const hasPhase = (phase: string) => () => api.all('pods').every(({ status }) => status.phase === phase);
const onePod = [{ submit: 0, runtime: 3 * SECOND, procs: 1 }];

describe.each(['easy', 'kube-default'])('%s', (policy) => {
  test('a pod that has ended counts for a driver that is started while its node is away', async () => {
    await runUntil(onePod, policy, () => api.all('pods').some(isBound));
    await until(hasPhase('Succeeded'));
    api.removeNode('a');
    api.addNode('b', ROOM);
    expect(await runToEnd(onePod, policy)).toEqual([COMPLETED]);
    expect([calls('POST pods'), calls('POST binding')]).toEqual([1, 1]);
  });

  test('so does one that runs then, and ends well before it is deleted', async () => {
    await runUntil(onePod, policy, () => api.all('pods').some(isBound));
    api.removeNode('a');
    api.addNode('b', ROOM);
    // It is told of, but nothing can be done about it before it has ended.
    api.fault = ({ method, path }) =>
      method === 'DELETE' && path.includes('/pods/') && !hasPhase('Succeeded')() ? { status: 503, retryAfter: 0.1 } : undefined;
    expect(await runToEnd(onePod, policy)).toEqual([COMPLETED]);
    expect([calls('POST pods'), calls('POST binding')]).toEqual([1, 1]);
  });
});

test('a gang of which one has ended on a node that is away since goes on', async () => {
  api.addNode('b', ROOM);
  const gang = [{ submit: 0, runtime: 4 * SECOND, procs: 4 }];
  await runUntil(gang, 'gang', () => api.all('pods').length === 4 && api.all('pods').every(isBound));
  await until(hasPhase('Running'));
  for (const { spec, metadata } of api.all('pods')) if (spec.nodeName === 'a') api.endPod('default', metadata.name);
  api.removeNode('a');
  expect(await runToEnd(gang, 'gang')).toEqual([COMPLETED]);
  expect([calls('POST pods'), calls('POST binding')]).toEqual([4, 4]);
});

test('a pod that ends well while it is deleted for its node is not made anew', async () => {
  const running = runToEnd(onePod, 'easy');
  await until(() => api.all('pods').length === 1 && hasPhase('Running')());
  api.fault = ({ method, path }) =>
    method === 'DELETE' && path.includes('/pods/') && !hasPhase('Succeeded')() ? { status: 503, retryAfter: 0.1 } : undefined;
  api.removeNode('a');
  api.addNode('b', ROOM);
  expect(await running).toEqual([COMPLETED]);
  expect([calls('POST pods'), calls('POST binding')]).toEqual([1, 1]);
});

test('a job that has failed has failed, also if its pod is gone by then', async () => {
  const failing = [{ submit: 0, runtime: 3 * SECOND, procs: 1, outcome: 1 }];
  const gone = new Promise<void>((resolve) => {
    api.onPodEnd = (pod) => {
      api.deletePod('default', pod.metadata.name);
      resolve();
    };
  });
  const running = runToEnd(failing, 'easy');
  await gone;
  expect(await running).toEqual([FAILED]);
});

test('the pods of a job that its limit killed are not made anew', async () => {
  const long = [{ submit: 0, runtime: 20 * SECOND, walltime: 2 * SECOND, procs: 2 }];
  expect(await runToEnd(long, 'easy')).toEqual([KILLED]);
  expect(calls('POST pods')).toBe(2);
});

test('a pod whose deletion meets a conflict is deleted all the same', async () => {
  let refused = 0;
  api.fault = ({ method, path }) => {
    if (refused > 0) return undefined;
    // One pod of two is bound: it has to go again, and runs on if nobody makes it.
    if (method === 'POST' && path.endsWith('-1/binding')) return { status: 409 };
    if (method !== 'DELETE' || !path.includes('/pods/')) return undefined;
    refused++;
    return { status: 409 };
  };
  expect(await runToEnd([{ submit: 0, runtime: 3 * SECOND, procs: 2 }], 'gang')).toEqual([COMPLETED]);
  expect(refused).toBe(1);
});
