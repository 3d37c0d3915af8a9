import { Float64Column, Int32Column, SeldomColumn } from './columns.ts';
import type { SlurmArray, SlurmOptions, SlurmRequests } from './slurm-workload.ts';

/** What a job of Slurm is beyond its groups, in the trace's own time base [ms]. */
export interface SlurmRow {
  /** Earliest start. */
  readonly begin?: number;
  readonly deadline?: number;
  /** The array it is a task of. */
  readonly array?: SlurmArray & { readonly task: number };
}

/** The same of a task group. */
export interface SlurmGroupRow {
  /** From `SlurmRequestBuilder.options`. */
  readonly options?: number;
  /** Of a heterogeneous job, from 0. */
  readonly component?: number;
}

/** Gathers what Slurm knows of the jobs of a trace; costs nothing for a trace that has nothing of it. */
export class SlurmRequestBuilder {
  readonly #options: SlurmOptions[] = [];
  readonly #indexOf = new Map<string, number>();
  readonly #arrays: SlurmArray[] = [];
  readonly #arrayIndex = new Map<number, number>();
  readonly #ofGroup: SeldomColumn<Int32Column>;
  readonly #component: SeldomColumn<Int32Column>;
  readonly #begin: SeldomColumn<Float64Column>;
  readonly #deadline: SeldomColumn<Float64Column>;
  readonly #array: SeldomColumn<Int32Column>;
  readonly #task: SeldomColumn<Int32Column>;

  /** `expected`: about how many rows there will be. */
  constructor(expected: () => number) {
    const integers = () => new Int32Column(expected());
    const times = () => new Float64Column(expected());
    this.#ofGroup = new SeldomColumn(-1, integers);
    this.#component = new SeldomColumn(0, integers);
    this.#begin = new SeldomColumn(NaN, times);
    this.#deadline = new SeldomColumn(NaN, times);
    this.#array = new SeldomColumn(-1, integers);
    this.#task = new SeldomColumn(-1, integers);
  }

  /** The number of these options; equal ones get the same one, and none at all get -1. */
  options(options: SlurmOptions): number {
    const key = JSON.stringify(options);
    if (key === '{}') return -1;
    let index = this.#indexOf.get(key);
    if (index === undefined) {
      index = this.#options.push(options) - 1;
      this.#indexOf.set(key, index);
    }
    return index;
  }

  addGroup(group: number, { options = -1, component = 0 }: SlurmGroupRow): void {
    if (options >= 0) this.#ofGroup.set(group, options);
    if (component > 0) this.#component.set(group, component);
  }

  addJob(job: number, { begin = NaN, deadline = NaN, array }: SlurmRow): void {
    if (!Number.isNaN(begin)) this.#begin.set(job, begin);
    if (!Number.isNaN(deadline)) this.#deadline.set(job, deadline);
    if (array === undefined) return;
    this.#array.set(job, this.#arrayOf(array));
    this.#task.set(job, array.task);
  }

  #arrayOf({ id, limit }: SlurmArray): number {
    let index = this.#arrayIndex.get(id);
    if (index === undefined) {
      index = this.#arrays.push({ id, limit }) - 1;
      this.#arrayIndex.set(id, index);
    }
    return index;
  }

  /** Undefined if nothing of Slurm was said of any job. Times are still those of the trace. */
  finish(jobs: number, groups: number): SlurmRequests | undefined {
    const columns = {
      begin: this.#begin.done(jobs),
      deadline: this.#deadline.done(jobs),
      arrayOfJob: this.#array.done(jobs),
      arrayTask: this.#task.done(jobs),
      componentOfGroup: this.#component.done(groups),
    };
    const ofGroup = this.#ofGroup.done(groups);
    if (ofGroup === undefined && Object.values(columns).every((column) => column === undefined)) return undefined;
    return {
      optionsOfGroup: ofGroup ?? new Int32Array(groups).fill(-1),
      options: this.#options,
      arrays: this.#arrays,
      ...columns,
    };
  }
}
