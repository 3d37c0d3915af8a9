/**
 * One run of a policy on a real cluster. Holds a Lease while it lasts, and ends when that is lost; hears of pods and nodes;
 * takes up what a driver before it has left; and then goes on in `LiveLoop`.
 */
import { setMaxListeners } from 'node:events';
import { clusterOfNodes } from '../../cluster-kubernetes.ts';
import { nodeCount } from '../../cluster.ts';
import { prepareRun } from '../../engine/prepare.ts';
import { ApiError, ConnectionError } from '../kubernetes/api-error.ts';
import type { KubeApi } from '../kubernetes/api.ts';
import { LeaseLock } from '../kubernetes/lease.ts';
import { ListWatch } from '../kubernetes/list-watch.ts';
import { RateLimiter } from '../kubernetes/rate-limit.ts';
import { LiveTrouble } from '../trouble.ts';
import { Announcer } from './announcer.ts';
import { Binder, forbidden } from './binder.ts';
import { Executor } from './executor.ts';
import { LiveLoop } from './live-loop.ts';
import type { LiveOutcome, LivePlan, LiveRunSettings } from './live-run-settings.ts';
import { Mirror } from './mirror.ts';
import { isOpen, unlike } from './node-state.ts';
import { killedNow, OverBook } from './over-book.ts';
import { PodCalls } from './pod-calls.ts';
import { PodMaker } from './pod-maker.ts';
import { held, podManifest } from './pod-manifest.ts';
import { PodTimesBook } from './pod-times.ts';
import { recover } from './recovery.ts';
import { RunClock } from './run-clock.ts';
import { BEGAN, OVER, TIME_SCALE, WORKLOAD } from './run-marks.ts';
import { serverTimes } from './server-times.ts';
import { Session } from './session.ts';
import { withStrangerRows } from './stranger-rows.ts';
import { Tombstones } from './tombstones.ts';

/** Conditions, events and evictions have a budget of their own, as the events of kube-scheduler have. */
const BESIDE = { qps: 50, burst: 100 };

export class LiveDriver {
  readonly #api: KubeApi;
  readonly #plan: LivePlan;
  readonly #settings: LiveRunSettings;
  readonly #mirror: Mirror;
  readonly #lease: LeaseLock;
  /** Ends everything. */
  readonly #end = new AbortController();
  #failure: unknown;
  #loop: LiveLoop | undefined;

