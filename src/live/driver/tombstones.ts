/**
 * Pods that are gone but for their objects, which our finalizer keeps: whatever deletes a pod, and whether a driver runs or
 * not, how it ended is there until it is known for good. So Kubernetes' own Job controller keeps the pods that it has not
 * counted yet. Source: KEP-2307, pkg/controller/job/job_controller.go (batch.kubernetes.io/job-tracking).
 *
 * - One that has ended by itself is kept while its job goes on: its end is a part of the job's.
 * - One whose job is over is given up once that is written down (`OverBook`).
 * - All others are given up at once.
 */
import { Aborted } from '../kubernetes/api-error.ts';
import type { LivePod } from './live-pod.ts';
import { endOf } from './over-book.ts';
import type { OverBook } from './over-book.ts';
import type { PodCalls } from './pod-calls.ts';
import type { Session } from './session.ts';

export interface TombstoneParts {
  readonly session: Session;
  readonly book: OverBook;
  readonly calls: PodCalls;
  failed(error: unknown): void;
}

/** So many are held or given up at the same time when a run begins or ends [count]. */
const AT_ONCE = 16;

export class Tombstones {
  readonly #parts: TombstoneParts;
  readonly #kept = new Map<string, LivePod>();
  /** Uids of those that were held just now: nobody may have heard of that yet. */
  readonly #held = new Set<string>();
  /** Those that are being given up. */
  readonly #going = new Set<Promise<void>>();

  constructor(parts: TombstoneParts) {
    this.#parts = parts;
  }

  add(pod: LivePod): void {
    if (pod.mark !== undefined) this.#kept.set(pod.uid, pod);
  }

  /** Looks which are of no use any more. To be called when the session has settled what it was told. */
  settle(): void {
    for (const pod of this.#kept.values()) {
      if (this.#isPartOfRun(pod)) continue;
      this.#kept.delete(pod.uid);
      const going = this.#giveUp(pod).catch((error: unknown) => {
        if (!(error instanceof Aborted)) this.#parts.failed(error);
      });
      this.#going.add(going);
      void going.then(() => this.#going.delete(going));
    }
  }

  /** Holds these pods if they are ours: a driver before has given them up when it was asked to stop. */
  async holdAll(pods: Iterable<LivePod>): Promise<void> {
    const free = [...pods].filter(({ isHeld, mark, terminating }) => !isHeld && !terminating && mark !== undefined);
    for (const { uid } of free) this.#held.add(uid);
    await each(free, (pod) => this.#parts.calls.hold(pod));
  }

  /** Gives up these pods and all that were kept: nobody will ask for them, or they may be deleted by whoever likes. */
  async releaseAll(pods: Iterable<LivePod>): Promise<void> {
    const isHeld = (pod: LivePod) => pod.isHeld || this.#held.has(pod.uid);
    const left = [...this.#kept.values(), ...pods].filter((pod) => isHeld(pod) && pod.mark !== undefined);
    this.#kept.clear();
    await Promise.all([...this.#going, each(left, (pod) => this.#parts.calls.release(pod))]);
  }

  #isPartOfRun({ mark }: LivePod): boolean {
    const { session } = this.#parts;
    const task = mark && session.tasks.find(mark);
    return task?.state === 'finished' && !session.life.states.of(task.job).isOver;
  }

  async #giveUp(pod: LivePod): Promise<void> {
    const { session, book, calls } = this.#parts;
    const task = pod.mark && session.tasks.find(pod.mark);
    const end = task && endOf(session.core, task.job);
    if (task !== undefined && end !== undefined) await book.add(task.job, end);
    await calls.release(pod);
  }
}

async function each(pods: LivePod[], act: (pod: LivePod) => Promise<void>): Promise<void> {
  const worker = async () => {
    for (let pod = pods.pop(); pod !== undefined; pod = pods.pop()) await act(pod);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}
