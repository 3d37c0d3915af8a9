/** Slurm counts time in whole seconds of Unix time; its table is aligned to them. */
import type { Requests } from '../../workload.ts';

const SECOND = 1000;

export class PlanClock {
  readonly #epoch: number;
  readonly #origin: number;
  /** Time of the simulation [ms]. */
  now = 0;

  constructor({ epoch, origin }: Pick<Requests, 'epoch' | 'origin'>) {
    this.#epoch = Number.isNaN(epoch) ? 0 : epoch;
    this.#origin = origin;
  }

  /** Now, as time(NULL) gives it [Unix ms, whole seconds]. */
  get unix(): number {
    return this.unixOf(this.now);
  }

  unixOf(time: number): number {
    return Math.floor((time + this.#epoch + this.#origin) / SECOND) * SECOND;
  }

  /** In the trace's own time base [ms]. */
  traceTimeOf(unix: number): number {
    return unix - this.#epoch;
  }
}
