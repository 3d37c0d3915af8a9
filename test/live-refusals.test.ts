// What an API server refuses, and credentials that run out, come back or never were there. On the fake API server.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ClusterAccess } from '../src/live/kubernetes/access.ts';
import { readApiError } from '../src/live/kubernetes/api-error.ts';
import { KubeApi } from '../src/live/kubernetes/api.ts';
import { ApiTally } from '../src/live/kubernetes/api-tally.ts';
import { Connection } from '../src/live/kubernetes/connection.ts';
import { RateLimiter } from '../src/live/kubernetes/rate-limit.ts';
import { greet } from '../src/live/kubernetes/refusal.ts';
import { LiveTrouble } from '../src/live/trouble.ts';
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

const workload = workloadOf([0, 4, 8].map((submit) => ({ submit: submit * SECOND, runtime: 2 * SECOND, procs: 1 })));
const rig = (access: ClusterAccess = plainAccess(api.url)) => liveRun({ access, clock, workload, policy: 'easy', clean: true });
const trouble = (running: Promise<unknown>) =>
  running.then(
    () => 'none',
    (error: unknown) => (error instanceof LiveTrouble ? error.message : `no trouble of a cluster: ${String(error)}`),
  );

test.each([
  { what: 'a namespace that is not there', path: /leases/, status: 404, says: 'namespace default: it is not there' },
  { what: 'a selector that is none', path: /nodes$/, status: 400, says: 'it refuses a call (400 Fault): a fault of the test' },
  { what: 'pods that are none', path: /namespaces\/default\/pods$/, status: 422, says: 'it refuses a call (422 Fault)' },
  { what: 'rights that are missing', path: /binding$/, status: 403, says: 'live rbac' },
  { what: 'credentials that it never takes', path: /pods$/, status: 401, says: 'it does not know who asks' },
])('$what: a run ends, and says what can be done', async ({ path, status, says }) => {
  let isLate = false;
  // What is begun may be taken away again.
  api.fault = (request) => (!isLate && path.test(request.path) ? { status } : undefined);
  const running = trouble(rig());
  void running.then(() => (isLate = true));
  expect(await running).toContain(says);
});

describe('credentials', () => {
  const asking = (give: (asked: number, anew: boolean) => void) => {
    const asked: boolean[] = [];
    const access: ClusterAccess = {
      ...plainAccess(api.url),
      credentials: (anew = false) => {
        asked.push(anew);
        return new Promise((resolve, reject) => {
          try {
            give(asked.length, anew);
            setTimeout(() => resolve({}), 5);
          } catch (error) {
            reject(error as Error);
          }
        });
      },
    };
    return { access, asked };
  };

  test('that have run out are asked for anew, by calls and watches', async () => {
    let areGood = true;
    let refused = 0;
    const { access } = asking((_, anew) => {
      if (anew) areGood = true;
    });
    api.fault = () => {
      if (areGood) return undefined;
      refused++;
      return { status: 401 };
    };
    const running = rig(access);
    for (const at of [1, 3, 6]) {
      await clock.sleep(at * SECOND);
      areGood = false;
      api.dropWatches();
    }
    expect([...(await running).outcome.schedule.state]).toEqual([COMPLETED, COMPLETED, COMPLETED]);
    expect(refused).toBeGreaterThan(0);
  });

  test('that cannot be had for a while are waited for', async () => {
    let isDown = false;
    const { access } = asking(() => {
      if (isDown) throw new Error('the login is down');
    });
    const running = rig(access);
    await clock.sleep(3 * SECOND);
    isDown = true;
    // They are looked at again after half a minute, so that calls fail from then on.
    await clock.sleep(2 * SECOND);
    isDown = false;
    expect([...(await running).outcome.schedule.state]).toEqual([COMPLETED, COMPLETED, COMPLETED]);
  });

  const kube = (access: ClusterAccess) =>
    new KubeApi({
      connection: new Connection(access, clock),
      limiter: new RateLimiter({ qps: 0, burst: 0 }, clock),
      ...{ clock, tally: new ApiTally(), random: () => 0.5 },
    });

  test('are asked for once by all who wait for them', async () => {
    const { access, asked } = asking(() => undefined);
    const client = kube(access);
    const list = { call: 'list nodes', method: 'GET', path: '/api/v1/nodes' } as const;
    await Promise.all(Array.from({ length: 20 }, () => client.call(list)));
    expect(asked).toEqual([false]);
    client.close();
  });

  test('that a program does not give are told before anything is begun', async () => {
    const { access } = asking(() => {
      throw new Error('');
    });
    expect(await trouble(greet(kube(access)))).toContain('the program that gives them has failed without a word');
  });

  test('a server that is not there is told too, and one that comes up is waited for', async () => {
    const port = await api.stop();
    expect(await trouble(greet(kube(plainAccess(api.url))))).toContain('it does not answer');
    const greeted = greet(kube(plainAccess(api.url)));
    await api.start(port);
    await greeted;
  });
});

test('a server that wants to be left alone for no time at all is left alone for a while', () => {
  const retryAfter = (header: string | undefined, seconds?: number) =>
    readApiError(429, JSON.stringify({ details: { retryAfterSeconds: seconds } }), header).retryAfter;
  expect([retryAfter('0'), retryAfter('-3'), retryAfter(undefined, 0), retryAfter('Fri, 31 Dec 1999 23:59:59 GMT')]).toEqual([
    ...[undefined, undefined, undefined, undefined],
  ]);
  expect([retryAfter('2'), retryAfter(undefined, 7)]).toEqual([2000, 7000]);
});
