// The driver against the fake API server (test/live-fake-api.ts): that it gets its jobs done, whatever goes wrong.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { COMPLETED } from '../src/schedule.ts';
import { FakeApi } from './live-fake-api.ts';
import { fastClock, liveRun, plainAccess } from './live-rig.ts';
import { workloadOf } from './workload-of.ts';

const clock = fastClock(20);
let api: FakeApi;

beforeEach(async () => {
  api = new FakeApi(clock);
  await api.start();
});

afterEach(() => api.close());

const SECOND = 1000;
const jobs = (count: number, most: number) =>
  workloadOf(
    Array.from({ length: count }, (_, job) => ({ submit: (job % 5) * SECOND, runtime: 3 * SECOND, procs: 1 + (job % most) })),
  );

describe('on a cluster that works', () => {
  test.each(['fcfs', 'easy', 'kube-default', 'gang', 'kai', 'volcano', 'kueue', 'slurm-backfill'])(
    '%s runs every job',
    async (policy) => {
      for (const node of ['a', 'b', 'c']) api.addNode(node, { cpu: '2', memory: '8Gi', pods: '110' });
      // Pod by pod, jobs that have half of their pods may wait for each other for ever.
      const workload = jobs(12, policy === 'kube-default' ? 1 : 3);
      const { outcome } = await liveRun({ access: plainAccess(api.url), clock, workload, policy });
      expect(api.violations).toEqual([]);
      expect([...outcome.schedule.state]).toEqual(Array.from({ length: workload.count }, () => COMPLETED));
    },
  );
});
