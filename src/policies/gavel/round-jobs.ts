import type { Cycle, WhatIf } from '../../policy.ts';
import type { GpuTypes } from './gpu-types.ts';

/** A time for which a job ran on GPUs of one type. */
interface Run {
  readonly job: number;
  readonly type: number;
  /** [ms] */
  readonly time: number;
}

/** What a job does now: the type it runs on, and since when, or since the last time this was counted [ms]. */
interface Stint {
  readonly type: number;
  since: number;
}

/** The jobs that wait or run, on which type of GPUs, and what has happened to them in a round. */
export class RoundJobs {
  readonly #gpus: GpuTypes;
  readonly #known = new Set<number>();
  readonly #stints = new Map<number, Stint>();
  /** Speed of each job on each type. */
  readonly #speeds: Float64Array[] = [];
  /** What each job has done [ms at speed 1]. */
  readonly #worked: number[] = [];
  readonly #noGpus = new Set<number>();
  #runs: Run[] = [];
  #joined: number[] = [];
  #left: number[] = [];

  constructor(gpus: GpuTypes) {
    this.#gpus = gpus;
  }

  get anyRuns(): boolean {
    return this.#stints.size > 0;
  }

  get isEmpty(): boolean {
    return this.#known.size === 0;
  }

  /** Follows what has happened since the last cycle. */
  update(cycle: Cycle): void {
    const { changed, now, pending, running } = cycle;
    for (const job of changed.ended) {
      if (!running.has(job)) this.#stopped(job, now);
      if (!pending.has(job) && !running.has(job)) this.#forget(job);
    }
    for (const job of changed.submitted) if (pending.has(job)) this.#add(job, cycle);
    for (const { job, node } of changed.adopted) {
      if (!running.has(job) || this.#stints.has(job)) continue;
      this.#add(job, cycle);
      if (this.#known.has(job)) this.#stints.set(job, { type: this.#gpus.typeOf[node], since: running.startOf(job) });
    }
  }

  /** What has happened since the last time this was asked for. */
  settle(now: number) {
    for (const [job, stint] of this.#stints) this.#count(job, stint, now);
    const happened = { runs: this.#runs, joined: this.#joined, left: this.#left };
    [this.#runs, this.#joined, this.#left] = [[], [], []];
    return happened;
  }

  /** All of them, in the order in which they came. */
  able(): number[] {
    return [...this.#known];
  }

  running(): number[] {
    return [...this.#stints.keys()];
  }

  isRunning(job: number): boolean {
    return this.#stints.has(job);
  }

  /** The type on which it runs; -1 if it does not. */
  typeOf(job: number): number {
    return this.#stints.get(job)?.type ?? -1;
  }

  speedsOf(job: number): Float64Array {
    return this.#speeds[job];
  }

  /** Up to the last time that was settled [ms at speed 1]. */
  workedBy(job: number): number {
    return this.#worked[job];
  }

  start(cycle: Cycle, job: number, type: number, room: WhatIf): void {
    cycle.start(job, room);
    this.#stints.set(job, { type, since: cycle.running.startOf(job) });
  }

  /** Its work is saved. */
  stop(cycle: Cycle, job: number): void {
    cycle.preempt(job, { how: 'checkpoint' });
    if (!cycle.running.has(job)) this.#stopped(job, cycle.now);
  }

  /** Those that wait and need no GPUs. */
  withoutGpus({ pending }: Cycle): number[] {
    return [...this.#noGpus].filter((job) => pending.has(job));
  }

  #add(job: number, cycle: Cycle): void {
    if (this.#known.has(job)) return;
    if (this.#gpus.widthOf(job) === 0) return void this.#noGpus.add(job);
    const speeds = (this.#speeds[job] ??= this.#gpus.speedsOf(job));
    if (!speeds.some((speed) => speed > 0)) return cycle.reject(job, this.#whyNowhere(job));
    this.#worked[job] ??= 0;
    this.#known.add(job);
    this.#joined.push(job);
  }

  #whyNowhere(job: number): string {
    const types = this.#gpus.types.map(({ model, size }) => `${size}${model === '' ? '' : ` of ${model}`}`);
    return `it cannot run on GPUs of one type: it needs ${this.#gpus.widthOf(job)}, there are ${types.join(', ')}`;
  }

  #forget(job: number): void {
    this.#noGpus.delete(job);
    if (!this.#known.delete(job)) return;
    const unseen = this.#joined.indexOf(job);
    if (unseen >= 0) this.#joined.splice(unseen, 1);
    else this.#left.push(job);
  }

  #stopped(job: number, now: number): void {
    const stint = this.#stints.get(job);
    if (stint === undefined) return;
    this.#count(job, stint, now);
    this.#stints.delete(job);
  }

  #count(job: number, stint: Stint, now: number): void {
    const time = now - stint.since;
    if (time <= 0) return;
    this.#runs.push({ job, type: stint.type, time });
    this.#worked[job] += time * this.#speeds[job][stint.type];
    stint.since = now;
  }
}
