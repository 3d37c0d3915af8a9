/**
 * One run of a policy on a real cluster: hears what happens, lets a session decide at its own pace, and has its orders
 * carried out. Holds a Lease while it does; stops binding at once when that is lost.
 */
import { setMaxListeners } from 'node:events';
import { clusterOfNodes } from '../../cluster-kubernetes.ts';
import { nodeCount } from '../../cluster.ts';
import type { Cluster } from '../../cluster.ts';
import { prepareRun } from '../../engine/prepare.ts';
import type { RunOptions } from '../../engine/prepare.ts';
import type { PolicySpec } from '../../policy.ts';
import type { Schedule } from '../../schedule.ts';
import type { Workload } from '../../workload.ts';
import { ListWatch } from '../kubernetes/list-watch.ts';
import type { KubeApi } from '../kubernetes/api.ts';
import type { WatchSettings } from '../kubernetes/list-watch.ts';
import { LeaseLock } from '../kubernetes/lease.ts';
import type { LeaseSettings } from '../kubernetes/lease.ts';
import { RateLimiter } from '../kubernetes/rate-limit.ts';
import { LiveTrouble } from '../trouble.ts';
import { Announcer } from './announcer.ts';
import { Binder } from './binder.ts';
import { Executor } from './executor.ts';
import { Mirror } from './mirror.ts';
import { isOpen, unlike } from './node-state.ts';
import type { Order } from './orders.ts';
import { PodCalls } from './pod-calls.ts';
import { PodMaker } from './pod-maker.ts';
import { podManifest } from './pod-manifest.ts';
import type { PodStyle } from './pod-manifest.ts';
import { PodTimesBook } from './pod-times.ts';
import { recover } from './recovery.ts';
import type { Recovered } from './recovery.ts';
import { BEGAN, TIME_SCALE, WORKLOAD } from './run-marks.ts';
import { serverTimes } from './server-times.ts';
import { Session } from './session.ts';
import { withStrangerRows } from './stranger-rows.ts';
import { Wakener } from './wakener.ts';

export interface LiveRunSettings {
  readonly style: PodStyle;
  /** Which process of the scheduler this is: no two have the same. */
  readonly instance: string;
  /** Label selector of the nodes that are used; all if empty. */
  readonly nodes: string;
  /** Changes that come within this time are seen together [ms by the clock]. */
  readonly batch: number;
  /** How bound pods are taken off. */
  readonly preemptBy: 'delete' | 'evict';
  readonly lease: Pick<LeaseSettings, 'duration' | 'deadline' | 'retry'>;
  readonly watch?: WatchSettings;
  /** Told what happens, for people. */
  say(message: string): void;
}

export interface LivePlan {
  readonly workload: Workload;
  /** Tells workloads apart: a run must go on with the one that it began with. */
  readonly workloadDigest: string;
  readonly spec: PolicySpec;
  readonly options: RunOptions;
}

/** What a run ends with. */
export interface LiveOutcome {
  readonly schedule: Schedule;
  readonly cluster: Cluster;
  readonly times: PodTimesBook;
  readonly recovered: Recovered;
  /** `over`: all jobs are; `stopped`: it was asked to. */
  readonly ended: 'over' | 'stopped';
  /** Conditions and events that could not be written [count]. */
  readonly unsaid: number;
}

/** A run that is being wound up waits so long for what it has begun [ms by the clock]. */
const WIND_UP = 60_000;
/** Pods that were asked for and not heard of for so long are looked for [ms by the clock]. */
const LOST_CREATION = 10_000;

export class LiveDriver {
  readonly #api: KubeApi;
  readonly #plan: LivePlan;
  readonly #settings: LiveRunSettings;
  readonly #mirror: Mirror;
  readonly #wakener: Wakener;
  readonly #lease: LeaseLock;
  /** Ends everything. */
  readonly #end = new AbortController();
  #failure: unknown;
  #hasChanged = false;
  /** The Unix time at which the workload began [ms]. */
  #began = NaN;
  #lookedForLost = 0;

