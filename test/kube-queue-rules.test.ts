// The rules of the scheduling queue one by one, as its source states them.
import { describe, expect, test } from 'vitest';
import type { Behaviour } from '../src/policies/kube-default/behaviour.ts';
import type { PodInfo } from '../src/policies/kube-default/pod-info.ts';
import { Nominator } from '../src/policies/kube-default/queue/nominator.ts';
import { SchedulingQueue } from '../src/policies/kube-default/queue/scheduling-queue.ts';
import type { QueuedPod, QueueSettings } from '../src/policies/kube-default/queue/scheduling-queue.ts';
import { node, pod, snapshotOf, V126, V136 } from './kube-objects.ts';

const snapshot = snapshotOf([]);
const s = 1000;
const FIT = new Set(['NodeResourcesFit']);
const ERROR = new Set<string>();

function queueOf(behaviour: Behaviour, more: Partial<QueueSettings> = {}): SchedulingQueue {
  return new SchedulingQueue({ behaviour, initialBackoff: 1 * s, maxBackoff: 10 * s, ...more });
}

function podOf(name: string, spec = {}, status = {}, labels = {}): PodInfo {
  return snapshot.podInfo(pod(name, {}, { spec, status, metadata: { labels } }));
}

const [a, b, c] = ['a', 'b', 'c'].map((name) => podOf(name));
const bound = snapshot.podInfo({ ...pod('bound'), nodeName: 'n' });
const GONE = { kind: 'AssignedPodDelete', pod: bound } as const;

function popped(queue: SchedulingQueue, now: number): QueuedPod {
  const found = queue.pop(now);
  if (found === undefined) throw new Error('nothing to pop');
  return found;
}

function names(queue: SchedulingQueue, now: number): string[] {
  const found: string[] = [];
  for (let one = queue.pop(now); one !== undefined; one = queue.pop(now)) found.push(one.pod.pod.name);
  return found;
}

/** Adds a pod and lets it fail at once, so often. */
function failing(queue: SchedulingQueue, one: PodInfo, now: number, rejectors: ReadonlySet<string> = FIT, times = 1): void {
  queue.add(one, now);
  for (let i = 0; i < times; i++) {
    if (i > 0) queue.activate([one], now);
    queue.failed(popped(queue, now), rejectors, now);
  }
}

describe.each([V136, V126])('in version $version', (behaviour) => {
  // plugins/queuesort/priority_sort.go
  test('pods come out by priority, then in the order in which they came', () => {
    const queue = queueOf(behaviour);
    for (const [name, priority, now] of [
      ['low', 0, 0],
      ['first', 5, 10],
      ['second', 5, 10],
      ['top', 9, 20],
    ] as const) {
      queue.add(podOf(name, { priority }), now);
    }
    expect(names(queue, 20)).toEqual(['top', 'first', 'second', 'low']);
  });

  // AddUnschedulableIfNotPresent refreshes the timestamp
  test('a pod that has failed stands behind those that came meanwhile', () => {
    const queue = queueOf(behaviour);
    failing(queue, a, 0);
    queue.add(b, 500);
    queue.event(GONE, 20 * s);
    queue.add(c, 20 * s);
    // a failed at 0, before b came; had it failed at 600, it would be behind b.
    expect(names(queue, 20 * s)).toEqual(['a', 'b', 'c']);
    const other = queueOf(behaviour);
    other.add(a, 0);
    const first = popped(other, 0);
    other.add(b, 500);
    other.failed(first, FIT, 600);
    other.event(GONE, 20 * s);
    expect(names(other, 20 * s)).toEqual(['b', 'a']);
  });

  // podMaxInUnschedulablePodsDuration is compared with >, on a grid of 30 s from the start
  test('a pod that nothing wakes is tried again on the first half minute after more than 5 min', () => {
    const queue = queueOf(behaviour, { started: 7 * s });
    failing(queue, a, 37 * s);
    // 37 s + 5 min = 337 s is on the grid, but not more than 5 min.
    expect(queue.nextWake(40 * s)).toBe(367 * s);
    queue.flush(337 * s);
    expect(queue.size).toMatchObject({ unschedulable: 1, active: 0 });
    queue.flush(367 * s);
    expect(queue.size).toMatchObject({ unschedulable: 0, active: 1 });
    expect(queue.nextWake(367 * s)).toBe(Infinity);
  });

  test('a pod that is removed in flight does not come back', () => {
    const queue = queueOf(behaviour);
    queue.add(a, 0);
    const flight = popped(queue, 0);
    queue.remove(a);
    queue.failed(flight, FIT, 0);
    expect(queue.size).toEqual({ active: 0, backoff: 0, unschedulable: 0, gated: 0 });
  });

  test('adding a pod twice, and failing one that is not in flight, are mistakes of ours', () => {
    const queue = queueOf(behaviour);
    queue.add(a, 0);
    expect(() => queue.add(a, 0)).toThrow('queued already');
    const flight = popped(queue, 0);
    queue.done(a);
    expect(() => queue.failed(flight, FIT, 0)).toThrow('not in flight');
  });

  test('another order of the queue may be given', () => {
    const queue = queueOf(behaviour, { less: (one, other) => one.pod.pod.name > other.pod.pod.name });
    for (const one of [a, c, b]) queue.add(one, 0);
    expect(names(queue, 0)).toEqual(['c', 'b', 'a']);
  });
});

