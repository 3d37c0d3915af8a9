/**
 * The workloads that wait for one ClusterQueue: those that may be tried, in a heap, and those that were tried in vain
 * and stay aside until something changes.
 * Source: pkg/cache/queue/cluster_queue.go, inadmissible_workloads.go (Kueue v0.19.2).
 */
import type { ClusterQueue } from './cluster-queue.ts';
import { hasPendingFlavors } from './workload.ts';
import type { Workload } from './workload.ts';
import { WorkloadHeap } from './workload-heap.ts';

/** Why a head goes back into its queue. */
export type RequeueReason =
  'Generic' | 'NamespaceMismatch' | 'FailedAfterNomination' | 'PendingPreemption' | 'NoFit' | 'PreemptionNoCandidates';

const AT_ONCE: ReadonlySet<RequeueReason> = new Set<RequeueReason>(['FailedAfterNomination', 'PendingPreemption']);

export class PendingQueue {
  readonly queue: ClusterQueue;
  readonly #heap: WorkloadHeap;
  readonly #aside = new Set<Workload>();
  /** Kinds of workloads that were tried in vain since something last changed, and why they do not fit. */
  readonly #hopeless = new Map<number, string>();
  readonly #isStrict: boolean;
  readonly #groupsAlike: boolean;
  #preemptor: Workload | undefined = undefined;

  /** `groupsAlike`: workloads like one that does not fit are put aside with it. */
  constructor(queue: ClusterQueue, groupsAlike: boolean) {
    this.queue = queue;
    this.#isStrict = queue.object.strategy === 'StrictFIFO';
    this.#groupsAlike = groupsAlike && !this.#isStrict;
    this.#heap = new WorkloadHeap((one, other) => this.#isBefore(one, other));
  }

  /** Workloads that may be tried [count]. */
  get active(): number {
    return this.#heap.size;
  }

  get aside(): ReadonlySet<Workload> {
    return this.#aside;
  }

  /** The one that waits for those whom it has preempted. */
  isPreemptor(workload: Workload): boolean {
    return this.#preemptor === workload;
  }

  /** A new one, or one that comes back. Answers why it stands aside from the start; undefined if it does not. */
  add(workload: Workload): string | undefined {
    const reason = this.#hopeless.get(workload.kind);
    if (reason === undefined) this.#heap.push(workload);
    else this.#aside.add(workload);
    return reason;
  }

  /** It is admitted, or gone. */
  remove(workload: Workload): void {
    this.#aside.delete(workload);
    if (workload.heapIndex >= 0) this.#heap.remove(workload);
    if (this.#preemptor === workload) this.#preemptor = undefined;
  }

  pop(): Workload | undefined {
    return this.#heap.pop();
  }

  /** Takes a head back that was not admitted. Answers those that are put aside, itself among them. */
  requeue(workload: Workload, reason: RequeueReason, message: string, now: number): readonly Workload[] {
    if (reason === 'PendingPreemption') this.#preemptor = workload;
    const atOnce = this.#isStrict ? reason !== 'NamespaceMismatch' : AT_ONCE.has(reason);
    if (workload.requeueAt <= now && (atOnce || hasPendingFlavors(workload.progress))) {
      this.#heap.push(workload);
      return [];
    }
    this.#aside.add(workload);
    if (!this.#groupsAlike || (reason !== 'NoFit' && reason !== 'PreemptionNoCandidates')) return [workload];
    return [workload, ...this.#giveUp(workload.kind, message)];
  }

  #giveUp(kind: number, message: string): Workload[] {
    this.#hopeless.set(kind, message);
    const alike = this.#heap.all().filter((one) => one.kind === kind);
    for (const workload of alike) {
      this.#heap.remove(workload);
      this.#aside.add(workload);
    }
    return alike;
  }

  /** Something has changed: all that stand aside may be tried again. Answers whether there were any. */
  retry(now: number): boolean {
    this.#hopeless.clear();
    let moved = false;
    for (const workload of this.#aside) {
      if (workload.requeueAt > now || !workload.mayUseQueue) continue;
      this.#aside.delete(workload);
      this.#heap.push(workload);
      moved = true;
    }
    return moved;
  }

  /** A preemptor does not lose its place to those that were passed over. */
  #isBefore(one: Workload, other: Workload): boolean {
    if (!this.#isStrict && this.#preemptor !== undefined) {
      if (one === this.#preemptor) return true;
      if (other === this.#preemptor) return false;
    }
    if (one.priority !== other.priority) return one.priority > other.priority;
    if (one.queuedAt !== other.queuedAt) return one.queuedAt < other.queuedAt;
    return one.uid < other.uid;
  }
}
