/**
 * Gives and takes nominations: in the scheduler's own table and in the pods' status, and tells the queue of those that
 * are lost.
 * Source: pkg/scheduler/schedule_one.go (handleSchedulingFailure), pkg/scheduler/eventhandlers.go
 * (updatePodInSchedulingQueue, deletePodFromSchedulingQueue; Kubernetes v1.36.2). Version 1.26 tells the queue nothing.
 */
import type { Nomination } from '../../policy.ts';
import type { JobPod } from './job-pod.ts';
import type { PodInfo } from './pod-info.ts';
import type { Nominator } from './queue/nominator.ts';
import type { SchedulingQueue } from './queue/scheduling-queue.ts';
import type { Snapshot } from './snapshot.ts';

export class Nominating {
  readonly #nominator: Nominator;
  readonly #queue: SchedulingQueue;
  readonly #tellsQueue: boolean;
  readonly #onChange: () => void;
  /** Those whose status names a node; some may be on it since. */
  readonly #named = new Set<JobPod>();
  /** By job: what a scheduler before has written into the status of pods that are not known here yet. */
  readonly #recalled = new Map<number, Nomination[]>();

  /** `onChange`: called when nominations change. */
  constructor(nominator: Nominator, queue: SchedulingQueue, tellsQueue: boolean, onChange: () => void) {
    this.#onChange = onChange;
    this.#nominator = nominator;
    this.#queue = queue;
    this.#tellsQueue = tellsQueue;
  }

  recall(nominations: Iterable<Nomination>): void {
    for (const nomination of nominations) {
      const others = this.#recalled.get(nomination.job);
      if (others === undefined) this.#recalled.set(nomination.job, [nomination]);
      else others.push(nomination);
    }
  }

  /** The pod's object has come to be known, and says where it was nominated to. Before it is queued. */
  seen(pod: JobPod, snapshot: Snapshot, now: number): void {
    const own = this.#recalled.get(pod.job);
    const found = own?.find(({ group, index }) => group === pod.group && index === pod.index);
    if (own === undefined || found === undefined) return;
    own.splice(own.indexOf(found), 1);
    // A nomination to a node that is not there counts nowhere.
    if (snapshot.rowOf(found.node) !== undefined) this.set(pod, found.node, now);
  }

  /** Empty: takes the nomination away; undefined: leaves it as the pod's status has it. Says whether the status changed. */
  set(pod: JobPod, node: string | undefined, now: number): boolean {
    const old = pod.pod.nominatedNodeName;
    const named = node === '' ? undefined : node;
    if (this.#nominator.nodeOf(pod) !== (node === undefined ? old : named)) this.#onChange();
    this.#nominator.add(pod, node ?? old);
    if (node === undefined || named === old) return false;
    const before = { pod: { ...pod.pod }, class: pod.class };
    pod.pod.nominatedNodeName = named;
    if (named === undefined) this.#named.delete(pod);
    else this.#named.add(pod);
    if (old !== undefined) this.#tell(before, now);
    return true;
  }

  /** The pod counts on a node itself from now on. */
  assumed(pod: JobPod): void {
    if (this.#nominator.nodeOf(pod) !== undefined) this.#onChange();
    this.#nominator.remove(pod);
  }

  /** The pod is gone without having been on a node. */
  gone(pod: JobPod, now: number): void {
    if (this.#nominator.nodeOf(pod) !== undefined) this.#onChange();
    this.#nominator.remove(pod);
    if (pod.pod.nominatedNodeName !== undefined) this.#tell(pod, now);
  }

  /** The pods that wait and whose status names a node. */
  *all(): Generator<Nomination> {
    for (const pod of this.#named) {
      const { job, group, index } = pod;
      const { nominatedNodeName: node } = pod.pod;
      if (pod.isGone || pod.placed || node === undefined) this.#named.delete(pod);
      else yield { job, group, index, node };
    }
  }

  #tell(pod: PodInfo, now: number): void {
    if (this.#tellsQueue) this.#queue.event({ kind: 'AssignedPodDelete', pod, upTo: pod.class.spec.priority }, now);
  }
}
