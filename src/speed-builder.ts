import type { SpeedModel, Speeds } from './speeds.ts';

/** Gathers the speed models of jobs as they are found. Models with one name are the same. */
export class SpeedBuilder {
  readonly #index = new Map<string, number>();
  readonly #models: SpeedModel[] = [];
  readonly #ofJob = new Map<number, number>();

  /** `job`: the how-manieth to be added. */
  add(job: number, model: SpeedModel): void {
    let index = this.#index.get(model.name);
    if (index === undefined) {
      index = this.#models.push(model) - 1;
      this.#index.set(model.name, index);
    }
    this.#ofJob.set(job, index);
  }

  /** Undefined if no job has any. */
  finish(count: number): Speeds | undefined {
    if (this.#models.length === 0) return undefined;
    const model = new Int32Array(count).fill(-1);
    for (const [job, index] of this.#ofJob) model[job] = index;
    return { model, models: this.#models };
  }
}
