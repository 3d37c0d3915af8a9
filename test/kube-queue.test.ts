// The scheduling queue decides as its definition does, whatever happens in whatever order.
// Planted bugs that are caught here or in kube-queue-rules: a window that is over too early, errors popped from backoff,
// the move cycle off by one, an incident too many forgotten, gates asked twice, gated pods woken by everything, 5 min
// inclusive, a window out of order, rejectors forgotten on errors; in kube-queue-hints: affinity woken by deletions, more
// pod slots overlooked.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { KubeVersion } from '../src/policies/kube-default/behaviour.ts';
import type { PodInfo } from '../src/policies/kube-default/pod-info.ts';
import type { ClusterEvent } from '../src/policies/kube-default/queue/events.ts';
import type { PluginHints } from '../src/policies/kube-default/queue/hint.ts';
import { PodHeap } from '../src/policies/kube-default/queue/pod-heap.ts';
import { byAge } from '../src/policies/kube-default/queue/queue-order.ts';
import { QueueEntry } from '../src/policies/kube-default/queue/queued-pod.ts';
import { SchedulingQueue } from '../src/policies/kube-default/queue/scheduling-queue.ts';
import type { QueuedPod } from '../src/policies/kube-default/queue/scheduling-queue.ts';
import { pod, snapshotOf, V126, V136 } from './kube-objects.ts';
import { QueueModel } from './kube-queue-definition.ts';
import type { Happening, ModelPod } from './kube-queue-definition.ts';

/** Two plugins from outside: one waits for things with the pod's label, one gates pods and waits for things to go. */
const THINGS: readonly PluginHints[] = [
  pluginFor('Things', 'Add', ({ pod: one }, { object }) => one.labels.get('app') === object),
  pluginFor('Gate', 'Delete', () => false),
];

function pluginFor(plugin: string, action: 'Add' | 'Delete', hint: NonNullable<PluginHints['registered']['1.36'][0]['hint']>) {
  const registration = { resource: 'Thing', actions: [action], hint };
  return { plugin, registered: { '1.26': [registration], '1.36': [registration] } };
}

/** The queue and its definition, side by side. */
class Pair {
  readonly model: QueueModel;
  readonly queue: SchedulingQueue;
  readonly #snapshot;
  readonly #infos = new Map<string, PodInfo>();
  readonly #flights = new Map<string, QueuedPod>();
  readonly moves: string[] = [];

  constructor(version: KubeVersion) {
    const behaviour = version === '1.36' ? V136 : V126;
    this.model = new QueueModel(version);
    this.#snapshot = snapshotOf([], {}, behaviour);
    this.queue = new SchedulingQueue({
      behaviour,
      initialBackoff: 1000,
      maxBackoff: 10_000,
      hints: THINGS,
      preEnqueue: ({ pod: one }) => (this.model.gated.has(String(one.uid)) ? 'Gate' : undefined),
    });
  }

  info({ uid, priority, app, gates }: Pick<ModelPod, 'uid' | 'priority' | 'app' | 'gates'>): PodInfo {
    const schedulingGates = Array.from({ length: gates }, (_, i) => ({ name: `gate-${i}` }));
    return this.#snapshot.podInfo(pod(uid, {}, { metadata: { labels: { app } }, spec: { priority, schedulingGates } }));
  }

  /** The queue is flushed when it says so; the definition at every tick. */
  pass(time: number): void {
    const to = this.model.now + time;
    for (let wake = this.queue.nextWake(this.model.now), times = 0; wake <= to; wake = this.queue.nextWake(wake)) {
      this.queue.flush(wake);
      expect(times++, 'flushes without end').toBeLessThan(1000);
    }
    this.model.pass(to);
  }

  add(priority: number, app: string, gates: number): void {
    const uid = `p${this.#infos.size}`;
    const info = this.info({ uid, priority, app, gates });
    this.#infos.set(uid, info);
    this.queue.add(info, this.model.now);
    this.model.add(uid, priority, app, gates);
  }

  pop(): void {
    const wanted = this.model.pop();
    const found = this.queue.pop(this.model.now);
    expect(found?.pod.pod.uid).toBe(wanted?.uid);
    if (found === undefined || wanted === undefined) return;
    expect(found).toMatchObject({
      timestamp: wanted.timestamp,
      attempts: wanted.attempts,
      unschedulableCount: wanted.unschedulable,
      consecutiveErrors: wanted.errors,
    });
    expect(found.pod.pod.labels.get('app')).toBe(wanted.app);
    this.#flights.set(wanted.uid, found);
  }

