/** A pod that waits to be scheduled, with what the queue remembers of it. */
import type { Uid } from '../../../kubernetes.ts';
import type { PodInfo } from '../pod-info.ts';
import type { QueueRules } from './rules.ts';

export interface QueuedPod {
  readonly pod: PodInfo;
  /** When it came or last failed [ms]; pods of one priority are tried in this order. */
  readonly timestamp: number;
  /** How often it was taken out to be scheduled. */
  readonly attempts: number;
  /** How often plugins have rejected it. */
  readonly unschedulableCount: number;
  /** How often in a row it failed for another reason. */
  readonly consecutiveErrors: number;
  /** When it could be tried for the first time [ms]; undefined while it has been gated from the start. */
  readonly initialAttempt: number | undefined;
  /** Numbers those times: of two pods one always comes first. */
  readonly initialSerial: number;
  /** Plugins that rejected or gated it. */
  readonly rejectors: ReadonlySet<string>;
  /** Plugins that hold it until something of their own happens; what they wake is tried at once. */
  readonly pending: ReadonlySet<string>;
  /** The plugin that keeps it from being queued. */
  readonly gatedBy: string | undefined;
}

/** Where a pod is; `out` is in flight, or gone. */
export type Place = 'active' | 'backoff' | 'resting' | 'error-backoff' | 'unschedulable' | 'out';

export const NO_PLUGINS: ReadonlySet<string> = new Set();

/** A pod as the queue itself handles it. */
export class QueueEntry implements QueuedPod {
  pod: PodInfo;
  timestamp: number;
  attempts = 0;
  unschedulableCount = 0;
  consecutiveErrors = 0;
  initialAttempt: number | undefined = undefined;
  initialSerial = 0;
  rejectors: ReadonlySet<string> = NO_PLUGINS;
  pending: ReadonlySet<string> = NO_PLUGINS;
  gatedBy: string | undefined = undefined;
  /** When its backoff ends [ms]; -Infinity if it has none. */
  backoffEnd = -Infinity;
  /** Numbers the timestamps: the clock of a real scheduler never shows two pods the same instant. */
  serial: number;
  place: Place = 'out';
  /** Where it is in the heap of its place; -1 if in none. */
  heapIndex = -1;
  /** The last event that looked at it, so that each looks once. */
  lastEvent = -1;

  constructor(pod: PodInfo, now: number, serial: number) {
    this.pod = pod;
    this.timestamp = now;
    this.serial = serial;
  }

  /** From now on. `serial` numbers such times. */
  canBeTried(now: number, serial: number): void {
    if (this.initialAttempt !== undefined) return;
    this.initialAttempt = now;
    this.initialSerial = serial;
  }

  /** It was tried in vain. */
  count(rejectors: ReadonlySet<string>, pending: ReadonlySet<string>, { hints }: QueueRules): void {
    const isError = rejectors.size + pending.size === 0;
    if (isError) this.consecutiveErrors++;
    else {
      this.unschedulableCount++;
      this.consecutiveErrors = 0;
    }
    this.gatedBy = undefined;
    // Versions without hints do not forget who rejected a pod before, when it fails for another reason.
    if (isError && !hints) return;
    this.rejectors = rejectors;
    this.pending = pending;
  }

  get uid(): Uid {
    return this.pod.pod.uid;
  }

  get priority(): number {
    return this.pod.class.spec.priority;
  }
}
