/**
 * What follows when a pod fits nowhere: victims are evicted, the pod goes back into the queue, is nominated, and is told
 * why.
 * Source: pkg/scheduler/schedule_one.go (handleSchedulingFailure), pkg/scheduler/framework/preemption (Kubernetes v1.36.2,
 * v1.26.5).
 */
import type { Uid } from '../../kubernetes.ts';
import type { ApiClient } from './api-client.ts';
import { JobPod } from './job-pod.ts';
import type { Nominating } from './nominating.ts';
import type { PodInfo } from './pod-info.ts';
import type { PostFilter } from './post-filter.ts';
import { preemptAside, preemptInTurn } from './preemption-plan.ts';
import type { PreemptionCalls } from './preemption-plan.ts';
import type { Nominator } from './queue/nominator.ts';
import type { QueuedPod, SchedulingQueue } from './queue/scheduling-queue.ts';
import type { SchedulerSettings } from './scheduler-settings.ts';

/** What the scheduler lends for it. */
export interface FailureParts {
  readonly settings: SchedulerSettings;
  readonly queue: SchedulingQueue;
  readonly nominator: Nominator;
  readonly nominating: Nominating;
  readonly client: ApiClient;
  now(): number;
  explain(pod: JobPod, message: string): void;
  /** Deletes a victim; it takes its grace period to go. */
  evict(victim: JobPod): void;
}

/** A pod that was tried in vain. */
export interface FailedPod {
  readonly queued: QueuedPod;
  readonly pod: JobPod;
  readonly rejectors: ReadonlySet<string>;
  readonly postFilter: PostFilter;
  readonly message: string;
  /** The node that it is nominated to, or none (empty), whatever `postFilter` says. */
  readonly nominate?: string;
  /** Why its job waits, if that is not what the pod is told. */
  readonly reason?: string;
}

export class Failures {
  readonly #parts: FailureParts;
  /** Pods whose victims are still being deleted. */
  readonly #preempting = new Set<Uid>();
  readonly #calls: PreemptionCalls;

  constructor(parts: FailureParts) {
    this.#parts = parts;
    const { client, nominating, now } = parts;
    this.#calls = {
      clearNomination: (pod, done) => {
        client.call(now(), () => {
          if (!pod.isGone) nominating.set(pod, '', now());
          done();
        });
      },
      // A victim is marked as such first.
      evict: (victim, done) => {
        client.call(now(), () => {
          client.call(now(), () => {
            parts.evict(victim);
            done();
          });
        });
      },
    };
  }

  isPreempting({ pod }: PodInfo): boolean {
    return this.#preempting.size > 0 && this.#preempting.has(pod.uid);
  }

  /** `goOn`: the scheduler can take the next pod. */
  handle(failed: FailedPod, goOn: () => void): void {
    if (this.#parts.settings.behaviour.preemptsAside) return this.#preemptAside(failed, goOn);
    const { victims, yielding } = this.#involved(failed);
    preemptInTurn(victims, yielding, this.#calls, () => this.requeue(failed, goOn));
  }

  /** Puts a pod back into the queue and writes down why. `goOn`: that is done. */
  requeue(failed: FailedPod, goOn: () => void): void {
    this.#writeStatus(this.#putBack(failed), goOn);
  }

  #preemptAside(failed: FailedPod, goOn: () => void): void {
    const { pod } = failed.pod;
    const { victims: all, yielding } = this.#involved(failed);
    const victims = all.filter((victim) => !victim.isTerminating);
    if (victims.length > 0) this.#preempting.add(pod.uid);
    const status = this.#putBack(failed);
    if (victims.length > 0) preemptAside(victims, yielding, this.#calls, () => this.#preempting.delete(pod.uid));
    this.#writeStatus(status, goOn);
  }

  /** Says whether the pod's status must be written: not if it says the same already. */
  #putBack({ queued, pod, rejectors, postFilter, message, nominate, reason }: FailedPod): 'changed' | 'as-it-was' {
    const { queue, nominating, now } = this.#parts;
    queue.failed(queued, rejectors, now());
    if (pod.isGone) return 'as-it-was';
    const nominated = nominating.set(pod, nominate ?? postFilter.nominatedNodeName, now());
    this.#parts.explain(pod, reason ?? message);
    const told = pod.told;
    pod.told = message;
    return nominated || told !== message ? 'changed' : 'as-it-was';
  }

  #writeStatus(status: 'changed' | 'as-it-was', goOn: () => void): void {
    if (status === 'changed') this.#parts.client.call(this.#parts.now(), goOn);
    else goOn();
  }

  /** The victims, and the pods that lose their nomination to the node because they matter less. */
  #involved({ pod, postFilter: { candidate, nominatedNodeName } }: FailedPod): { victims: JobPod[]; yielding: JobPod[] } {
    if (candidate === undefined || nominatedNodeName === undefined) return { victims: [], yielding: [] };
    const yielding = this.#parts.nominator.lessImportant(pod, nominatedNodeName);
    return { victims: candidate.victims.filter(isThere), yielding: yielding.filter(isThere) };
  }
}

function isThere(pod: PodInfo): pod is JobPod {
  return pod instanceof JobPod && !pod.isGone;
}
