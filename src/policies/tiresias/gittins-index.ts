/**
 * The chance that a job ends within the next quantum of service, by the service that this is expected to take:
 * P(s - a <= quantum | s > a) / E(min(s - a, quantum) | s > a), from the services s of earlier jobs, at multiples a of the
 * quantum. Source: Gu et al., "Tiresias", NSDI 2019, section 3.2, after Gittins. Its simulator (run_sim.py,
 * `cal_r_gittins_index`) adds up s instead of s - a; here it is as in the paper.
 */
export class GittinsIndex {
  readonly #quantum: number;
  /** By quanta: how many jobs ended in it, and the sum of their services. */
  readonly #ends: number[] = [];
  readonly #sums: number[] = [];
  /** Jobs that ended in this quantum or in later ones. */
  readonly #endLater: number[] = [];

  constructor(quantum: number) {
    this.#quantum = quantum;
  }

  /** One more earlier job, with this service in all. */
  learn(service: number): void {
    const last = Math.max(0, Math.ceil(service / this.#quantum) - 1);
    for (let at = this.#ends.length; at <= last; at++) {
      this.#ends.push(0);
      this.#sums.push(0);
      this.#endLater.push(0);
    }
    this.#ends[last]++;
    this.#sums[last] += service;
    for (let at = 0; at <= last; at++) this.#endLater[at]++;
  }

  /** Of a job that has had so many quanta; 0 if no earlier job has had more. */
  at(quanta: number): number {
    const jobs = this.#endLater[quanta] ?? 0;
    if (jobs === 0) return 0;
    const ends = this.#ends[quanta];
    const needed = this.#sums[quanta] - ends * quanta * this.#quantum + (jobs - ends) * this.#quantum;
    return needed > 0 ? ends / needed : Infinity;
  }
}
