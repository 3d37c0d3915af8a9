/**
 * The loop: a session each period, as long as something could come of it.
 * Source: pkg/scheduler/scheduler.go (KAI-Scheduler v0.13.0), where sessions go on for ever. Here those are left out
 * that would find everything as the last one left it.
 */
import type { Cycle, PolicySetup } from '../../policy.ts';
import { BEHAVIOURS } from '../kube-default/behaviour.ts';
import { PodCluster } from '../kube-default/pod-cluster.ts';
import { allocate } from './allocate-action.ts';
import type { Action } from './configuration.ts';
import { consolidate } from './consolidation.ts';
import { divideFairly } from './fair-share.ts';
import { GroupBook } from './group-book.ts';
import type { KaiSettings } from './kai-parameters.ts';
import { NodeTable } from './node-table.ts';
import { Predicates } from './predicates.ts';
import { preempt } from './preempt.ts';
import { QueueTree } from './queue-tree.ts';
import { reclaim } from './reclaim.ts';
import { Session } from './session.ts';
import type { Hands } from './session.ts';
import { evictStaleGangs } from './stale-gang-eviction.ts';
import type { Task } from './task.ts';
import { UsageHistory } from './usage-history.ts';
import { WakeTimes } from './wake-times.ts';

export class KaiScheduler {
  readonly queues: QueueTree;
  readonly #settings: KaiSettings;
  readonly #cluster: PodCluster;
  readonly #table: NodeTable;
  readonly #predicates: Predicates;
  readonly #book: GroupBook;
  readonly #usage: UsageHistory | undefined;
  readonly #wake: WakeTimes;
  readonly #hands: Hands;
  /** Something happened that no session has looked at. */
  #isDirty = false;
  #lastSession = -1;

  constructor(setup: PolicySetup, settings: KaiSettings) {
    this.#settings = settings;
    this.#cluster = new PodCluster(setup, BEHAVIOURS['1.36'], { recreation: settings.recreation });
    this.#table = new NodeTable(this.#cluster.snapshot);
    this.#predicates = new Predicates(this.#cluster.snapshot, settings.configuration.plugins.has('predicates'));
    this.queues = new QueueTree(settings.queues);
    this.#book = new GroupBook(setup, this.#cluster, this.#table, this.queues);
    const { usage } = settings.configuration;
    this.#usage = usage === undefined ? undefined : new UsageHistory(usage, this.#table.total());
    this.#wake = new WakeTimes(settings);
    this.#hands = this.#makeHands();
  }

  schedule(cycle: Cycle): void {
    const { now } = cycle;
    this.#usage?.advance(now);
    this.#takeIn(cycle);
    const { period } = this.#settings;
    if (now % period === 0 && now > this.#lastSession && (this.#isDirty || this.#wake.due <= now)) this.#runSession(cycle);
    const next = this.#wake.next(now, this.#book.groups, this.#usage);
    const following = (Math.floor(now / period) + 1) * period;
    if (this.#isDirty || next < Infinity) cycle.wakeAt(this.#isDirty ? following : next);
  }

  #takeIn(cycle: Cycle): void {
    const changes = this.#cluster.apply(cycle);
    this.#book.apply(
      changes,
      cycle,
      (task) => this.#usage?.hold(task.group.queue, task.request, -1),
      (task) => this.#usage?.hold(task.group.queue, task.request, 1),
    );
    const { gone, nodes, created } = changes;
    this.#isDirty ||= gone.length + nodes.length + created.length > 0 || cycle.changed.expectations;
  }

  #runSession(cycle: Cycle): void {
    this.#lastSession = cycle.now;
    const session = this.#open(cycle);
    for (const action of this.#settings.configuration.actions) this.#run(action, session);
    session.close();
    // What was done shows only in the next session.
    this.#isDirty = session.decisions > 0;
  }

  #open(cycle: Cycle): Session {
    this.#table.reset(this.#book.refresh(cycle));
    const { all } = this.queues;
    for (const queue of all) queue.clear();
    const groups = this.#book.groups;
    for (const { queue, preemptible, sums } of groups) {
      queue.countPending(sums.pending);
      queue.countPending(sums.allocated);
      queue.countAllocated(sums.allocated, preemptible, 1);
    }
    const session = new Session(cycle, all, groups, this.#hands);
    this.#usage?.fetch(cycle.now, all);
    divideFairly(session.total, this.queues.top, this.#settings.configuration.kValue);
    return session;
  }

  #run(action: Action, session: Session): void {
    if (action === 'allocate') allocate(session);
    else if (action === 'consolidation') consolidate(session);
    else if (action === 'reclaim') reclaim(session);
    else if (action === 'preempt') preempt(session);
    else evictStaleGangs(session, this.#settings.staleness);
  }

  #makeHands(): Hands {
    const { configuration, maxConsolidationPreemptees, grace } = this.#settings;
    return {
      table: this.#table,
      predicates: this.#predicates,
      configuration,
      maxConsolidationPreemptees,
      assume: (task: Task) => this.#cluster.assume(task.pod, task.row),
      forget: (task: Task) => this.#cluster.forget(task.pod),
      bind: (cycle, task) => {
        this.#cluster.bind(cycle, task.pod);
        this.#usage?.hold(task.group.queue, task.request, 1);
      },
      evict: (cycle, { pod }) => this.#cluster.evict(cycle, pod, grace ?? pod.class.spec.terminationGrace),
    };
  }
}
