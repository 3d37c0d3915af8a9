import { Int32Column } from '../columns.ts';
import type { Holdings } from '../schedule.ts';
import type { Workload } from '../workload.ts';
import type { Ledger } from './ledger.ts';

type Jobs = Pick<Workload, 'firstGroup' | 'groupTasks' | 'groupMinimum' | 'groupMost' | 'groupRequest' | 'requests'>;

/** Writes down what runs hold, where that is not what their jobs ask for, or does not stay what it was. */
export class HoldingsRecorder {
  readonly #jobs: Jobs;
  readonly #job = new Int32Column(16);
  readonly #time: number[] = [];
  readonly #cpu: number[] = [];
  readonly #gpu: number[] = [];
  /** The last row of each job. */
  readonly #last = new Map<number, number>();

  private constructor(jobs: Jobs) {
    this.#jobs = jobs;
  }

  /** Undefined if every job holds all that it asks for or nothing. */
  static of(jobs: Jobs): HoldingsRecorder | undefined {
    const { groupTasks, groupMinimum, groupMost } = jobs;
    const varies = groupMost !== undefined || groupMinimum.some((minimum, group) => minimum < groupTasks[group]);
    return varies ? new HoldingsRecorder(jobs) : undefined;
  }

  /** A run holds this from `time` on: it begins then, or has got or given back tasks. */
  note(job: number, time: number, ledger: Ledger): void {
    const last = this.#last.get(job);
    if (last === undefined && this.#isAsAsked(job, ledger)) return;
    // What moves at one instant is one change; and of a run that was broken off before it began there is nothing to tell.
    const row = last !== undefined && this.#time[last] >= time ? last : this.#job.length;
    if (row === this.#job.length) this.#job.push(job);
    this.#last.set(job, row);
    [this.#time[row], this.#cpu[row], this.#gpu[row]] = [time, 0, 0];
    this.#eachGroup(job, ledger, (group, tasks) => {
      const request = this.#jobs.requests[this.#jobs.groupRequest[group]];
      this.#cpu[row] += tasks * request.cpu;
      this.#gpu[row] += tasks * request.gpu;
    });
  }

  #isAsAsked(job: number, ledger: Ledger): boolean {
    let isAsAsked = true;
    this.#eachGroup(job, ledger, (group, tasks) => (isAsAsked &&= tasks === this.#jobs.groupTasks[group]));
    return isAsAsked;
  }

  /** Tells the tasks that the job holds, by the group's index in the workload. */
  #eachGroup(job: number, ledger: Ledger, visit: (group: number, tasks: number) => void): void {
    const { firstGroup, groupMinimum } = this.#jobs;
    for (let group = firstGroup[job]; group < firstGroup[job + 1]; group++)
      visit(group, groupMinimum[group] + ledger.spare(job, group - firstGroup[job]));
  }

  /** Undefined if there is nothing to tell. */
  finish(): Holdings | undefined {
    if (this.#job.length === 0) return undefined;
    const [time, cpu, gpu] = [this.#time, this.#cpu, this.#gpu].map((column) => Float64Array.from(column));
    return { count: time.length, job: this.#job.done(), time, cpu, gpu };
  }
}
