/** The nodes that jobs may use as long as no node goes down or comes back: of all jobs of a partition they are mostly the same. */
import type { NodeSet } from './node-set.ts';
import type { Scheduling } from './scheduling.ts';

export class StandingNodes {
  readonly #scheduling: Scheduling;
  /** Of each partition, for jobs that exclude none. */
  readonly #known: NodeSet[] = [];
  /** How often nodes had turned when they were looked up [count]. */
  #turns = 0;

  constructor(scheduling: Scheduling) {
    this.#scheduling = scheduling;
  }

  /** Where there are no reservations. The set is not to be changed. */
  of(job: number): NodeSet {
    const { running, partitions, queue } = this.#scheduling;
    if (queue.demandOf(job).excluded !== undefined) return this.#scheduling.usable(job, running.up);
    if (this.#turns !== running.turns) this.#known.length = 0;
    this.#turns = running.turns;
    return (this.#known[partitions.of(job)] ??= this.#scheduling.usable(job, running.up));
  }
}
