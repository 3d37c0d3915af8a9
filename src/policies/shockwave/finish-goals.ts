/** When a job would be over with an equal share of the cluster, by its first guess and all later ones. Times are [ms]. */
interface Guess {
  readonly since: number;
  readonly end: number;
}

/** How much the mean of all guesses counts against the last one [0 to 1]. */
const MOMENTUM = 0.9;

/**
 * By when each job should be over, to be treated fairly: the mean of what was guessed over time, and a little of the last guess.
 * Source: uw-mad-dash/shockwave, scheduler/shockwave.py (`finish_time_uniform_share`, `finish_time_momentumed_average`).
 */
export class FinishGoals {
  readonly #guesses = new Map<number, Guess[]>();

  /** Jobs have come or gone: from now on this is the guess. */
  guess(job: number, now: number, end: number): void {
    const guesses = this.#guesses.get(job);
    if (guesses === undefined) this.#guesses.set(job, [{ since: now, end }]);
    else guesses.push({ since: now, end });
  }

  forget(job: number): void {
    this.#guesses.delete(job);
  }

  /** The goal of a job for which there is a guess. */
  of(job: number, now: number): number {
    const guesses = this.#guesses.get(job)!;
    const last = guesses[guesses.length - 1].end;
    const time = now - guesses[0].since;
    if (time <= 0) return last;
    const sum = guesses.reduce((all, { since, end }, at) => all + end * ((guesses[at + 1]?.since ?? now) - since), 0);
    return MOMENTUM * (sum / time) + (1 - MOMENTUM) * last;
  }
}
