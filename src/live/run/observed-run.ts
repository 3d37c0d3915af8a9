/**
 * A run under a scheduler that is there already: makes the pods of the workload when their time comes, looks on, and makes
 * another one for each that is taken off, as its controller would. Decides nothing.
 */
import type { Cluster } from '../../cluster.ts';
import { clusterOfNodes } from '../../cluster-kubernetes.ts';
import { nodeCount } from '../../cluster.ts';
import type { Schedule } from '../../schedule.ts';
import type { Workload } from '../../workload.ts';
import type { LivePod } from '../driver/live-pod.ts';
import { Mirror } from '../driver/mirror.ts';
import { PodCalls } from '../driver/pod-calls.ts';
import { podManifest } from '../driver/pod-manifest.ts';
import type { PodStyle } from '../driver/pod-manifest.ts';
import { PodTimesBook } from '../driver/pod-times.ts';
import { RunClock } from '../driver/run-clock.ts';
import type { Task } from '../driver/tasks.ts';
import { Wakener } from '../driver/wakener.ts';
import { isStatus } from '../kubernetes/api-error.ts';
import { aborted } from '../kubernetes/clock.ts';
import type { KubeApi } from '../kubernetes/api.ts';
import { ListWatch } from '../kubernetes/list-watch.ts';
import { troubleOf } from '../kubernetes/refusal.ts';
import { LiveTrouble } from '../trouble.ts';
import { KubeRecord } from './kube-record.ts';
import { ObservedJobs } from './observed-jobs.ts';

/** Of Kubernetes' own; what pods get that name no other. */
export const STOCK_SCHEDULER = 'default-scheduler';

/** Longest sleep [ms by the clock]: whoever waits for nothing may be asked to stop. */
const PAUSE = 1000;

export interface ObservedPlan {
  readonly workload: Workload;
  readonly style: PodStyle;
  /** Label selector of the nodes that count; all if empty. */
  readonly nodes: string;
  /** Makes what the pods need, before the first one. */
  prepare(): Promise<void>;
  /** Pods of a job get this class, if any. */
  priorityClass(job: number): string | undefined;
  say(message: string): void;
}

export interface ObservedOutcome {
  readonly schedule: Schedule;
  readonly cluster: Cluster;
  readonly times: PodTimesBook;
  readonly record: KubeRecord;
  /** As the API server has them. */
  readonly nodes: readonly unknown[];
  readonly ended: 'over' | 'stopped';
}

export class ObservedRun {
  readonly #api: KubeApi;
  readonly #plan: ObservedPlan;
  readonly #mirror: Mirror;
  readonly #rawNodes = new Map<string, unknown>();
  readonly #end = new AbortController();
  readonly #calls: PodCalls;
  readonly #wakener: Wakener;
  readonly #lost: Task[] = [];
  #failure: unknown;
  /** Nobody else has made pods under its name. */
  #isOurs = false;

  constructor(api: KubeApi, plan: ObservedPlan) {
    this.#api = api;
    this.#plan = plan;
    this.#mirror = new Mirror(plan.style);
    this.#calls = new PodCalls(api, this.#end.signal);
    this.#wakener = new Wakener(api.clock);
  }

