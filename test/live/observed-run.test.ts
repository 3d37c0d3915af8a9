// The cluster's own kube-scheduler on a real API server: yardmaster makes the pods, looks on, and judges what it has seen.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openKubeconfig } from '../../src/live/kubernetes/access.ts';
import { ApiTally } from '../../src/live/kubernetes/api-tally.ts';
import { KubeApi } from '../../src/live/kubernetes/api.ts';
import { wallClock } from '../../src/live/kubernetes/clock.ts';
import { Connection } from '../../src/live/kubernetes/connection.ts';
import { RateLimiter } from '../../src/live/kubernetes/rate-limit.ts';
import { cleanRun } from '../../src/live/run/clean.ts';
import { ObservedRun, STOCK_SCHEDULER } from '../../src/live/run/observed-run.ts';
import { makePriorityClasses, priorityClassOf } from '../../src/live/run/priority-classes.ts';
import { COMPLETED } from '../../src/schedule.ts';
import { readKubeLog } from '../../src/verify/kube-log-record.ts';
import { replayGuided } from '../../src/verify/kube-log.ts';
import type { Workload } from '../../src/workload.ts';
import { workloadOf } from '../workload-of.ts';
import { MISSING, SKIPPED, startControlPlane } from './control-plane.ts';
import type { ControlPlane } from './control-plane.ts';

describe.skipIf(MISSING)(`kube-scheduler as it is ${SKIPPED}`, () => {
  let plane: ControlPlane;
  let api: KubeApi;
  beforeAll(async () => {
    plane = await startControlPlane({ name: 'observed', cluster: 'nodes=4,cpus=4,memory=16Gi' });
    const access = await openKubeconfig(plane.state.context, plane.kubeconfig);
    api = new KubeApi({
      connection: new Connection(access, wallClock),
      limiter: new RateLimiter({ qps: 0, burst: 0 }, wallClock),
      ...{ clock: wallClock, tally: new ApiTally(), random: () => 0.5 },
    });
  });
  afterAll(async () => {
    api?.close();
    await plane?.stop();
  });

  const look = async (workload: Workload, run: string) => {
    const style = {
      ...{ run, namespace: 'default', schedulerName: STOCK_SCHEDULER, pods: 'fake' as const, image: 'none', timeScale: 1 },
    };
    const prepare = () => makePriorityClasses(api, workload, run);
    const plan = { workload, style, nodes: '', prepare, priorityClass: priorityClassOf(workload, run), say: () => undefined };
    return await new ObservedRun(api, plan).run(new AbortController().signal);
  };
  const request = (cpu: number) => ({ cpu: cpu * 1000, memory: 0, gpu: 0 });

  test('binds every pod to a node that is among the best', async () => {
    const jobs = Array.from({ length: 12 }, (_, job) => ({
      ...{ submit: job * 500, runtime: 20_000, procs: 1, request: request(1 + (job % 2) / 2) },
    }));
    const { schedule, record, nodes, ended } = await look(workloadOf(jobs), 'best');
    expect(ended).toBe('over');
    expect([...schedule.state]).toEqual(jobs.map(() => COMPLETED));
    const log = readKubeLog(JSON.parse(JSON.stringify(record.document(nodes, 'kube-scheduler', 'best'))), 'record');
    const { agree, pods, disagreements } = replayGuided(log, '1.36', 'record');
    expect(disagreements).toEqual([]);
    expect([agree, pods]).toEqual([12, 12]);
  });

  test('takes a pod of low priority off, and it comes back and runs to its end', async () => {
    const low = Array.from({ length: 4 }, () => ({ submit: 0, runtime: 12_000, procs: 1, request: request(4), priority: -5 }));
    const high = { submit: 3000, runtime: 1000, procs: 1, request: request(4), priority: 100 };
    const { schedule } = await look(workloadOf([...low, high]), 'prior');
    expect([...schedule.state]).toEqual(Array.from({ length: 5 }, () => COMPLETED));
    expect(schedule.attempts.count).toBe(1);
    expect(schedule.start[4]).toBeGreaterThan(3000);
  });

  test('leaves nothing behind', async () => {
    for (const run of ['best', 'prior']) await cleanRun(api, 'default', run);
    const { items } = (await api.call({ call: 'list', method: 'GET', path: '/api/v1/pods' })) as { items: unknown[] };
    expect(items).toEqual([]);
  });
});
