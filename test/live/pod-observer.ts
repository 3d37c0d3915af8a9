/** Sees every version of every pod of a run on a real API server, and notes what must not happen. */
import { ApiTally } from '../../src/live/kubernetes/api-tally.ts';
import { KubeApi } from '../../src/live/kubernetes/api.ts';
import type { ClusterAccess } from '../../src/live/kubernetes/access.ts';
import { wallClock } from '../../src/live/kubernetes/clock.ts';
import { Connection } from '../../src/live/kubernetes/connection.ts';
import { ListWatch } from '../../src/live/kubernetes/list-watch.ts';
import { RateLimiter } from '../../src/live/kubernetes/rate-limit.ts';
import { isFinished, readLivePod } from '../../src/live/driver/live-pod.ts';
import type { LivePod } from '../../src/live/driver/live-pod.ts';

/** Processors of a node; each pod takes one. */
const PROCS = 2;

export class PodObserver {
  readonly #run: string;
  readonly #api: KubeApi;
  readonly #pods = new Map<string, LivePod>();
  readonly #end = new AbortController();
  #watching: Promise<void> | undefined;
  readonly violations: string[] = [];

  constructor(access: ClusterAccess, run: string) {
    this.#run = run;
    const limiter = new RateLimiter({ qps: 0, burst: 0 }, wallClock);
    const connection = new Connection(access, wallClock);
    this.#api = new KubeApi({ connection, limiter, clock: wallClock, tally: new ApiTally(), random: () => 0.5 });
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => {
      const read = (json: unknown) => readLivePod(json, { run: this.#run, namespace: 'default', schedulerName: 'yardmaster' });
      const follower = {
        listed: (items: readonly unknown[]) => {
          this.#pods.clear();
          for (const item of items) this.#see(read(item));
        },
        changed: (kind: string, object: unknown) => {
          const pod = read(object);
          if (kind === 'DELETED') this.#pods.delete(pod.uid);
          else this.#see(pod);
        },
        hearing: resolve,
        trouble: () => undefined,
      };
      const watch = new ListWatch(this.#api, { name: 'pods', path: '/api/v1/pods' }, follower);
      this.#watching = watch.run(this.#end.signal);
    });
  }

  async stop(): Promise<void> {
    this.#end.abort();
    await this.#watching;
    this.#api.close();
  }

  #see(pod: LivePod): void {
    this.#pods.set(pod.uid, pod);
    if (pod.mark === undefined || pod.nodeName === undefined || isFinished(pod)) return;
    const { job, group, index } = pod.mark;
    const others = [...this.#pods.values()].filter((other) => other.nodeName !== undefined && !isFinished(other));
    const twins = others.filter(({ mark }) => mark?.job === job && mark.group === group && mark.index === index);
    if (twins.length > 1) this.#note(`task ${job}/${group}/${index} has ${twins.length} pods on nodes`);
    const there = others.filter(({ mark, nodeName }) => mark !== undefined && nodeName === pod.nodeName);
    if (there.length > PROCS) this.#note(`node ${pod.nodeName} has ${there.length} pods of one processor each`);
  }

  #note(what: string): void {
    if (!this.violations.includes(what)) this.violations.push(what);
  }
}
