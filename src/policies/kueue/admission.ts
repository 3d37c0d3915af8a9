/**
 * Scheduling cycles: each takes the head of every queue, finds flavors and victims for all of them, and then admits them
 * one by one in their order.
 * Source: pkg/scheduler/scheduler.go, schedule and processEntry (Kueue v0.19.2).
 */
import { FIT, grantsOf, messageOf, NO_FIT } from './assignment.ts';
import type { Books, Holding } from './books.ts';
import type { KueueConfiguration } from './configuration.ts';
import type { Entry } from './entry.ts';
import { inOrder } from './entry-order.ts';
import type { FlavorResources } from './flavor-resources.ts';
import type { Nomination } from './nomination.ts';
import type { PendingQueue } from './pending-queue.ts';
import type { Target } from './preemption-trial.ts';
import { hasPendingFlavors } from './workload.ts';
import type { TopologyRoom } from './topology-room.ts';
import type { Workload } from './workload.ts';

/** What becomes of decisions. */
export interface AdmissionHost {
  /** The workload has its quota from now on. */
  admitted(workload: Workload): void;
  preempted(target: Target, preemptor: Workload): void;
  /** Why a workload waits. */
  explain(workload: Workload, message: string): void;
  /** False: workloads that were admitted are not ready, and nothing more may be admitted before they are. */
  mayAdmit(): boolean;
}

export interface AdmissionParts {
  readonly configuration: KueueConfiguration;
  readonly pairs: FlavorResources;
  readonly books: Books;
  readonly nomination: Nomination;
  readonly queues: readonly PendingQueue[];
  readonly host: AdmissionHost;
  /** Absent: there is no topology. */
  readonly rooms?: TopologyRoom;
}

/** What a cycle has come to. */
export interface CycleOutcome {
  /** Somebody was admitted, preempted or put aside. */
  readonly progressed: boolean;
  /** The search for flavors of some head will go on in the next cycle. */
  readonly searches: boolean;
}

export class Admission {
  readonly #parts: AdmissionParts;
  /** Quota that is set aside until the end of the cycle. */
  readonly #reserved: Holding[] = [];
  /** Victims of this cycle. */
  readonly #victims = new Set<Workload>();
  #cycles = 0;
  #progressed = false;

  constructor(parts: AdmissionParts) {
    this.#parts = parts;
  }

  /** Runs one cycle; yields whenever it must wait until workloads are ready. */
  *cycle(now: number): Generator<void, CycleOutcome> {
    this.#cycles++;
    this.#progressed = false;
    const { queues, configuration, pairs } = this.#parts;
    const heads = queues.filter(({ queue }) => !queue.isStopped).map((pending) => ({ pending, workload: pending.pop() }));
    const turnedDown: Entry[] = [];
    const entries: Entry[] = [];
    for (const { pending, workload } of heads) {
      if (workload === undefined) continue;
      const entry = this.#nominate(workload, pending.isPreemptor(workload));
      (workload.mayUseQueue ? entries : turnedDown).push(entry);
    }
    for (const entry of inOrder(entries, configuration.fairSharing !== undefined, configuration.features, pairs)) {
      yield* this.#process(entry);
    }
    this.#clear();
    for (const entry of [...entries, ...turnedDown]) if (!entry.isAdmitted) this.#requeue(entry, now);
    const searches = entries.some(({ isAdmitted, workload }) => !isAdmitted && hasPendingFlavors(workload.progress));
    return { progressed: this.#progressed, searches };
  }

  #nominate(workload: Workload, isPreemptor: boolean): Entry {
    const { assignment, targets } = this.#parts.nomination.nominate(workload, this.#cycles);
    if (!workload.mayUseQueue) {
      const message = "workload namespace doesn't match ClusterQueue selector";
      return { workload, isPreemptor, assignment, targets: [], isAdmitted: false, reason: 'NamespaceMismatch', message };
    }
    workload.progress = assignment.progress;
    const message = messageOf(assignment);
    return { workload, isPreemptor, assignment, targets, isAdmitted: false, reason: 'Generic', message };
  }

