/**
 * Lets only so many calls a second through, and so many at once after a pause: a token bucket, as clients of Kubernetes
 * have. Those who wait go in the order in which they came.
 * Source: client-go, util/flowcontrol (NewTokenBucketRateLimiter).
 */
import type { Clock } from './clock.ts';

export interface RateLimit {
  /** Calls a second; 0 = as many as come. */
  readonly qps: number;
  /** Calls at once after a pause. */
  readonly burst: number;
}

export class RateLimiter {
  readonly #limit: RateLimit;
  readonly #clock: Clock;
  #tokens: number;
  #at: number;
  /** Nobody goes before this time: the server has asked for a pause [Unix ms]. */
  #pausedUntil = 0;

  constructor(limit: RateLimit, clock: Clock) {
    this.#limit = limit;
    this.#clock = clock;
    this.#tokens = limit.burst;
    this.#at = clock.now();
  }

  /** The server wants to be left alone for so long [ms]. */
  pause(ms: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, this.#clock.now() + ms);
  }

  /** Resolves when it is the caller's turn. */
  async turn(signal?: AbortSignal): Promise<void> {
    const wait = Math.max(this.#reserve(), this.#pausedUntil - this.#clock.now());
    if (wait > 0) await this.#clock.sleep(wait, signal);
  }

  /** Takes a token that may come into being only later: how long until then [ms]. */
  #reserve(): number {
    const { qps, burst } = this.#limit;
    if (qps === 0) return 0;
    const now = this.#clock.now();
    this.#tokens = Math.min(burst, this.#tokens + ((now - this.#at) * qps) / 1000);
    this.#at = now;
    this.#tokens--;
    return this.#tokens >= 0 ? 0 : (-this.#tokens * 1000) / qps;
  }
}
