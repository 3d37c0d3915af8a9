/**
 * How long a pod that failed must wait before it is tried again.
 * Source: pkg/scheduler/backend/queue/backoff_queue.go (Kubernetes v1.36.2), and getBackoffTime and isPodBackingoff in
 * pkg/scheduler/internal/queue/scheduling_queue.go (v1.26.5).
 */
import type { QueueEntry } from './queued-pod.ts';
import type { QueueRules } from './rules.ts';

export interface BackoffSettings {
  /** The first wait; it doubles with each failure [ms]. */
  readonly initialBackoff: number;
  /** The longest wait [ms]; 0: none waits. */
  readonly maxBackoff: number;
}

export class Backoff {
  readonly #settings: BackoffSettings;
  readonly #rules: QueueRules;

  constructor(settings: BackoffSettings, rules: QueueRules) {
    this.#settings = settings;
    this.#rules = rules;
  }

  /** When the backoff of a pod ends that has just come or failed [ms]; -Infinity if it has none. */
  endFor(pod: QueueEntry): number {
    const { maxBackoff } = this.#settings;
    const { backoffGrowsWith, window } = this.#rules;
    if (backoffGrowsWith === 'attempts') return pod.timestamp + this.#duration(Math.max(pod.attempts, 1));
    const failures = pod.consecutiveErrors > 0 ? pod.consecutiveErrors : pod.unschedulableCount;
    if (failures === 0 || maxBackoff === 0) return -Infinity;
    return floorTo(pod.timestamp + this.#duration(failures), window);
  }

  /** A window that has begun is not over: a pod whose backoff ends in it still waits. */
  isBackingOff({ backoffEnd, gatedBy }: QueueEntry, now: number): boolean {
    const { window } = this.#rules;
    if (window === 0) return gatedBy === undefined && backoffEnd > now;
    return backoffEnd >= floorTo(now, window);
  }

  /** The first instant at which a pod that backs off no longer does [ms]. */
  overAt({ backoffEnd }: QueueEntry): number {
    return backoffEnd + this.#rules.window;
  }

  #duration(failures: number): number {
    const { initialBackoff, maxBackoff } = this.#settings;
    return Math.min(maxBackoff, initialBackoff * 2 ** (failures - 1));
  }
}

function floorTo(time: number, step: number): number {
  return Math.floor(time / step) * step;
}