  constructor(api: KubeApi, plan: LivePlan, settings: LiveRunSettings) {
    // Every call and every sleep listens to it.
    setMaxListeners(0, this.#end.signal);
    this.#api = api;
    this.#plan = plan;
    this.#settings = settings;
    this.#mirror = new Mirror(settings.style);
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
    const watches: Promise<void>[] = [];
    const keeping = new AbortController();
    let lease: Promise<void> | undefined;
    try {
      if (!(await this.#acquire(stop))) throw this.#stoppedEarly('it held its Lease');
      const time = this.#readMarks();
      lease = this.#keepLease(keeping.signal);
      watches.push(...this.#follow());
      await Promise.race([this.#mirror.synced, aborted(this.#end.signal), aborted(stop)]);
      this.#check();
      if (stop.aborted) throw this.#stoppedEarly('it had seen the cluster');
      return await this.#drive(time, stop);
    } finally {
      keeping.abort();
      await lease;
      await this.#release();
      this.#end.abort();
      await Promise.all(watches);
    }
  }

  async #acquire(stop: AbortSignal): Promise<boolean> {
    try {
      return await this.#lease.acquire(stop);
    } catch (error) {
      throw allowed(error);
    }
  }

  #stoppedEarly(what: string): LiveTrouble {
    return new LiveTrouble(`it was stopped before ${what}`, `run ${this.#settings.style.run}`, 'start it again');
  }

  /** A run goes on as it was begun. */
  #readMarks(): RunClock {
    const { annotations } = this.#lease;
    const { run, timeScale } = this.#settings.style;
    const refuse = (problem: string) => {
      const hint = 'give the run another name, or take its pods (label yardmaster.dev/run) and its Lease away';
      return new LiveTrouble(problem, `run ${run}`, hint);
    };
    if (annotations[WORKLOAD] !== this.#plan.workloadDigest) throw refuse('it was begun with another workload');
    const scale = annotations[TIME_SCALE] ?? 'none';
    if (scale !== String(timeScale)) throw refuse(`it was begun with a time scale of ${scale}`);
    const began = Number(annotations[BEGAN]);
    if (Number.isNaN(began)) throw refuse('its Lease does not say when it began');
    return new RunClock(this.#api.clock, began, timeScale);
  }

  async #keepLease(until: AbortSignal): Promise<void> {
    try {
      await this.#lease.keep(until);
      if (until.aborted) return;
      const hint = 'another driver has it, or the API server was away for too long; start it again to go on';
      this.#fail(new LiveTrouble('the Lease is lost: nothing is bound any more', `run ${this.#settings.style.run}`, hint));
    } catch (error) {
      this.#fail(allowed(error));
    }
  }

  /** Without it, the next driver has to wait until it runs out. */
  async #release(): Promise<void> {
    try {
      await this.#lease.release();
    } catch (error) {
      if (!(error instanceof ApiError) && !(error instanceof ConnectionError)) throw error;
      this.#settings.say(`the Lease could not be given back: ${error.message}`);
    }
  }

  #follow(): Promise<void>[] {
    const { nodes, watch } = this.#settings;
    const query = nodes === '' ? undefined : { labelSelector: nodes };
    const watches = [
      new ListWatch(this.#api, { name: 'pods', path: '/api/v1/pods' }, this.#mirror.followPods(), watch),
      new ListWatch(this.#api, { name: 'nodes', path: '/api/v1/nodes', query }, this.#mirror.followNodes(), watch),
    ];
    return watches.map((one) => one.run(this.#end.signal).catch((error: unknown) => this.#fail(allowed(error))));
  }

  async #drive(time: RunClock, stop: AbortSignal): Promise<LiveOutcome> {
    const { workload, spec, options } = this.#plan;
    const { style, say, batch } = this.#settings;
    const listed = [...this.#mirror.nodes.values()];
    const cluster = clusterOfNodes(listed, style.run);
    if (nodeCount(cluster) === 0) throw new LiveTrouble('it has no nodes', this.#api.server, 'make some, or look at --nodes');
    const rows = withStrangerRows(workload, cluster);
    const session = new Session({ rows, cluster, prepared: prepareRun(rows.workload, cluster, spec, options), warn: say });
    session.core.now = Math.max(0, time.now());
    const times = new PodTimesBook(() => time.now());
    for (const [number, { node }] of listed.entries()) session.nodeSeen(number, node, isOpen(listed[number]), unlike);
    for (const pod of this.#mirror.pods.values()) times.see(pod);
    const book = this.#overBook();
    const recovered = recover(
      session,
      { pods: this.#mirror.pods.values(), tombstones: this.#mirror.tombstones.values(), over: book.entries },
      serverTimes((unix) => time.ofUnix(unix)),
    );
    const calls = new PodCalls(this.#api, this.#end.signal);
    const tombstones = new Tombstones({ session, book, calls, failed: (error) => this.#fail(error) });
    for (const pod of this.#mirror.tombstones.values()) tombstones.add(pod);
    const speaker = { schedulerName: style.schedulerName, instance: this.#settings.instance };
    const announcer = new Announcer(calls, new RateLimiter(BESIDE, this.#api.clock), speaker);
    const loop = new LiveLoop({
      ...{ session, time, batch, say, clock: this.#api.clock, maker: new PodMaker(workload, session) },
      executor: this.#executor(session, book, { calls, announcer, times, time }),
      settled: () => tombstones.settle(),
      mayDecide: () => this.#mirror.isHearing && this.#lease.isHeld,
      check: () => this.#check(),
    });
    this.#loop = loop;
    this.#listen(session, times, tombstones);
    const ended = await loop.run(stop);
    await announcer.finish();
    // So that they can be deleted without us.
    await tombstones.releaseAll(this.#mirror.pods.values()).catch((error: unknown) => {
      throw this.#failure ?? error;
    });
    this.#check();
    return { schedule: session.finish(spec.name), cluster, times, recovered, ended, unsaid: announcer.failures };
  }

  #overBook(): OverBook {
    return new OverBook(this.#lease.annotations[OVER] ?? '', {
      write: (text) => this.#lease.annotate({ [OVER]: text }, this.#end.signal),
      say: (message) => this.#settings.say(message),
    });
  }

  #executor(
    session: Session,
    book: OverBook,
    parts: { calls: PodCalls; announcer: Announcer; times: PodTimesBook; time: RunClock },
  ): Executor {
    const { style, preemptBy, say } = this.#settings;
    const { time, ...more } = parts;
    const after = (what: () => void) => {
      what();
      this.#loop?.change();
    };
    return new Executor({
      ...{ ...more, signal: this.#end.signal, namespace: style.namespace },
      binder: new Binder(parts.calls, () => this.#lease.isHeld),
      evictions: preemptBy === 'evict' ? new RateLimiter(BESIDE, this.#api.clock) : undefined,
      manifest: (task, generation) => held(podManifest(this.#plan.workload, task, generation, style)),
      killing: (job) => book.add(job, killedNow(session.core, job)),
      byClock: (ms) => time.byClock(ms),
      outcomes: {
        bound: (task) => after(() => session.bound(task)),
        notBound: (task, why) => {
          say(`a pod of job ${task.job} was not bound: ${why}`);
          after(() => session.notBound(task));
        },
        notCreated: (task, why) => {
          say(`a pod of job ${task.job} was not made: ${why}`);
          after(() => session.life.notCreated(task));
        },
        failed: (error) => this.#fail(error),
      },
    });
  }

  #listen(session: Session, times: PodTimesBook, tombstones: Tombstones): void {
    const { say } = this.#settings;
    const first = new Map([...this.#mirror.nodes].map(([name, { node }]) => [name, node]));
    const unknown = new Set<string>();
    const change = () => this.#loop?.change();
    this.#mirror.listener = {
      podSeen: (pod) => {
        times.see(pod);
        session.see(pod);
        change();
      },
      podGone: (pod) => {
        times.gone(pod);
        session.gone(pod);
        change();
      },
      podHeld: (pod) => {
        tombstones.add(pod);
        change();
      },
      nodeSeen: (listed) => {
        const { name } = listed.node;
        const number = session.occupancy.nodeOf(name);
        const then = first.get(name);
        if (number !== undefined && then !== undefined) {
          if (!session.nodeSeen(number, listed.node, isOpen(listed), unlike)) return;
          session.occupancy.shrink(number, then, listed.node);
          return change();
        }
        if (!unknown.has(name)) say(`node ${name} has come after the driver began: it is used when it is started anew`);
        unknown.add(name);
      },
      nodeGone: (name) => {
        const number = session.occupancy.nodeOf(name);
        if (number !== undefined) session.nodeGone(number);
        change();
      },
      hearing: (heard, trouble) => {
        say(heard ? 'the API server is heard again' : `the API server is not heard: ${trouble?.message ?? ''}`);
        change();
      },
    };
  }

  #fail(error: unknown): void {
    this.#failure ??= error;
    this.#end.abort();
    this.#loop?.change();
  }

  #check(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }
}

/** A refusal with what can be done about it. */
function allowed(error: unknown): unknown {
  return error instanceof ApiError && (error.status === 401 || error.status === 403) ? forbidden(error.message) : error;
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
