/**
 * One look at the cluster: what there is, what the plugins say of it, and the changes that are tried on it. All that is
 * not committed is undone when the session closes.
 * Source: pkg/scheduler/framework/session.go (Volcano v1.15.1).
 */
import type { Cycle } from '../../policy.ts';
import type { Random } from '../../random.ts';
import type { PodCluster } from '../kube-default/pod-cluster.ts';
import type { Job } from './job.ts';
import type { NodeBooks } from './node-books.ts';
import type { NodeSearch } from './node-search.ts';
import { Opinions } from './opinions.ts';
import type { Tier } from './plugin.ts';
import type { Queue } from './queue.ts';
import type { ResourceTable } from './resource.ts';
import { ALLOCATED, BINDING, isTaskBefore, NO_NODE, PENDING, PIPELINED, RELEASING, RUNNING } from './task.ts';
import type { Task } from './task.ts';

/** What lasts from session to session. */
export interface SessionSetup {
  readonly tiers: readonly Tier[];
  readonly actions: ReadonlySet<string>;
  readonly table: ResourceTable;
  readonly queues: ReadonlyMap<string, Queue>;
  readonly cluster: PodCluster;
  readonly nodes: NodeBooks;
  readonly rows: readonly number[];
  readonly search: NodeSearch;
  readonly random: Random;
  /** From the decision until the pod is there [ms]. */
  readonly bindTime: number;
  /** The time of day at which the trace begins; 0 if it does not say [ms]. */
  readonly epoch: number;
}

export class Session {
  readonly setup: SessionSetup;
  readonly now: number;
  /** The time of day, or since the trace began [s]. */
  readonly seconds: number;
  /** All nodes. */
  readonly rows: readonly number[];
  /** Those whose queue is there, in the order in which they came. */
  readonly jobs: readonly Job[];
  readonly opinions: Opinions;
  readonly evicted: Task[] = [];
  readonly #cycle: Cycle;
  /** Tasks that this session has put on a node. */
  readonly #touched = new Set<Task>();
  readonly #tried = new Set<Task>();
  #bound = 0;

  constructor(setup: SessionSetup, cycle: Cycle, jobs: readonly Job[]) {
    this.setup = setup;
    this.now = cycle.now;
    this.seconds = (cycle.now + setup.epoch) / 1000;
    this.rows = setup.rows;
    this.jobs = jobs;
    this.#cycle = cycle;
    this.opinions = new Opinions(this);
  }

  /** How many tasks were bound. */
  get bound(): number {
    return this.#bound;
  }

  queueOf(job: Job): Queue {
    const queue = this.setup.queues.get(job.spec.queue);
    if (queue === undefined) throw new Error(`job ${job.uid} is in the session without its queue ${job.spec.queue}`);
    return queue;
  }

  /** For this session: the task holds room on the node, or waits for it there. */
  put(task: Task, row: number, status: typeof ALLOCATED | typeof PIPELINED): void {
    task.job.setStatus(task, status);
    task.row = row;
    this.setup.cluster.assume(task.pod, row);
    this.setup.nodes.add(task);
    this.#touched.add(task);
    this.opinions.allocated(task);
  }

  /** Undoes `put`. */
  withdraw(task: Task): void {
    this.setup.nodes.remove(task);
    task.job.setStatus(task, PENDING);
    this.opinions.deallocated(task);
    this.setup.cluster.forget(task.pod);
    task.row = NO_NODE;
    this.#touched.delete(task);
  }

  /** For this session: the task is about to go. */
  release(task: Task): void {
    this.setup.nodes.remove(task);
    task.job.setStatus(task, RELEASING);
    this.setup.nodes.add(task);
    // For the checks of nodes it is gone already.
    this.setup.cluster.snapshot.removePod(task.pod, task.row);
    this.opinions.deallocated(task);
  }

  /** Undoes `release`. */
  retain(task: Task): void {
    this.setup.nodes.remove(task);
    task.job.setStatus(task, RUNNING);
    this.setup.nodes.add(task);
    this.setup.cluster.snapshot.addPod(task.pod, task.row);
    this.opinions.allocated(task);
  }

  /** For good: an allocated task is bound. */
  bind(task: Task): void {
    task.job.setStatus(task, BINDING);
    this.#touched.delete(task);
    this.#bound++;
    this.setup.cluster.bind(this.#cycle, task.pod, this.now + this.setup.bindTime);
  }

  /** For good: a released task is evicted, when the session closes. */
  evict(task: Task): void {
    this.evicted.push(task);
  }

  /** What was tried with the task is remembered until the session closes. */
  remember(task: Task): void {
    task.tried = { status: task.status, row: task.row, evicts: task.evicts };
    this.#tried.add(task);
  }

  /** Undoes what was not committed. */
  close(graceOf: (task: Task) => number): void {
    for (const task of [...this.#touched].reverse()) this.withdraw(task);
    for (const task of this.#tried) task.tried = undefined;
    for (const task of this.evicted) {
      this.setup.cluster.snapshot.addPod(task.pod, task.row);
      this.setup.cluster.evict(this.#cycle, task.pod, graceOf(task));
    }
  }

  isTaskBefore(one: Task, other: Task): boolean {
    const order = this.opinions.compareTasks(one, other);
    return order !== 0 ? order < 0 : isTaskBefore(one, other);
  }

  isJobBefore(one: Job, other: Job): boolean {
    const order = this.opinions.compareJobs(one, other);
    if (order !== 0) return order < 0;
    return one.spec.created === other.spec.created ? one.uid < other.uid : one.spec.created < other.spec.created;
  }

  isQueueBefore(one: Queue, other: Queue): boolean {
    const order = this.opinions.compareQueues(one, other);
    if (order !== 0) return order < 0;
    return one.created === other.created ? one.name < other.name : one.created < other.created;
  }
}
