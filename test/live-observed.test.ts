// What is made of a run that a scheduler of the cluster decides: schedule, record, and whether the cluster can bear it.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseClusterSpec } from '../src/cluster-spec.ts';
import type { LivePod } from '../src/live/driver/live-pod.ts';
import { checkRate, peakRate, WINDOW } from '../src/live/run/arrival-rate.ts';
import { KubeRecord } from '../src/live/run/kube-record.ts';
import { ObservedJobs } from '../src/live/run/observed-jobs.ts';
import { COMPLETED, PREEMPTED, UNFINISHED } from '../src/schedule.ts';
import { readKubeLog } from '../src/verify/kube-log-record.ts';
import { replayGuided } from '../src/verify/kube-log.ts';
import { workloadOf } from './workload-of.ts';

describe('the rate at which pods come', () => {
  const submits = fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 12 });

  test('is that of the fullest window', () => {
    fc.assert(
      fc.property(submits, fc.constantFrom(1, 2, 10), (times, scale) => {
        const sorted = [...times].sort((a, b) => a - b);
        const workload = workloadOf(sorted.map((time) => ({ submit: time * 5000, runtime: 1000, procs: 1 })));
        const inWindow = sorted.map((end) => sorted.filter((time) => time <= end && end * 5000 - time * 5000 < WINDOW * scale));
        const most = Math.max(...inWindow.map(({ length }) => length));
        expect(peakRate(workload, scale)).toBeCloseTo((most * 1000) / WINDOW, 12);
      }),
    );
  });

  test('is refused where the cluster cannot bear it, with a scale that fits', () => {
    const workload = workloadOf(Array.from({ length: 400 }, (_, job) => ({ submit: job * 100, runtime: 1000, procs: 1 })));
    expect(checkRate(workload, 1, 20)).toBe(10);
    expect(() => checkRate(workload, 4, 20)).toThrow(/at 2 it would fit/);
  });
});

describe('jobs that are looked at', () => {
  const cluster = parseClusterSpec('nodes=3,cpus=4,memory=16Gi');
  const pod = (job: number, phase: string, more: Partial<LivePod> & { generation?: number; index?: number } = {}): LivePod => {
    const { generation = 0, index = 0, ...rest } = more;
    const name = `run-${job}-0-${index}-r${generation}`;
    return {
      ...{ name, namespace: 'default', uid: name, mark: { job, group: 0, index, generation } },
      ...{ nodeName: 'node1', phase, terminating: false, isHeld: false, isTombstone: false, reason: '', json: {} },
      ...rest,
    };
  };

  test('start when their pods are up, and end when those have ended', () => {
    const jobs = new ObservedJobs(workloadOf([{ submit: 0, runtime: 5000, procs: 1 }]), cluster);
    jobs.see(pod(0, 'Pending', { nodeName: undefined }), 10);
    expect(jobs.over).toBe(0);
    jobs.see(pod(0, 'Running'), 20);
    jobs.see(pod(0, 'Running'), 30);
    jobs.see(pod(0, 'Succeeded'), 5020);
    expect(jobs.over).toBe(1);
    const { start, end, state, placements } = jobs.finish('kube-scheduler', 6000);
    expect([start[0], end[0], state[0]]).toEqual([20, 5020, COMPLETED]);
    expect([...(placements?.node ?? [])]).toEqual([1]);
  });

  test('need another pod for one that is taken off, and begin anew with it', () => {
    const jobs = new ObservedJobs(workloadOf([{ submit: 0, runtime: 5000, procs: 1 }]), cluster);
    jobs.see(pod(0, 'Running'), 20);
    expect(jobs.gone(pod(0, 'Running'), 1000)?.job).toBe(0);
    // An old pod that is heard of late says nothing any more.
    jobs.see(pod(0, 'Pending', { generation: 1, nodeName: undefined }), 1100);
    jobs.see(pod(0, 'Running'), 1150);
    jobs.see(pod(0, 'Running', { generation: 1, nodeName: 'node2' }), 1200);
    const { start, lastStart, state, attempts, placements } = jobs.finish('kube-scheduler', 2000);
    expect([start[0], lastStart[0], state[0]]).toEqual([20, 1200, UNFINISHED]);
    expect([attempts.count, attempts.start[0], attempts.end[0], attempts.why[0]]).toEqual([1, 20, 1000, PREEMPTED]);
    expect([...(placements?.node ?? [])]).toEqual([2]);
  });

  test('need none for one that had ended before it went', () => {
    const jobs = new ObservedJobs(workloadOf([{ submit: 0, runtime: 5000, procs: 1 }]), cluster);
    jobs.see(pod(0, 'Running'), 20);
    jobs.see(pod(0, 'Succeeded'), 40);
    expect(jobs.gone(pod(0, 'Succeeded'), 50)).toBeUndefined();
  });
});

