/**
 * A run on a real cluster, without the cluster and without a clock: it is told what pods and nodes look like, lets the policy
 * decide by the same core as a simulation, and answers what is to be done. What becomes of decisions that take their time or
 * fail is said in `JobLife`.
 */
import { nodeCount, nodeName, processorCount } from '../../cluster.ts';
import type { Cluster } from '../../cluster.ts';
import type { Driver } from '../../engine/driver.ts';
import { LiveCore } from '../../engine/live-core.ts';
import type { Prepared } from '../../engine/prepare.ts';
import { Recorder } from '../../engine/recorder.ts';
import type { Node } from '../../kubernetes.ts';
import type { Eviction, Preemption } from '../../policy.ts';
import type { Schedule } from '../../schedule.ts';
import { requestsOf } from '../../workload.ts';
import { Dispatch } from './dispatch.ts';
import { Happenings } from './happenings.ts';
import { JobLife } from './job-life.ts';
import type { LivePod } from './live-pod.ts';
import { Nominees } from './nominees.ts';
import { Occupancy } from './occupancy.ts';
import type { Order } from './orders.ts';
import { PodOrders } from './pod-orders.ts';
import { withoutStrangers } from './stranger-rows.ts';
import type { WithStrangers } from './stranger-rows.ts';
import { TaskTable } from './tasks.ts';
import type { Task } from './tasks.ts';
import { WakeTimes } from './wake-times.ts';
import { Walltimes } from './walltimes.ts';

export interface SessionSetup {
  readonly rows: WithStrangers;
  readonly cluster: Cluster;
  /** Made for the workload of `rows`. */
  readonly prepared: Prepared;
  /** How often limits are looked at [ms]; the policy says if absent. */
  readonly killScan?: number;
  /** Tells of what is done otherwise than the policy asked. */
  warn(message: string): void;
}

/** What is known of a run that was found. Times [ms]. */
export interface AdoptedRun {
  readonly submit: number;
  readonly start: number;
  /** As many of its pods are up as it needs. */
  readonly hasBegun: boolean;
}

export class Session implements Driver {
  readonly core: LiveCore;
  readonly tasks: TaskTable;
  readonly life: JobLife;
  readonly pods: PodOrders;
  readonly occupancy: Occupancy;
  readonly #setup: SessionSetup;
  readonly #happenings: Happenings;
  readonly #dispatch: Dispatch;
  readonly #nominees: Nominees;
  readonly #wakes = new WakeTimes();
  readonly #walltimes: Walltimes;
  /** As the API server calls them. */
  readonly #nodeNames: string[];
  /** As they were last seen. */
  readonly #nodes: { readonly object: Node; readonly open: boolean }[] = [];
  #orders: Order[] = [];
  #explained = 0;
  #starts = 0;
  #over = 0;
  #warnedOf = new Set<string>();

  constructor(setup: SessionSetup) {
    const { rows, cluster, prepared } = setup;
    const { policy, ledger } = prepared;
    this.#setup = setup;
    this.#happenings = new Happenings(policy.rhythm);
    const record = new Recorder(rows.workload.submit, {
      procs: processorCount(cluster),
      placements: true,
      explains: true,
    });
    this.core = new LiveCore(requestsOf(rows.workload), ledger, policy, this, record);
    this.tasks = new TaskTable(rows.workload, rows.firstRow);
    this.occupancy = new Occupancy(this.core, rows, cluster);
    const nodeNames = Array.from({ length: nodeCount(cluster) }, (_, node) => nodeName(cluster, node));
    this.#nodeNames = nodeNames;
    const order = (one: Order) => {
      this.#orders.push(one);
    };
    const { core, tasks, occupancy } = this;
    this.pods = new PodOrders(tasks, order);
    this.#nominees = new Nominees(tasks);
    this.life = new JobLife({
      core,
      tasks,
      occupancy,
      nodeNames,
      pods: this.pods,
      happenings: this.#happenings,
    });
    this.#walltimes = new Walltimes({ core, life: this.life, scan: setup.killScan ?? policy.killScan ?? 0 });
    this.#dispatch = new Dispatch({ core, tasks, states: this.life.states, nodeNames, order });
  }

  /** Jobs of the workload [count], and those of them that are over. */
  get jobs(): number {
    return this.#setup.rows.firstRow;
  }

  get jobsOver(): number {
    return this.#over;
  }

  /** Whether jobs are being taken off their nodes, or wait to be put on them: it must not be left so. */
  get isHalfDone(): boolean {
    return this.life.isHalting || this.#dispatch.isWaiting;
  }

