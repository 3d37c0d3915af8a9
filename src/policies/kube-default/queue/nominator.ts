/**
 * Pods that are nominated to nodes, which preemption is emptying for them. What is known here may be ahead of the pods'
 * objects, whose status is written later.
 * Source: pkg/scheduler/backend/queue/nominator.go, and getLowerPriorityNominatedPods in
 * pkg/scheduler/framework/preemption (Kubernetes v1.36.2).
 */
import type { Uid } from '../../../kubernetes.ts';
import type { Nominations } from '../filter-run.ts';
import type { PodInfo } from '../pod-info.ts';

const NONE: readonly PodInfo[] = [];

export class Nominator implements Nominations {
  readonly #counts: 'counted' | 'unseen';
  readonly #pods = new Map<string, PodInfo[]>();
  /** By uid. */
  readonly #nodes = new Map<Uid, string>();

  /**
   * `unseen`: nobody counts them, as a second scheduler does that places the other pods: its nominator holds the pods that
   * name it only (eventhandlers.go, responsibleForPod). The preemptor's own status still says where it is to go.
   */
  constructor(counts: 'counted' | 'unseen' = 'counted') {
    this.#counts = counts;
  }

  /** The names of the nodes that have any. */
  get nodes(): Iterable<string> {
    return this.#pods.keys();
  }

  /** The pods nominated to a node, in the order in which they were. */
  on(node: string): readonly PodInfo[] {
    return this.#pods.get(node) ?? NONE;
  }

  /** The node a pod is nominated to. */
  nodeOf({ pod }: PodInfo): string | undefined {
    return this.#nodes.get(pod.uid);
  }

  /**
   * Nominates a pod to a node instead of where it was; by default to the one that its status names. An empty name takes
   * its nomination away. A pod that is bound is not nominated.
   */
  add(pod: PodInfo, node: string | undefined = pod.pod.nominatedNodeName): void {
    this.remove(pod);
    if (this.#counts === 'unseen' || node === undefined || node === '' || pod.pod.nodeName !== undefined) return;
    this.#nodes.set(pod.pod.uid, node);
    const others = this.#pods.get(node);
    if (others === undefined) this.#pods.set(node, [pod]);
    else others.push(pod);
  }

  /**
   * The pod's object has changed. One that named no node before and names none now keeps its nomination: its status is
   * about to be written.
   */
  update(old: PodInfo, pod: PodInfo): void {
    const unwritten = !isNamed(old) && !isNamed(pod);
    const node = unwritten ? this.nodeOf(old) : undefined;
    this.remove(old);
    this.add(pod, node);
  }

  remove({ pod }: PodInfo): void {
    const node = this.#nodes.get(pod.uid);
    if (node === undefined) return;
    this.#nodes.delete(pod.uid);
    const others = (this.#pods.get(node) ?? NONE).filter((other) => other.pod.uid !== pod.uid);
    if (others.length === 0) this.#pods.delete(node);
    else this.#pods.set(node, others);
  }

  /**
   * The pods nominated to the node that matter less than this one. When it preempts there, they lose their nomination, so
   * that they look for another node.
   */
  lessImportant(than: PodInfo, node: string): readonly PodInfo[] {
    return this.on(node).filter(({ pod }) => pod.spec.priority < than.pod.spec.priority);
  }
}

function isNamed({ pod }: PodInfo): boolean {
  return pod.nominatedNodeName !== undefined && pod.nominatedNodeName !== '';
}