test('a record of what was watched is one that "verify kube-log" judges', () => {
  const record = new KubeRecord();
  const spec = {
    containers: [{ resources: { requests: { cpu: '3' } } }],
    terminationGracePeriodSeconds: 5,
    restartPolicy: 'Never',
  };
  const json = (name: string, more: object = {}, status: object = { phase: 'Pending' }) => ({
    metadata: { name, namespace: 'default' },
    spec: { ...spec, ...more },
    status,
  });
  record.see(json('a'), 0);
  record.see(json('a', { nodeName: 'n0' }), 10);
  record.see(json('a', { nodeName: 'n0' }, { phase: 'Running' }), 12);
  record.see(json('b'), 100);
  record.see(json('b', { nodeName: 'n1' }), 110);
  record.see(json('a', { nodeName: 'n0' }, { phase: 'Succeeded' }), 500);
  record.gone('a', 600);
  record.see(json('c'), 1000);
  record.see(json('c', { nodeName: 'n0' }), 1010);
  const node = (name: string) => ({
    metadata: { name },
    status: { allocatable: { cpu: '4', memory: '8Gi', pods: '110' } },
  });
  const document = record.document([node('n1'), node('n0')], 'kube-scheduler v1.36.3', 'test');
  const log = readKubeLog(JSON.parse(JSON.stringify(document)), 'record');
  expect(log.order).toBe('unknown');
  expect(log.nodes.map(({ name }) => name)).toEqual(['n0', 'n1']);
  expect(log.events.map(({ at, kind, pod }) => `${at} ${kind} ${pod}`)).toEqual([
    '10 bind a',
    '110 bind b',
    '500 gone a',
    '1010 bind c',
  ]);
  const { pods, agree } = replayGuided(log, '1.36', 'record');
  expect([pods, agree]).toEqual([3, 3]);
});

test('a record tells in which order nodes were made, where they say it', () => {
  const node = (name: string, place?: number) => ({
    metadata: { name, annotations: place === undefined ? undefined : { 'yardmaster.dev/place': `${place}` } },
    status: { allocatable: { cpu: '4', memory: '8Gi', pods: '110' } },
  });
  const orderOf = (...nodes: object[]) => {
    const { order, nodes: sorted } = readKubeLog(new KubeRecord().document(nodes, 'kube-scheduler', 'test'), 'record');
    return [order, ...sorted.map(({ name }) => name)];
  };
  expect(orderOf(node('cpu1', 3), node('gpu0', 0), node('cpu0', 2), node('gpu1', 1))).toEqual([
    ...['running', 'gpu0', 'gpu1', 'cpu0', 'cpu1'],
  ]);
  // One was made anew by somebody else, or is gone: the scheduler has another order.
  expect(orderOf(node('a', 0), node('b'), node('c', 2))[0]).toBe('unknown');
  expect(orderOf(node('a', 0), node('c', 2))[0]).toBe('unknown');
  expect(orderOf(node('n10'), node('n9'))).toEqual(['unknown', 'n9', 'n10']);
});