describe('in version 1.36', () => {
  // backoff_queue.go: getBackoffTime, alignToWindow, isPodBackingoff
  test.each([
    { times: 1, failed: 300, activeAt: 2 * s },
    { times: 1, failed: 0, activeAt: 2 * s },
    { times: 2, failed: 300, activeAt: 3 * s },
    { times: 3, failed: 999, activeAt: 5 * s },
    { times: 4, failed: 300, activeAt: 9 * s },
    { times: 5, failed: 300, activeAt: 11 * s },
    { times: 60, failed: 300, activeAt: 11 * s },
  ])('failed $times times, last at $failed ms: active again at $activeAt ms', ({ times, failed, activeAt }) => {
    const queue = queueOf(V136);
    failing(queue, a, failed, FIT, times);
    queue.event(GONE, failed);
    expect(queue.size).toMatchObject({ backoff: 1 });
    expect(queue.nextWake(failed)).toBe(activeAt);
    queue.flush(activeAt - 1);
    expect(queue.size).toMatchObject({ backoff: 1, active: 0 });
    queue.flush(activeAt);
    expect(queue.size).toMatchObject({ backoff: 0, active: 1 });
  });

  test('without a longest backoff none backs off', () => {
    const queue = queueOf(V136, { maxBackoff: 0 });
    failing(queue, a, 0);
    queue.event(GONE, 0);
    expect(queue.size).toMatchObject({ active: 1, backoff: 0 });
  });

  // UnschedulableCount and ConsecutiveErrorsCount
  test('errors are counted apart, and in a row only', () => {
    const queue = queueOf(V136);
    queue.add(a, 0);
    const fail = (rejectors: ReadonlySet<string>) => {
      queue.activate([a], 0);
      const flight = popped(queue, 0);
      queue.failed(flight, rejectors, 0);
      return [flight.unschedulableCount, flight.consecutiveErrors];
    };
    expect([FIT, FIT, ERROR, ERROR, FIT, ERROR].map(fail)).toEqual([
      [1, 0],
      [2, 0],
      [2, 1],
      [2, 2],
      [3, 0],
      [3, 1],
    ]);
    // One error in a row: a second, whatever happened before; and one more until its window is over.
    expect(queue.nextWake(0)).toBe(2 * s);
  });

  // active_queue.go, backoffQPopper: popBackoff takes from podBackoffQ only
  test('an idle scheduler does not wait for a backoff to end, unless the pod failed with an error', () => {
    const queue = queueOf(V136);
    failing(queue, a, 0);
    failing(queue, b, 0, ERROR);
    queue.event(GONE, 0);
    expect(queue.size).toMatchObject({ backoff: 2 });
    queue.add(c, 10);
    expect(names(queue, 10)).toEqual(['c', 'a']);
    queue.flush(2 * s);
    expect(names(queue, 2 * s)).toEqual(['b']);
  });

  // backoff_queue.go, lessBackoffCompletedWithPriority
  test('backoffs that end in the same second are ordered as if they were active', () => {
    const queue = queueOf(V136);
    for (const [name, priority, now] of [
      ['early', 0, 100],
      ['late', 1, 900],
      ['next', 9, 1100],
    ] as const) {
      failing(queue, podOf(name, { priority }), now);
    }
    queue.event(GONE, 1200);
    expect(names(queue, 1200)).toEqual(['late', 'early', 'next']);
  });

  // determineSchedulingHintForInFlightPod
  test('what happens while a pod is in flight wakes it when it fails', () => {
    const queue = queueOf(V136);
    queue.add(a, 0);
    queue.add(b, 0);
    const [first, second] = [popped(queue, 0), popped(queue, 0)];
    queue.event(GONE, 0);
    queue.failed(first, FIT, 10);
    expect(queue.size).toMatchObject({ backoff: 1, unschedulable: 0 });
    queue.failed(second, new Set(['TaintToleration']), 10);
    expect(queue.size).toMatchObject({ backoff: 1, unschedulable: 1 });
  });

  test('what happened before a pod was taken out does not', () => {
    const queue = queueOf(V136);
    queue.add(a, 0);
    queue.add(b, 0);
    popped(queue, 0);
    queue.event(GONE, 0);
    queue.failed(popped(queue, 0), FIT, 10);
    expect(queue.size).toMatchObject({ backoff: 0, unschedulable: 1 });
  });

  // isPodWorthRequeuing: queueImmediately
  test('a plugin that held a pod back makes it active at once', () => {
    const gang = { resource: 'PodGroup', actions: ['Add'] } as const;
    const queue = queueOf(V136, { hints: [{ plugin: 'Gang', registered: { '1.26': [gang], '1.36': [gang] } }] });
    queue.add(a, 0);
    queue.failed(popped(queue, 0), FIT, 0, new Set(['Gang']));
    queue.event({ kind: 'Other', resource: 'PodGroup', action: 'Update' }, 0);
    expect(queue.size).toMatchObject({ unschedulable: 1 });
    queue.event({ kind: 'Other', resource: 'PodGroup', action: 'Add' }, 0);
    expect(queue.size).toMatchObject({ active: 1, backoff: 0 });
  });

  // Plugins without EventsToRegister are asked about everything
  test('a plugin that has registered nothing is woken by anything', () => {
    const queue = queueOf(V136);
    failing(queue, a, 0, new Set(['Stranger']));
    queue.event({ kind: 'Other', resource: 'Anything', action: 'Update' }, 20 * s);
    expect(queue.size).toMatchObject({ active: 1 });
  });

  // schedulinggates: UpdatePodSchedulingGatesEliminated
  test('a pod waits until its gates are gone, and all others leave it alone', () => {
    const queue = queueOf(V136);
    const gated = podOf('a', { schedulingGates: [{ name: 'wait' }, { name: 'more' }] });
    queue.add(gated, 0);
    queue.event(GONE, 0);
    queue.flush(1000 * s);
    const fewer = podOf('a', { schedulingGates: [{ name: 'wait' }] });
    queue.update(gated, fewer, 1000 * s);
    expect(queue.size).toEqual({ active: 0, backoff: 0, unschedulable: 0, gated: 1 });
    expect(queue.nextWake(1000 * s)).toBe(Infinity);
    queue.update(fewer, a, 1001 * s);
    expect(popped(queue, 1001 * s)).toMatchObject({ timestamp: 0, attempts: 1, initialAttempt: 1001 * s });
  });

  // defaultpreemption: PreEnqueue, and Activate when the victims are being deleted
  test('a preemptor is gated until its victims are on their way out', () => {
    let preempting = false;
    const queue = queueOf(V136, { preEnqueue: () => (preempting ? 'DefaultPreemption' : undefined) });
    queue.add(a, 0);
    const flight = popped(queue, 0);
    preempting = true;
    queue.failed(flight, FIT, 100);
    expect(queue.size).toMatchObject({ unschedulable: 1, gated: 0 });
    queue.event(GONE, 200);
    expect(queue.size).toMatchObject({ unschedulable: 0, gated: 1 });
    preempting = false;
    queue.event(GONE, 300);
    expect(queue.size).toMatchObject({ gated: 0, backoff: 1 });
    queue.activate([a], 300);
    expect(queue.size).toMatchObject({ backoff: 0, active: 1 });
  });

  // Activate: EventForceActivate for a pod in flight
  test('a pod that is activated in flight is tried again after its backoff', () => {
    const queue = queueOf(V136);
    for (const one of [a, b]) queue.add(one, 0);
    const flights = [popped(queue, 0), popped(queue, 0)];
    queue.activate([a], 0);
    for (const flight of flights) queue.failed(flight, FIT, 0);
    expect(queue.size).toMatchObject({ backoff: 1, unschedulable: 1 });
    expect(names(queue, 0)).toEqual(['a']);
  });

  // eventhandlers.go, getLEPriorityPreCheck
  test('a lost nomination matters to pods of at most that priority', () => {
    const queue = queueOf(V136);
    failing(queue, podOf('low', { priority: 1 }), 0);
    failing(queue, podOf('high', { priority: 2 }), 0);
    const nominated = podOf('nominated', {}, { nominatedNodeName: 'n' });
    queue.event({ kind: 'AssignedPodDelete', pod: nominated, upTo: 1 }, 20 * s);
    expect(names(queue, 20 * s)).toEqual(['low']);
  });

  // schedule_one.go, handleBindingCycleError
  test('a pod that gives up its node does not wake itself', () => {
    const queue = queueOf(V136);
    for (const one of [a, b]) failing(queue, one, 0);
    queue.event({ kind: 'AssignedPodDelete', pod: snapshot.podInfo({ ...a.pod, nodeName: 'n' }), exceptItself: true }, 20 * s);
    expect(names(queue, 20 * s)).toEqual(['b']);
  });

  test('a pod is tried with its object as it is when it fails', () => {
    const queue = queueOf(V136);
    queue.add(a, 0);
    const flight = popped(queue, 0);
    const changed = podOf('a', {}, { nominatedNodeName: 'n' });
    queue.update(a, changed, 0);
    expect(flight.pod).toBe(a);
    queue.failed(flight, FIT, 0);
    queue.activate([a], 0);
    expect(popped(queue, 0).pod).toBe(changed);
  });
});

