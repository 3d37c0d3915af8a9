/** Time as live mode sees it. Tests have one of their own that runs faster. */
export interface Clock {
  /** Unix time [ms]. */
  now(): number;
  /** Resolves after so long [ms], or at once when the signal is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const wallClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted === true) return resolve();
      const done = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', done);
        resolve();
      };
      // Timers of more than 2^31 ms fire at once.
      const timer = setTimeout(done, Math.min(ms, 2 ** 31 - 1));
      signal?.addEventListener('abort', done);
    }),
};

/** Resolves when the signal is aborted. */
export async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

/** Waits longer from failure to failure, and never two alike: clients that failed together do not come back together. */
export class Backoff {
  readonly #first: number;
  readonly #longest: number;
  readonly #random: () => number;
  #failures = 0;

  /** [ms] */
  constructor(random: () => number, first = 500, longest = 30_000) {
    this.#random = random;
    this.#first = first;
    this.#longest = longest;
  }

  get failures(): number {
    return this.#failures;
  }

  /** How long to wait after one more failure [ms]: between half and all of a time that doubles. */
  next(): number {
    const whole = Math.min(this.#longest, this.#first * 2 ** Math.min(this.#failures++, 20));
    return whole * (0.5 + this.#random() / 2);
  }

  reset(): void {
    this.#failures = 0;
  }
}
