// The status of a pod says which node is being emptied for it, as kube-scheduler writes it. On the fake API server.
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Nominees } from '../src/live/driver/nominees.ts';
import type { LivePod } from '../src/live/driver/live-pod.ts';
import { TaskTable } from '../src/live/driver/tasks.ts';
import { COMPLETED } from '../src/schedule.ts';
import { FakeApi } from './live-fake-api.ts';
import { fastClock, liveRun, plainAccess } from './live-rig.ts';
import { workloadOf } from './workload-of.ts';

const SECOND = 1000;
const clock = fastClock(20);
let api: FakeApi;

beforeEach(async () => {
  api = new FakeApi(clock);
  await api.start();
  api.addNode('a', { cpu: '2', memory: '8Gi', pods: '110' });
});
afterEach(() => api.close());

test('a preemptor is nominated until it is bound, or until that is of no use any more', async () => {
  api.stopIn = 30 * SECOND;
  const request = { cpu: 2000, memory: 0, gpu: 0 };
  const job = (submit: number, runtime: number, priority: number) => ({
    ...{ submit: submit * SECOND, runtime: runtime * SECOND, procs: 1, request, priority },
  });
  // The second job preempts the first one, and the third one gets the node that this empties.
  const workload = workloadOf([job(0, 60, 0), job(8, 2, 5), job(22, 20, 10)]);
  const seen: string[] = [];
  const look = new AbortController();
  const looking = (async () => {
    while (!look.signal.aborted) {
      const now = api.all('pods').flatMap(({ metadata, spec, status }) => {
        if (spec.nodeName !== undefined) return status.nominatedNodeName === undefined ? [] : [`${metadata.name} is bound`];
        return metadata.name.includes('-0-0-0') ? [] : [`${metadata.name} to ${String(status.nominatedNodeName)}`];
      });
      if (now.join(', ') !== seen.at(-1)) seen.push(now.join(', '));
      await clock.sleep(20);
    }
  })();
  const { outcome } = await liveRun({ access: plainAccess(api.url), clock, workload, policy: 'kube-default' });
  look.abort();
  await looking;
  expect([...outcome.schedule.state]).toEqual([COMPLETED, COMPLETED, COMPLETED]);
  const both = seen.indexOf('test-1-0-0 to a, test-2-0-0 to a');
  expect(seen.indexOf('test-1-0-0 to a')).toBeLessThan(both);
  // The third one is bound, and matters more: nothing is emptied for the second one.
  expect(seen.indexOf('test-1-0-0 to undefined', both)).toBeGreaterThan(both);
  expect(seen.filter((now) => now.includes('bound'))).toEqual([]);
});

describe('a driver that takes over', () => {
  const request = { cpu: 2000, memory: 0, gpu: 0 };
  const job = (submit: number, runtime: number, priority: number, grace?: number) => ({
    ...{ submit: submit * SECOND, runtime: runtime * SECOND, procs: 1, request, priority, grace },
  });
  const jobs = [job(0, 60, 0), job(4, 2, 5)];
  const nominated = () => {
    const pod = api.all('pods').find(({ metadata }) => metadata.name === 'test-1-0-0');
    return pod?.spec.nodeName !== undefined ? 'bound' : pod?.status.nominatedNodeName;
  };

  async function until(isSo: () => boolean): Promise<void> {
    for (let waited = 0; !isSo(); waited += 20) {
      if (waited > 60 * SECOND) throw new Error(`it does not come to that: ${JSON.stringify(api.all('pods'))}`);
      await clock.sleep(20);
    }
  }

  /** A first driver preempts, and is killed while the victim takes its time. */
  async function cutOff(): Promise<void> {
    api.stopIn = 30 * SECOND;
    const cut = new AbortController();
    const workload = workloadOf(jobs);
    const rig = { access: plainAccess(api.url), clock, workload, policy: 'kube-default', instance: 'first' };
    const running = liveRun({ ...rig, cut: cut.signal }).catch(() => undefined);
    const isLeaving = () => api.all('pods').some(({ metadata }) => metadata.deletionTimestamp !== undefined);
    await until(() => nominated() === 'a' && isLeaving());
    cut.abort();
    await running;
  }

  function takeOver() {
    const rig = { access: plainAccess(api.url), clock, workload: workloadOf(jobs), policy: 'kube-default', instance: 'next' };
    return liveRun(rig);
  }

  test('heeds the nominations that it finds', async () => {
    await cutOff();
    await until(() => api.all('pods').some(({ metadata }) => metadata.deletionGracePeriodSeconds === 0));
    // There is more room on it, but the other one was emptied.
    api.addNode('b', { cpu: '8', memory: '8Gi', pods: '110' });
    const { outcome } = await takeOver();
    expect([...outcome.schedule.state]).toEqual([COMPLETED, COMPLETED]);
    expect(api.all('pods').find(({ metadata }) => metadata.name === 'test-1-0-0')?.spec.nodeName).toBe('a');
  });

  test('takes away those to nodes that are not there', async () => {
    await cutOff();
    api.removeNode('a');
    api.addNode('b', { cpu: '2', memory: '8Gi', pods: '110' });
    api.addPod('theirs', { nodeName: 'b', containers: [{ resources: { requests: { cpu: '2' } } }] });
    const stop = new AbortController();
    const rig = { access: plainAccess(api.url), clock, workload: workloadOf(jobs), policy: 'kube-default', instance: 'next' };
    const running = liveRun({ ...rig, stop: stop.signal });
    await until(() => nominated() === undefined);
    expect(api.all('pods').map(({ metadata }) => metadata.name)).toContain('test-1-0-0');
    stop.abort();
    await running;
  });
});

describe('orders', () => {
  const step = fc.record({
    nominated: fc.array(fc.record({ job: fc.nat(2), node: fc.constantFrom('a', 'b') }), { maxLength: 3 }),
    anew: fc.array(fc.nat(2), { maxLength: 1 }),
    bound: fc.array(fc.nat(2), { maxLength: 1 }),
  });

  test('bring what the pods say to what the policy says, and are given once', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        const workload = workloadOf([0, 1, 2].map(() => ({ submit: 0, runtime: SECOND, procs: 1 })));
        const tasks = new TaskTable(workload, 3);
        const nominees = new Nominees(tasks);
        const says = new Map<string, string>();
        let uids = 0;
        const pod = () => ({ uid: String(uids++) }) as LivePod;
        for (const job of [0, 1, 2]) tasks.of(job)[0].pod = pod();
        for (const { nominated, anew, bound } of steps) {
          for (const job of anew) Object.assign(tasks.of(job)[0], { pod: pod(), state: 'free' });
          for (const job of bound) tasks.of(job)[0].state = 'bound';
          const wanted = new Map(nominated.map(({ job, node }) => [job, node]));
          const given = [...wanted].map(([job, node]) => ({ job, group: 0, index: 0, node }));
          for (const { pod: one, nodeName } of nominees.changes(given)) {
            expect(says.get(one.uid) ?? '').not.toBe(nodeName);
            says.set(one.uid, nodeName);
          }
          expect([...nominees.changes(given)]).toEqual([]);
          for (const job of [0, 1, 2]) {
            const { pod: one, state } = tasks.of(job)[0];
            if (state === 'free') expect(says.get(one?.uid ?? '') ?? '').toBe(wanted.get(job) ?? '');
          }
        }
      }),
    );
  });
});
