/** One advance reservation, at its next time. Times are [Unix ms]. */
import type { SlurmReservation } from '../../../slurm.ts';
import type { NodeSet } from '../node-set.ts';
import { stepOf } from './recurrence.ts';

export class Reservation {
  readonly rules: SlurmReservation;
  readonly nodes: NodeSet;
  /** Index into the partitions; -1 = none. */
  readonly partition: number;
  #start: number;
  #end: number;

  constructor(rules: SlurmReservation, nodes: NodeSet, partition: number) {
    this.rules = rules;
    this.nodes = nodes;
    this.partition = partition;
    this.#start = rules.start;
    this.#end = rules.end;
  }

  get start(): number {
    return this.#start;
  }

  get end(): number {
    return this.#end;
  }

  /** Only its next time is known to others, as to Slurm. */
  advance(now: number): void {
    for (let step = 1; this.#end <= now && step > 0;) {
      step = stepOf(this.rules.flags, this.#end);
      this.#start += step;
      this.#end += step;
    }
  }

  has(flag: string): boolean {
    return this.rules.flags.has(flag);
  }

  /** Whether it has any part of [from, until). */
  meets(from: number, until: number): boolean {
    return this.#start < until && this.#end > from;
  }
}
