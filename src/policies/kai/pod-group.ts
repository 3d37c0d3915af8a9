/**
 * A job as the scheduler sees it: pods in sub-groups, each of which needs a minimum of them.
 * Source: pkg/scheduler/api/podgroup_info (KAI-Scheduler v0.13.0).
 */
import { addTo } from './quantities.ts';
import type { Quantities } from './quantities.ts';
import type { Queue } from './queue.ts';
import type { Task, TaskStatus } from './task.ts';

const isActive = (status: TaskStatus) => status === 'allocated' || status === 'pipelined' || status === 'bound';

export class SubGroup {
  readonly group: PodGroup;
  readonly name: string;
  /** Pods without which none of them is of use [count]. */
  readonly minimum: number;
  /** In the order in which they are served. */
  readonly tasks: Task[] = [];
  /** Tasks that have a node or the promise of one; that hold one; that have none [count]. */
  active = 0;
  using = 0;
  pending = 0;

  constructor(group: PodGroup, name: string, minimum: number) {
    this.group = group;
    this.name = name;
    this.minimum = Math.max(1, minimum);
  }

  get isSatisfied(): boolean {
    return this.using >= this.minimum;
  }

  get isElastic(): boolean {
    return this.minimum < this.tasks.length;
  }

  add(task: Task): void {
    this.tasks.push(task);
    this.pending++;
    this.group.changed();
  }

  remove(task: Task): void {
    task.become('pending');
    this.tasks.splice(this.tasks.indexOf(task), 1);
    this.pending--;
    this.group.changed();
  }

  recount(task: Task, status: TaskStatus): void {
    this.active += Number(isActive(status)) - Number(isActive(task.status));
    this.using += Number(status !== 'pending') - Number(task.status !== 'pending');
    this.pending += Number(status === 'pending') - Number(task.status === 'pending');
    task.status = status;
    this.group.changed();
  }
}

export class PodGroup {
  readonly key: string;
  /** As messages call it. */
  readonly name: string;
  readonly queue: Queue;
  readonly priority: number;
  readonly preemptible: boolean;
  readonly created: number;
  /** Its place among all jobs, by age. */
  readonly order: number;
  readonly subGroups: SubGroup[] = [];
  /** Jobs of the workload whose tasks these are [rows]. */
  readonly jobs = new Set<number>();
  /** When it was last bound [ms]; NaN if never. */
  lastStart = NaN;
  /** Since when it holds less than its minimum [ms]; NaN while it does not. */
  staleSince = NaN;
  /** Some of its pods ran to their end: it is on its way out. */
  hasFinished = false;
  /** Grows when its tasks change. */
  version = 0;
  #toAllocate: readonly Task[] | undefined;
  #request: Quantities | undefined;
  #sums: { readonly pending: Quantities; readonly allocated: Quantities } | undefined;

  constructor(facts: Pick<PodGroup, 'key' | 'name' | 'queue' | 'priority' | 'preemptible' | 'created' | 'order'>) {
    this.key = facts.key;
    this.name = facts.name;
    this.queue = facts.queue;
    this.priority = facts.priority;
    this.preemptible = facts.preemptible;
    this.created = facts.created;
    this.order = facts.order;
  }

  *tasks(): IterableIterator<Task> {
    for (const { tasks } of this.subGroups) yield* tasks;
  }

  get activeTasks(): number {
    return this.subGroups.reduce((sum, { active }) => sum + active, 0);
  }

  get usingTasks(): number {
    return this.subGroups.reduce((sum, { using }) => sum + using, 0);
  }

  get pendingTasks(): number {
    return this.subGroups.reduce((sum, { pending }) => sum + pending, 0);
  }

  /** Enough of its pods are there to begin with. */
  get isReady(): boolean {
    return this.subGroups.every(({ active, pending, minimum }) => active + pending >= minimum);
  }

  get isSatisfied(): boolean {
    return this.subGroups.every((subGroup) => subGroup.isSatisfied);
  }

  get isElastic(): boolean {
    return this.subGroups.some((subGroup) => subGroup.isElastic);
  }

  /** It holds resources, but too little to run. */
  get isStale(): boolean {
    return !this.hasFinished && this.usingTasks > 0 && !this.isSatisfied;
  }

  /** The tasks that are served next: see `chooseTasks`. What was worked out holds until a task changes. */
  toAllocate(choose: () => readonly Task[]): readonly Task[] {
    return (this.#toAllocate ??= choose());
  }

  requestOf(tasks: readonly Task[]): Quantities {
    return (this.#request ??= sumOf(tasks));
  }

  /** What its tasks ask for and what they hold, for its queue. */
  get sums(): { readonly pending: Quantities; readonly allocated: Quantities } {
    return (this.#sums ??= {
      pending: sumOf(this.#inStatus((task) => task.status === 'pending')),
      allocated: sumOf(this.#inStatus((task) => task.isAllocated)),
    });
  }

  *#inStatus(counts: (task: Task) => boolean): IterableIterator<Task> {
    for (const task of this.tasks()) if (counts(task)) yield task;
  }

  changed(): void {
    this.version++;
    this.#sums = undefined;
    this.#toAllocate = undefined;
    this.#request = undefined;
  }
}

export function sumOf(tasks: Iterable<Task>): Quantities {
  const sum = [0, 0, 0];
  for (const { request } of tasks) addTo(sum, request);
  return sum;
}
