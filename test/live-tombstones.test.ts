// Pods that are deleted keep their objects until the driver has seen how they ended, and what is over stays over: for a driver
// that takes over from one that was killed. On the fake API server (test/live-fake-api.ts).
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { OverBook } from '../src/live/driver/over-book.ts';
import type { OverEntry } from '../src/live/driver/over-book.ts';
import { KubeApi } from '../src/live/kubernetes/api.ts';
import { ApiTally } from '../src/live/kubernetes/api-tally.ts';
import { Connection } from '../src/live/kubernetes/connection.ts';
import { RateLimiter } from '../src/live/kubernetes/rate-limit.ts';
import { takeDownRun } from '../src/live/run/take-down-run.ts';
import { COMPLETED, KILLED } from '../src/schedule.ts';
import { FakeApi } from './live-fake-api.ts';
import type { FakeObject } from './live-fake-api.ts';
import { fastClock, liveRun, plainAccess } from './live-rig.ts';
import type { RigSettings } from './live-rig.ts';
import type { TestJob } from './workload-of.ts';
import { workloadOf } from './workload-of.ts';

const SECOND = 1000;
const clock = fastClock(20);
const FINALIZER = 'yardmaster.dev/run';
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

const calls = (call: string) => api.calls.get(call) ?? 0;
const heldPods = () => api.all('pods').filter(({ metadata }) => metadata.finalizers?.includes(FINALIZER));
const isOnNode = ({ spec, status }: FakeObject) => spec.nodeName !== undefined && status.phase === 'Running';

async function until(isSo: () => boolean): Promise<void> {
  for (let waited = 0; !isSo(); waited += 100) {
    if (waited > 60 * SECOND) throw new Error(`it does not come to that: ${JSON.stringify(api.all('pods'))}`);
    await clock.sleep(100);
  }
}

function rig(jobs: readonly TestJob[], more: Partial<RigSettings> = {}) {
  return liveRun({ access: plainAccess(api.url), clock, workload: workloadOf(jobs), policy: 'easy', ...more });
}

/** Runs a driver, and cuts it off when it has come to that, as if its process were killed. */
async function runUntil(jobs: readonly TestJob[], isSo: () => boolean): Promise<void> {
  const cut = new AbortController();
  const running = rig(jobs, { instance: 'first', cut: cut.signal }).catch(() => undefined);
  await until(isSo);
  cut.abort();
  await running;
}

async function runToEnd(jobs: readonly TestJob[]): Promise<number[]> {
  const { outcome } = await rig(jobs, { instance: 'next' });
  return [...outcome.schedule.state];
}

const onePod = [{ submit: 0, runtime: 3 * SECOND, procs: 1 }];
/** The first one is stopped at its limit, the other one goes on. */
const oneKilled = [
  { submit: 0, runtime: 60 * SECOND, walltime: 3 * SECOND, procs: 1 },
  { submit: 0, runtime: 20 * SECOND, procs: 1 },
];

describe('a job that its limit has killed', () => {
  test('is not run again by the next driver', async () => {
    await runUntil(oneKilled, () => calls('DELETE pods') === 1 && api.all('pods').length === 1);
    expect(await runToEnd(oneKilled)).toEqual([KILLED, COMPLETED]);
    expect([calls('POST pods'), calls('POST binding'), heldPods().length]).toEqual([2, 2, 0]);
  });

  test.each(['while it stops', 'after it has stopped'])('is not run again by one that takes over %s', async (when) => {
    api.stopIn = 3 * SECOND;
    api.failsWhenStopped = true;
    const job = [oneKilled[0]];
    await runUntil(job, () => api.all('pods').some(({ metadata }) => metadata.deletionTimestamp !== undefined));
    if (when === 'after it has stopped') await until(() => api.all('pods').every(({ status }) => status.phase === 'Failed'));
    expect(await runToEnd(job)).toEqual([KILLED]);
    expect([calls('POST pods'), calls('POST binding')]).toEqual([1, 1]);
  });

  test('is killed by the next driver if that one could not any more', async () => {
    let tries = 0;
    api.fault = ({ method, path }) =>
      method === 'DELETE' && path.includes('/pods/') && tries++ >= 0 ? { status: 503, retryAfter: 0.1 } : undefined;
    await runUntil(oneKilled, () => tries > 0);
    api.fault = () => undefined;
    expect(await runToEnd(oneKilled)).toEqual([KILLED, COMPLETED]);
    expect([calls('POST pods'), calls('POST binding')]).toEqual([2, 2]);
    expect(api.all('pods').filter(isOnNode)).toEqual([]);
  });

  test('holds its node until it is off: nothing else is put there', async () => {
    const filling = [oneKilled[0], { submit: 4 * SECOND, runtime: 2 * SECOND, procs: 2 }];
    api.stopIn = SECOND;
    let tries = 0;
    api.fault = ({ method, path }) =>
      method === 'DELETE' && path.includes('/pods/') && tries++ >= 0 ? { status: 503, retryAfter: 0.1 } : undefined;
    await runUntil(filling, () => tries > 0);
    void clock.sleep(4 * SECOND).then(() => (api.fault = () => undefined));
    expect(await runToEnd(filling)).toEqual([KILLED, COMPLETED]);
  });
});