  /** When something is to be done even if nothing happens [ms]. */
  get nextWake(): number {
    return Math.min(this.#wakes.next, this.#walltimes.next);
  }

  /** The job runs since before this session began: its tasks are on their nodes already. Before the first step. */
  adopt(job: number, parts: readonly Eviction[], { submit, start, hasBegun }: AdoptedRun): void {
    const state = this.life.states.of(job);
    state.isSubmitted = true;
    state.hasBegun = hasBegun;
    state.beganAs = ++this.#starts;
    this.core.adopt(job, parts, submit, start);
  }

  /** After all that was there has been told, before the first step: pods may wait for nodes that were being emptied for them. */
  recall(): void {
    const { policy } = this.#setup.prepared;
    if (policy.nominations !== undefined) policy.recall?.(this.#nominees.found());
  }

  /**
   * The time of a turn that begins now: that which the policy has asked for, if that is not longer ago than `late`, as those
   * that decide in rounds look at the time to see whether it is theirs. Never back, since clocks are set [ms].
   */
  turnAt(now: number, late: number): number {
    const asked = this.#wakes.lastBy(now) ?? now;
    return Math.max(now - asked > late ? now : asked, this.core.now);
  }

  // What is seen. Nothing follows before `step`.

  see(pod: LivePod): void {
    this.life.see(pod);
  }

  gone(pod: LivePod): void {
    this.life.gone(pod);
  }

  /** A node is like this now. `open`: it takes pods. Answers whether that is anything new to schedulers. */
  nodeSeen(node: number, object: Node, open: boolean, unlike: (one: Node, other: Node) => boolean): boolean {
    const known = this.#nodes[node];
    this.#nodes[node] = { object, open };
    const isNews = known === undefined ? !open : known.open !== open || unlike(known.object, object);
    if (!isNews) return false;
    this.occupancy.close(node, !open);
    this.core.nodeChanged(node, true, object);
    return true;
  }

  /** It is none of ours any more, or not yet: nothing is put there, and what is there goes on. */
  nodeAway(node: number): void {
    const known = this.#nodes[node];
    if (known === undefined) return;
    this.#nodes[node] = { ...known, open: false };
    this.occupancy.close(node, true);
    this.core.nodeChanged(node, false);
  }

  /** It does not exist any more. */
  nodeGone(node: number): void {
    this.nodeAway(node);
    this.life.nodeGone(node);
  }

  /** A node that was only expected has come. */
  nameNode(node: number, expected: string, name: string): void {
    this.#nodeNames[node] = name;
    this.occupancy.rename(node, expected, name);
  }

  bound(task: Task): void {
    this.life.bound(task);
  }

  notBound(task: Task): void {
    this.life.notBound(task);
  }

  // What is done.

  /** Applies all that was seen, lets the policy decide, and answers what follows. */
  step(now: number): Order[] {
    this.core.now = now;
    this.life.settle();
    this.#wakes.pass(now);
    this.#happenings.play(() => this.#cycle());
    return this.#takeOrders();
  }

  /** Applies what was seen, and lets nobody decide: for a run that is being wound up. */
  settle(now: number): Order[] {
    this.core.now = now;
    this.life.settle();
    this.#happenings.play(() => undefined);
    this.#dispatch.send();
    return this.#takeOrders();
  }

  /** Stops the jobs whose walltime is over. */
  expire(now: number): Order[] {
    this.core.now = now;
    for (const job of this.#walltimes.over(now)) this.life.halt(job, { why: 'limit' });
    return this.#takeOrders();
  }

  finish(policyName: string): Schedule {
    this.#setup.prepared.policy.close?.();
    const schedule = withoutStrangers(this.core.finish(policyName), this.jobs);
    return this.#setup.prepared.isOracle() ? { ...schedule, oracle: true } : schedule;
  }

  #cycle(): void {
    this.occupancy.settle();
    this.core.cycle();
    this.#dispatch.assign();
    this.#dispatch.send();
    const { policy } = this.#setup.prepared;
    if (policy.nominations !== undefined) this.#orders.push(...this.#nominees.changes(policy.nominations()));
    this.#explain();
  }

  #takeOrders(): Order[] {
    const orders = this.#orders;
    this.#orders = [];
    return orders;
  }

  #explain(): void {
    for (const { job, reason } of this.core.explanationsFrom(this.#explained)) {
      this.#explained++;
      const pods = this.tasks.of(job).flatMap(({ pod, state }) => (pod !== undefined && state === 'free' ? [pod] : []));
      if (pods.length > 0) this.#orders.push({ kind: 'explain', job, pods, reason });
    }
  }

  // What the core asks for.

  launch(job: number, ready: number): number {
    const state = this.life.states.of(job);
    state.hasBegun = false;
    state.beganAs = ++this.#starts;
    return ready;
  }

  stop(job: number, { how, grace }: Preemption): number {
    if (how === 'suspend' || how === 'checkpoint') {
      this.#warnOnce(`the policy would ${how} jobs, which pods cannot do: they begin anew instead`);
    }
    this.#dispatch.assign();
    this.life.halt(job, { why: 'preempted', how: how === 'suspend' || how === 'checkpoint' ? 'requeue' : how }, grace);
    return this.core.now + (grace ?? 0);
  }

  evict(eviction: Eviction, grace: number): void {
    // It may have been placed in this very cycle.
    this.#dispatch.assign();
    this.life.evict(eviction, grace);
  }

  wake(time: number): void {
    this.#wakes.add(time);
  }

  over(job: number): void {
    if (job < this.jobs) this.#over++;
    this.life.over(job);
  }

  #warnOnce(message: string): void {
    if (this.#warnedOf.has(message)) return;
    this.#warnedOf.add(message);
    this.#setup.warn(message);
  }
}
