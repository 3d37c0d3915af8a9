/** How long each job has run, over all its runs, as one sees who only watches. Loading a checkpoint counts as running. */
export class AttainedTime {
  /** In runs that are over [ms]. */
  readonly #before: number[] = [];
  /** When the run began that is going on [ms]; absent if none is. */
  readonly #since = new Map<number, number>();

  /** The job runs from `at` on [ms]. */
  began(job: number, at: number): void {
    this.#since.set(job, at);
  }

  /** The run is over, and so much of it counts for good [ms]. */
  stopped(job: number, kept: number): void {
    this.#before[job] = (this.#before[job] ?? 0) + kept;
    this.#since.delete(job);
  }

  /** The job begins anew. */
  forget(job: number, now: number): void {
    this.#before[job] = 0;
    if (this.#since.has(job)) this.#since.set(job, now);
  }

  /** How long the run lasts that is going on [ms]; 0 if none is. */
  ofRun(job: number, now: number): number {
    const since = this.#since.get(job);
    return since === undefined ? 0 : Math.max(0, now - since);
  }

  /** [ms] */
  of(job: number, now: number): number {
    return (this.#before[job] ?? 0) + this.ofRun(job, now);
  }

  runs(job: number): boolean {
    return this.#since.has(job);
  }
}
