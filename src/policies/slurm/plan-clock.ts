/** Slurm counts time in whole seconds of Unix time; its table is aligned to them. */
import type { Requests } from '../../workload.ts';

const SECOND = 1000;

export class PlanClock {
  readonly #epoch: number;
  readonly #knowsDates: boolean;
  readonly #origin: number;
  /** Time of the simulation [ms]. */
  now = 0;

  constructor({ epoch, origin }: Pick<Requests, 'epoch' | 'origin'>) {
    this.#knowsDates = !Number.isNaN(epoch);
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

  /** For people: a date, or seconds of the trace's own time where no dates are known. */
  textOf(unix: number): string {
    if (!this.#knowsDates) return `${this.traceTimeOf(unix) / SECOND} s`;
    return new Date(unix).toISOString().slice(0, 19).replace('T', ' ');
  }
}
