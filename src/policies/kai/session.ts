/**
 * One look at the cluster, and what is done about it.
 * Source: pkg/scheduler/framework/session.go, pkg/scheduler/plugins/proportion/proportion.go (KAI-Scheduler v0.13.0).
 */
import type { Cycle } from '../../policy.ts';
import type { KaiConfiguration } from './configuration.ts';
import type { NodeTable } from './node-table.ts';
import type { PodGroup } from './pod-group.ts';
import type { Predicates } from './predicates.ts';
import type { Quantities } from './quantities.ts';
import type { Queue } from './queue.ts';
import type { Task } from './task.ts';

/** What a session may do in earnest, and what it is told about the rules. */
export interface Hands {
  readonly table: NodeTable;
  readonly predicates: Predicates;
  readonly configuration: KaiConfiguration;
  /** How many of the jobs of a consolidation may move [count]. */
  readonly maxConsolidationPreemptees: number;
  /** The task counts on its node from now on, or no longer. */
  assume(task: Task): void;
  forget(task: Task): void;
  bind(cycle: Cycle, task: Task): void;
  evict(cycle: Cycle, task: Task): void;
}

export class Session {
  readonly cycle: Cycle;
  readonly queues: readonly Queue[];
  /** All jobs, the oldest first. */
  readonly groups: readonly PodGroup[];
  /** What there is to share. */
  readonly total: Quantities;
  readonly #hands: Hands;
  readonly #touched = new Set<Task>();
  /** By class of pods: why no node takes any of them, as long as none has got more room. */
  readonly #misfits = new Map<number, { readonly growth: number; readonly error: string }>();
  /** What was done in earnest [count]. */
  decisions = 0;

  constructor(cycle: Cycle, queues: readonly Queue[], groups: readonly PodGroup[], hands: Hands) {
    this.cycle = cycle;
    this.queues = queues;
    this.groups = groups;
    this.#hands = hands;
    this.total = hands.table.total();
  }

  get now(): number {
    return this.cycle.now;
  }

  get table(): NodeTable {
    return this.#hands.table;
  }

  get predicates(): Predicates {
    return this.#hands.predicates;
  }

  get configuration(): KaiConfiguration {
    return this.#hands.configuration;
  }

  get maxConsolidationPreemptees(): number {
    return this.#hands.maxConsolidationPreemptees;
  }

  /** A task got resources (1) or gave them up (-1), for trial or in earnest. */
  count({ group: { queue, preemptible }, request }: Task, sign: 1 | -1): void {
    queue.countAllocated(request, preemptible, sign);
  }

  /** Its state is to be put right when the session ends. */
  touch(task: Task): void {
    this.#touched.add(task);
  }

  /** Why no node takes such a task, if that was found out before and still holds. */
  misfit({ pod }: Task): string | undefined {
    const known = this.#misfits.get(pod.class.id);
    return known?.growth === this.table.growth ? known.error : undefined;
  }

  noteMisfit({ pod }: Task, error: string): void {
    this.#misfits.set(pod.class.id, { growth: this.table.growth, error });
  }

  assume(task: Task): void {
    this.#hands.assume(task);
  }

  forget(task: Task): void {
    this.#hands.forget(task);
  }

  bind(task: Task): void {
    this.decisions++;
    task.isVirtual = false;
    task.become('bound');
    this.#hands.bind(this.cycle, task);
  }

  /** Says why to the job, and lets the pod go. One that was only promised a node, or leaves already, loses the promise. */
  evict(task: Task, message: string): void {
    task.isVirtual = false;
    task.group.changed();
    if (!task.pod.placed || task.pod.isTerminating) return;
    this.decisions++;
    this.#hands.evict(this.cycle, task);
    for (const job of task.group.jobs) this.cycle.explain(job, message);
  }

  explain(group: PodGroup, reason: string): void {
    for (const job of group.jobs) if (this.cycle.pending.has(job)) this.cycle.explain(job, reason);
  }

  /** Promises end with the session: the next one makes them anew. */
  close(): void {
    for (const task of this.#touched) {
      const { pod } = task;
      task.isVirtual = false;
      task.row = pod.row;
      task.become(!pod.placed ? 'pending' : pod.isTerminating ? 'releasing' : 'bound');
    }
  }
}
