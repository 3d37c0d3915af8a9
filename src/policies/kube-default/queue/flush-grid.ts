/** The instants at which a queue looks for pods whose time has come: one in every `period` [ms]. */
export class FlushGrid {
  readonly #period: number;
  readonly #start: number;
  #last: number;

  /** `start` is one of the instants. */
  constructor(period: number, start: number) {
    this.#period = period;
    this.#start = start;
    this.#last = -Infinity;
  }

  /** The first instant from `time` on that has not been carried out; Infinity if `time` is. */
  from(time: number): number {
    if (time === Infinity) return Infinity;
    const tick = this.#start + Math.ceil((time - this.#start) / this.#period) * this.#period;
    return Math.max(tick, this.#last + this.#period);
  }

  /** The first instant later than `time` that has not been carried out; Infinity if `time` is. */
  after(time: number): number {
    const tick = this.from(time);
    return tick === time ? tick + this.#period : tick;
  }

  /** The last instant up to `now`, if it has not been carried out; it is from here on. */
  take(now: number): number | undefined {
    const tick = this.#start + Math.floor((now - this.#start) / this.#period) * this.#period;
    if (tick <= this.#last) return undefined;
    this.#last = tick;
    return tick;
  }
}