  fail(which: number, rejectors: string[], pending: string[]): void {
    const flight = pick(this.model.at('flight'), which);
    const queued = this.#flights.get(flight?.uid ?? '');
    if (flight === undefined || queued === undefined) return;
    this.queue.failed(queued, new Set(rejectors), this.model.now, new Set(pending));
    this.model.failed(flight, rejectors, pending);
    this.moves.push(`failed: ${flight.place}`);
  }

  done(which: number): void {
    const flight = pick(this.model.at('flight'), which);
    const queued = this.#flights.get(flight?.uid ?? '');
    if (flight === undefined || queued === undefined) return;
    this.queue.done(queued.pod);
    this.model.done(flight);
  }

  happen(happening: Happening): void {
    const before = this.model.at('unschedulable').length;
    this.queue.event(this.#eventOf(happening), this.model.now);
    this.model.happen(happening);
    if (this.model.at('unschedulable').length < before) this.moves.push(`woken: ${happening.what}`);
  }

  /** Of all that ever were, gone or not. */
  touch(which: number, how: 'activate' | 'remove' | 'gate' | 'relabelled' | 'ungated' | 'touched'): void {
    const one = pick(this.model.pods, which);
    if (one === undefined || one.place === 'gone') return;
    const info = this.#infos.get(one.uid) ?? this.info(one);
    if (how === 'activate') {
      this.queue.activate([info], this.model.now);
      this.model.activate(one);
    } else if (how === 'remove') {
      this.queue.remove(info);
      this.model.remove(one);
    } else if (how === 'gate') {
      if (!this.model.gated.delete(one.uid)) this.model.gated.add(one.uid);
    } else this.#update(one, info, how);
  }

  #update(one: ModelPod, old: PodInfo, how: 'relabelled' | 'ungated' | 'touched'): void {
    if (one.place === 'flight' && (this.model.version === '1.26' || one.latest === undefined)) return;
    const { app, gates } = one.latest !== undefined && one.place === 'flight' ? one.latest : one;
    if (how === 'ungated' && gates === 0) return;
    const next = { app: how === 'relabelled' ? (app === 'x' ? 'y' : 'x') : app, gates: how === 'ungated' ? 0 : gates };
    const now =
      how === 'touched'
        ? { ...old, pod: { ...old.pod, nominatedNodeName: 'n' } }
        : withSpecOf(old, this.info({ ...one, ...next }), how);
    this.#infos.set(one.uid, now);
    this.queue.update(old, now, this.model.now);
    this.model.update(one, how, next);
  }

  #eventOf(happening: Happening): ClusterEvent {
    switch (happening.what) {
      case 'pod deleted': {
        const bound = this.#snapshot.podInfo({ ...pod('bound'), nodeName: 'n' });
        return { kind: 'AssignedPodDelete', pod: bound, upTo: happening.upTo };
      }
      case 'thing added':
        return { kind: 'Other', resource: 'Thing', action: 'Add', object: happening.app };
      default:
        return { kind: 'Other', resource: 'Thing', action: 'Delete' };
    }
  }
}

/** Relabelling a pod leaves its very spec as it was. */
function withSpecOf(old: PodInfo, made: PodInfo, how: 'relabelled' | 'ungated'): PodInfo {
  if (how === 'ungated') return made;
  return { pod: { ...old.pod, labels: made.pod.labels }, class: { ...old.class, labels: made.class.labels } };
}

function pick<Value>(values: readonly Value[], which: number): Value | undefined {
  return values[which % Math.max(1, values.length)];
}

