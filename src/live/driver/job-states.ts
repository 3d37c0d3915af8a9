/** What the session remembers of each job beside its tasks. */
import type { Eviction, Preemption } from '../../policy.ts';
import type { Task } from './tasks.ts';

/** Why a job is being taken off its nodes. */
export type Halt =
  /** Some of its pods could not be bound: it goes back into the queue as if nothing had been decided. */
  | { readonly why: 'undone' }
  /** It has lost a pod that somebody deleted, or its node: it goes back into the queue, and begins anew. */
  | { readonly why: 'lost' }
  /** It has used up its walltime. */
  | { readonly why: 'limit' }
  | { readonly why: 'preempted'; readonly how: Preemption['how'] };

/** Tasks that leave their node while the job stays. */
export interface LeavingTasksOf {
  readonly eviction: Eviction;
  readonly tasks: readonly Task[];
}

export interface JobState {
  /** Its pods have been seen, and it has been submitted. */
  isSubmitted: boolean;
  /** As many of its pods are up as it needs. */
  hasBegun: boolean;
  isOver: boolean;
  halt: Halt | undefined;
  leaving: LeavingTasksOf[];
  /** How often in a row binding it has failed [count]. */
  failures: number;
  /** The how-manieth start this was: ends of one instant are told in this order to policies that want it. */
  beganAs: number;
}

export class JobStates {
  readonly #states: (JobState | undefined)[] = [];

  /** Whether any job is being taken off its nodes, or loses tasks. */
  areHalting(): boolean {
    return this.#states.some(
      (state) => state !== undefined && !state.isOver && (state.halt !== undefined || state.leaving.length > 0),
    );
  }

  of(job: number): JobState {
    return (this.#states[job] ??= {
      ...{ isSubmitted: false, hasBegun: false, isOver: false, halt: undefined, leaving: [], failures: 0, beganAs: 0 },
    });
  }
}
