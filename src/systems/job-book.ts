import { COMPLETED, UNFINISHED } from '../schedule.ts';

/** A run that was broken off [ms]. */
export interface BrokenOff {
  readonly job: number;
  /** That of its end if it had not come to work yet. */
  readonly start: number;
  readonly end: number;
  /** It had been told before. */
  readonly warned: boolean;
  /** Work of it that counts for later runs. */
  readonly kept: number;
}

/** Who acts on what becomes of jobs. */
export interface JobNews {
  /** All its steps have begun at least once. */
  began(job: number): void;
  /** Its user has seen that it is over, with one of the states of `Schedule`. */
  over(job: number, state: number): void;
}

/** What became of each job of the workload, as columns. Times [ms], NaN = it did not happen. */
export class JobBook {
  readonly count: number;
  /** When its user submitted it; as recorded if it was over before it came to that, NaN if it never was. */
  readonly submit: Float64Array;
  /** When all its steps had begun at least once. */
  readonly start: Float64Array;
  /** When the last of its steps was over; later than `seen` where one went on when nobody waited for it any more. */
  readonly end: Float64Array;
  /** When its user could see that it was over. */
  readonly seen: Float64Array;
  /** What its user was told, as in `Schedule`; of several steps the first that did not complete says it. */
  readonly state: Uint8Array;
  /** When one of its steps began last, or began anew. */
  readonly lastStart: Float64Array;
  /** Runs that were broken off [count]. */
  readonly restarts: Int32Array;
  /** The same one by one, of jobs of one step: several steps hold parts of what the job holds, each for a time of its own. */
  readonly brokenOff: BrokenOff[] = [];
  /** Copies that were made while others ran [count]. */
  readonly duplicates: Int32Array;
  /** Copies that went on when nobody waited for them any more [count]. */
  readonly orphans: Int32Array;
  /** Steps that have begun, are over, were seen to be over [count]. */
  readonly #begun: Int32Array;
  readonly #over: Int32Array;
  readonly #seen: Int32Array;
  readonly #steps: Int32Array;
  readonly #told: Uint8Array;
  readonly #recorded: Float64Array;
  readonly #news: JobNews;
  /** Jobs that nobody waits for any more [count]. */
  done = 0;

  constructor(submit: Float64Array, steps: Int32Array, news: JobNews) {
    const { length } = steps;
    this.count = length;
    this.#steps = steps;
    this.#news = news;
    this.#recorded = submit;
    this.submit = new Float64Array(length).fill(NaN);
    this.start = new Float64Array(length).fill(NaN);
    this.end = new Float64Array(length).fill(NaN);
    this.seen = new Float64Array(length).fill(NaN);
    this.state = new Uint8Array(length);
    this.lastStart = new Float64Array(length).fill(NaN);
    this.restarts = new Int32Array(length);
    this.duplicates = new Int32Array(length);
    this.orphans = new Int32Array(length);
    this.#begun = new Int32Array(length);
    this.#over = new Int32Array(length);
    this.#seen = new Int32Array(length);
    this.#told = new Uint8Array(length);
  }

  stepsOf(job: number): number {
    return this.#steps[job];
  }

  /** A step of it runs, for the first time or again. */
  runs(job: number, now: number): void {
    this.lastStart[job] = now;
  }

  interrupted(run: BrokenOff): void {
    this.restarts[run.job]++;
    if (this.#steps[run.job] === 1) this.brokenOff.push(run);
  }

  began(job: number, now: number): void {
    if (++this.#begun[job] < this.#steps[job]) return;
    this.start[job] = now;
    this.#news.began(job);
  }

  ended(job: number, now: number): void {
    if (++this.#over[job] === this.#steps[job]) this.end[job] = now;
  }

  /** The user knows that one step is over. */
  sawEnd(job: number, now: number, state: number): void {
    if (++this.#seen[job] > this.#steps[job]) throw new Error(`job ${job} ends once more at ${now} ms`);
    if (this.#told[job] === UNFINISHED || this.#told[job] === COMPLETED) this.#told[job] = state;
    if (this.#seen[job] < this.#steps[job]) return;
    this.seen[job] = now;
    if (Number.isNaN(this.submit[job])) this.submit[job] = this.#recorded[job];
    this.state[job] = this.#told[job];
    this.done++;
    this.#news.over(job, this.state[job]);
  }
}