describe('a pod that is deleted while no driver runs', () => {
  test('counts if it had ended', async () => {
    await runUntil(onePod, () => api.all('pods').some(isOnNode));
    await until(() => api.all('pods').every(({ status }) => status.phase === 'Succeeded'));
    api.deletePod('default', 'test-0-0-0');
    expect(heldPods()).toHaveLength(1);
    expect(await runToEnd(onePod)).toEqual([COMPLETED]);
    expect([calls('POST pods'), calls('POST binding')]).toEqual([1, 1]);
    await until(() => api.all('pods').length === 0);
  });

  test('is made anew if it had not', async () => {
    await runUntil(onePod, () => api.all('pods').some(isOnNode));
    api.deletePod('default', 'test-0-0-0');
    expect(await runToEnd(onePod)).toEqual([COMPLETED]);
    expect([calls('POST pods'), calls('POST binding')]).toEqual([2, 2]);
    expect(heldPods()).toEqual([]);
  });

  test('is made anew, too, if it says that it failed because of that', async () => {
    api.stopIn = SECOND;
    api.failsWhenStopped = true;
    await runUntil(onePod, () => api.all('pods').some(isOnNode));
    api.deletePod('default', 'test-0-0-0', 30);
    await until(() => api.all('pods').every(({ status }) => status.phase === 'Failed'));
    expect(await runToEnd(onePod)).toEqual([COMPLETED]);
    expect(calls('POST pods')).toBe(2);
  });

  test('counts as a part of its job', async () => {
    const gang = [{ submit: 0, runtime: 8 * SECOND, procs: 2 }];
    await runUntil(gang, () => api.all('pods').filter(isOnNode).length === 2);
    api.endPod('default', 'test-0-0-1');
    api.deletePod('default', 'test-0-0-1');
    // For the next driver, and for the one after it.
    const renewals = calls('PUT leases');
    await runUntil(gang, () => calls('PUT leases') > renewals + 1);
    expect(await runToEnd(gang)).toEqual([COMPLETED]);
    expect([calls('POST pods'), calls('POST binding')]).toEqual([2, 2]);
  });
});

test('a job whose pods are deleted after it was over is over for the next driver', async () => {
  const jobs = [onePod[0], { submit: 0, runtime: 30 * SECOND, procs: 1 }];
  let isOver = false;
  await runUntil(jobs, () => {
    if (!isOver && api.all('pods').some(({ status }) => status.phase === 'Succeeded')) {
      isOver = true;
      api.deletePod('default', 'test-0-0-0');
    }
    return isOver && api.all('pods').length === 1;
  });
  expect(await runToEnd(jobs)).toEqual([COMPLETED, COMPLETED]);
  expect(calls('POST pods')).toBe(2);
});

test('a run that is asked to stop holds nothing any more', async () => {
  const stop = new AbortController();
  const running = rig(oneKilled, { stop: stop.signal });
  await until(() => calls('DELETE pods') === 1 && api.all('pods').length === 1);
  expect(heldPods()).toHaveLength(1);
  stop.abort();
  expect((await running).outcome.ended).toBe('stopped');
  expect([api.all('pods').length, heldPods().length]).toEqual([1, 0]);
  // What is over is known all the same.
  expect(await runToEnd(oneKilled)).toEqual([KILLED, COMPLETED]);
  expect(calls('POST pods')).toBe(2);
});

test('a run that goes on after it was stopped holds its pods again', async () => {
  const stop = new AbortController();
  const running = rig(onePod, { stop: stop.signal });
  await until(() => api.all('pods').some(isOnNode));
  stop.abort();
  await running;
  expect(heldPods()).toEqual([]);
  await runUntil(onePod, () => heldPods().length === 1);
  await until(() => api.all('pods').every(({ status }) => status.phase === 'Succeeded'));
  for (const { metadata } of api.all('pods')) api.deletePod('default', metadata.name);
  expect(await runToEnd(onePod)).toEqual([COMPLETED]);
  expect(calls('POST pods')).toBe(1);
});

