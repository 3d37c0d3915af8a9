import type { Eviction, Preemption } from '../policy.ts';

/**
 * Who feeds the core and carries out what it decides: the simulator in virtual time, the live driver on a real
 * cluster. Each call comes from within a cycle, except `over`.
 */
export interface Driver {
  /** The job has all it needs at `ready`; answers when it begins to run: then, or later by its launch latency [ms]. */
  launch(job: number, ready: number): number;
  /**
   * Stop the job after its grace period. Call `core.stopped` when it is done, at once if there is none. Answers when
   * that will be, unless the job ends by itself before [ms].
   */
  stop(job: number, preemption: Preemption): number;
  /** Take the tasks off their node after a grace period [ms]. Call `core.evicted` when it is done. */
  evict(eviction: Eviction, grace: number): void;
  /** More tasks have joined the run of the job. */
  joined?(job: number): void;
  /** In which phase of its training the job is. Absent if nobody can tell. */
  phaseOf?(job: number): number;
  wake(time: number): void;
  /** Nothing will happen to this job any more. */
  over(job: number): void;
}