  *#process(entry: Entry): Generator<void> {
    if (!this.#hasRoom(entry)) this.#nominateAgain(entry);
    if (entry.assignment.mode === NO_FIT) {
      entry.reason = 'NoFit';
    } else if (entry.assignment.mode !== FIT && entry.targets.length === 0) {
      entry.reason = 'PreemptionNoCandidates';
      this.#reserveWhatIsDue(entry);
    } else if (entry.targets.some(({ workload }) => this.#victims.has(workload))) {
      this.#skip(entry, 'Workload has overlapping preemption targets with another workload');
    } else if (!this.#fits(entry)) {
      this.#skip(entry, 'Workload no longer fits after processing another workload');
    } else if (entry.assignment.mode === FIT) {
      while (!this.#parts.host.mayAdmit()) {
        this.#parts.host.explain(entry.workload, 'waiting for all admitted workloads to be in PodsReady condition');
        yield;
      }
      this.#admit(entry);
    } else {
      this.#preempt(entry);
    }
  }

  #skip(entry: Entry, message: string): void {
    entry.reason = 'FailedAfterNomination';
    entry.message = message;
    if (!this.#parts.configuration.features.FlavorFungibilityPreserveScanProgress) entry.workload.progress = undefined;
  }

  #fits({ workload, assignment, targets }: Entry): boolean {
    const gone = new Set([...this.#victims, ...targets.map((target) => target.workload)]);
    const { node } = workload.queue;
    const fits = this.#parts.books.without([...gone], () =>
      [...assignment.usage].every(([pair, amount]) => amount <= Math.max(0, node.available(pair))),
    );
    return fits && this.#hasRoom({ assignment, targets });
  }

  /** Whether nobody has taken the places in the topology that were found. */
  #hasRoom({ assignment, targets }: Pick<Entry, 'assignment' | 'targets'>): boolean {
    const { rooms, books } = this.#parts;
    if (rooms === undefined) return true;
    const gone = new Set([...this.#victims, ...targets.map((target) => target.workload)]);
    return books.without([...gone], () => rooms.hasRoomFor(grantsOf(assignment)));
  }

  /** Others may be as good: heads of queues are given places without regard to each other. */
  #nominateAgain(entry: Entry): void {
    const { workload } = entry;
    workload.progress = undefined;
    const { assignment, targets } = this.#parts.nomination.nominate(workload, this.#cycles);
    workload.progress = assignment.progress;
    Object.assign(entry, { assignment, targets, message: messageOf(assignment) });
  }

  #admit(entry: Entry): void {
    const { workload, assignment } = entry;
    entry.isAdmitted = true;
    this.#progressed = true;
    workload.usage = assignment.usage;
    workload.grants = grantsOf(assignment);
    this.#parts.books.add({ queue: workload.queue, usage: assignment.usage, grants: workload.grants });
    this.#parts.host.admitted(workload);
  }

  #preempt(entry: Entry): void {
    const { workload, assignment, targets } = entry;
    this.#reserve({ queue: workload.queue, usage: assignment.usage, grants: grantsOf(assignment) });
    for (const target of targets) {
      this.#victims.add(target.workload);
      if (target.workload.isEvicted) continue;
      this.#progressed = true;
      this.#parts.host.preempted(target, workload);
    }
    workload.progress = undefined;
    entry.reason = 'PendingPreemption';
    entry.message += `. Pending the preemption of ${targets.length} workload(s)`;
  }

  /**
   * One that could only be helped by preemption, and may preempt nobody, keeps others from what is its queue's, unless the
   * queue could get it back at any time.
   */
  #reserveWhatIsDue({ workload, assignment, isPreemptor }: Entry): void {
    const { queue } = workload;
    const isWaiting = this.#parts.configuration.features.PrioritizePreemptorWorkloads && isPreemptor;
    if (queue.object.preemption.reclaimWithinCohort === 'Any' && !isWaiting) return;
    const usage = new Map<number, number>();
    for (const [pair, amount] of assignment.usage) {
      const { nominal, borrowingLimit, usage: used } = queue.node;
      const left = nominal[pair] - used[pair];
      usage.set(
        pair,
        assignment.borrowing > 0 ? Math.min(amount, left + borrowingLimit[pair]) : Math.max(0, Math.min(amount, left)),
      );
    }
    this.#reserve({ queue, usage, grants: grantsOf(assignment) });
  }

  #reserve(holding: Holding): void {
    this.#parts.books.add(holding);
    this.#reserved.push(holding);
  }

  #clear(): void {
    while (this.#reserved.length > 0) {
      const last = this.#reserved.pop();
      if (last !== undefined) this.#parts.books.remove(last);
    }
    this.#victims.clear();
  }

  #requeue({ workload, reason, message }: Entry, now: number): void {
    const pending = this.#parts.queues[workload.queue.number];
    for (const one of pending.requeue(workload, reason, message, now)) {
      this.#progressed = true;
      if (one !== workload) this.#parts.host.explain(one, message);
    }
    this.#parts.host.explain(workload, message);
  }
}
