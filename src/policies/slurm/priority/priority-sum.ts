/** The priority of one job, as it was computed last. Source: Slurm 22.05, priority_multifactor.c, _get_priority_internal. */
import type { SlurmPriority } from '../../../slurm.ts';
import type { SlurmOptions } from '../../../slurm-workload.ts';
import type { JobFacts, JobFactors } from './job-factors.ts';

const HIGHEST = 0xffffffff;

export class PrioritySum {
  readonly #factors: JobFactors;
  readonly #settings: SlurmPriority;
  readonly #facts: JobFacts;
  readonly #nice: number;
  readonly #held: boolean;
  /** Weighed. */
  readonly #association: number;
  readonly #partition: number;
  readonly #qos: number;
  readonly #tres: number;
  #size: number;
  #age = 0;
  #fairShare = 0;
  #priority = 0;
  /** That of each partition it named, when it was asked for. */
  readonly #byPartition = new Map<number, number>();

  constructor(factors: JobFactors, settings: SlurmPriority, facts: JobFacts, { nice = 0, held = false }: SlurmOptions) {
    const { weights } = settings;
    this.#factors = factors;
    this.#settings = settings;
    this.#facts = facts;
    this.#nice = nice;
    this.#held = held;
    this.#association = weights.association === 0 ? 0 : factors.association(facts) * weights.association;
    this.#partition = factors.partition(facts.partition) * weights.partition;
    this.#qos = weights.qos === 0 ? 0 : factors.qos(facts) * weights.qos;
    this.#tres = factors.weighedTres(facts, facts.partition);
    this.#size = weights.jobSize === 0 ? 0 : factors.size(facts) * weights.jobSize;
  }

  /** What it would be given is known now; counts when it is computed anew. */
  resize(facts: JobFacts): void {
    this.#size = this.#factors.size(facts) * this.#settings.weights.jobSize;
  }

  /** `age`: [ms]; `fairShare`: [0..1]. */
  compute(age: number, fairShare: number): void {
    const { weights, maxAge, accounting } = this.#settings;
    if (this.#held) return;
    this.#age = accounting ? (age < maxAge ? age / maxAge : 1) * weights.age : 0;
    this.#fairShare = accounting ? fairShare * weights.fairShare : 0;
    const beforePartition = this.#age + this.#association + this.#fairShare + this.#size;
    const sum = beforePartition + this.#partition + this.#qos + this.#tres - this.#nice;
    this.#priority = this.#raise(this.#priority, toPriority(sum));
    if (this.#byPartition.size === 0) return;
    for (const [other, before] of this.#byPartition) {
      this.#byPartition.set(other, this.#raise(before, this.#sumIn(other)));
    }
  }

  /** 0 = held. */
  priorityIn(partition = this.#facts.partition): number {
    if (this.#held || partition === this.#facts.partition) return this.#priority;
    const known = this.#byPartition.get(partition) ?? this.#sumIn(partition);
    this.#byPartition.set(partition, known);
    return known;
  }

  #raise(before: number, computed: number): number {
    return this.#settings.flags.has('INCR_ONLY') ? Math.max(before, computed) : computed;
  }

  #sumIn(partition: number): number {
    const tres = this.#factors.weighedTres(this.#facts, partition);
    const rest = this.#age + this.#association + this.#fairShare + this.#size + this.#qos + tres - this.#nice;
    return toPriority(this.#factors.partition(partition) * this.#settings.weights.partition + rest);
  }
}

/** 0 is kept for jobs that are held. */
function toPriority(sum: number): number {
  return Math.min(HIGHEST, Math.floor(Math.max(1, sum)));
}
