/**
 * Follows a collection of objects: a list, then what changes, for as long as one wants. A watch that ends is taken up where
 * it was; one that cannot be continued is followed by a new list; one from which nothing comes any more is given up.
 * Source: client-go, tools/cache/reflector.go; API concepts, "Efficient detection of changes".
 */
import { Aborted, ApiError, ConnectionError, isForGood } from './api-error.ts';
import type { KubeApi } from './api.ts';
import type { Backoff } from './clock.ts';
import { readBodyLines } from './connection.ts';

export interface Collection {
  /** What it is counted as: `pods`. */
  readonly name: string;
  /** Such as `/api/v1/pods`. */
  readonly path: string;
  /** Label and field selectors. */
  readonly query?: Readonly<Record<string, string>>;
}

/** Who wants to know. */
export interface Follower {
  /** All objects that there are: others are gone. */
  listed(items: readonly unknown[]): void;
  changed(kind: 'ADDED' | 'MODIFIED' | 'DELETED', object: unknown): void;
  /** Changes are heard from now on, or again. */
  hearing(): void;
  /** Nothing can be heard at the moment; it is tried again. */
  trouble(error: Error): void;
}

export interface WatchSettings {
  /** The server ends a watch after this time, or up to twice it [s]. */
  readonly timeout: number;
  /** A watch is given up if nothing has come for this long [ms]: a server sends a bookmark every minute. */
  readonly staleAfter: number;
  /** Objects in one answer of a list [count]. */
  readonly page: number;
}

export const WATCH_SETTINGS: WatchSettings = { timeout: 240, staleAfter: 150_000, page: 500 };
/** One that lasts less than this has not really been up [ms]. */
const SHORT = 1000;

export class ListWatch {
  readonly #api: KubeApi;
  readonly #collection: Collection;
  readonly #follower: Follower;
  readonly #settings: WatchSettings;
  readonly #backoff: Backoff;
  #version: string | undefined;
  #heard = 0;
  #lists = 0;

  constructor(api: KubeApi, collection: Collection, follower: Follower, settings: WatchSettings = WATCH_SETTINGS) {
    this.#api = api;
    this.#collection = collection;
    this.#follower = follower;
    this.#settings = settings;
    this.#backoff = api.newBackoff(200, 30_000);
  }

