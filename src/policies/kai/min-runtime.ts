/**
 * Time for which a job may run before others may take its resources.
 * Source: pkg/scheduler/plugins/minruntime (KAI-Scheduler v0.13.0).
 */
import type { KaiConfiguration } from './configuration.ts';
import type { PodGroup, SubGroup } from './pod-group.ts';
import type { Queue } from './queue.ts';
import type { Task } from './task.ts';

/** By job: those of its tasks that would go. */
export type Victims = ReadonlyMap<PodGroup, readonly Task[]>;

export class MinRuntime {
  readonly #configuration: KaiConfiguration;
  readonly #enabled: boolean;

  constructor(configuration: KaiConfiguration) {
    this.#configuration = configuration;
    this.#enabled = configuration.plugins.has('minruntime');
  }

  /** Until when jobs of other queues may not have its resources [ms]; -Infinity if they always may. */
  reclaimableFrom(reclaimer: Queue, victim: PodGroup): number {
    return this.#from(victim, this.#reclaimTime(reclaimer, victim.queue));
  }

  preemptibleFrom(victim: PodGroup): number {
    const time = nearest(victim.queue, (queue) => queue.object.preemptMinRuntime);
    return this.#from(victim, time ?? this.#configuration.preemptMinRuntime);
  }

  /** A job that can spare tasks may always be asked; but while it is protected, it keeps its minimum. */
  spares(victims: Victims, from: (victim: PodGroup) => number, now: number): boolean {
    for (const [group, tasks] of victims) {
      if (group.isElastic && now < from(group) && !keepsMinimum(tasks)) return false;
    }
    return true;
  }

  #from({ lastStart }: PodGroup, time: number): number {
    return this.#enabled && !Number.isNaN(lastStart) ? lastStart + time : -Infinity;
  }

  /** `lca`: as the queue says that is one step below where the two paths part, or those above it. */
  #reclaimTime(reclaimer: Queue, victim: Queue): number {
    const { reclaimMinRuntime, reclaimResolveMethod } = this.#configuration;
    const own = (queue: Queue) => queue.object.reclaimMinRuntime;
    if (reclaimResolveMethod === 'queue') return nearest(victim, own) ?? reclaimMinRuntime;
    const [path, its] = [reclaimer.path(), victim.path()];
    if (path[0] !== its[0]) return own(its[0]) ?? reclaimMinRuntime;
    let level = 0;
    while (level + 1 < its.length && path[level] === its[level]) level++;
    return nearest(its[level], own) ?? reclaimMinRuntime;
  }
}

function nearest(queue: Queue, time: (queue: Queue) => number | undefined): number | undefined {
  for (let at: Queue | undefined = queue; at !== undefined; at = at.parent) {
    const found = time(at);
    if (found !== undefined) return found;
  }
  return undefined;
}

function keepsMinimum(tasks: readonly Task[]): boolean {
  const losses = new Map<SubGroup, number>();
  for (const { subGroup } of tasks) losses.set(subGroup, (losses.get(subGroup) ?? 0) + 1);
  return [...losses].every(([{ using, minimum }, loss]) => minimum <= using - loss);
}
