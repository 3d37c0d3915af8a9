/** Carries out what a session orders, and tells it what became of it. */
import { ApiError, Aborted, isStatus } from '../kubernetes/api-error.ts';
import type { RateLimiter } from '../kubernetes/rate-limit.ts';
import type { Announcer } from './announcer.ts';
import type { Binder } from './binder.ts';
import type { BindOrder, Bind, CreateOrder, DeleteOrder, Order } from './orders.ts';
import { isNoMore } from './pod-calls.ts';
import type { PodCalls } from './pod-calls.ts';
import type { PodTimesBook } from './pod-times.ts';
import type { Task } from './tasks.ts';

/** Who is told. */
export interface Outcomes {
  bound(task: Task): void;
  notBound(task: Task, why: string): void;
  notCreated(task: Task, why: string): void;
  /** Nothing more can be done. */
  failed(error: unknown): void;
}

export interface ExecutorParts {
  readonly calls: PodCalls;
  readonly binder: Binder;
  readonly announcer: Announcer;
  readonly times: PodTimesBook;
  readonly outcomes: Outcomes;
  readonly namespace: string;
  /** Preempts by eviction, at this rate, instead of by deletion: budgets are heeded then. */
  readonly evictions?: RateLimiter;
  /** Calls everything off. */
  readonly signal: AbortSignal;
  manifest(task: Task, generation: number): object;
  /** The limit of the job is about to kill it. Resolves when whoever takes over will know. */
  killing(job: number): Promise<void>;
  /** A time of the workload by the clock [ms]. */
  byClock(ms: number): number;
}

/** After binding a job has failed so often, the next time waits: first and longest [ms]. As kube-scheduler's queue does. */
const WAIT = { first: 1000, longest: 10_000 };

export class Executor {
  readonly #parts: ExecutorParts;
  readonly #running = new Set<Promise<void>>();

  constructor(parts: ExecutorParts) {
    this.#parts = parts;
  }

  /** Orders that are not carried out yet [count]. */
  get size(): number {
    return this.#running.size;
  }

  perform(orders: readonly Order[]): void {
    for (const order of orders) {
      const work = this.#perform(order).catch((error: unknown) => {
        if (!(error instanceof Aborted)) this.#parts.outcomes.failed(error);
      });
      this.#running.add(work);
      void work.finally(() => this.#running.delete(work));
    }
  }

  async #perform(order: Order): Promise<void> {
    if (order.kind === 'bind') await this.#bindAll(order);
    else if (order.kind === 'create') await this.#create(order);
    else if (order.kind === 'delete') await this.#delete(order);
    else if (order.kind === 'nominate') this.#parts.announcer.nominated(order.pod, order.nodeName);
    else for (const pod of order.pods) this.#parts.announcer.waits(pod, order.reason);
  }

  async #bindAll({ binds, failures }: BindOrder): Promise<void> {
    const { calls, times, signal } = this.#parts;
    for (const { pod } of binds) times.decided(pod);
    if (failures > 0) await calls.api.clock.sleep(Math.min(WAIT.longest, WAIT.first * 2 ** (failures - 1)), signal);
    await Promise.all(binds.map((bind) => this.#bind(bind)));
  }

  async #bind({ task, pod, nodeName }: Bind): Promise<void> {
    const { binder, times, outcomes, announcer, signal } = this.#parts;
    times.sent(pod);
    const answer = await binder.bind(pod, nodeName, signal);
    times.answered(pod, answer.tries, answer.bound);
    if (!answer.bound) return outcomes.notBound(task, `${answer.why}: ${answer.message}`);
    announcer.bound(pod, nodeName);
    outcomes.bound(task);
  }

  async #create({ task, generation }: CreateOrder): Promise<void> {
    const { calls, namespace, manifest, outcomes, signal } = this.#parts;
    try {
      await calls.create(namespace, manifest(task, generation));
    } catch (error) {
      // An answer that was lost: it is there.
      if (isStatus(error, 409) && error.reason === 'AlreadyExists') return;
      if (!(error instanceof ApiError)) throw error;
      // A namespace that is full may have room later; anything else will not change by itself.
      if (error.status !== 409 && !/quota/.test(error.message)) throw error;
      await calls.api.clock.sleep(WAIT.first, signal);
      outcomes.notCreated(task, error.message);
    }
  }

  async #delete(order: DeleteOrder): Promise<void> {
    const { pod, why } = order;
    const { calls, announcer, times, evictions, signal } = this.#parts;
    if (why === 'limit' && pod.mark !== undefined) await this.#parts.killing(pod.mark.job);
    times.deleting(pod, why);
    if (why === 'preempted') await announcer.preempted(pod);
    const seconds = this.#graceOf(order);
    const call = () =>
      why === 'preempted' && evictions !== undefined ? calls.evict(pod, evictions, seconds) : calls.delete(pod, seconds);
    for (let tries = 0; !(await this.#isDeletedBy(call)); tries++) {
      await calls.api.clock.sleep(Math.min(WAIT.longest, WAIT.first * 2 ** tries), signal);
    }
  }

  /** Whether the pod has been asked to go, or has gone; false: somebody else was at it, and it must be tried again. */
  async #isDeletedBy(call: () => Promise<void>): Promise<boolean> {
    try {
      await call();
      return true;
    } catch (error) {
      if (isNoMore(error)) return true;
      if (isStatus(error, 409)) return false;
      throw error;
    }
  }

  /** How long a pod may take to stop [s]; as it says itself if undefined. */
  #graceOf({ why, grace }: DeleteOrder): number | undefined {
    // Its node does not exist any more: nobody would answer.
    if (why === 'orphan') return 0;
    // Without any its object would be removed while its processes still run. What is killed, or is of no use, gets no more.
    if (why !== 'preempted') return 1;
    return grace === undefined ? undefined : Math.max(1, Math.ceil(this.#parts.byClock(grace) / 1000));
  }
}
