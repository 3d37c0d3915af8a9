/** The times at which a policy wants to be called, each once. */
export class WakeTimes {
  /** Ascending. */
  #times: number[] = [];

  get next(): number {
    return this.#times[0] ?? Infinity;
  }

  /** The last one that has come by now; undefined if none has. */
  lastBy(now: number): number | undefined {
    return this.#times.findLast((time) => time <= now);
  }

  add(time: number): void {
    let at = this.#times.length;
    while (at > 0 && this.#times[at - 1] > time) at--;
    if (this.#times[at - 1] !== time) this.#times.splice(at, 0, time);
  }

  /** Forgets those that have come. Answers whether there were any. */
  pass(now: number): boolean {
    let passed = 0;
    while (passed < this.#times.length && this.#times[passed] <= now) passed++;
    if (passed > 0) this.#times.splice(0, passed);
    return passed > 0;
  }
}
