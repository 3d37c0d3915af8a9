/**
 * One run of a policy on a real cluster. Holds a Lease while it lasts, and ends when that is lost; hears of pods and nodes;
 * takes up what a driver before it has left; and then goes on in `LiveLoop`.
 */
import { setMaxListeners } from 'node:events';
import { nodeCount } from '../../cluster.ts';
import { prepareRun } from '../../engine/prepare.ts';
import { aborted } from '../kubernetes/clock.ts';
import type { KubeApi } from '../kubernetes/api.ts';
import { ListWatch } from '../kubernetes/list-watch.ts';
import { RateLimiter } from '../kubernetes/rate-limit.ts';
import { troubleOf } from '../kubernetes/refusal.ts';
import { LiveTrouble } from '../trouble.ts';
import { Announcer } from './announcer.ts';
import { Binder } from './binder.ts';
import { Executor } from './executor.ts';
import { LiveLoop } from './live-loop.ts';
import type { LiveOutcome, LivePlan, LiveRunSettings } from './live-run-settings.ts';
import { Mirror } from './mirror.ts';
import { killedNow, OverBook } from './over-book.ts';
import { PodCalls } from './pod-calls.ts';
import { PodMaker } from './pod-maker.ts';
import { held, podManifest } from './pod-manifest.ts';
import { PodTimesBook } from './pod-times.ts';
import { recover } from './recovery.ts';
import type { RunClock } from './run-clock.ts';
import { RunLease } from './run-lease.ts';
import { RunNodes } from './run-nodes.ts';
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
  readonly #lease: RunLease;
  /** Ends everything but the Lease. */
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
    this.#lease = new RunLease(api, plan.workloadDigest, settings);
  }

  /** Runs until all jobs are over, or `stop` is aborted: then what is half done is finished first. `close` must follow. */
  async run(stop: AbortSignal): Promise<LiveOutcome> {
    const watches: Promise<void>[] = [];
    try {
      const time = await this.#lease.acquire(stop, (failure) => this.#fail(failure));
      if (time === undefined) throw this.#stoppedEarly('it held its Lease');
      watches.push(...this.#follow());
      await Promise.race([this.#mirror.synced, aborted(this.#end.signal), aborted(stop)]);
      this.#check();
      if (stop.aborted) throw this.#stoppedEarly('it had seen the cluster');
      return await this.#drive(time, stop);
    } catch (error) {
      throw troubleOf(error, this.#api.server);
    } finally {
      this.#end.abort();
      await Promise.all(watches);
    }
  }

  /**
   * Gives the run up. `clean` takes away what was made: it is called only while the Lease is ours, which goes with it. Another
   * driver may have taken the run over, or never have let us have it.
   */
  async close(clean?: () => Promise<void>): Promise<void> {
    await this.#lease.close(clean);
  }

  #stoppedEarly(what: string): LiveTrouble {
    return new LiveTrouble(`it was stopped before ${what}`, `run ${this.#settings.style.run}`, 'start it again');
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

  async #drive(time: RunClock, stop: AbortSignal): Promise<LiveOutcome> {
    const { workload, spec, options } = this.#plan;
    const { style, say, batch } = this.#settings;
    const nodes = new RunNodes(style.run, [...this.#mirror.nodes.values()], this.#settings.spare);
    const cluster = nodes.cluster();
    if (nodeCount(cluster) === 0) throw new LiveTrouble('it has no nodes', this.#api.server, 'make some, or look at --nodes');
    const rows = withStrangerRows(workload, cluster);
    const session = new Session({ rows, cluster, prepared: prepareRun(rows.workload, cluster, spec, options), warn: say });
    session.core.now = Math.max(0, time.now());
    const times = new PodTimesBook(() => time.now());
    nodes.tell(session);
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
    this.#listen(session, { times, tombstones, nodes });
    const holding = tombstones.holdAll(this.#mirror.pods.values()).catch((error: unknown) => this.#fail(error));
    const ended = await loop.run(stop);
    await announcer.finish();
    await holding;
    // So that they can be deleted without us.
    await tombstones.releaseAll(this.#mirror.pods.values()).catch((error: unknown) => {
      throw this.#failure ?? error;
    });
    this.#check();
    return { schedule: session.finish(spec.name), cluster: nodes.cluster(), times, recovered, ended, unsaid: announcer.failures };
  }

  #overBook(): OverBook {
    return new OverBook(this.#lease.over, {
      write: (text) => this.#lease.writeOver(text, this.#end.signal),
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

  #listen(session: Session, parts: { times: PodTimesBook; tombstones: Tombstones; nodes: RunNodes }): void {
    const { times, tombstones, nodes } = parts;
    const { say } = this.#settings;
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
        const news = nodes.seen(session, listed);
        if (news === 'come') this.#welcome(session, name);
        if (news === 'come' || news === 'changed') return change();
        // One that is not ready may not say yet all that it has.
        if (news === 'same' || !listed.ready || unknown.has(name)) return;
        unknown.add(name);
        say(`node ${name} has come, for which there is no room: --spare makes some, or start the run anew`);
      },
      nodeGone: (name) => {
        const number = session.occupancy.nodeOf(name);
        if (number !== undefined) void this.#nodeLeft(session, number, name).then(change, (error: unknown) => this.#fail(error));
      },
      hearing: (heard, trouble) => {
        say(heard ? 'the API server is heard again' : `the API server is not heard: ${trouble?.message ?? ''}`);
        change();
      },
    };
  }

  /** Others may have put pods there before we knew it. */
  #welcome(session: Session, name: string): void {
    this.#settings.say(`node ${name} has come, and is used`);
    for (const pod of this.#mirror.pods.values()) if (pod.nodeName === name) session.see(pod);
  }

  /** One that has only lost the labels by which it was chosen is there still, and its pods go on. */
  async #nodeLeft(session: Session, number: number, name: string): Promise<void> {
    if (this.#settings.nodes === '') return session.nodeGone(number);
    session.nodeAway(number);
    const path = `/api/v1/nodes?fieldSelector=${encodeURIComponent(`metadata.name=${name}`)}`;
    const list = await this.#api.persist({ call: 'list nodes', method: 'GET', path, signal: this.#end.signal });
    const isThere = ((list as { items?: readonly unknown[] }).items ?? []).length > 0 || this.#mirror.nodes.has(name);
    if (!isThere) session.nodeGone(number);
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
