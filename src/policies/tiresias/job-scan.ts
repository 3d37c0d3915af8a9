/** Jobs one after the other, the most important ones first. */
export interface JobScan {
  /** The next job; -1 at the end. */
  next(): number;
  /** Nobody wants to hear of those any more that ask for the same as the job that was just named, and wait: they may be left out. */
  leaveOutItsLike(): void;
}

/** All jobs of a list. */
export class ListScan implements JobScan {
  readonly #jobs: readonly number[];
  #at = 0;

  constructor(jobs: readonly number[]) {
    this.#jobs = jobs;
  }

  next(): number {
    return this.#at < this.#jobs.length ? this.#jobs[this.#at++] : -1;
  }

  leaveOutItsLike(): void {
    // They come, and are passed over one by one.
  }
}

/** One scan after the other. */
export class ChainedScan implements JobScan {
  readonly #scans: readonly JobScan[];
  #at = 0;

  constructor(scans: readonly JobScan[]) {
    this.#scans = scans;
  }

  next(): number {
    for (; this.#at < this.#scans.length; this.#at++) {
      const job = this.#scans[this.#at].next();
      if (job >= 0) return job;
    }
    return -1;
  }

  leaveOutItsLike(): void {
    if (this.#at < this.#scans.length) this.#scans[this.#at].leaveOutItsLike();
  }
}
