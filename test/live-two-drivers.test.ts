// Several drivers and one run: who does not have its Lease touches nothing of it. On the fake API server (test/live-fake-api.ts).
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { KubeApi } from '../src/live/kubernetes/api.ts';
import { ApiTally } from '../src/live/kubernetes/api-tally.ts';
import { Connection } from '../src/live/kubernetes/connection.ts';
import { LEASE_TIMES } from '../src/live/kubernetes/lease.ts';
import { RateLimiter } from '../src/live/kubernetes/rate-limit.ts';
import { takeDownRun } from '../src/live/run/take-down-run.ts';
import { LiveTrouble } from '../src/live/trouble.ts';
import { COMPLETED } from '../src/schedule.ts';
import { FakeApi } from './live-fake-api.ts';
import { fastClock, liveRun, plainAccess } from './live-rig.ts';
import type { RigSettings } from './live-rig.ts';
import type { TestJob } from './workload-of.ts';
import { workloadOf } from './workload-of.ts';

const SECOND = 1000;
const clock = fastClock(20);
const LEASE = '/apis/coordination.k8s.io/v1/namespaces/default/leases/yardmaster-test';
const jobs: readonly TestJob[] = [{ submit: 0, runtime: 20 * SECOND, procs: 2 }];
let api: FakeApi;

beforeEach(async () => {
  api = new FakeApi(clock);
  await api.start();
  api.addNode('a', { cpu: '2', memory: '8Gi', pods: '110' });
});
afterEach(async () => {
  expect(api.violations).toEqual([]);
  await api.close();
});

/** Nobody loses it because a machine stands still. */
const lease = { duration: 3600 * SECOND, deadline: 3000 * SECOND, retry: SECOND };
const rig = (more: Partial<RigSettings>) =>
  liveRun({ access: plainAccess(api.url), clock, workload: workloadOf(jobs), policy: 'easy', clean: true, lease, ...more });
const trouble = (running: Promise<unknown>) =>
  running.then(
    () => 'none',
    (error: unknown) => (error instanceof LiveTrouble ? error.message : `no trouble of a cluster: ${String(error)}`),
  );
const pods = () => api.all('pods').map(({ metadata, status }) => `${metadata.name} ${status.phase ?? ''}`);
const RUNNING = ['test-0-0-0 Running', 'test-0-0-1 Running'];

async function until(isSo: () => boolean): Promise<void> {
  for (let waited = 0; !isSo(); waited += 20) {
    if (waited > 120 * SECOND) throw new Error(`it does not come to that: ${JSON.stringify([pods(), api.all('leases')])}`);
    await clock.sleep(20);
  }
}
const allRun = () => until(() => pods().join() === RUNNING.join());

describe('while one has the run', () => {
  test('another one says that it waits, and leaves the pods alone when it is stopped', async () => {
    const first = rig({ instance: 'first' });
    await allRun();
    const stop = new AbortController();
    const said: string[] = [];
    const second = trouble(rig({ instance: 'second', stop: stop.signal, said }));
    await until(() => said.length > 0);
    expect(said).toEqual(['first drives run test: waiting until it ends or does not renew its Lease']);
    stop.abort();
    expect(await second).toContain('it was stopped before it held its Lease');
    expect(pods()).toEqual(RUNNING);
    expect([...(await first).outcome.schedule.state]).toEqual([COMPLETED]);
    expect([...pods(), ...api.all('leases')]).toEqual([]);
  });

  test('another one has nothing to do when that has ended it', async () => {
    const first = rig({ instance: 'first' });
    await allRun();
    const said: string[] = [];
    const second = trouble(rig({ instance: 'second', said }));
    await until(() => said.length > 0);
    await first;
    expect(await second).toContain('what it drove has ended');
    expect([...pods(), ...api.all('leases')]).toEqual([]);
    expect(api.calls.get('POST pods')).toBe(2);
  });

  test('it is not taken down', async () => {
    const first = rig({ instance: 'first' });
    await allRun();
    const kube = new KubeApi({
      connection: new Connection(plainAccess(api.url), clock),
      limiter: new RateLimiter({ qps: 0, burst: 0 }, clock),
      ...{ clock, tally: new ApiTally(), random: () => 0.5 },
    });
    expect(await trouble(takeDownRun(kube, 'default', 'test', () => undefined))).toMatch(/first drives it|has ended/);
    kube.close();
    expect([...(await first).outcome.schedule.state]).toEqual([COMPLETED]);
  });
});

test('a driver that has lost its Lease leaves the pods to the one that has it', async () => {
  const said: string[] = [];
  const first = trouble(rig({ instance: 'first', said }));
  await allRun();
  const take = async () => {
    const now = (await (await fetch(api.url + LEASE)).json()) as { spec: object };
    const taken = { ...now, spec: { ...now.spec, holderIdentity: 'second' } };
    return await fetch(api.url + LEASE, { method: 'PUT', body: JSON.stringify(taken) });
  };
  // It may be renewed between the two calls.
  while ((await take()).status === 409);
  expect(await first).toContain('the Lease is lost');
  expect(said.join()).toContain('live down --context CONTEXT --run test');
  expect(pods()).toEqual(RUNNING);
  expect(api.all('leases')).toHaveLength(1);
});

test('a driver with another workload leaves the pods alone', async () => {
  const cut = new AbortController();
  const first = rig({ instance: 'first', cut: cut.signal, lease: LEASE_TIMES }).catch(() => undefined);
  await allRun();
  cut.abort();
  await first;
  expect(await trouble(rig({ instance: 'second', timeScale: 7 }))).toContain('it was begun with a time scale of 1');
  expect(pods()).toHaveLength(2);
  expect(api.calls.get('DELETE pods') ?? 0).toBe(0);
});

test('a Lease that somebody deletes is made anew as its first holder has begun it', async () => {
  const cut = new AbortController();
  const first = rig({ instance: 'first', cut: cut.signal, lease: LEASE_TIMES }).catch(() => undefined);
  await allRun();
  cut.abort();
  await first;
  const { annotations } = api.all('leases')[0].metadata;
  const second = rig({ instance: 'second' });
  await until(() => api.all('leases')[0].spec.holderIdentity === 'second');
  // Until it drives, too: it has read what is written there.
  const lists = api.calls.get('GET pods') ?? 0;
  await until(() => (api.calls.get('GET pods') ?? 0) > lists || api.all('pods').length === 0);
  await fetch(api.url + LEASE, { method: 'DELETE', body: '{}' });
  await until(() => api.all('leases').length === 1);
  expect(api.all('leases')[0].metadata.annotations).toEqual(annotations);
  expect([...(await second).outcome.schedule.state]).toEqual([COMPLETED]);
});
