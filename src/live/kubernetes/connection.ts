/** Requests to one API server, as they go over the wire. */
import http from 'node:http';
import https from 'node:https';
import type { ClusterAccess } from './access.ts';
import { Aborted, ConnectionError } from './api-error.ts';
import type { Clock } from './clock.ts';

export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With its query. */
  readonly path: string;
  readonly body?: unknown;
  /** `application/json` if absent. */
  readonly contentType?: string;
  readonly signal?: AbortSignal;
  /** The answer must begin within this time [ms]. */
  readonly timeout?: number;
}

export interface ApiResponse {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly body: http.IncomingMessage;
}

/** Tokens and certificates are looked at again after this time [ms]: programs and files may have renewed them. */
const CREDENTIALS_LAST = 30_000;
const TIMEOUT = 30_000;

export class Connection {
  readonly #access: ClusterAccess;
  readonly #clock: Clock;
  readonly #secure: boolean;
  #agent: http.Agent | undefined;
  #options: https.RequestOptions = {};
  #known = -Infinity;
  /** The server does not take them any more. */
  #areRefused = false;
  /** One question for all requests that wait. */
  #asking: Promise<https.RequestOptions> | undefined;
  #identity = '';

  constructor(access: ClusterAccess, clock: Clock) {
    this.#access = access;
    this.#clock = clock;
    this.#secure = access.server.startsWith('https:');
  }

  get server(): string {
    return this.#access.server;
  }

  /** Credentials are asked for anew by the next request. */
  forgetCredentials(): void {
    this.#known = -Infinity;
    this.#areRefused = true;
  }

  close(): void {
    this.#agent?.destroy();
  }

  /** Resolves when the answer begins. Throws `ConnectionError` or `Aborted`. */
  async send({ method, path, body, contentType, signal, timeout = TIMEOUT }: ApiRequest): Promise<ApiResponse> {
    if (signal?.aborted === true) throw new Aborted();
    const options = await this.#credentials();
    const text = body === undefined ? undefined : JSON.stringify(body);
    const headers = {
      ...options.headers,
      accept: 'application/json',
      ...(text === undefined
        ? {}
        : { 'content-type': contentType ?? 'application/json', 'content-length': String(Buffer.byteLength(text)) }),
    };
    return await new Promise<ApiResponse>((resolve, reject) => {
      const fail = (error: Error) => reject(signal?.aborted === true ? new Aborted() : new ConnectionError(error.message));
      const request = (this.#secure ? https : http).request(
        this.#access.server + path,
        { ...options, headers, method, agent: options.agent ?? this.#agent, signal },
        (response) => {
          request.setTimeout(0);
          resolve({ status: response.statusCode ?? 0, retryAfter: response.headers['retry-after'], body: response });
        },
      );
      request.on('error', fail);
      request.setTimeout(timeout, () => request.destroy(new Error(`no answer within ${timeout} ms`)));
      request.end(text);
    });
  }

  async #credentials(): Promise<https.RequestOptions> {
    if (this.#clock.now() - this.#known < CREDENTIALS_LAST) return this.#options;
    this.#asking ??= this.#askCredentials().finally(() => (this.#asking = undefined));
    return await this.#asking;
  }

  /** A program that gives none now may do so later: it is as if there were no answer. */
  async #askCredentials(): Promise<https.RequestOptions> {
    const now = this.#clock.now();
    const options = await this.#access.credentials(this.#areRefused).catch((error: unknown) => {
      const why = error instanceof Error ? error.message.trim() : String(error);
      throw new ConnectionError(`there are no credentials: ${why || 'the program that gives them has failed without a word'}`);
    });
    this.#known = now;
    this.#areRefused = false;
    this.#options = options;
    const { ca, cert, key } = options;
    const identity = JSON.stringify([ca, cert, key].map((part) => String(part)));
    if (this.#agent === undefined || identity !== this.#identity) this.#agent = this.#newAgent();
    this.#identity = identity;
    return options;
  }

  #newAgent(): http.Agent {
    const keep = { keepAlive: true, maxSockets: 64 };
    return this.#secure ? new https.Agent(keep) : new http.Agent(keep);
  }
}

/** All of a body as text. Throws `ConnectionError` if it breaks off. */
export async function readText(body: http.IncomingMessage, signal?: AbortSignal): Promise<string> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) chunks.push(chunk);
  } catch (error) {
    if (signal?.aborted === true) throw new Aborted();
    throw new ConnectionError(error instanceof Error ? error.message : String(error));
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** A body line by line, as it comes. The last line counts only if it is complete. */
export async function* readBodyLines(body: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let rest = Buffer.alloc(0);
  for await (const chunk of body) {
    let from = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
      const line = Buffer.concat([rest, chunk.subarray(from, end)]);
      rest = Buffer.alloc(0);
      from = end + 1;
      if (line.length > 0) yield line.toString('utf8');
    }
    rest = Buffer.concat([rest, chunk.subarray(from)]);
  }
}
