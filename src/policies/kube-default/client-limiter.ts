/**
 * The rate limit of a Kubernetes client: a bucket of tokens, one for each call. Who finds it empty gets a token that is
 * still to come, in the order of asking.
 * Source: client-go, util/flowcontrol/throttle.go, and golang.org/x/time/rate (NewTokenBucketRateLimiter, Wait).
 */
import { SECOND } from '../../units.ts';

export interface ClientLimits {
  /** Calls a second; 0: no limit. */
  readonly qps: number;
  /** Calls at once after a pause. */
  readonly burst: number;
}

export class ClientLimiter {
  readonly #qps: number;
  readonly #burst: number;
  #tokens: number;
  #last = -Infinity;

  constructor({ qps, burst }: ClientLimits) {
    this.#qps = qps;
    this.#burst = burst;
    this.#tokens = burst;
  }

  /** When a call that is made now goes out [ms]. Times never go back. */
  admit(now: number): number {
    if (this.#qps <= 0) return now;
    if (this.#last !== -Infinity) {
      this.#tokens = Math.min(this.#burst, this.#tokens + ((now - this.#last) / SECOND) * this.#qps);
    }
    this.#last = now;
    this.#tokens--;
    return this.#tokens >= 0 ? now : now + (-this.#tokens / this.#qps) * SECOND;
  }
}
