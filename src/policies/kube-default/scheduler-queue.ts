/** The queue of a scheduler, as its settings want it. */
import type { PodInfo } from './pod-info.ts';
import { SchedulingQueue } from './queue/scheduling-queue.ts';
import type { SchedulerSettings } from './scheduler-settings.ts';

/** What the scheduler says of pods. */
export interface QueueOpinions {
  /** Who keeps the pod out of the queue, if anybody does. */
  preEnqueue(pod: PodInfo): string | undefined;
  /** Tried again after every failure, whatever has happened since. */
  comesBack(pod: PodInfo): boolean;
  /** Not tried before its time. */
  rests(pod: PodInfo): boolean;
}

export function makeQueue(settings: SchedulerSettings, opinions: QueueOpinions): SchedulingQueue {
  const { behaviour, configuration, extension, started } = settings;
  return new SchedulingQueue({
    behaviour,
    initialBackoff: configuration.initialBackoff,
    maxBackoff: configuration.maxBackoff,
    less: extension?.less,
    hints: extension?.hints,
    started,
    ...opinions,
  });
}