/** Few values, so that seconds, priorities and plugins coincide. */
const rejectors = fc.subarray(['NodeResourcesFit', 'Things', 'Stranger'], { maxLength: 2 });
const steps = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(0, 250, 500, 1000, 2000).map((time) => (pair: Pair) => pair.pass(time)) },
  { weight: 1, arbitrary: fc.constantFrom(9000, 29_000, 30_000, 301_000).map((time) => (pair: Pair) => pair.pass(time)) },
  {
    weight: 4,
    arbitrary: fc
      .tuple(fc.integer({ min: 0, max: 1 }), fc.constantFrom('x', 'y'), fc.constantFrom(0, 0, 0, 1))
      .map((args) => (pair: Pair) => pair.add(...args)),
  },
  { weight: 8, arbitrary: fc.constant((pair: Pair) => pair.pop()) },
  {
    weight: 7,
    arbitrary: fc.tuple(fc.nat({ max: 3 }), rejectors, fc.constantFrom<string[]>([], [], [], ['Things'])).map(
      ([which, by, pending]) =>
        (pair: Pair) =>
          pair.fail(which, by, pending),
    ),
  },
  { weight: 1, arbitrary: fc.nat({ max: 3 }).map((which) => (pair: Pair) => pair.done(which)) },
  {
    weight: 4,
    arbitrary: fc
      .constantFrom<Happening>(
        { what: 'pod deleted' },
        { what: 'pod deleted', upTo: 0 },
        { what: 'thing added', app: 'x' },
        { what: 'thing added', app: 'y' },
        { what: 'thing deleted' },
      )
      .map((happening) => (pair: Pair) => pair.happen(happening)),
  },
  {
    weight: 4,
    arbitrary: fc
      .tuple(fc.nat({ max: 6 }), fc.constantFrom('activate', 'remove', 'gate', 'gate', 'relabelled', 'ungated', 'touched'))
      .map(
        ([which, how]) =>
          (pair: Pair) =>
            pair.touch(which, how),
      ),
  },
);

function replay(version: KubeVersion, sequence: readonly ((pair: Pair) => void)[]): Pair {
  const pair = new Pair(version);
  for (const step of sequence) {
    step(pair);
    expect(pair.queue.size).toEqual(pair.model.size);
  }
  // What is left comes out in the same order, time after time.
  for (let round = 0; round < 3; round++) {
    const { active, backoff } = pair.model.size;
    for (let i = 0; i <= active + backoff; i++) pair.pop();
    pair.pass(301_000);
    expect(pair.queue.size).toEqual(pair.model.size);
  }
  return pair;
}

const sequences = fc.array(steps, { minLength: 10, maxLength: 80, size: 'max' });

describe.each<KubeVersion>(['1.36', '1.26'])('the queue of %s', (version) => {
  test('does what its definition does, in any sequence of events', () => {
    fc.assert(
      fc.property(sequences, (sequence) => {
        replay(version, sequence);
      }),
      { numRuns: 1500 },
    );
  });

  test('meets all kinds of moves in the sequences it is tested with', () => {
    const met = new Set<string>();
    for (const sequence of fc.sample(sequences, { numRuns: 300, seed: 1 }))
      for (const move of replay(version, sequence).moves) met.add(move);
    const failed = version === '1.36' ? ['active', 'backoff', 'error', 'unschedulable'] : ['backoff', 'unschedulable'];
    const woken = ['pod deleted', 'thing added', 'thing deleted'];
    expect([...met]).toEqual(
      expect.arrayContaining([...failed.map((place) => `failed: ${place}`), ...woken.map((what) => `woken: ${what}`)]),
    );
  });
});

test('a heap of pods gives them in order, with any taken out of its middle or given another order', () => {
  const one = snapshotOf([]).podInfo(pod('p'));
  const times = fc.integer({ min: 0, max: 9 });
  const change = fc.record({ which: fc.nat({ max: 30 }), to: fc.option(times) });
  fc.assert(
    fc.property(fc.array(times, { maxLength: 30 }), fc.array(change, { maxLength: 20 }), (stamps, changes) => {
      const heap = new PodHeap(byAge);
      const pods = stamps.map((time, i) => new QueueEntry(one, time, i));
      for (const entry of pods) heap.push(entry);
      for (const { which, to } of changes) {
        const entry = pick(pods, which);
        if (entry === undefined) break;
        if (to !== null) {
          entry.timestamp = to;
          heap.moved(entry);
        } else {
          heap.remove(entry);
          pods.splice(pods.indexOf(entry), 1);
        }
      }
      const sorted = pods.sort((a, b) => a.timestamp - b.timestamp || a.serial - b.serial);
      expect([...heap.first(({ timestamp }) => timestamp < 5)].sort((a, b) => a.serial - b.serial)).toEqual(
        sorted.filter(({ timestamp }) => timestamp < 5).sort((a, b) => a.serial - b.serial),
      );
      const taken: QueueEntry[] = [];
      for (let head = heap.head; head !== undefined; head = heap.head) {
        heap.remove(head);
        taken.push(head);
      }
      expect(taken.map(({ serial }) => serial)).toEqual(sorted.map(({ serial }) => serial));
    }),
    { numRuns: 500 },
  );
});
