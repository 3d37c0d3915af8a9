/**
 * Binds one pod, and does not come back before it is known what became of it. A call that was not answered may have been
 * carried out: then the pod itself is asked.
 */
import { ApiError, Aborted, ConnectionError } from '../kubernetes/api-error.ts';
import type { LivePod } from './live-pod.ts';
import type { PodCalls } from './pod-calls.ts';

/** What became of it. */
export type Binding =
  | { readonly bound: true; readonly tries: number }
  /** `why`: the pod is gone or going, is bound elsewhere, or is refused. */
  | { readonly bound: false; readonly tries: number; readonly why: 'gone' | 'taken' | 'refused'; readonly message: string };

/** A server that has trouble of its own is asked so often. */
const MOST_TRIES = 5;

interface RawPod {
  readonly metadata: { readonly uid: string; readonly deletionTimestamp?: string };
  readonly spec: { readonly nodeName?: string };
}

export class Binder {
  readonly #calls: PodCalls;
  /** Whether pods may be bound still: not if the lease is lost. */
  readonly #mayBind: () => boolean;

  constructor(calls: PodCalls, mayBind: () => boolean) {
    this.#calls = calls;
    this.#mayBind = mayBind;
  }

  async bind(pod: LivePod, nodeName: string, signal: AbortSignal): Promise<Binding> {
    const backoff = this.#calls.api.newBackoff(100, 5000);
    for (let tries = 1; ; tries++) {
      await this.#permission(signal);
      try {
        await this.#calls.bind(pod, nodeName);
        return { bound: true, tries };
      } catch (error) {
        if (!(error instanceof ApiError) && !(error instanceof ConnectionError)) throw error;
        const answer = await this.#judge(error, pod, nodeName, tries);
        if (answer !== undefined) return answer;
      }
      await this.#calls.api.clock.sleep(backoff.next(), signal);
      this.#calls.api.tally.of('bind pod').retries++;
    }
  }

  /** A Lease that could not be renewed in time may still be ours; one that is lost ends the run. */
  async #permission(signal: AbortSignal): Promise<void> {
    while (!this.#mayBind() && !signal.aborted) await this.#calls.api.clock.sleep(200, signal);
    if (signal.aborted) throw new Aborted();
  }

  /** Undefined: it is to be tried again. */
  async #judge(error: Error, pod: LivePod, nodeName: string, tries: number): Promise<Binding | undefined> {
    const refusal = error instanceof ApiError ? error : undefined;
    if (refusal?.status === 404) return { bound: false, tries, why: 'gone', message: error.message };
    if (refusal?.status === 401 || refusal?.status === 403) throw refusal;
    if (refusal !== undefined && refusal.status !== 409 && refusal.status < 500) {
      return { bound: false, tries, why: 'refused', message: error.message };
    }
    const now = await this.#look(pod);
    if (now === undefined) return { bound: false, tries, why: 'gone', message: error.message };
    const { nodeName: on = '' } = now.spec;
    if (on === nodeName) return { bound: true, tries };
    if (on !== '') return { bound: false, tries, why: 'taken', message: `it is on node ${on} already` };
    if (now.metadata.deletionTimestamp !== undefined) return { bound: false, tries, why: 'gone', message: 'it is being deleted' };
    return tries < MOST_TRIES ? undefined : { bound: false, tries, why: 'refused', message: error.message };
  }

  /** The pod as it is now; undefined if it is another one or none. */
  async #look({ namespace, name, uid }: LivePod): Promise<RawPod | undefined> {
    try {
      const now = (await this.#calls.read(namespace, name)) as RawPod;
      return now.metadata.uid === uid ? now : undefined;
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return undefined;
      throw error;
    }
  }
}
