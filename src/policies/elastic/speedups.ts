import type { ElasticJob } from './elastic-jobs.ts';
import type { Round } from './elastic-rounds.ts';

/** How much faster a job is than with an equal part of the cluster, by GPUs and nodes; looked up once. */
export class Speedups {
  readonly #round: Round;
  readonly #one: ElasticJob;
  readonly #model: string;
  /** GPUs of an equal part [count]. */
  readonly #fair: number;
  readonly #base: number;
  readonly #known: Float64Array;
  readonly #width: number;

  constructor(round: Round, one: ElasticJob, fair: { gpus: number; nodes: number }, model: string) {
    this.#round = round;
    this.#one = one;
    this.#model = model;
    this.#fair = fair.gpus;
    this.#base = this.#isKnown ? round.jobs.goodput(one, round.cycle, model, fair.gpus, fair.nodes) : 1;
    this.#width = round.capacity.length + 1;
    this.#known = new Float64Array((one.most + 1) * this.#width).fill(NaN);
  }

  /** Before a job has run nobody knows how fast it is: it is taken to gain from every GPU alike. */
  get #isKnown(): boolean {
    return this.#one.training !== undefined && this.#one.widest > 0;
  }

  of(gpus: number, nodes: number): number {
    if (gpus === 0) return 0;
    const at = gpus * this.#width + nodes;
    let speedup = this.#known[at];
    if (Number.isNaN(speedup)) this.#known[at] = speedup = this.#find(gpus, nodes);
    return speedup;
  }

  #find(gpus: number, nodes: number): number {
    if (!this.#isKnown || this.#base === 0) return gpus / this.#fair;
    return this.#round.jobs.goodput(this.#one, this.#round.cycle, this.#model, gpus, nodes) / this.#base;
  }
}
