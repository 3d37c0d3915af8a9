/** Which runs have shares of one GPU. It knows of runs only: who is still being bound, is cleaned up or suspended does not work. */
export class Neighbours {
  /** Of each GPU, by its number: the jobs that run on it, in ascending order. */
  readonly #jobs = new Map<number, number[]>();
  /** Of each job that runs: the GPUs of which it has a share, each once. */
  readonly #gpus = new Map<number, readonly number[]>();
  readonly #changed = new Set<number>();

  /** From now on the job runs on shares of these GPUs. */
  runsOn(job: number, gpus: readonly number[]): void {
    const before = this.#gpus.get(job) ?? [];
    const now = [...new Set(gpus)];
    if (now.length > 0) this.#gpus.set(job, now);
    else this.#gpus.delete(job);
    for (const gpu of before) if (!now.includes(gpu)) this.#leave(job, gpu);
    for (const gpu of now) if (!before.includes(gpu)) this.#join(job, gpu);
  }

  /** The jobs that run on the GPU, in ascending order. */
  on(gpu: number): readonly number[] {
    return this.#jobs.get(gpu) ?? [];
  }

  /** Jobs that have got other neighbours since this was last asked. */
  takeChanged(): readonly number[] {
    if (this.#changed.size === 0) return NOBODY;
    const changed = [...this.#changed].filter((job) => this.#gpus.has(job)).sort((a, b) => a - b);
    this.#changed.clear();
    return changed;
  }

  #join(job: number, gpu: number): void {
    const others = this.#jobs.get(gpu) ?? [];
    for (const other of others) this.#changed.add(other);
    this.#jobs.set(
      gpu,
      [...others, job].sort((a, b) => a - b),
    );
  }

  #leave(job: number, gpu: number): void {
    const others = this.on(gpu).filter((other) => other !== job);
    for (const other of others) this.#changed.add(other);
    if (others.length > 0) this.#jobs.set(gpu, others);
    else this.#jobs.delete(gpu);
  }
}

const NOBODY: readonly number[] = [];
