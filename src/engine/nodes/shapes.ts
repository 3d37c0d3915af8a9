import type { NodeDemand } from './demand.ts';

/** Places in the table. */
const SIZE = 4096;

/**
 * Remembers one number for each shape of job: what one group of the same request, number of tasks and partition has in
 * common; a job of several groups is a shape of its own. Forgetful: a shape is overwritten by another one that falls
 * on the same place.
 */
export class ShapeTable {
  readonly #demand: NodeDemand;
  readonly #kind = new Float64Array(SIZE).fill(NaN);
  readonly #tasks = new Int32Array(SIZE);
  readonly #value = new Float64Array(SIZE);

  constructor(demand: NodeDemand) {
    this.#demand = demand;
  }

  /** What was last remembered for the shape of this job; NaN if nothing is known. */
  get(job: number): number {
    const kind = this.#kindOf(job);
    const tasks = this.#tasksOf(job);
    const place = placeOf(kind, tasks);
    return this.#kind[place] === kind && this.#tasks[place] === tasks ? this.#value[place] : NaN;
  }

  set(job: number, value: number): void {
    const kind = this.#kindOf(job);
    const tasks = this.#tasksOf(job);
    const place = placeOf(kind, tasks);
    this.#kind[place] = kind;
    this.#tasks[place] = tasks;
    this.#value[place] = value;
  }

  /** Request and partition as one number; a job of several groups by its own row, below 0. */
  #kindOf(job: number): number {
    if (this.#demand.groupsOf(job) !== 1) return -1 - job;
    return this.#demand.requestOf(job, 0) * this.#demand.partitions + this.#demand.partitionOf(job);
  }

  #tasksOf(job: number): number {
    const { firstGroup, groupTasks } = this.#demand.jobs;
    return groupTasks[firstGroup[job]];
  }
}

function placeOf(kind: number, tasks: number): number {
  const mixed = Math.imul(kind, 0x9e3779b1) ^ Math.imul(tasks, 0x85ebca6b);
  return (mixed ^ (mixed >>> 15)) & (SIZE - 1);
}
