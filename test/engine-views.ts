/** Policies that can be asked by the simulator and by the slow definition of it alike. */
import type { Cycle, Order, PolicySpec, Preemption, Rhythm } from '../src/policy.ts';
import type { Requests } from '../src/workload.ts';

/** What a test policy sees and answers with: plain numbers and arrays. */
export interface View {
  readonly now: number;
  /** Free processors [count]. */
  readonly free: number;
  fits(job: number): boolean;
  /** Waiting jobs, in the order of the queue. */
  queue(): number[];
  /** Jobs that hold processors, by their expected ends, then by row. */
  running(): { job: number; expectedEnd: number; mayPreempt: boolean }[];
  start(job: number): void;
  preempt(job: number, preemption: Preemption): void;
  wakeAt(time: number): void;
}

export type Decide = (view: View, jobs: Requests) => void;

export interface TestPolicy {
  readonly decide: Decide;
  readonly order?: (jobs: Requests) => Order | undefined;
  readonly rhythm?: Rhythm;
}

/** The test policy as one that `simulate` takes. */
export function specOf({ decide, order, rhythm }: TestPolicy, name = 'test'): PolicySpec {
  return {
    name,
    summary: 'A test.',
    source: 'its test',
    create: ({ jobs }) => ({
      order: order?.(jobs),
      rhythm,
      schedule: (cycle) => decide(viewOf(cycle), jobs),
    }),
  };
}

export function pendingOf({ pending }: Cycle): number[] {
  const jobs = [];
  for (let job = pending.first(); job >= 0; job = pending.after(job)) jobs.push(job);
  return jobs;
}

export function runningOf({ running }: Cycle): number[] {
  const jobs = [];
  for (let job = running.first(); job >= 0; job = running.after(job)) jobs.push(job);
  return jobs;
}

function viewOf(cycle: Cycle): View {
  const { running } = cycle;
  return {
    now: cycle.now,
    get free() {
      return cycle.free.procs;
    },
    fits: (job) => cycle.free.fits(job),
    queue: () => pendingOf(cycle),
    running: () =>
      runningOf(cycle).map((job) => ({
        job,
        expectedEnd: running.expectedEnd(job),
        mayPreempt: running.mayPreempt(job),
      })),
    start: (job) => cycle.start(job),
    preempt: (job, preemption) => cycle.preempt(job, preemption),
    wakeAt: (time) => cycle.wakeAt(time),
  };
}

/** First come, first served: the first job that does not fit blocks all behind it. */
export const plainFcfs: Decide = (view) => {
  for (const job of view.queue()) {
    if (!view.fits(job)) return;
    view.start(job);
  }
};

/**
 * EASY as its papers state it: the first job that does not fit is due when the running jobs, judged by their
 * walltimes, are sure to have made room. A later job may start if it is over by then, or if it leaves that room alone.
 */
export const plainEasy: Decide = (view, jobs) => {
  plainFcfs(view, jobs);
  const [head, ...others] = view.queue();
  if (head === undefined) return;
  const ends = view.running().map(({ job, expectedEnd }) => ({ procs: jobs.procs[job], at: Math.max(expectedEnd, view.now) }));
  const freeAt = (time: number) => view.free + sum(ends.filter(({ at }) => at <= time).map(({ procs }) => procs));
  const due = Math.min(...ends.map(({ at }) => at).filter((time) => freeAt(time) >= jobs.procs[head]));
  let extra = due === Infinity ? 0 : freeAt(due) - jobs.procs[head];
  for (const job of others) {
    if (!view.fits(job)) continue;
    const isOverInTime = view.now + jobs.walltime[job] <= due;
    if (!isOverInTime && jobs.procs[job] > extra) continue;
    view.start(job);
    if (!isOverInTime) extra -= jobs.procs[job];
  }
};

const PREEMPTIONS: readonly Preemption['how'][] = [
  'requeue',
  'suspend',
  'checkpoint',
  'cancel',
  'requeue',
  'suspend',
  'checkpoint',
];

/**
 * Starts and preempts jobs as a number that depends on seed, time and job falls: any valid sequence of decisions may
 * come up. From `calm` on it preempts no more, so that all jobs come to an end.
 */
export function whimsical(seed: number, calm: number, preemptions = PREEMPTIONS): Decide {
  return (view) => {
    const { now } = view;
    for (const { job, mayPreempt } of now < calm ? view.running() : []) {
      const whim = mix(seed, now, job);
      if (!mayPreempt || whim % 3 !== 0) continue;
      const how = preemptions[(whim >> 4) % preemptions.length];
      view.preempt(job, { how, grace: [0, 0, 1, 2, 5][(whim >> 8) % 5] });
    }
    for (const job of view.queue()) {
      if (view.fits(job) && (now >= calm || mix(seed + 1, now, job) % 4 !== 0)) view.start(job);
    }
    // It may have left a job in the queue that nothing else would bring it back to.
    if (now < calm && view.queue().length > 0) view.wakeAt(now + 1 + (mix(seed, now, -1) % 3));
  };
}

/** A number in [0, 2^31) that looks random and depends on nothing but its arguments. */
export function mix(...numbers: number[]): number {
  let hash = 0x811c9dc5;
  for (const number of numbers) {
    hash = Math.imul(hash ^ number, 0x01000193);
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
    hash ^= hash >>> 12;
  }
  return hash >>> 1;
}

export function sum(numbers: Iterable<number>): number {
  let total = 0;
  for (const number of numbers) total += number;
  return total;
}
