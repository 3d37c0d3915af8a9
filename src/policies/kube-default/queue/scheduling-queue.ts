/**
 * The scheduling queue: pods that can be tried (active), that must wait after a failure (backoff), and that were rejected
 * and wait for something to happen (unschedulable, or gated). It has no clock: callers say what time it is, and ask when
 * something here changes by itself. Times never go back.
 * Source: pkg/scheduler/backend/queue/scheduling_queue.go, active_queue.go, backoff_queue.go (Kubernetes v1.36.2),
 * pkg/scheduler/internal/queue/scheduling_queue.go (v1.26.5).
 */
import type { PodInfo } from '../pod-info.ts';
import { Backoff } from './backoff.ts';
import { activation, incidentsOf, podIncidents, TIMEOUT } from './events.ts';
import type { ClusterEvent, Incident } from './events.ts';
import { FlushGrid } from './flush-grid.ts';
import { passes, withSchedulingGates } from './gate.ts';
import type { PreEnqueue } from './gate.ts';
import { InFlight } from './in-flight.ts';
import { isUpdated } from './pod-changes.ts';
import { prioritySort, totalOrder } from './queue-order.ts';
import { NO_PLUGINS, QueueEntry } from './queued-pod.ts';
import type { QueuedPod } from './queued-pod.ts';
import type { QueueSettings } from './queue-settings.ts';
import { DEFAULT_HINTS, QueueingHints } from './queueing-hints.ts';
import { QUEUE_RULES } from './rules.ts';
import type { QueueRules } from './rules.ts';
import { WaitingPods } from './waiting-pods.ts';
import { bestStrategy, mattersTo, strategyFor } from './wake.ts';
import type { Strategy } from './wake.ts';

export type { QueuedPod } from './queued-pod.ts';
export type { QueueSettings } from './queue-settings.ts';
export type { ClusterEvent } from './events.ts';

const SECOND = 1000;
const HALF_MINUTE = 30_000;
const FIVE_MINUTES = 300_000;

export class SchedulingQueue {
  readonly #rules: QueueRules;
  readonly #hints: QueueingHints;
  readonly #backoff: Backoff;
  readonly #preEnqueue: PreEnqueue;
  readonly #comesBack: (pod: PodInfo) => boolean;
  readonly #rests: (pod: PodInfo) => boolean;
  readonly #maxInUnschedulable: number;
  readonly #waiting: WaitingPods;
  readonly #inFlight = new InFlight();
  readonly #backoffGrid: FlushGrid;
  readonly #leftoverGrid: FlushGrid;
  /** How many pods were taken out, and how many had been when something last happened. */
  #cycle = 0;
  #moveCycle = -1;
  #serial = 0;
  #events = 0;

  constructor(settings: QueueSettings) {
    const { behaviour, less = prioritySort, hints = [], started = 0 } = settings;
    this.#rules = QUEUE_RULES[behaviour.version];
    this.#hints = new QueueingHints([...DEFAULT_HINTS, ...hints], behaviour);
    this.#backoff = new Backoff(settings, this.#rules);
    this.#preEnqueue = withSchedulingGates(settings.preEnqueue, this.#rules);
    this.#comesBack = settings.comesBack ?? (() => false);
    this.#rests = settings.rests ?? (() => false);
    this.#maxInUnschedulable = settings.maxInUnschedulable ?? FIVE_MINUTES;
    this.#waiting = new WaitingPods(totalOrder(less));
    // Windows are whole seconds of the clock, and flushed when they are over.
    this.#backoffGrid = new FlushGrid(SECOND, this.#rules.window > 0 ? 0 : started);
    this.#leftoverGrid = new FlushGrid(HALF_MINUTE, started);
  }

  get size(): { active: number; backoff: number; unschedulable: number; gated: number } {
    const { active, backoffs, unschedulable } = this.#waiting;
    return {
      active: active.size,
      backoff: backoffs.reduce((sum, heap) => sum + heap.size, 0),
      unschedulable: unschedulable.ungatedCount,
      gated: unschedulable.gatedCount,
    };
  }

  /** A pod that wants to be scheduled is new. */
  add(pod: PodInfo, now: number): void {
    const { uid, name } = pod.pod;
    const known = this.#waiting.get(uid) ?? this.#inFlight.get(uid);
    if (known !== undefined) throw new Error(`pod ${name} (${uid}) is queued already`);
    this.#enter(pod, now);
  }