  constructor(api: KubeApi, plan: LivePlan, settings: LiveRunSettings) {
    // Every call and every sleep listens to it.
    setMaxListeners(0, this.#end.signal);
    this.#api = api;
    this.#plan = plan;
    this.#settings = settings;
    this.#mirror = new Mirror(settings.style);
    this.#wakener = new Wakener(api.clock);
    const { run, namespace, timeScale } = settings.style;
    this.#lease = new LeaseLock(api, {
      ...settings.lease,
      ...{ namespace, name: `yardmaster-${run}`, holder: settings.instance },
      annotations: {
        [BEGAN]: String(api.clock.now()),
        [TIME_SCALE]: String(timeScale),
        [WORKLOAD]: plan.workloadDigest,
      },
    });
  }

  /** Runs until all jobs are over, or `stop` is aborted: then what is half done is finished first. */
  async run(stop: AbortSignal): Promise<LiveOutcome> {
    const background: Promise<void>[] = [];
    try {
      if (!(await this.#lease.acquire(stop)))
        throw new LiveTrouble('it was stopped before it held its Lease', 'live run', 'none');
      this.#readRunMarks();
      background.push(this.#keepLease(), ...this.#follow());
      await Promise.race([this.#mirror.synced, aborted(this.#end.signal), aborted(stop)]);
      this.#throwIfFailed();
      if (stop.aborted) throw new LiveTrouble('it was stopped before it had seen the cluster', 'live run', 'start it again');
      const outcome = await this.#drive(stop);
      await this.#lease.release();
      return outcome;
    } finally {
      this.#end.abort();
      await Promise.all(background);
    }
  }

  /** The time of the workload [ms]. */
  #now(): number {
    return (this.#api.clock.now() - this.#began) * this.#settings.style.timeScale;
  }

  #byClock(ms: number): number {
    return ms / this.#settings.style.timeScale;
  }

  #readRunMarks(): void {
    const { annotations } = this.#lease;
    const { run, timeScale } = this.#settings.style;
    const where = `run ${run}`;
    const hint = 'give the run another name, or clean the old one up with `yardmaster live clean`';
    const digest = annotations[WORKLOAD];
    if (digest !== this.#plan.workloadDigest) throw new LiveTrouble('it was begun with another workload', where, hint);
    if (annotations[TIME_SCALE] !== String(timeScale)) {
      throw new LiveTrouble(`it was begun with a time scale of ${annotations[TIME_SCALE] ?? 'none'}`, where, hint);
    }
    this.#began = Number(annotations[BEGAN]);
    if (Number.isNaN(this.#began)) throw new LiveTrouble('its Lease does not say when it began', where, hint);
  }

  async #keepLease(): Promise<void> {
    try {
      await this.#lease.keep(this.#end.signal);
      if (this.#end.signal.aborted) return;
      const hint = 'another driver has it, or the API server was away for too long; start it again to go on';
      this.#fail(new LiveTrouble('the Lease is lost: nothing is bound any more', `run ${this.#settings.style.run}`, hint));
    } catch (error) {
      this.#fail(error);
    }
  }

  #follow(): Promise<void>[] {
    const { nodes, watch } = this.#settings;
    const query = nodes === '' ? undefined : { labelSelector: nodes };
    const watches = [
      new ListWatch(this.#api, { name: 'pods', path: '/api/v1/pods' }, this.#mirror.followPods(), watch),
      new ListWatch(this.#api, { name: 'nodes', path: '/api/v1/nodes', query }, this.#mirror.followNodes(), watch),
    ];
    return watches.map((one) => one.run(this.#end.signal).catch((error: unknown) => this.#fail(error)));
  }

  async #drive(stop: AbortSignal): Promise<LiveOutcome> {
    const { workload, spec, options } = this.#plan;
    const { style, say } = this.#settings;
    const listed = [...this.#mirror.nodes.values()];
    const cluster = clusterOfNodes(listed, style.run);
    if (nodeCount(cluster) === 0) throw new LiveTrouble('it has no nodes', this.#api.server, 'make some, or look at --nodes');
    const rows = withStrangerRows(workload, cluster);
    const prepared = prepareRun(rows.workload, cluster, spec, options);
    const session = new Session({ rows, cluster, prepared, warn: say });
    session.core.now = Math.max(0, this.#now());
    const times = new PodTimesBook(() => this.#now());
    listed.forEach((node, number) => {
      session.nodeSeen(number, node.node, isOpen(node), unlike);
    });
    for (const pod of this.#mirror.pods.values()) times.see(pod);
    const recovered = recover(
      session,
      this.#mirror.pods.values(),
      serverTimes((unix) => (unix - this.#began) * style.timeScale),
    );
    this.#listen(session, times);
    const announcer = this.#announcer();
    const executor = this.#executor(session, times, announcer);
    const maker = new PodMaker(workload, session);
    this.#hasChanged = true;
    const ended = await this.#loop(session, executor, maker, stop);
    await announcer.finish();
    return { schedule: session.finish(spec.name), cluster, times, recovered, ended, unsaid: announcer.failures };
  }

  #announcer(): Announcer {
    const { style, instance } = this.#settings;
    // A budget of its own, as kube-scheduler's events have.
    const limiter = new RateLimiter({ qps: 50, burst: 100 }, this.#api.clock);
    return new Announcer(this.#calls(), limiter, { schedulerName: style.schedulerName, instance });
  }

  #calls(): PodCalls {
    return new PodCalls(this.#api, this.#end.signal);
  }

  #executor(session: Session, times: PodTimesBook, announcer: Announcer): Executor {
    const { style, preemptBy, say } = this.#settings;
    const calls = this.#calls();
    const changed = () => this.#change();
    return new Executor({
      ...{ calls, announcer, times, signal: this.#end.signal, namespace: style.namespace },
      binder: new Binder(calls, () => this.#lease.isHeld),
      evictions: preemptBy === 'evict' ? new RateLimiter({ qps: 50, burst: 100 }, this.#api.clock) : undefined,
      manifest: (task, generation) => podManifest(this.#plan.workload, task, generation, style),
      byClock: (ms) => this.#byClock(ms),
      outcomes: {
        bound: (task) => {
          session.bound(task);
          changed();
        },
        notBound: (task, why) => {
          say(`pod ${task.pod?.name ?? `of job ${task.job}`} was not bound: ${why}`);
          session.notBound(task);
          changed();
        },
        notCreated: (task, why) => {
          say(`a pod of job ${task.job} was not made: ${why}`);
          session.life.notCreated(task);
          changed();
        },
        failed: (error) => this.#fail(error),
      },
    });
  }

  #listen(session: Session, times: PodTimesBook): void {
    const { say } = this.#settings;
    const first = new Map([...this.#mirror.nodes].map(([name, { node }]) => [name, node]));
    const unknown = new Set<string>();
    this.#mirror.listener = {
      podSeen: (pod) => {
        times.see(pod);
        session.see(pod);
        this.#change();
      },
      podGone: (pod) => {
        times.gone(pod);
        session.gone(pod);
        this.#change();
      },
      nodeSeen: (listed) => {
        const { name } = listed.node;
        const number = session.occupancy.nodeOf(name);
        const then = first.get(name);
        if (number === undefined || then === undefined) {
          if (!unknown.has(name))
            say(`node ${name} has come after the run began: it is not used before the driver is started anew`);
          unknown.add(name);
          return;
        }
        if (!session.nodeSeen(number, listed.node, isOpen(listed), unlike)) return;
        session.occupancy.shrink(number, then, listed.node);
        this.#change();
      },
      nodeGone: (name) => {
        const number = session.occupancy.nodeOf(name);
        if (number !== undefined) session.nodeGone(number);
        this.#change();
      },
      hearing: (heard, trouble) => {
        say(heard ? 'the API server is heard again' : `the API server is not heard: ${trouble?.message ?? ''}`);
        this.#change();
      },
    };
  }

  #change(): void {
    this.#hasChanged = true;
    this.#wakener.wake();
  }

  async #loop(session: Session, executor: Executor, maker: PodMaker, stop: AbortSignal): Promise<'over' | 'stopped'> {
    const { batch } = this.#settings;
    const { clock } = this.#api;
    while (!stop.aborted) {
      this.#throwIfFailed();
      if (this.#mirror.isHearing && this.#lease.isHeld) this.#turn(session, executor, maker);
      if (session.jobsOver === session.jobs && executor.size === 0) return 'over';
      await this.#wakener.sleep(this.#untilNext(session, maker), stop);
      // What comes with it is seen together.
      if (this.#hasChanged) await clock.sleep(batch, stop);
    }
    await this.#windUp(session, executor);
    return 'stopped';
  }

  #turn(session: Session, executor: Executor, maker: PodMaker): void {
    const now = Math.max(this.#now(), session.core.now);
    const orders: Order[] = maker.due(now);
    orders.push(...session.expire(now));
    if (this.#hasChanged || session.nextWake <= now) {
      this.#hasChanged = false;
      orders.push(...session.step(now));
    }
    executor.perform(orders);
    this.#lookForLost(session);
  }

  /** A pod that was made, and gone again before any watch told of it, is asked for: else it would be waited for for ever. */
  #lookForLost(session: Session): void {
    const now = this.#api.clock.now();
    if (now - this.#lookedForLost < LOST_CREATION) return;
    this.#lookedForLost = now;
    session.life.forgetLostCreations();
  }

  /** [ms by the clock] */
  #untilNext(session: Session, maker: PodMaker): number {
    if (this.#hasChanged && !(this.#mirror.isHearing && this.#lease.isHeld)) return 100;
    const next = Math.min(session.nextWake, maker.nextTime);
    return Math.min(LOST_CREATION, Math.max(1, this.#byClock(next - this.#now())));
  }

  /** Decides nothing more, but finishes what was decided: no gang is left half bound. */
  async #windUp(session: Session, executor: Executor): Promise<void> {
    const { clock } = this.#api;
    const until = clock.now() + WIND_UP;
    while (clock.now() < until) {
      this.#throwIfFailed();
      this.#hasChanged = false;
      executor.perform(session.settle(Math.max(this.#now(), session.core.now)));
      if (executor.size === 0 && !session.isHalfDone) return;
      await this.#wakener.sleep(1000, this.#end.signal);
    }
    this.#settings.say('it was stopped before all that was begun could be finished; started again, it takes it up');
  }

  #fail(error: unknown): void {
    this.#failure ??= error;
    this.#end.abort();
    this.#wakener.wake();
  }

  #throwIfFailed(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
