/**
 * Mutual exclusion by a Lease: of several drivers with one name only the one that holds it binds pods.
 * Source: client-go, tools/leaderelection (leaderelection.go, resourcelock/leaselock.go): its rules and default times.
 */
import { LiveTrouble } from '../trouble.ts';
import { Aborted, ApiError, isStatus, isUncertain } from './api-error.ts';
import type { KubeApi } from './api.ts';

export interface LeaseSettings {
  readonly namespace: string;
  readonly name: string;
  /** Who we are; no two processes have the same. */
  readonly holder: string;
  /** Others take it over if it has not been renewed for so long [ms]. */
  readonly duration: number;
  /** The holder gives up if it could not renew for so long [ms]: less than `duration`, so that there are never two. */
  readonly deadline: number;
  /** How often it is renewed or asked for [ms]. */
  readonly retry: number;
  /** What is written beside it, for a successor. */
  readonly annotations: Readonly<Record<string, string>>;
}

export const LEASE_TIMES = { duration: 15_000, deadline: 10_000, retry: 2000 } as const;

/** How soon a writing that has failed is tried again [ms]. */
const AGAIN = 200;

/** As much of the object as matters here. */
interface LeaseObject {
  readonly metadata: {
    readonly uid: string;
    readonly resourceVersion: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec: {
    readonly holderIdentity?: string;
    readonly leaseDurationSeconds?: number;
    readonly renewTime?: string;
    readonly leaseTransitions?: number;
    readonly acquireTime?: string;
  };
}

export class LeaseLock {
  readonly #api: KubeApi;
  readonly #settings: LeaseSettings;
  /** The record as last seen, and when by our clock it was first seen so: clocks of machines differ. */
  #seen: { version: string; at: number } | undefined;
  /** Who had it when it was last read, if not we. */
  #other = '';
  #renewed = -Infinity;
  #held = false;
  #annotations: Readonly<Record<string, string>> = {};
  /** What is written beside it later. */
  #more: Readonly<Record<string, string>> = {};

  constructor(api: KubeApi, settings: LeaseSettings) {
    this.#api = api;
    this.#settings = settings;
  }

  /** Whether we hold it, and have renewed it lately enough to be sure. */
  get isHeld(): boolean {
    return this.#held && this.#api.clock.now() - this.#renewed < this.#settings.deadline;
  }

  /** What its first holder has written beside it. */
  get annotations(): Readonly<Record<string, string>> {
    return this.#annotations;
  }