  /** Its object has changed: nomination, gates, labels. Pods that are assumed on a node are not told of. */
  update(old: PodInfo, pod: PodInfo, now: number): void {
    const { hints } = this.#rules;
    const entry = this.#waiting.get(pod.pod.uid);
    const flight = this.#inFlight.get(pod.pod.uid);
    if (flight !== undefined && hints) {
      flight.latest = pod;
      for (const incident of podIncidents('TargetPod', old, pod, this.#rules)) this.#inFlight.record(incident);
    } else if (entry === undefined) {
      this.#enter(pod, now);
    } else {
      entry.pod = pod;
      if (entry.place !== 'unschedulable') this.#waiting.changed(entry);
      else if (hints) this.#wakeUpdated(entry, podIncidents('TargetPod', old, pod, this.#rules), now);
      else if (isUpdated(old, pod)) this.#requeue(this.#waiting.takeOut(entry), 'after-backoff', now);
    }
  }

  /** It was deleted, or bound by somebody else. */
  remove({ pod: { uid } }: PodInfo): void {
    const entry = this.#waiting.get(uid);
    if (entry !== undefined) this.#waiting.takeOut(entry);
    const flight = this.#inFlight.get(uid);
    if (flight !== undefined) flight.latest = undefined;
  }

  /** Takes out the pod to try next, after what is due. It is in flight until it is done or has failed. */
  pop(now: number): QueuedPod | undefined {
    this.flush(now);
    const entry = this.#waiting.active.head ?? (this.#rules.popsFromBackoff ? this.#waiting.backoff.head : undefined);
    return entry === undefined ? undefined : this.#takeOff(entry, now);
  }

  /** Takes out this pod, to be tried with another one; undefined if it does not wait, or is gated. */
  take(pod: PodInfo, now: number): QueuedPod | undefined {
    if (this.#waiting.get(pod.pod.uid) === undefined) return undefined;
    this.activate([pod], now);
    const entry = this.#waiting.get(pod.pod.uid);
    return entry?.place === 'active' ? this.#takeOff(entry, now) : undefined;
  }

  /** Pods that rest may be tried before their time again. */
  rouse(): void {
    this.#waiting.rouse();
  }

  /** Its cycle and its binding are over. */
  done({ pod: { uid } }: PodInfo): void {
    this.#inFlight.end(uid);
  }

  /**
   * It was not bound. `rejectors`: the plugins that rejected it, `pending`: those among them whose wakes skip the backoff;
   * none at all means an error. What has happened since it was taken out may wake it at once.
   */
  failed({ pod }: QueuedPod, rejectors: ReadonlySet<string>, now: number, pending = NO_PLUGINS): void {
    const { uid, name } = pod.pod;
    const flight = this.#inFlight.get(uid);
    if (flight === undefined) throw new Error(`pod ${name} (${uid}) failed, but is not in flight`);
    const { entry, latest } = flight;
    // Versions without hints queue a pod anew that is updated in flight; then this one is dropped.
    if (latest !== undefined && this.#waiting.get(uid) === undefined) {
      entry.pod = latest;
      entry.count(rejectors, pending, this.#rules);
      this.#stamp(entry, now);
      if (this.#comesBack(entry.pod)) this.#requeue(entry, 'after-backoff', now);
      else if (this.#rules.hints) this.#requeue(entry, bestStrategy(entry, this.#inFlight.seenBy(flight), this.#hints), now);
      else if (this.#moveCycle >= this.#cycle) this.#toBackoff(entry);
      else this.#waiting.put(entry, 'unschedulable');
    }
    this.#inFlight.end(uid);
  }

  /** Something has happened that may help pods that were rejected. */
  event(event: ClusterEvent, now: number): void {
    for (const incident of incidentsOf(event, this.#rules)) {
      this.#wake(incident, (pod) => mattersTo(pod, event, this.#rules), now);
      this.#happened(incident);
    }
  }

  /** Plugins want these pods to be tried now. */
  activate(pods: Iterable<PodInfo>, now: number): void {
    for (const pod of pods) {
      const entry = this.#waiting.get(pod.pod.uid);
      if (entry !== undefined && entry.place !== 'active') {
        const from = entry.place;
        this.#toActive(this.#waiting.takeOut(entry), from, now);
      } else if (this.#rules.hints && this.#inFlight.get(pod.pod.uid) !== undefined) {
        this.#inFlight.record(activation(pod));
      }
    }
  }

  /** When `flush` next has something to do [ms]; `now` if it is due, Infinity if it never has. */
  nextWake(now: number): number {
    let backoff = Infinity;
    for (const { head } of this.#waiting.backoffs) {
      if (head !== undefined) backoff = Math.min(backoff, this.#backoff.overAt(head));
    }
    const oldest = this.#waiting.unschedulable.oldestUngated?.timestamp ?? Infinity;
    // That gated pods are old wakes none of them, but pods in flight that fail.
    const gated = !this.#rules.hints || this.#inFlight.size > 0 ? this.#waiting.unschedulable.oldestGated?.timestamp : undefined;
    const leftover = this.#leftoverGrid.after(Math.min(oldest, gated ?? Infinity) + this.#maxInUnschedulable);
    return Math.max(now, Math.min(this.#backoffGrid.from(backoff), leftover));
  }

  /** Makes pods active whose backoff is over, and tries those again that have been unschedulable for too long. */
  flush(now: number): void {
    const leftover = this.#leftoverGrid.take(now);
    if (leftover !== undefined) this.#flushLeftover(leftover);
    const backoff = this.#backoffGrid.take(now);
    if (backoff === undefined) return;
    for (const heap of this.#waiting.backoffs) {
      for (let pod = heap.head; pod !== undefined && !this.#backoff.isBackingOff(pod, backoff); pod = heap.head) {
        this.#toActive(this.#waiting.takeOut(pod), 'backoff', backoff);
      }
    }
  }

  #flushLeftover(now: number): void {
    const { unschedulable } = this.#waiting;
    const limit = now - this.#maxInUnschedulable;
    const old = [...unschedulable.olderThan(limit, 'ungated')];
    const gated = [...unschedulable.olderThan(limit, 'gated')];
    // Gated pods are passed over, but that they are old is noted; versions without hints try their gates again.
    const tried = this.#rules.hints ? old : [...old, ...gated];
    for (const pod of tried) this.#requeue(this.#waiting.takeOut(pod), 'after-backoff', now);
    if (old.length + gated.length > 0) this.#happened(TIMEOUT);
  }

  #takeOff(entry: QueueEntry, now: number): QueueEntry {
    this.#waiting.takeOut(entry);
    entry.attempts++;
    entry.canBeTried(now, ++this.#serial);
    this.#cycle++;
    this.#inFlight.start(entry);
    return entry;
  }

  #enter(pod: PodInfo, now: number): void {
    const entry = new QueueEntry(pod, now, 0);
    this.#stamp(entry, now);
    this.#toActive(entry, 'out', now);
  }

  #stamp(entry: QueueEntry, now: number): void {
    entry.timestamp = now;
    entry.serial = ++this.#serial;
    entry.backoffEnd = this.#backoff.endFor(entry);
  }

  /** Moves the pods that an incident helps. */
  #wake(incident: Incident, matters: (pod: QueueEntry) => boolean, now: number): void {
    const number = ++this.#events;
    for (const [plugin, pods] of this.#waiting.unschedulable.byRejector) {
      if (!this.#hints.concerns(plugin, incident)) continue;
      for (const pod of pods) {
        if (pod.lastEvent === number) continue;
        pod.lastEvent = number;
        if (!matters(pod) || !this.#mayUngate(pod, incident)) continue;
        const strategy = strategyFor(pod, incident, this.#hints);
        if (strategy !== 'stay') this.#requeue(this.#waiting.takeOut(pod), strategy, now);
      }
    }
  }

  /** A gated pod is let alone by what its gate does not wait for. */
  #mayUngate({ gatedBy }: QueueEntry, incident: Incident): boolean {
    return gatedBy === undefined || !this.#rules.hints || this.#hints.concerns(gatedBy, incident);
  }

  #happened(incident: Incident): void {
    this.#moveCycle = this.#cycle;
    if (this.#rules.hints) this.#inFlight.record(incident);
  }

  #wakeUpdated(entry: QueueEntry, incidents: readonly Incident[], now: number): void {
    for (const incident of incidents) {
      const strategy = strategyFor(entry, incident, this.#hints);
      if (strategy !== 'stay') this.#requeue(this.#waiting.takeOut(entry), strategy, now);
      if (entry.place !== 'unschedulable') return;
    }
  }

  #requeue(pod: QueueEntry, strategy: Strategy, now: number): void {
    if (strategy === 'stay') this.#waiting.put(pod, 'unschedulable');
    else if (strategy === 'after-backoff' && this.#backoff.isBackingOff(pod, now)) this.#toBackoff(pod);
    else this.#toActive(pod, 'out', now);
  }

  #toBackoff(pod: QueueEntry): void {
    const { popsFromBackoff } = this.#rules;
    // What may be popped from here must have passed the gates before.
    if (popsFromBackoff && !passes(this.#preEnqueue, pod)) {
      this.#waiting.put(pod, 'unschedulable');
      return;
    }
    const isError = popsFromBackoff && pod.rejectors.size + pod.pending.size === 0;
    if (isError) this.#waiting.put(pod, 'error-backoff');
    else this.#waiting.put(pod, this.#rests(pod.pod) ? 'resting' : 'backoff');
  }

  #toActive(pod: QueueEntry, from: QueueEntry['place'], now: number): void {
    const passed = this.#rules.popsFromBackoff && (from === 'backoff' || from === 'resting' || from === 'error-backoff');
    if (!passed && !passes(this.#preEnqueue, pod)) {
      this.#waiting.put(pod, 'unschedulable');
      return;
    }
    pod.canBeTried(now, ++this.#serial);
    this.#waiting.put(pod, 'active');
  }
}