  /** Returns when the signal is aborted. Throws if the server refuses for good. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const begun = this.#api.clock.now();
      try {
        if (this.#version === undefined) await this.#list(signal);
        const events = await this.#watch(signal);
        // Servers end watches as a matter of course; one that ends at once is a sign of trouble.
        if (events > 0 || this.#api.clock.now() - begun >= SHORT) this.#backoff.reset();
        else await this.#api.clock.sleep(this.#backoff.next(), signal);
      } catch (error) {
        if (signal.aborted) return;
        await this.#recover(error, signal);
      }
    }
  }

  async #recover(error: unknown, signal: AbortSignal): Promise<void> {
    if (!(error instanceof ApiError) && !(error instanceof ConnectionError)) throw error;
    if (error instanceof ApiError && error.isGone) {
      this.#version = undefined;
      // A list in pages may expire, too, and then expire again.
      if (this.#backoff.failures === 0) return void this.#backoff.next();
    } else if (isForGood(error)) throw error;
    this.#follower.trouble(error);
    const asked = error instanceof ApiError ? (error.retryAfter ?? 0) : 0;
    await this.#api.clock.sleep(Math.max(asked, this.#backoff.next()), signal);
  }

  async #list(signal: AbortSignal): Promise<void> {
    if (this.#lists++ > 0) this.#api.tally.relists++;
    const items: unknown[] = [];
    let next: string | undefined;
    let version: string | undefined;
    do {
      const page = readList(await this.#api.call({ ...this.#request('list'), path: this.#listPath(next), signal }));
      for (const item of page.items) items.push(item);
      next = page.next;
      version = page.version;
    } while (next !== undefined);
    this.#follower.listed(items);
    this.#version = version;
  }

  #listPath(next: string | undefined): string {
    const { path, query } = this.#collection;
    const pages = { limit: String(this.#settings.page), ...(next === undefined ? {} : { continue: next }) };
    return `${path}?${new URLSearchParams({ ...query, ...pages }).toString()}`;
  }

  /** Answers how many events came. */
  async #watch(signal: AbortSignal): Promise<number> {
    const { path, query } = this.#collection;
    const { timeout, staleAfter } = this.#settings;
    const seconds = Math.round(timeout * (1 + this.#api.chance()));
    const asked = {
      ...query,
      watch: 'true',
      allowWatchBookmarks: 'true',
      timeoutSeconds: String(seconds),
      resourceVersion: this.#version ?? '',
    };
    const ending = new AbortController();
    const end = () => ending.abort();
    signal.addEventListener('abort', end);
    this.#heard = this.#api.clock.now();
    const dog = this.#guard(ending, staleAfter);
    let events = 0;
    try {
      const watched = `${path}?${new URLSearchParams(asked).toString()}`;
      const { body } = await this.#api.open({ ...this.#request('watch'), path: watched, signal: ending.signal });
      this.#follower.hearing();
      for await (const line of readBodyLines(body as AsyncIterable<Buffer>)) {
        this.#heard = this.#api.clock.now();
        this.#take(line);
        events++;
      }
      return events;
    } catch (error) {
      if (signal.aborted || error instanceof ApiError) throw error;
      if (error instanceof FollowerError) throw error.cause;
      if (error instanceof Aborted || !(error instanceof Error)) throw new ConnectionError('nothing came any more');
      throw error instanceof ConnectionError ? error : new ConnectionError(error.message);
    } finally {
      ending.abort();
      signal.removeEventListener('abort', end);
      await dog;
    }
  }

  /** Ends the watch when nothing has come for long; returns when it is over. */
  async #guard(ending: AbortController, staleAfter: number): Promise<void> {
    while (!ending.signal.aborted) {
      const left = this.#heard + staleAfter - this.#api.clock.now();
      if (left <= 0) {
        this.#api.tally.stale++;
        ending.abort();
      } else await this.#api.clock.sleep(left, ending.signal);
    }
  }

  #take(line: string): void {
    const { type, object, version, code } = readEvent(line);
    if (type === 'ERROR') throw new ApiError(code, code === 410 ? 'Expired' : '', `the watch ends: ${line.slice(0, 200)}`);
    if (type === 'ADDED' || type === 'MODIFIED' || type === 'DELETED') this.#tell(type, object);
    if (version !== undefined) this.#version = version;
  }

  /** A mistake in our own code must not look like a connection that breaks. */
  #tell(kind: 'ADDED' | 'MODIFIED' | 'DELETED', object: unknown): void {
    try {
      this.#follower.changed(kind, object);
    } catch (error) {
      throw new FollowerError(error);
    }
  }

  #request(verb: string): { call: string; method: 'GET' } {
    return { call: `${verb} ${this.#collection.name}`, method: 'GET' };
  }
}

/** What a follower has thrown. */
class FollowerError extends Error {
  override readonly cause: unknown;

  constructor(cause: unknown) {
    super('the follower failed');
    this.cause = cause;
  }
}

interface Raw {
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string };
  readonly code?: number;
}

function readList(json: unknown): { items: readonly unknown[]; version: string | undefined; next: string | undefined } {
  const { items, metadata } = json as Raw & { items?: unknown };
  return {
    items: Array.isArray(items) ? items : [],
    version: metadata?.resourceVersion,
    next: metadata?.continue === '' ? undefined : metadata?.continue,
  };
}

function readEvent(line: string): { type: string; object: unknown; version: string | undefined; code: number } {
  let parsed: { type?: string; object?: Raw };
  try {
    parsed = JSON.parse(line) as typeof parsed;
  } catch {
    throw new ConnectionError('a line of the watch is broken');
  }
  const { type = '', object } = parsed;
  return { type, object, version: object?.metadata?.resourceVersion, code: object?.code ?? 0 };
}
