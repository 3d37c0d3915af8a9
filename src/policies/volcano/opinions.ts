/**
 * What the plugins of a session say together. Orders: the first that is not a tie, tier by tier. Votes and victims: the
 * first tier with an answer. Checks: all of them.
 * Source: pkg/scheduler/framework/session_plugins.go (Volcano v1.15.1).
 */
import type { WeightedPlugin } from '../kube-default/score-run.ts';
import type { Job } from './job.ts';
import type { Plugin, PluginOption, Predicates, Switch, Vote } from './plugin.ts';
import type { Queue } from './queue.ts';
import type { Session } from './session.ts';
import type { Task } from './task.ts';

interface Opened {
  readonly option: PluginOption;
  readonly plugin: Plugin;
}

type Victims = (evictor: Task, candidates: readonly Task[]) => Task[];

export class Opinions {
  readonly predicates: readonly Predicates[];
  readonly scores: readonly WeightedPlugin[];
  readonly #tiers: Opened[][] = [];
  readonly #plugins: Opened[] = [];
  readonly #jobOrders: readonly ((one: Job, other: Job) => number)[];
  readonly #queueOrders: readonly ((one: Queue, other: Queue) => number)[];
  readonly #taskOrders: readonly ((one: Task, other: Task) => number)[];
  readonly #readyChecks: readonly ((job: Job) => boolean)[];
  readonly #allocatableChecks: readonly ((queue: Queue, task: Task) => boolean)[];
  readonly #nodeOrders: readonly ((task: Task, row: number) => number)[];

  constructor(session: Session) {
    for (const tier of session.setup.tiers) {
      const opened = tier.map((option) => ({ option, plugin: option.open(session) }));
      this.#tiers.push(opened);
      this.#plugins.push(...opened);
    }
    this.#jobOrders = this.#enabled('enableJobOrder', ({ jobOrder }) => jobOrder);
    this.#queueOrders = this.#enabled('enableQueueOrder', ({ queueOrder }) => queueOrder);
    this.#taskOrders = this.#enabled('enableTaskOrder', ({ taskOrder }) => taskOrder);
    this.#readyChecks = this.#enabled('enableJobReady', ({ jobReady }) => jobReady);
    this.#allocatableChecks = this.#enabled('enabledAllocatable', ({ allocatable }) => allocatable);
    this.#nodeOrders = this.#enabled('enableNodeOrder', ({ nodeOrder }) => nodeOrder);
    this.predicates = this.#enabled('enablePredicate', ({ predicates }) => predicates);
    this.scores = this.#enabled('enableNodeOrder', ({ scores }) => scores).flat();
  }

