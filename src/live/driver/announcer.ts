/**
 * Tells users of pods what their scheduler thinks, as kube-scheduler does: the condition PodScheduled, and events. Beside
 * the calls that matter, at a rate of its own; only the last thing that is to be said of a pod is said.
 * Source: kubernetes, pkg/scheduler/schedule_one.go (handleSchedulingFailure, bind), framework/preemption (v1.36.2).
 */
import { Aborted, ApiError } from '../kubernetes/api-error.ts';
import type { RateLimiter } from '../kubernetes/rate-limit.ts';
import type { LivePod } from './live-pod.ts';
import type { PodCalls } from './pod-calls.ts';

/** Longer notes are refused. Source: pkg/apis/core/validation/events.go (NoteLengthLimit). [B] */
const LONGEST_NOTE = 1024;

export interface Speaker {
  readonly schedulerName: string;
  /** Which process of it. */
  readonly instance: string;
}

export class Announcer {
  readonly #calls: PodCalls;
  readonly #limiter: RateLimiter;
  readonly #speaker: Speaker;
  /** By pod: what is still to be said of it. */
  readonly #waiting = new Map<string, { readonly pod: LivePod; readonly reason: string }>();
  /** The same of nodes that are being emptied for pods; an empty name takes that back. */
  readonly #nominated = new Map<string, { readonly pod: LivePod; readonly nodeName: string }>();
  #busy: Promise<void> | undefined;
  #events = 0;
  /** What could not be said [count]. */
  failures = 0;

  constructor(calls: PodCalls, limiter: RateLimiter, speaker: Speaker) {
    this.#calls = calls;
    this.#limiter = limiter;
    this.#speaker = speaker;
  }

  /** The pod waits, for this reason. */
  waits(pod: LivePod, reason: string): void {
    this.#waiting.set(pod.uid, { pod, reason });
    this.#busy ??= this.#sayAll();
  }

  /** A node is being emptied for it, or, without a name, none any more. */
  nominated(pod: LivePod, nodeName: string): void {
    this.#nominated.set(pod.uid, { pod, nodeName });
    this.#busy ??= this.#sayAll();
  }

  /** It has been bound. */
  bound(pod: LivePod, nodeName: string): void {
    this.#waiting.delete(pod.uid);
    this.#nominated.delete(pod.uid);
    const note = `Successfully assigned ${pod.namespace}/${pod.name} to ${nodeName}`;
    void this.#say(this.#event(pod, { type: 'Normal', reason: 'Scheduled', action: 'Binding', note }));
  }

  /** It is going to be deleted for others. */
  async preempted(pod: LivePod): Promise<void> {
    const message = `${this.#speaker.schedulerName}: preempting to accommodate a higher priority pod`;
    const condition = { type: 'DisruptionTarget', status: 'True', reason: 'PreemptionByScheduler', message, ...this.#since() };
    await this.#say(this.#calls.setCondition(pod, condition));
    const note = `Preempted by ${this.#speaker.schedulerName} on node ${pod.nodeName ?? ''}`;
    void this.#say(this.#event(pod, { type: 'Normal', reason: 'Preempted', action: 'Preempting', note }));
  }

  /** Resolves when all is said. */
  async finish(): Promise<void> {
    await this.#busy;
  }

  async #sayAll(): Promise<void> {
    await this.#sayNominations();
    for (const [uid, { pod, reason }] of this.#waiting) {
      this.#waiting.delete(uid);
      const note = reason.length > LONGEST_NOTE ? `${reason.slice(0, LONGEST_NOTE - 4)} ...` : reason;
      await this.#sayNominations();
      const condition = { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: reason, ...this.#since() };
      await this.#say(this.#calls.setCondition(pod, condition, this.#limiter));
      await this.#say(this.#event(pod, { type: 'Warning', reason: 'FailedScheduling', action: 'Scheduling', note }));
    }
    // What was ordered while the last of it was said.
    await this.#sayNominations();
    this.#busy = undefined;
  }

  /** Before all else: others look at it, such as whoever adds nodes. */
  async #sayNominations(): Promise<void> {
    for (const [uid, { pod, nodeName }] of this.#nominated) {
      this.#nominated.delete(uid);
      await this.#say(this.#calls.setNomination(pod, nodeName, this.#limiter));
    }
  }

  /** What is not said does no harm; it is counted. A pod that has changed meanwhile is no failure. */
  async #say(saying: Promise<void>): Promise<void> {
    try {
      await saying;
    } catch (error) {
      if (error instanceof Aborted) return;
      if (error instanceof ApiError && (error.status === 409 || error.status === 404)) return;
      this.failures++;
    }
  }

  async #event(pod: LivePod, what: { type: string; reason: string; action: string; note: string }): Promise<void> {
    const { schedulerName, instance } = this.#speaker;
    const at = this.#calls.api.clock.now();
    const event = {
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: { name: `${pod.name}.${at.toString(16)}${(this.#events++).toString(16)}`, namespace: pod.namespace },
      eventTime: new Date(at).toISOString().replace('Z', '000Z'),
      reportingController: schedulerName,
      reportingInstance: instance,
      regarding: { apiVersion: 'v1', kind: 'Pod', namespace: pod.namespace, name: pod.name, uid: pod.uid },
      ...what,
    };
    await this.#calls.event(pod.namespace, event, this.#limiter);
  }

  #since(): { lastTransitionTime: string } {
    return { lastTransitionTime: new Date(this.#calls.api.clock.now()).toISOString().replace(/\.\d+Z$/, 'Z') };
  }
}