describe('in version 1.26', () => {
  // getBackoffTime without windows; flushBackoffQCompleted each second from the start
  test('backoffs grow with attempts, and are looked at each second', () => {
    const queue = queueOf(V126, { started: 400 });
    queue.add(a, 500);
    const flight = popped(queue, 500);
    queue.event(GONE, 500);
    queue.failed(flight, FIT, 500);
    expect(queue.nextWake(500)).toBe(2400);
    expect(queue.pop(2000)).toBeUndefined();
    queue.flush(2400);
    expect(names(queue, 2400)).toEqual(['a']);
  });

  // AddUnschedulableIfNotPresent: moveRequestCycle >= podSchedulingCycle
  test('any event in its cycle sends a pod to backoff, whatever rejected it', () => {
    const queue = queueOf(V126);
    queue.add(a, 0);
    const flight = popped(queue, 0);
    queue.event({ kind: 'AssignedPodAdd', pod: bound }, 0);
    queue.failed(flight, new Set(['NodeName']), 0);
    expect(queue.size).toMatchObject({ backoff: 1, unschedulable: 0 });
  });

  test('events before the last pop are forgotten', () => {
    const queue = queueOf(V126);
    for (const one of [a, b]) queue.add(one, 0);
    const flight = popped(queue, 0);
    queue.event(GONE, 0);
    popped(queue, 0);
    queue.failed(flight, FIT, 0);
    expect(queue.size).toMatchObject({ backoff: 0, unschedulable: 1 });
  });

  // getUnschedulablePodsWithMatchingAffinityTerm
  test('a pod that is bound wakes only those whose affinity asks for it', () => {
    const queue = queueOf(V126);
    const term = { labelSelector: { matchLabels: { app: 'db' } }, topologyKey: 'zone' };
    const wants = { affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } } };
    const rejectors = new Set(['InterPodAffinity', 'PodTopologySpread']);
    failing(queue, podOf('wants', wants), 0, rejectors);
    failing(queue, podOf('other'), 0, rejectors);
    queue.event({ kind: 'AssignedPodAdd', pod: bound }, 20 * s);
    expect(queue.size).toMatchObject({ unschedulable: 2 });
    const db = snapshot.podInfo({ ...pod('db', {}, { metadata: { labels: { app: 'db' } } }), nodeName: 'n' });
    queue.event({ kind: 'AssignedPodAdd', pod: db }, 20 * s);
    expect(names(queue, 20 * s)).toEqual(['wants']);
  });

  // eventhandlers.go, preCheckForNode
  test('a node wakes only pods that it would take', () => {
    const queue = queueOf(V126);
    failing(queue, a, 0);
    const event = { kind: 'NodeAdd', node: node('n'), admits: ({ pod: one }: PodInfo) => one.name !== 'a' } as const;
    queue.event(event, 20 * s);
    expect(queue.size).toMatchObject({ unschedulable: 1 });
    queue.event({ ...event, admits: undefined }, 20 * s);
    expect(queue.size).toMatchObject({ active: 1 });
  });

  // Without inFlightPods an update finds the pod in no queue
  test('a pod that is updated in flight is queued anew, and its failure is forgotten', () => {
    const queue = queueOf(V126);
    queue.add(a, 0);
    const flight = popped(queue, 0);
    queue.update(a, podOf('a', {}, {}, { app: 'x' }), 5);
    queue.failed(flight, FIT, 10);
    expect(popped(queue, 10)).toMatchObject({ attempts: 1, timestamp: 5 });
  });

  test('scheduling gates are not known', () => {
    const queue = queueOf(V126);
    queue.add(podOf('a', { schedulingGates: [{ name: 'wait' }] }), 0);
    expect(queue.size).toMatchObject({ active: 1 });
  });
});

