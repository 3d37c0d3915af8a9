import type { ParameterSpec } from '../../parameters.ts';
import type { Cycle, PolicySetup } from '../../policy.ts';
import { gpusOf } from '../../workload.ts';
import type { Requests } from '../../workload.ts';
import { AttainedTime } from './attained-time.ts';
import type { Verbs } from './run-in-order.ts';

/** How the policies of this folder stop jobs. */
export const stopParameter: ParameterSpec = {
  summary:
    'How a job is stopped that makes way: checkpoint = it saves its work, which takes what the trace or model says, as does loading it again; requeue = what it has not saved by itself is lost.',
  type: 'choice',
  choices: ['checkpoint', 'requeue'],
  default: 'checkpoint',
};

/** How wide a job is: GPUs, or processors if it has none [count]. */
export function widthOf(jobs: Requests, job: number): number {
  const gpus = gpusOf(jobs, job);
  return gpus > 0 ? gpus / 1000 : jobs.procs[job];
}

/** Told of jobs that come and go. */
export interface ActiveJobsListener {
  added(job: number): void;
  over?(job: number): void;
}

/** The jobs that wait or run, and how long each has run: what a policy that goes by attained service keeps. */
export class ActiveJobs {
  readonly attained = new AttainedTime();
  readonly #how: 'checkpoint' | 'requeue';
  readonly #jobs: Requests;
  readonly #counts: 'service' | 'work';
  readonly #active = new Set<number>();
  /** Jobs that save their work when they stop, and have been told to. */
  readonly #saves = new Set<number>();

  /** `counts`: whether time counts as attained whose work is lost. */
  constructor({ jobs, parameters }: PolicySetup, counts: 'service' | 'work') {
    this.#jobs = jobs;
    this.#counts = counts;
    this.#how = parameters.stop === 'requeue' ? 'requeue' : 'checkpoint';
  }

  /** Brings the books up to date. */
  update({ changed, now, pending, running }: Cycle, listener: ActiveJobsListener): void {
    for (const job of changed.ended) {
      if (!running.has(job)) this.#stopped(job, now);
      if (!pending.has(job) && !running.has(job) && this.#active.delete(job)) listener.over?.(job);
    }
    for (const job of changed.submitted) if (pending.has(job)) this.#add(job, listener);
    for (const { job } of changed.adopted) {
      if (!running.has(job)) continue;
      this.attained.began(job, running.startOf(job));
      this.#add(job, listener);
    }
  }

  verbs(cycle: Cycle): Verbs {
    return {
      start: (job) => {
        cycle.start(job);
        this.attained.began(job, cycle.running.startOf(job));
      },
      stop: (job) => {
        if (this.#how === 'checkpoint') this.#saves.add(job);
        cycle.preempt(job, { how: this.#how });
        if (!cycle.running.has(job)) this.#stopped(job, cycle.now);
      },
    };
  }

  #add(job: number, listener: ActiveJobsListener): void {
    if (this.#active.has(job)) return;
    this.#active.add(job);
    listener.added(job);
  }

  #stopped(job: number, now: number): void {
    if (!this.attained.runs(job)) return;
    const ran = this.attained.ofRun(job, now);
    const saves = this.#saves.delete(job);
    this.attained.stopped(job, saves || this.#counts === 'service' ? ran : this.#savedAnyway(job, ran));
  }

  /** What checkpoints that a job writes by itself have kept of a run of this length [ms]. */
  #savedAnyway(job: number, ran: number): number {
    const interval = this.#jobs.checkpoints?.interval[job] ?? Infinity;
    return interval === 0 ? ran : interval === Infinity ? 0 : Math.floor(ran / interval) * interval;
  }
}
