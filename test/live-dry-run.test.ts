// A run that is only told: decided on the nodes as they are, beside the pods of others, and nothing is written.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { wallClock } from '../src/live/kubernetes/clock.ts';
import { ApiTally } from '../src/live/kubernetes/api-tally.ts';
import { KubeApi } from '../src/live/kubernetes/api.ts';
import { Connection } from '../src/live/kubernetes/connection.ts';
import { RateLimiter } from '../src/live/kubernetes/rate-limit.ts';
import { dryRun } from '../src/live/run/dry-run.ts';
import { firstFit } from '../src/placement/first-fit.ts';
import { fcfs } from '../src/policies/fcfs.ts';
import { COMPLETED } from '../src/schedule.ts';
import { FakeApi } from './live-fake-api.ts';
import { plainAccess } from './live-rig.ts';
import { workloadOf } from './workload-of.ts';

const SECOND = 1000;
let server: FakeApi;

beforeEach(async () => {
  server = new FakeApi(wallClock);
  await server.start();
});
afterEach(() => server.close());

test('is told what would be bound, around what is there', async () => {
  for (const node of ['a', 'b']) server.addNode(node, { cpu: '2', memory: '8Gi', pods: '110' });
  const other = server.addPod('other', { containers: [{ resources: { requests: { cpu: '1' } } }] });
  server.bindAsOther(other, 'a');
  const before = JSON.stringify([server.all('nodes'), server.all('pods'), server.all('leases')]);
  const workload = workloadOf([
    { submit: 0, runtime: 3 * SECOND, procs: 3 },
    { submit: SECOND, runtime: SECOND, procs: 1 },
  ]);
  const tally = new ApiTally();
  const api = new KubeApi({
    connection: new Connection(plainAccess(server.url), wallClock),
    limiter: new RateLimiter({ qps: 0, burst: 0 }, wallClock),
    ...{ clock: wallClock, tally, random: () => 0.5 },
  });
  const binds: string[] = [];
  const plan = { workload, workloadDigest: '', spec: fcfs, options: { placement: firstFit } };
  const { schedule } = await dryRun(api, plan, {
    ...{ ownership: { run: 'dry', namespace: 'default', schedulerName: 'yardmaster' }, nodes: '' },
    told: (order, at) => {
      if (order.kind === 'bind')
        for (const { task, nodeName } of order.binds) binds.push(`${at} ${task.job}/${task.index} ${nodeName}`);
    },
  });
  api.close();
  // One processor of node a is taken: the first job gets all the others, and the second waits for it.
  expect(binds).toEqual(['0 0/0 a', '0 0/1 b', '0 0/2 b', '3000 1/0 a']);
  expect([...schedule.state]).toEqual([COMPLETED, COMPLETED]);
  expect(JSON.stringify([server.all('nodes'), server.all('pods'), server.all('leases')])).toBe(before);
  expect(tally.all().map(({ call }) => call)).toEqual(['list nodes', 'list pods']);
});
