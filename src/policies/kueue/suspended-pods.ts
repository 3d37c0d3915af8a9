/**
 * The pods of jobs that Kueue manages: there are none while a job is suspended. PodCluster makes them when the job is
 * submitted; here they are kept from the scheduler until the job's workload is admitted, and taken back when it is evicted.
 */
import type { PodSpec, Toleration } from '../../kubernetes.ts';
import type { Cycle } from '../../policy.ts';
import { NO_ROW } from '../kube-default/job-pod.ts';
import type { JobPod } from '../kube-default/job-pod.ts';
import { PodCluster } from '../kube-default/pod-cluster.ts';
import type { PodChanges } from '../kube-default/pod-cluster.ts';

/** What an admitted pod must be told: nodes of its flavors, and taints that it bears there. */
export interface Directives {
  readonly nodeSelector: ReadonlyMap<string, string>;
  readonly tolerations: readonly Toleration[];
}

/** Called between the news from the engine and the scheduler's work. The lists must be copied. */
export type Noticed = (news: { readonly created: readonly JobPod[]; readonly gone: readonly JobPod[] }, cycle: Cycle) => void;

export class SuspendedPods extends PodCluster {
  /** Pods that the scheduler knows of. */
  readonly #known = new Set<JobPod>();
  #noticed: Noticed | undefined = undefined;
  #open: PodChanges | undefined = undefined;
  /** Specs with directives, by spec and what they say. */
  readonly #directed = new Map<PodSpec, Map<string, PodSpec>>();
  /** Specs as they were before. */
  readonly #original = new Map<JobPod, PodSpec>();

  whenNoticed(noticed: Noticed): void {
    this.#noticed = noticed;
  }

  override apply(cycle: Cycle): PodChanges {
    const changes = super.apply(cycle);
    const created = changes.created.splice(0);
    const gone = changes.gone.splice(0);
    for (const pod of gone) {
      this.#original.delete(pod);
      if (this.#known.delete(pod)) changes.gone.push(pod);
    }
    this.#open = changes;
    this.#noticed?.({ created, gone }, cycle);
    this.#open = undefined;
    return changes;
  }

  get #changes(): PodChanges {
    if (this.#open === undefined) throw new Error('pods are released and withdrawn while news are looked at, and only then');
    return this.#open;
  }

  /** The pod is there from now on, for the scheduler to place. */
  release(pod: JobPod, directives: Directives | undefined, now: number): void {
    if (this.#known.has(pod)) return;
    this.#known.add(pod);
    pod.isGone = false;
    pod.pod.created = now;
    if (directives !== undefined) this.#direct(pod, directives);
    this.#changes.created.push(pod);
  }

  /** A pod that is on no node is there no more. */
  withdraw(pod: JobPod): void {
    if (!this.#known.delete(pod)) return;
    if (pod.row !== NO_ROW) throw new Error(`pod ${pod.pod.name} is on a node, and must be evicted`);
    const original = this.#original.get(pod);
    if (original !== undefined) this.#respecify(pod, original);
    this.#original.delete(pod);
    const { created, gone } = this.#changes;
    const place = created.indexOf(pod);
    if (place >= 0) {
      created.splice(place, 1);
      return;
    }
    pod.isGone = true;
    pod.pod.nominatedNodeName = undefined;
    gone.push(pod);
  }

  /** Deletes pods that run: each has so long to stop [ms]. The engine stops the job as a whole. */
  stopRunning(cycle: Cycle, job: number, grace: number): void {
    for (const pod of this.podsOf(job)) if (pod.placed && !pod.isTerminating) this.#terminate(pod, cycle.now);
    const isReplaced = this.jobPods.isReplaced(job, 0);
    cycle.preempt(job, { how: isReplaced ? 'requeue' : 'cancel', grace });
  }

  /** Another version of the object: it moves to the end of the node's pods. */
  #terminate(pod: JobPod, now: number): void {
    this.snapshot.removePod(pod, pod.row);
    pod.pod.deletionTimestamp = now;
    this.snapshot.addPod(pod, pod.row);
  }

  #direct(pod: JobPod, { nodeSelector, tolerations }: Directives): void {
    const { spec } = pod.pod;
    const key = JSON.stringify([[...nodeSelector], tolerations]);
    let directed = this.#directed.get(spec);
    if (directed === undefined) this.#directed.set(spec, (directed = new Map()));
    let changed = directed.get(key);
    if (changed === undefined) {
      changed = {
        ...spec,
        nodeSelector: new Map([...spec.nodeSelector, ...nodeSelector]),
        tolerations: [...spec.tolerations, ...tolerations],
      };
      directed.set(key, changed);
    }
    this.#original.set(pod, spec);
    this.#respecify(pod, changed);
  }

  #respecify(pod: JobPod, spec: PodSpec): void {
    pod.pod.spec = spec;
    Object.assign(pod, { class: this.snapshot.podInfo(pod.pod).class });
  }
}
