/** What differs in the scheduling queue between versions of kube-scheduler, as switches with names. */
import type { KubeVersion } from '../behaviour.ts';

export interface QueueRules {
  /** Plugins judge each event (queueing hints); else an event of a registered kind is enough. */
  readonly hints: boolean;
  /** When nothing is active, the head of the backoff queue is tried before its time. */
  readonly popsFromBackoff: boolean;
  /** Ends of backoffs are cut to multiples of this, and flushed on them [ms]; 0: not cut, flushed each second. */
  readonly window: number;
  /** What makes backoffs longer: how often the pod was tried, or how often it failed in the same way. */
  readonly backoffGrowsWith: 'attempts' | 'failures';
}

/**
 * Source: pkg/scheduler/backend/queue (Kubernetes v1.36.2; SchedulerQueueingHints and SchedulerPopFromBackoffQ on) and
 * pkg/scheduler/internal/queue/scheduling_queue.go (v1.26.5).
 */
export const QUEUE_RULES: Readonly<Record<KubeVersion, QueueRules>> = {
  '1.26': { hints: false, popsFromBackoff: false, window: 0, backoffGrowsWith: 'attempts' },
  '1.36': { hints: true, popsFromBackoff: true, window: 1000, backoffGrowsWith: 'failures' },
};