  compareJobs(one: Job, other: Job): number {
    return firstDifference(this.#jobOrders, one, other);
  }

  compareQueues(one: Queue, other: Queue): number {
    return firstDifference(this.#queueOrders, one, other);
  }

  compareTasks(one: Task, other: Task): number {
    return firstDifference(this.#taskOrders, one, other);
  }

  /** Whose tasks go first; 0 if no plugin knows. */
  compareVictimQueues(one: Queue, other: Queue, preemptor: Queue): number {
    for (const { plugin } of this.#plugins) {
      const order = plugin.victimQueueOrder?.(one, other, preemptor) ?? 0;
      if (order !== 0) return order;
    }
    return 0;
  }

  /** Why the job is not looked at, if so. */
  whyNotValid(job: Job): string | undefined {
    for (const { plugin } of this.#plugins) {
      const reason = plugin.jobValid?.(job);
      if (reason !== undefined) return reason;
    }
    return undefined;
  }

  isEnqueueable(job: Job): boolean {
    return this.#vote('enableJobEnqueued', ({ jobEnqueueable }) => jobEnqueueable, job);
  }

  enqueued(job: Job): void {
    for (const { option, plugin } of this.#plugins) if (option.isEnabled('enableJobEnqueued')) plugin.jobEnqueued?.(job);
  }

  isReady(job: Job): boolean {
    return this.#readyChecks.every((check) => check(job));
  }

  isPipelined(job: Job): boolean {
    return this.#vote('enableJobPipelined', ({ jobPipelined }) => jobPipelined, job);
  }

  /** All of the first tier that has something to say must agree. */
  isStarving(job: Job): boolean {
    for (const tier of this.#tiers) {
      let found = false;
      for (const { option, plugin } of tier) {
        if (plugin.jobStarving === undefined || !option.isEnabled('enableJobStarving')) continue;
        found = true;
        if (!plugin.jobStarving(job)) return false;
      }
      if (found) return true;
    }
    return false;
  }

  isOverused(queue: Queue): boolean {
    return this.#plugins.some(({ option, plugin }) => option.isEnabled('enabledOverused') && plugin.overused?.(queue) === true);
  }

  isAllocatable(queue: Queue, task: Task): boolean {
    return this.#allocatableChecks.every((check) => check(queue, task));
  }

  isPreemptive(queue: Queue, task: Task): boolean {
    return this.#plugins.every(
      ({ option, plugin }) => !option.isEnabled('enablePreemptive') || plugin.preemptive?.(queue, task) !== false,
    );
  }

  preemptable(preemptor: Task, candidates: readonly Task[]): readonly Task[] {
    return this.#victims('enablePreemptable', ({ preemptable }) => preemptable, preemptor, candidates);
  }

  reclaimable(reclaimer: Task, candidates: readonly Task[]): readonly Task[] {
    return this.#victims('enableReclaimable', ({ reclaimable }) => reclaimable, reclaimer, candidates);
  }

  nodeOrder(task: Task, row: number): number {
    let score = 0;
    for (const order of this.#nodeOrders) score += order(task, row);
    return score;
  }

  allocated(task: Task): void {
    for (const { plugin } of this.#plugins) plugin.allocated?.(task);
  }

  deallocated(task: Task): void {
    for (const { plugin } of this.#plugins) plugin.deallocated?.(task);
  }

  /** One rejection is enough; one permission is, once its whole tier is asked. */
  #vote(name: Switch, of: (plugin: Plugin) => ((job: Job) => Vote) | undefined, job: Job): boolean {
    for (const tier of this.#tiers) {
      let found = false;
      for (const { option, plugin } of tier) {
        const vote = option.isEnabled(name) ? of(plugin)?.(job) : undefined;
        if (vote === 'reject') return false;
        if (vote === 'permit') found = true;
      }
      if (found) return true;
    }
    return true;
  }

  /**
   * What all plugins of a tier agree on. A plugin that names nobody ends its tier, and the next one is asked; if two have
   * nobody in common, the tier goes on as if it had just begun: Volcano does not tell "nobody" from "not asked yet".
   */
  #victims(
    name: Switch,
    of: (plugin: Plugin) => Victims | undefined,
    evictor: Task,
    candidates: readonly Task[],
  ): readonly Task[] {
    for (const tier of this.#tiers) {
      let victims: Task[] | undefined;
      for (const { option, plugin } of tier) {
        const named = option.isEnabled(name) ? of(plugin)?.(evictor, candidates) : undefined;
        if (named === undefined) continue;
        if (named.length === 0) {
          victims = undefined;
          break;
        }
        const common = victims?.filter((task) => named.includes(task));
        victims = victims === undefined ? named : common?.length === 0 ? undefined : common;
      }
      if (victims !== undefined) return victims;
    }
    return [];
  }

  #enabled<Hook>(name: Switch, of: (plugin: Plugin) => Hook | undefined): NonNullable<Hook>[] {
    return this.#plugins.flatMap(({ option, plugin }) =>
      option.isEnabled(name) ? (of(plugin) ?? []) : [],
    ) as NonNullable<Hook>[];
  }
}

function firstDifference<Item>(orders: readonly ((one: Item, other: Item) => number)[], one: Item, other: Item): number {
  for (const order of orders) {
    const difference = order(one, other);
    if (difference !== 0) return difference;
  }
  return 0;
}
