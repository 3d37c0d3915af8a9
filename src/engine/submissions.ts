import type { Dependencies, Workload } from '../workload.ts';
import { AFTER_ANY, AFTER_NOT_OK, AFTER_START } from '../workload.ts';
import { SUBMIT } from './event-queue.ts';
import type { EventQueue } from './event-queue.ts';

/** What has been said of a job. Values of `Submissions.#told`. */
const STARTED = 1;
const ENDED = 2;

/**
 * Who is submitted when. Holds jobs back for the jobs they depend on. In `hold` mode a job enters the queue at its
 * recorded submission or when its last dependency is satisfied, whichever is later. In `feedback` mode a job with think
 * times enters it when each of them has passed since the start or end that it belongs to. A job that can never go is
 * withdrawn when its recorded submission comes, or at once if that has passed.
 */
export class Submissions {
  readonly #workload: Workload;
  readonly #dependencies: Dependencies | undefined;
  readonly #feedback: boolean;
  readonly #events: EventQueue;
  readonly #withdraw: (job: number) => void;
  /** The next row to be submitted as recorded. */
  #next = 0;
  /** Dependencies of each job that are not satisfied yet; only with dependencies. */
  readonly #unmet: Int32Array;
  /** The earliest submission that the satisfied ones allow [ms]. */
  readonly #ready: Float64Array;
  /** Jobs that wait for each job, as rows of edges. */
  readonly #firstDependant: Int32Array;
  readonly #dependants: Int32Array;
  readonly #told: Uint8Array;
  readonly #dead: Uint8Array;
  /** Submissions of held jobs that are still to come [count]. */
  #promised = 0;
  /** Jobs that will never go, to be withdrawn one after the other: a chain of them may be long. */
  readonly #doomed: number[] = [];
  #isWithdrawing = false;

  /** `withdraw` is called for a job whose dependencies can no longer be satisfied. */
  constructor(workload: Workload, mode: 'ignore' | 'hold' | 'feedback', events: EventQueue, withdraw: (job: number) => void) {
    this.#workload = workload;
    this.#dependencies = mode === 'ignore' ? undefined : workload.dependencies;
    this.#feedback = mode === 'feedback';
    this.#events = events;
    this.#withdraw = withdraw;
    const count = this.#dependencies === undefined ? 0 : workload.count;
    this.#unmet = new Int32Array(count);
    this.#ready = new Float64Array(count);
    this.#told = new Uint8Array(count);
    this.#dead = new Uint8Array(count);
    this.#firstDependant = new Int32Array(count + 1);
    this.#dependants = new Int32Array(this.#dependencies?.on.length ?? 0);
    if (this.#dependencies !== undefined) this.#indexDependants(this.#dependencies);
  }

  #indexDependants({ first, on }: Dependencies): void {
    const start = this.#firstDependant;
    for (const other of on) start[other + 1]++;
    for (let job = 0; job + 1 < start.length; job++) start[job + 1] += start[job];
    const filled = start.slice();
    for (let job = 0; job + 1 < first.length; job++) {
      this.#unmet[job] = first[job + 1] - first[job];
      for (let edge = first[job]; edge < first[job + 1]; edge++) this.#dependants[filled[on[edge]]++] = edge;
    }
  }

  /** When the next job is submitted as recorded [ms]; those that are held back have events in the queue. */
  get nextTime(): number {
    return this.#next < this.#workload.count ? this.#workload.submit[this.#next] : Infinity;
  }

  get isMoreToCome(): boolean {
    return this.#next < this.#workload.count || this.#promised > 0;
  }

