/**
 * Calls to an API server: limited in their rate, tried again where that is safe, and counted. What a call means is the
 * matter of those who make it.
 */
import { ApiError, Aborted, ConnectionError, isStatus, isUncertain, readApiError } from './api-error.ts';
import type { ApiTally } from './api-tally.ts';
import { Backoff } from './clock.ts';
import type { Clock } from './clock.ts';
import { readText } from './connection.ts';
import type { ApiRequest, ApiResponse, Connection } from './connection.ts';
import type { RateLimiter } from './rate-limit.ts';

export interface ApiCall extends ApiRequest {
  /** What it is counted as. */
  readonly call: string;
  /** Whose turn it takes; that of the scheduler if absent. */
  readonly limiter?: RateLimiter;
}

export interface ApiParts {
  readonly connection: Connection;
  readonly limiter: RateLimiter;
  readonly clock: Clock;
  readonly tally: ApiTally;
  /** Uniform in [0, 1): spreads retries. */
  random(): number;
}

/** If a server that wants to be left alone does not say how long [ms]. Source: client-go, rest/with_retry.go. */
const PAUSE = 1000;

export class KubeApi {
  readonly #parts: ApiParts;

  constructor(parts: ApiParts) {
    this.#parts = parts;
  }

  get clock(): Clock {
    return this.#parts.clock;
  }

  get tally(): ApiTally {
    return this.#parts.tally;
  }

  get server(): string {
    return this.#parts.connection.server;
  }

  /** Uniform in [0, 1). */
  chance(): number {
    return this.#parts.random();
  }

  newBackoff(first?: number, longest?: number): Backoff {
    return new Backoff(() => this.#parts.random(), first, longest);
  }

  close(): void {
    this.#parts.connection.close();
  }

  /**
   * One call and what it answers, as parsed JSON. A server that is too busy to look at it is asked again when it says so;
   * credentials that have run out are renewed once. Throws `ApiError`, `ConnectionError` or `Aborted`.
   */
  async call(call: ApiCall): Promise<unknown> {
    let renewed = false;
    for (;;) {
      try {
        return await this.#once(call);
      } catch (error) {
        if (isStatus(error, 401) && !renewed) {
          renewed = true;
          this.#parts.connection.forgetCredentials();
        } else if (isStatus(error, 429)) await this.#waitOut(error, call);
        else throw error;
        this.tally.of(call.call).retries++;
      }
    }
  }

  /** The same for calls that may be made twice: repeated until the server has answered, whatever it answers. */
  async persist(call: ApiCall): Promise<unknown> {
    const backoff = this.newBackoff(100, 5000);
    for (;;) {
      try {
        return await this.call(call);
      } catch (error) {
        if (!isUncertain(error)) throw error;
        await this.clock.sleep(backoff.next(), call.signal);
        if (call.signal?.aborted === true) throw new Aborted();
        this.tally.of(call.call).retries++;
      }
    }
  }

  /** An answer that goes on. The caller reads its body, and asks again if the server is too busy. Throws as `call` does. */
  async open(call: ApiCall): Promise<ApiResponse> {
    let response = await this.#begin(call);
    if (response.status === 401) {
      response.body.resume();
      this.tally.refused(call.call, response.status);
      this.tally.of(call.call).retries++;
      this.#parts.connection.forgetCredentials();
      response = await this.#begin(call);
    }
    if (response.status !== 200) throw await this.#refusal(call, response);
    this.tally.of(call.call).ok++;
    return response;
  }

  async #begin(call: ApiCall): Promise<ApiResponse> {
    await this.#turn(call);
    return await this.#send(call);
  }

  async #once(call: ApiCall): Promise<unknown> {
    await this.#turn(call);
    const { clock } = this.#parts;
    const sent = clock.now();
    const response = await this.#send(call);
    if (response.status < 200 || response.status >= 300) throw await this.#refusal(call, response);
    try {
      const text = await readText(response.body, call.signal);
      const answer: unknown = text === '' ? undefined : JSON.parse(text);
      const tally = this.tally.of(call.call);
      tally.ok++;
      tally.time += clock.now() - sent;
      return answer;
    } catch (error) {
      if (!(error instanceof Aborted)) this.tally.of(call.call).unanswered++;
      throw error instanceof SyntaxError ? new ConnectionError(`the answer breaks off: ${error.message}`) : error;
    }
  }

  async #turn({ limiter = this.#parts.limiter, signal }: ApiCall): Promise<void> {
    await limiter.turn(signal);
    if (signal?.aborted === true) throw new Aborted();
  }

  async #send(call: ApiCall): Promise<ApiResponse> {
    try {
      return await this.#parts.connection.send(call);
    } catch (error) {
      if (!(error instanceof Aborted)) this.tally.of(call.call).unanswered++;
      throw error;
    }
  }

  async #refusal(call: ApiCall, response: ApiResponse): Promise<Error> {
    this.tally.refused(call.call, response.status);
    const text = await readText(response.body, call.signal).catch(() => '');
    return readApiError(response.status, text, response.retryAfter);
  }

  async #waitOut({ retryAfter = PAUSE }: ApiError, { limiter = this.#parts.limiter, signal }: ApiCall): Promise<void> {
    limiter.pause(retryAfter);
    await this.clock.sleep(retryAfter * (1 + this.#parts.random() / 10), signal);
    if (signal?.aborted === true) throw new Aborted();
  }
}
