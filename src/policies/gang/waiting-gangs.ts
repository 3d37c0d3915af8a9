import type { JobPod } from '../kube-default/job-pod.ts';
import type { PodGang, PodGangs } from '../kube-gangs/pod-gangs.ts';

/** Pods that are started together: what waits of a gang, or a pod that belongs to none. */
export interface WaitingGang {
  /** Absent for a pod that belongs to none. */
  readonly gang: PodGang | undefined;
  /** The job of its first pod. */
  readonly job: number;
  readonly priority: number;
  /** When its first pod came into being [ms]. */
  readonly since: number;
  /** Numbers the gangs as they came. */
  readonly serial: number;
  readonly pods: Set<JobPod>;
}

/** The gangs of which pods wait: higher priority first, then the one that came first. */
export class WaitingGangs {
  readonly #gangs: PodGangs;
  readonly #byGang = new Map<PodGang | JobPod, WaitingGang>();
  #serial = 0;
  #sorted: WaitingGang[] | undefined;

  constructor(gangs: PodGangs) {
    this.#gangs = gangs;
  }

  add(pod: JobPod): void {
    const gang = this.#gangs.of(pod);
    const known = this.#byGang.get(gang ?? pod);
    if (known !== undefined) {
      known.pods.add(pod);
      return;
    }
    const since = gang?.created ?? pod.pod.created ?? 0;
    const { priority } = pod.class.spec;
    const made = { gang, job: pod.job, priority, since, serial: this.#serial++, pods: new Set([pod]) };
    this.#byGang.set(gang ?? pod, made);
    this.#sorted = undefined;
  }

  /** The pod is bound, or gone. */
  remove(pod: JobPod): void {
    const key = this.#gangs.of(pod) ?? pod;
    const waiting = this.#byGang.get(key);
    if (waiting?.pods.delete(pod) !== true || waiting.pods.size > 0) return;
    this.#byGang.delete(key);
    this.#sorted = undefined;
  }

  inOrder(): readonly WaitingGang[] {
    this.#sorted ??= [...this.#byGang.values()].sort(
      (one, other) => other.priority - one.priority || one.since - other.since || one.serial - other.serial,
    );
    return this.#sorted;
  }
}
