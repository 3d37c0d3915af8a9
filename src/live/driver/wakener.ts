import type { Clock } from '../kubernetes/clock.ts';

/** Sleeps that end early when something happens. */
export class Wakener {
  readonly #clock: Clock;
  #awake = false;
  #sleeper: AbortController | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Ends the sleep that goes on, or the next one before it begins. */
  wake(): void {
    this.#awake = true;
    this.#sleeper?.abort();
  }

  /** [ms] */
  async sleep(ms: number, signal: AbortSignal): Promise<void> {
    if (!this.#awake && !signal.aborted) {
      const sleeper = new AbortController();
      this.#sleeper = sleeper;
      const end = () => sleeper.abort();
      signal.addEventListener('abort', end);
      await this.#clock.sleep(ms, sleeper.signal);
      signal.removeEventListener('abort', end);
      this.#sleeper = undefined;
    }
    this.#awake = false;
  }
}
