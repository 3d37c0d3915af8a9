import type { Dependencies, Workload } from '../workload.ts';
import { AFTER_ANY, AFTER_NOT_OK, AFTER_START } from '../workload.ts';

/** What the end or start of a job means for one that waited for it. */
export const MAY_GO = 1;
/** What it depends on can no longer happen. */
export const NEVER = 2;

/**
 * Holds jobs back for the jobs they depend on. In `hold` mode a job enters the queue at its recorded submission or
 * when its last dependency is satisfied, whichever is later; in `feedback` mode its think time after that.
 */
export class Submissions {
  readonly #workload: Workload;
  readonly #dependencies: Dependencies | undefined;
  readonly #feedback: boolean;
  /** The next row to be submitted as recorded. */
  #next = 0;
  /** Dependencies of each job that are not satisfied yet; only with dependencies. */
  readonly #unmet: Int32Array;
  /** Jobs that wait for each job, as rows of edges. */
  readonly #firstDependant: Int32Array;
  readonly #dependants: Int32Array;
  /** Whether the recorded submission of a held job has passed. */
  readonly #arrived: Uint8Array;
  readonly #dead: Uint8Array;

  constructor(workload: Workload, mode: 'ignore' | 'hold' | 'feedback') {
    this.#workload = workload;
    this.#dependencies = mode === 'ignore' ? undefined : workload.dependencies;
    this.#feedback = mode === 'feedback';
    const count = this.#dependencies === undefined ? 0 : workload.count;
    this.#unmet = new Int32Array(count);
    this.#arrived = new Uint8Array(count);
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

  /** When the next job is submitted as recorded [ms]. */
  get nextTime(): number {
    return this.#next < this.#workload.count ? this.#workload.submit[this.#next] : Infinity;
  }

  /** Takes the next job; -1 if it must wait for another one first. */
  take(): number {
    const job = this.#next++;
    if (this.#dependencies === undefined) return job;
    this.#arrived[job] = 1;
    if (this.#dead[job] === 1 || !Number.isNaN(this.#thinkOf(job))) return -1;
    return this.#unmet[job] === 0 ? job : -1;
  }

  /**
   * A job has started or ended: tells `visit` each job that was waiting for it and can now be submitted (with the
   * time to do so) or never will be.
   */
  settle(
    job: number,
    now: number,
    ended: boolean,
    ok: boolean,
    visit: (job: number, verdict: number, time: number) => void,
  ): void {
    if (this.#dependencies === undefined) return;
    for (let index = this.#firstDependant[job]; index < this.#firstDependant[job + 1]; index++) {
      const edge = this.#dependants[index];
      const kind = this.#dependencies.kind[edge];
      // Each edge is settled once: `after start` by the start, the others by the end.
      if ((kind === AFTER_START) === ended) continue;
      const dependant = this.#jobOf(edge);
      if (this.#dead[dependant] === 1) continue;
      if (kind !== AFTER_ANY && kind !== AFTER_START && ok === (kind === AFTER_NOT_OK)) {
        this.#dead[dependant] = 1;
        visit(dependant, NEVER, now);
      } else if (--this.#unmet[dependant] === 0) {
        this.#release(dependant, now, visit);
      }
    }
  }

  #release(job: number, now: number, visit: (job: number, verdict: number, time: number) => void): void {
    const think = this.#thinkOf(job);
    if (!Number.isNaN(think)) visit(job, MAY_GO, now + Math.max(0, think));
    else if (this.#arrived[job] === 1) visit(job, MAY_GO, now);
  }

  /** The longest think time of a job that is submitted by its dependencies alone; NaN for all others [ms]. */
  #thinkOf(job: number): number {
    if (!this.#feedback) return NaN;
    const { first, think } = this.#dependencies!;
    let longest = NaN;
    for (let edge = first[job]; edge < first[job + 1]; edge++) {
      if (!(think[edge] <= longest) && !Number.isNaN(think[edge])) longest = think[edge];
    }
    return longest;
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