  isNow(now: number): boolean {
    return this.nextTime === now || (this.#promised > 0 && this.#isHeldNow(now));
  }

  /**
   * Takes the next job of this instant by its row, whether it was held back or not. -1 if that is a recorded
   * submission that does not count: the jobs it depends on say when it is submitted, or have said never.
   */
  take(now: number): number {
    if (this.#promised > 0 && this.#isHeldNow(now) && (this.nextTime !== now || this.#events.nextRow < this.#next)) {
      const job = this.#events.nextRow;
      this.#events.pop();
      this.#promised--;
      return job;
    }
    const job = this.#next++;
    if (this.#dependencies === undefined) return job;
    if (this.#dead[job] === 1) {
      this.#doomed.push(job);
      this.#withdrawDoomed();
    }
    const { first } = this.#dependencies;
    return first[job] === first[job + 1] ? job : -1;
  }

  #isHeldNow(now: number): boolean {
    return this.#events.nextTime === now && this.#events.nextKind === SUBMIT;
  }

  /** The job begins to run at this time, for the first time or again. */
  started(job: number, time: number): void {
    if (this.#dependencies === undefined || this.#told[job] !== 0) return;
    this.#told[job] = STARTED;
    this.#settle(job, time, STARTED, false);
  }

  /** The job ends for good; it may be said more than once. `ok`: it has completed. */
  ended(job: number, time: number, ok: boolean): void {
    if (this.#dependencies === undefined || this.#told[job] === ENDED) return;
    // One that is over without having started keeps nobody waiting for its start.
    this.started(job, time);
    this.#told[job] = ENDED;
    this.#settle(job, time, ENDED, ok);
    this.#withdrawDoomed();
  }

  #withdrawDoomed(): void {
    if (this.#isWithdrawing) return;
    this.#isWithdrawing = true;
    // Grows while it is walked: who is withdrawn has ended, too.
    for (const doomed of this.#doomed) this.#withdraw(doomed);
    this.#doomed.length = 0;
    this.#isWithdrawing = false;
  }

  /** Each edge is settled once: `after start` by the start, the others by the end. */
  #settle(job: number, time: number, what: number, ok: boolean): void {
    const { kind } = this.#dependencies!;
    for (let index = this.#firstDependant[job]; index < this.#firstDependant[job + 1]; index++) {
      const edge = this.#dependants[index];
      if ((kind[edge] === AFTER_START) !== (what === STARTED)) continue;
      const dependant = this.#jobOf(edge);
      if (this.#dead[dependant] === 1) continue;
      if (kind[edge] !== AFTER_ANY && kind[edge] !== AFTER_START && ok === (kind[edge] === AFTER_NOT_OK)) {
        this.#dead[dependant] = 1;
        if (dependant < this.#next) this.#doomed.push(dependant);
        continue;
      }
      this.#ready[dependant] = Math.max(this.#ready[dependant], time + this.#thinkTime(edge));
      if (--this.#unmet[dependant] === 0) this.#release(dependant);
    }
  }

  #release(job: number): void {
    const earliest = this.#isThoughtOf(job) ? 0 : this.#workload.submit[job];
    this.#promised++;
    this.#events.push(Math.max(earliest, this.#ready[job]), SUBMIT, job);
  }

  /**
   * [ms]; 0 if it is not given: a trace may have a submission before the end that it waited for. A time after a start was asked
   * for, and is kept in any case.
   */
  #thinkTime(edge: number): number {
    const { think, kind } = this.#dependencies!;
    return (this.#feedback || kind[edge] === AFTER_START) && think[edge] > 0 ? think[edge] : 0;
  }

  /** Whether think times say when the job is submitted, whatever the record says. */
  #isThoughtOf(job: number): boolean {
    const { first, think } = this.#dependencies!;
    for (let edge = first[job]; this.#feedback && edge < first[job + 1]; edge++) if (!Number.isNaN(think[edge])) return true;
    return false;
  }

  /** The job that an edge belongs to: the last row that starts at or before it. */
  #jobOf(edge: number): number {
    const { first } = this.#dependencies!;
    let low = 0;
    let high = first.length - 1;
    while (low + 1 < high) {
      const middle = (low + high) >> 1;
      if (first[middle] <= edge) low = middle;
      else high = middle;
    }
    return low;
  }
}