test('a run that is asked to stop before it hears that its pods are held again lets them go, too', async () => {
  const stops = [new AbortController(), new AbortController()];
  const running = rig(onePod, { stop: stops[0].signal });
  await until(() => api.all('pods').some(isOnNode));
  stops[0].abort();
  await running;
  api.fault = ({ method, path }) => {
    if (method === 'PATCH' && path.endsWith('/test-0-0-0')) {
      api.muteWatches();
      stops[1].abort();
    }
    return undefined;
  };
  await rig(onePod, { instance: 'next', stop: stops[1].signal });
  expect([calls('PATCH pods'), heldPods().length]).toEqual([3, 0]);
});

function newKube(): KubeApi {
  const connection = new Connection(plainAccess(api.url), clock);
  const limiter = new RateLimiter({ qps: 0, burst: 0 }, clock);
  return new KubeApi({ connection, limiter, clock, tally: new ApiTally(), random: () => 0.5 });
}

test('the Lease of a run that is taken down is renewed until all is gone, and goes with it', async () => {
  await runUntil(oneKilled, () => api.all('pods').filter(isOnNode).length === 2);
  const kube = newKube();
  // The first of these calls takes it over, the others renew it.
  const before = calls('PUT leases');
  api.fault = ({ method, path }) =>
    method === 'DELETE' && path.includes('/pods/') && calls('PUT leases') < before + 3 ? { status: 503 } : undefined;
  expect(await takeDownRun(kube, 'default', 'test', () => undefined)).toBe(2);
  expect([...api.all('pods'), ...api.all('leases')]).toEqual([]);
  kube.close();
});

test('what a killed driver has left is taken down by its label', async () => {
  await runUntil(oneKilled, () => api.all('pods').filter(isOnNode).length === 2);
  const kube = newKube();
  for (const { metadata } of api.all('pods')) api.deletePod('default', metadata.name);
  expect(heldPods()).toHaveLength(2);
  expect(await takeDownRun(kube, 'default', 'test', () => undefined)).toBe(2);
  expect([...api.all('pods'), ...api.all('leases')]).toEqual([]);
  kube.close();
});

describe('the book of what is over', () => {
  const entry = fc
    .tuple(fc.nat(3), fc.nat(3), fc.nat(3), fc.constantFrom(COMPLETED, KILLED))
    .map(([submit, wait, run, state]): OverEntry => ({ submit, start: submit + wait, end: submit + wait + run, state }));

  test('says what was added when it says that it is written, and tells the next driver', async () => {
    const steps = fc.array(fc.tuple(fc.nat(5), entry, fc.nat(2)), { maxLength: 10 });
    await fc.assert(
      fc.asyncProperty(steps, async (given) => {
        const silent = { write: () => Promise.resolve(), say: () => undefined };
        let written = '';
        const write = async (text: string) => {
          for (let turns = 3; turns > 0; turns--) await Promise.resolve();
          written = text;
        };
        const book = new OverBook('', { ...silent, write });
        const expected = new Map<number, OverEntry>();
        const pending: Promise<void>[] = [];
        for (const [job, one, turns] of given) {
          if (!expected.has(job)) expected.set(job, one);
          const adding = book.add(job, one).then(() => {
            expect(new OverBook(written, silent).entries.get(job)).toEqual(expected.get(job));
          });
          pending.push(adding);
          for (let left = turns; left > 0; left--) await Promise.resolve();
        }
        await Promise.all(pending);
        expect(new OverBook(written, silent).entries).toEqual(expected);
      }),
    );
  });

  test('is not more than the API server takes', async () => {
    const said: string[] = [];
    let longest = 0;
    const write = (text: string) => {
      longest = text.length;
      return Promise.resolve();
    };
    const book = new OverBook('', { write, say: (message) => void said.push(message) });
    for (let job = 0; job < 20_000; job++)
      void book.add(job, { submit: job * 1e4, start: job * 1e4, end: job * 1e4 + 1, state: KILLED });
    await book.add(0, { submit: 0, start: 0, end: 1, state: KILLED });
    expect(longest).toBeGreaterThan(200_000);
    expect(longest).toBeLessThan(256 * 1024);
    expect(said).toHaveLength(1);
  });

  test('heeds nothing that was not written by it', () => {
    const silent = { write: () => Promise.resolve(), say: () => undefined };
    expect(new OverBook('x 1:killed:1 2:eaten:1:1:1 3:killed:5:4:3', silent).entries.size).toBe(0);
  });
});