  /** Runs until all jobs are over, or `stop` is aborted. */
  async run(stop: AbortSignal): Promise<ObservedOutcome> {
    const watches = this.#follow();
    try {
      await Promise.race([this.#mirror.synced, Promise.all(watches), aborted(stop)]);
      this.#check();
      if (stop.aborted) {
        throw new LiveTrouble('it was stopped before it had seen the cluster', `run ${this.#plan.style.run}`, 'start it again');
      }
      return await this.#observe(stop);
    } catch (error) {
      throw troubleOf(error, this.#api.server);
    } finally {
      this.#end.abort();
      await Promise.all(watches);
    }
  }

  /** `clean` takes away what was made, if it was this run that has made it. */
  async close(clean?: () => Promise<void>): Promise<void> {
    if (this.#isOurs) await clean?.();
  }

  #follow(): Promise<void>[] {
    const { nodes } = this.#plan;
    const query = nodes === '' ? undefined : { labelSelector: nodes };
    const follower = this.#mirror.followNodes();
    const keep = (object: unknown) => {
      this.#rawNodes.set((object as { metadata: { name: string } }).metadata.name, object);
    };
    const nodeFollower = {
      ...follower,
      listed: (items: readonly unknown[]) => {
        items.forEach(keep);
        follower.listed(items);
      },
    };
    const watches = [
      new ListWatch(this.#api, { name: 'pods', path: '/api/v1/pods' }, this.#mirror.followPods()),
      new ListWatch(this.#api, { name: 'nodes', path: '/api/v1/nodes', query }, nodeFollower),
    ];
    return watches.map((one) =>
      one.run(this.#end.signal).catch((error: unknown) => {
        this.#failure ??= error;
        this.#wakener.wake();
      }),
    );
  }

  async #observe(stop: AbortSignal): Promise<ObservedOutcome> {
    const { workload, style } = this.#plan;
    const cluster = clusterOfNodes([...this.#mirror.nodes.values()], style.run);
    if (nodeCount(cluster) === 0) throw new LiveTrouble('it has no nodes', this.#api.server, 'make some, or look at --nodes');
    if ([...this.#mirror.pods.values()].some(({ mark }) => mark !== undefined)) {
      throw new LiveTrouble('pods of it are there already', `run ${style.run}`, 'give the run another name');
    }
    this.#isOurs = true;
    await this.#plan.prepare();
    const jobs = new ObservedJobs(workload, cluster);
    const time = new RunClock(this.#api.clock, this.#api.clock.now(), style.timeScale);
    const times = new PodTimesBook(() => time.now());
    const record = new KubeRecord();
    this.#listen({ jobs, time, times, record });
    const made = this.#makePods(jobs, time, stop).catch((error: unknown) => {
      this.#failure ??= error;
    });
    while (!stop.aborted && jobs.over < workload.count && this.#failure === undefined) {
      await this.#wakener.sleep(PAUSE, stop);
    }
    const ended = jobs.over === workload.count ? 'over' : 'stopped';
    const schedule = jobs.finish('kube-scheduler', time.now());
    this.#end.abort();
    await made;
    this.#check();
    return { schedule, cluster, times, record, nodes: [...this.#rawNodes.values()], ended };
  }

  #listen(parts: { jobs: ObservedJobs; time: RunClock; times: PodTimesBook; record: KubeRecord }): void {
    const { jobs, time, times, record } = parts;
    const seen = (pod: LivePod) => {
      if (pod.mark === undefined) return;
      times.see(pod);
      record.see(pod.json, this.#api.clock.now() - time.began);
      jobs.see(pod, time.now());
      this.#wakener.wake();
    };
    this.#mirror.listener = {
      podSeen: seen,
      podGone: (pod) => {
        if (pod.mark === undefined) return;
        times.gone(pod);
        record.gone(pod.name, this.#api.clock.now() - time.began);
        const task = jobs.gone(pod, time.now());
        if (task !== undefined) this.#lost.push(task);
        this.#wakener.wake();
      },
      // Nobody holds them.
      podHeld: () => undefined,
      nodeSeen: () => undefined,
      nodeGone: (name) => this.#plan.say(`node ${name} is gone`),
      hearing: (heard, trouble) =>
        this.#plan.say(heard ? 'the API server is heard again' : `the API server is not heard: ${trouble?.message ?? ''}`),
    };
  }

  /** One after the other, in the order of the workload: the order in which a scheduler finds them is known. */
  async #makePods(jobs: ObservedJobs, time: RunClock, stop: AbortSignal): Promise<void> {
    const { workload } = this.#plan;
    const { clock } = this.#api;
    let next = 0;
    while (!stop.aborted && !this.#end.signal.aborted) {
      const again = this.#lost.shift();
      if (again !== undefined) await this.#make(again, again.generation + 1);
      else if (next < workload.count && workload.submit[next] <= time.now()) {
        for (const task of jobs.tasks.of(next)) if (task.pod === undefined) await this.#make(task, 0);
        next++;
      } else {
        const due = next < workload.count ? time.byClock(workload.submit[next] - time.now()) : PAUSE;
        // Those that were taken off are not kept waiting for long.
        await clock.sleep(Math.max(1, Math.min(due, 20)), this.#end.signal);
      }
    }
  }

  async #make(task: Task, generation: number): Promise<void> {
    const { workload, style, priorityClass } = this.#plan;
    const manifest = podManifest(workload, task, generation, style);
    const spec = { ...(manifest.spec as object), priorityClassName: priorityClass(task.job) };
    try {
      await this.#calls.create(style.namespace, { ...manifest, spec });
    } catch (error) {
      // An answer was lost, and the pod was there already when it was asked for again.
      if (!isStatus(error, 409) && !this.#end.signal.aborted) throw error;
    }
  }

  #check(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }
}
