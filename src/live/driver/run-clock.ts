import type { Clock } from '../kubernetes/clock.ts';

/** The time of a workload that is run some times faster than the clock. */
export class RunClock {
  readonly #clock: Clock;
  /** The Unix time at which the workload began [ms]. */
  readonly began: number;
  /** How many times faster it goes. */
  readonly scale: number;

  constructor(clock: Clock, began: number, scale: number) {
    this.#clock = clock;
    this.began = began;
    this.scale = scale;
  }

  /** [ms of the workload] */
  now(): number {
    return this.ofUnix(this.#clock.now());
  }

  ofUnix(unix: number): number {
    return (unix - this.began) * this.scale;
  }

  /** How long a time of the workload takes by the clock [ms]. */
  byClock(ms: number): number {
    return ms / this.scale;
  }
}
