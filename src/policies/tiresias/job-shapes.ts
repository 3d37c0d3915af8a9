/** Which jobs ask for the same, so that one that does not fit need not be tried again and again. */
import type { Requests } from '../../workload.ts';

export class JobShapes {
  readonly #jobs: Requests;
  readonly #numbers = new Map<string, number>();
  readonly #shapeOf: number[] = [];

  constructor(jobs: Requests) {
    this.#jobs = jobs;
  }

  /** The shapes for which there is no room: none yet. Room must not grow while it is used. */
  nothing(): Misfits {
    return new Misfits(this);
  }

  of(job: number): number {
    return (this.#shapeOf[job] ??= this.#find(job));
  }

  #find(job: number): number {
    const key = this.#describe(job);
    let shape = this.#numbers.get(key);
    if (shape === undefined) this.#numbers.set(key, (shape = this.#numbers.size));
    return shape;
  }

  /** Jobs of which more is known than requests may differ in ways that are not looked at here: each has a shape of its own. */
  #describe(job: number): string {
    const { slurm, kubernetes, partition, firstGroup, groupTasks, groupMinimum, groupRequest } = this.#jobs;
    if (slurm !== undefined || kubernetes !== undefined) return `job ${job}`;
    const parts = [partition.code[job]];
    for (let group = firstGroup[job]; group < firstGroup[job + 1]; group++) {
      parts.push(groupTasks[group], groupMinimum[group], groupRequest[group]);
    }
    return parts.join(' ');
  }
}

export class Misfits {
  readonly #shapes: JobShapes;
  readonly #found = new Set<number>();

  constructor(shapes: JobShapes) {
    this.#shapes = shapes;
  }

  has(job: number): boolean {
    return this.#found.size > 0 && this.#found.has(this.#shapes.of(job));
  }

  add(job: number): void {
    this.#found.add(this.#shapes.of(job));
  }
}
