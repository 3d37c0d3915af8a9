/**
 * Pods that have got a node: they count there at once, wait for permission if a plugin wants them to, and are bound.
 * Source: pkg/scheduler/schedule_one.go (schedulingCycle, bindingCycle, handleBindingCycleError; Kubernetes v1.36.2).
 */
import type { ApiClient } from './api-client.ts';
import type { Failures } from './failures.ts';
import type { JobPod } from './job-pod.ts';
import type { PodInfo } from './pod-info.ts';
import type { QueuedPod, SchedulingQueue } from './queue/scheduling-queue.ts';
import type { SchedulerExtension } from './scheduler-extension.ts';
import { unresolvable } from './status.ts';

/** What the scheduler lends for it. */
export interface BindingParts {
  readonly queue: SchedulingQueue;
  readonly client: ApiClient;
  readonly failures: Failures;
  readonly extension: SchedulerExtension | undefined;
  now(): number;
  later(at: number, action: () => void): void;
  /** Tells the engine, from when on the pod is there [ms]. */
  bind(pod: JobPod, at: number): void;
  /** Takes the pod off its node in the snapshot. */
  forget(pod: JobPod): void;
  /** Tells the queue of a pod that counts on a node, or does no more. */
  tell(kind: 'AssignedPodAdd' | 'AssignedPodDelete', pod: PodInfo): void;
  /** The loop waits until what is answered is called. */
  hold(): () => void;
}

interface WaitingPod {
  readonly pod: JobPod;
  readonly queued: QueuedPod;
  /** When the cycle that found its node ends [ms]. */
  readonly from: number;
}

export class Bindings {
  readonly #parts: BindingParts;
  /** Pods that wait for permission, in the order in which they began to. */
  readonly #waiting = new Map<JobPod, WaitingPod>();

  constructor(parts: BindingParts) {
    this.#parts = parts;
  }

  waiting(): Iterable<JobPod> {
    return this.#waiting.keys();
  }

  isWaiting(pod: JobPod): boolean {
    return this.#waiting.size > 0 && this.#waiting.has(pod);
  }

  /** The pod counts on its node already; its cycle ends at `from` [ms]. */
  permit(queued: QueuedPod, pod: JobPod, from: number): void {
    const { extension, later, hold } = this.#parts;
    const answer = extension?.permit?.(pod);
    if (answer === undefined || answer.verdict === 'allow') return this.#bind(pod, from);
    const waiting = { pod, queued, from };
    if (answer.verdict === 'reject') {
      const goOn = hold();
      return later(from, () => this.#giveUp(waiting, answer.reason, goOn));
    }
    this.#waiting.set(pod, waiting);
    later(answer.until, () => {
      if (this.#waiting.get(pod) === waiting) this.reject(pod, 'rejected due to timeout after waiting');
    });
  }

  allow(pod: JobPod): void {
    const waiting = this.#waiting.get(pod);
    if (waiting === undefined) return;
    this.#waiting.delete(pod);
    this.#bind(pod, Math.max(waiting.from, this.#parts.now()));
  }

  reject(pod: JobPod, reason: string): void {
    const waiting = this.#waiting.get(pod);
    if (waiting === undefined) return;
    this.#waiting.delete(pod);
    const onNode = { pod: { ...pod.pod }, class: pod.class };
    this.#giveUp(waiting, reason, () => undefined);
    this.#parts.tell('AssignedPodDelete', onNode);
  }

  /** Nothing can be bound to a node that is down. */
  rejectOn(row: number): void {
    for (const pod of [...this.#waiting.keys()]) if (pod.row === row) this.reject(pod, 'the node is gone');
  }

  /** The pod is gone and has left the snapshot. */
  lose(pod: JobPod): void {
    if (!this.#waiting.delete(pod)) return;
    this.#parts.queue.done(pod);
    this.#parts.extension?.unreserve?.(pod);
  }

  #bind(pod: JobPod, from: number): void {
    const { queue, client, now, later, bind } = this.#parts;
    queue.done(pod);
    const bound = client.bind(from);
    bind(pod, bound);
    if (bound <= now()) this.#noticeBound(pod);
    else later(bound, () => this.#noticeBound(pod));
  }

  #noticeBound(pod: JobPod): void {
    if (pod.isGone) return;
    this.#parts.tell('AssignedPodAdd', pod);
    this.#parts.extension?.postBind?.(pod);
  }

  #giveUp({ pod, queued }: WaitingPod, reason: string, goOn: () => void): void {
    const { extension, failures, forget } = this.#parts;
    extension?.unreserve?.(pod);
    if (!pod.isGone) forget(pod);
    const rejectors = new Set(extension === undefined ? [] : [extension.name]);
    const postFilter = { status: unresolvable(), nominatedNodeName: '' };
    const message = `0/1 nodes are available: 1 ${reason}.`;
    failures.requeue({ queued, pod, rejectors, postFilter, message }, goOn);
  }
}