  /** Resolves when we hold it; answers false if the signal comes first. `taken` is told once who has it. */
  async acquire(signal: AbortSignal, taken: (holder: string) => void): Promise<boolean> {
    let told = false;
    while (!signal.aborted) {
      if (await this.#try(signal)) return true;
      if (!told && this.#other !== '') taken(this.#other);
      told ||= this.#other !== '';
      await this.#api.clock.sleep(this.#settings.retry, signal);
    }
    return false;
  }

  /** Renews it until the signal comes; resolves earlier if it is lost. */
  async keep(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#api.clock.sleep(this.#settings.retry, signal);
      if (signal.aborted) return;
      const renewed = await this.#try(signal);
      if (!renewed && !this.isHeld) return;
    }
  }

  /** Writes this beside it; resolves when the server has it. Only while we hold it. */
  async annotate(more: Readonly<Record<string, string>>, signal: AbortSignal): Promise<void> {
    this.#more = { ...this.#more, ...more };
    while (!(this.isHeld && (await this.#try(signal)))) {
      if (signal.aborted) throw new Aborted();
      await this.#api.clock.sleep(AGAIN, signal);
    }
  }

  /** Lets the next one have it at once. */
  async release(): Promise<void> {
    const lease = await this.#giveUp();
    if (lease !== undefined) await this.#write(lease, { ...lease.spec, holderIdentity: '', leaseDurationSeconds: 1 });
  }

  /** Takes it away: nobody is to go on. */
  async remove(): Promise<void> {
    const lease = await this.#giveUp();
    if (lease === undefined) return;
    const { uid, resourceVersion } = lease.metadata;
    const path = `${this.#path}/${this.#settings.name}`;
    const body = { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid, resourceVersion } };
    await this.#api.call({ call: 'delete lease', method: 'DELETE', path, body, timeout: this.#settings.deadline });
  }

  /** As it is, if it is ours still: it may be, although we could not renew it in time. */
  async #giveUp(): Promise<LeaseObject | undefined> {
    if (!this.#held) return undefined;
    this.#held = false;
    const lease = await this.#read();
    return lease?.spec.holderIdentity === this.#settings.holder ? lease : undefined;
  }

  /** Refusals are told, all other failures are tried again. */
  async #try(signal: AbortSignal): Promise<boolean> {
    try {
      return await this.#take(signal);
    } catch (error) {
      if (isUncertain(error) || isStatus(error, 409) || isStatus(error, 404) || signal.aborted) return false;
      throw error;
    }
  }

  async #take(signal: AbortSignal): Promise<boolean> {
    const { clock } = this.#api;
    const { holder, duration } = this.#settings;
    const asked = clock.now();
    const lease = await this.#read(signal);
    if (lease === undefined) {
      if (this.#other !== '') throw this.#endedByOther();
      const annotations = { ...this.#settings.annotations, ...this.#annotations, ...this.#more };
      await this.#create(annotations, signal);
      return this.#holdSince(asked, annotations);
    }
    if (this.#seen?.version !== lease.metadata.resourceVersion)
      this.#seen = { version: lease.metadata.resourceVersion, at: asked };
    const { holderIdentity = '', leaseDurationSeconds, leaseTransitions = 0, acquireTime } = lease.spec;
    const isOurs = holderIdentity === holder;
    const lasts = leaseDurationSeconds === undefined ? duration : leaseDurationSeconds * 1000;
    if (!isOurs) this.#held = false;
    this.#other = isOurs ? '' : holderIdentity;
    if (!isOurs && holderIdentity !== '' && asked - this.#seen.at < lasts) return false;
    const acquired = isOurs ? acquireTime : time(asked);
    await this.#write(
      lease,
      { ...this.#spec(asked), acquireTime: acquired, leaseTransitions: leaseTransitions + (isOurs ? 0 : 1) },
      signal,
    );
    return this.#holdSince(asked, lease.metadata.annotations ?? {});
  }

  #endedByOther(): LiveTrouble {
    const { name } = this.#settings;
    return new LiveTrouble(
      `${this.#other} had it, and has taken it away: what it drove has ended`,
      `Lease ${name}`,
      'nothing is left to do',
    );
  }

  #holdSince(asked: number, annotations: Readonly<Record<string, string>>): true {
    this.#held = true;
    this.#other = '';
    this.#renewed = asked;
    this.#annotations = annotations;
    return true;
  }

  get #path(): string {
    return `/apis/coordination.k8s.io/v1/namespaces/${this.#settings.namespace}/leases`;
  }

  #spec(now: number): LeaseObject['spec'] {
    const { holder, duration } = this.#settings;
    return { holderIdentity: holder, leaseDurationSeconds: Math.max(1, Math.ceil(duration / 1000)), renewTime: time(now) };
  }

  async #read(signal?: AbortSignal): Promise<LeaseObject | undefined> {
    try {
      const path = `${this.#path}/${this.#settings.name}`;
      const timeout = this.#settings.deadline;
      return (await this.#api.call({ call: 'get lease', method: 'GET', path, signal, timeout })) as LeaseObject;
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return undefined;
      throw error;
    }
  }

  async #create(annotations: Readonly<Record<string, string>>, signal: AbortSignal): Promise<void> {
    const now = this.#api.clock.now();
    const { name, namespace, deadline } = this.#settings;
    const body = {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name, namespace, annotations },
      spec: { ...this.#spec(now), acquireTime: time(now), leaseTransitions: 0 },
    };
    try {
      await this.#api.call({ call: 'create lease', method: 'POST', path: this.#path, body, signal, timeout: deadline });
    } catch (error) {
      if (!isStatus(error, 404)) throw error;
      throw new LiveTrouble(
        'it is not there',
        `namespace ${namespace}`,
        `kubectl create namespace ${namespace}, or name another`,
      );
    }
  }

  /** Fails with a conflict if somebody else has written meanwhile. */
  async #write(lease: LeaseObject, spec: LeaseObject['spec'], signal?: AbortSignal): Promise<void> {
    const path = `${this.#path}/${this.#settings.name}`;
    const { metadata } = lease;
    const body = { ...lease, metadata: { ...metadata, annotations: { ...metadata.annotations, ...this.#more } }, spec };
    const timeout = this.#settings.deadline;
    const written = await this.#api.call({ call: 'update lease', method: 'PUT', path, body, signal, timeout });
    this.#seen = { version: (written as LeaseObject).metadata.resourceVersion, at: this.#api.clock.now() };
  }
}

/** With microseconds, as the API wants it. */
function time(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '000Z');
}
