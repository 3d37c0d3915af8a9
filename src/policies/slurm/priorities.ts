/** Who comes first: what the two schedulers ask of PriorityType, and priority/basic. */
import type { Requests } from '../../workload.ts';
import type { Share } from './selection.ts';

/** What a job was given. */
export interface Given {
  readonly shares: readonly Share[];
  /** Its nodes are its own. */
  readonly whole: boolean;
  /** [index into the partitions] */
  readonly partition: number;
}

/** Times are those of the run [ms]. */
export interface Priorities {
  /** The job has come into the queue: for the first time, or again after it was stopped. */
  submit(job: number, now: number): void;
  /** The queue is gone through: jobs that wait for their turn to grow older may get it. Absent if none ever wait for that. */
  beginAges?(now: number): void;
  /** It runs from now on: it is charged for what it was given. */
  start(job: number, given: Given, now: number): void;
  /** It has ended, is being stopped, or was taken out of the queue. */
  finish(job: number, now: number): void;
  /** Backfill has planned the job: what it would be given is known from now on, and counts for its size. */
  plan(job: number, given: Given): void;
  /**
   * uint32; larger comes first; 0 = held. A job that named several partitions may have another one in each of them:
   * that of its first one if `partition` is absent.
   */
  priorityOf(job: number, partition?: number): number;
  /**
   * Computes priorities anew if that was due before or now, and must be told before anything else of the same instant.
   * Answers when that last changed waiting jobs [ms]; undefined if it did not.
   */
  catchUp(now: number): number | undefined;
  /** When they are computed anew next [ms]; Infinity = never. */
  readonly next: number;
}

/** Where priority/basic begins to count down. */
const TOP = 0xffff0000;

/**
 * priority/basic: every job has one less than the one before it, so that the order is that of submission. A requeued job
 * keeps its own. Source: Slurm 22.05, src/plugins/priority/basic/priority_basic.c; job_mgr.c, set_job_prio.
 */
export function basicPriorities({ slurm, firstGroup }: Requests): Priorities {
  const priorities = new Map<number, number>();
  let last = TOP;
  return {
    next: Infinity,
    submit(job) {
      if (priorities.has(job)) return;
      const option = slurm?.optionsOfGroup[firstGroup[job]] ?? -1;
      const { nice = 0, held = false } = option < 0 ? {} : slurm!.options[option];
      last = Math.max(1, last - 1);
      priorities.set(job, held ? 0 : Math.max(1, last - nice));
    },
    start: () => undefined,
    finish: () => undefined,
    plan: () => undefined,
    priorityOf: (job) => priorities.get(job) ?? 0,
    catchUp: () => undefined,
  };
}