describe('nominations', () => {
  const nominated = (name: string, node?: string, priority = 0) => podOf(name, { priority }, { nominatedNodeName: node });

  test('a pod is nominated where it is said, or where its status says, and to one node only', () => {
    const nominator = new Nominator();
    nominator.add(a, 'm');
    nominator.add(nominated('b', 'n'));
    nominator.add(c);
    expect([nominator.nodeOf(a), nominator.nodeOf(b), nominator.nodeOf(c)]).toEqual(['m', 'n', undefined]);
    nominator.add(a, 'n');
    expect(nominator.on('m')).toEqual([]);
    expect(nominator.on('n').map(({ pod: one }) => one.name)).toEqual(['b', 'a']);
    nominator.add(a, '');
    nominator.remove(b);
    expect(nominator.on('n')).toEqual([]);
  });

  test('a pod that is bound is not nominated', () => {
    const nominator = new Nominator();
    nominator.add(bound, 'n');
    expect(nominator.on('n')).toEqual([]);
  });

  // nominator.go, UpdateNominatedPod
  test.each([
    { what: 'still unwritten: kept', before: undefined, after: undefined, node: 'm' },
    { what: 'written', before: undefined, after: 'm', node: 'm' },
    { what: 'changed', before: 'm', after: 'n', node: 'n' },
    { what: 'taken away', before: 'm', after: undefined, node: undefined },
  ])('an update of the object: $what', ({ before, after, node }) => {
    const nominator = new Nominator();
    nominator.add(nominated('a', before), 'm');
    const updated = nominated('a', after);
    nominator.update(nominated('a', before), updated);
    expect(nominator.nodeOf(a)).toBe(node);
    if (node !== undefined) expect(nominator.on(node)).toEqual([updated]);
  });

  // preemption.go, getLowerPriorityNominatedPods
  test('those that matter less than a preemptor are told', () => {
    const nominator = new Nominator();
    const all = [0, 1, 2].map((priority) => nominated(`p${priority}`, 'n', priority));
    for (const one of all) nominator.add(one);
    expect(nominator.lessImportant(nominated('x', undefined, 1), 'n')).toEqual([all[0]]);
  });
});

// Ratios within one run: times depend on the machine.
describe('cost', () => {
  const many = (count: number) =>
    Array.from({ length: count }, (_, i) => ({ ...a, pod: { ...a.pod, name: `m${i}`, uid: `m${i}` } }));
  const time = (work: () => void) => {
    const start = process.hrtime.bigint();
    work();
    return Number(process.hrtime.bigint() - start);
  };

  test('an event over eight times as many pods costs about eight times as much', () => {
    const cost = (count: number) => {
      const queue = queueOf(V136);
      for (const one of many(count)) queue.add(one, 0);
      for (let one = queue.pop(0); one !== undefined; one = queue.pop(0)) queue.failed(one, FIT, 0);
      return time(() => queue.event(GONE, 0));
    };
    cost(5000);
    const [small, large] = [Math.min(cost(5000), cost(5000), cost(5000)), Math.min(cost(40_000), cost(40_000))];
    expect(large / small).toBeLessThan(32);
  });
});
