/** What a plugin of Volcano can say, and where in a session. Source: pkg/scheduler/framework (Volcano v1.15.1). */
import type { SpreadingObjects } from '../kube-default/default-selector.ts';
import type { FilterPlugin } from '../kube-default/plugin.ts';
import type { WeightedPlugin } from '../kube-default/score-run.ts';
import type { Arguments } from './arguments.ts';
import type { Job } from './job.ts';
import type { Queue } from './queue.ts';
import type { Session } from './session.ts';
import type { Task } from './task.ts';

export type Vote = 'permit' | 'abstain' | 'reject';

/** At work in one session. What it leaves out it has no opinion on. Comparisons: below 0 if the first one comes first. */
export interface Plugin {
  jobOrder?(one: Job, other: Job): number;
  queueOrder?(one: Queue, other: Queue): number;
  victimQueueOrder?(one: Queue, other: Queue, preemptor: Queue): number;
  taskOrder?(one: Task, other: Task): number;
  /** Why the job is not looked at, if so. */
  jobValid?(job: Job): string | undefined;
  jobEnqueueable?(job: Job): Vote;
  jobEnqueued?(job: Job): void;
  jobReady?(job: Job): boolean;
  jobPipelined?(job: Job): Vote;
  jobStarving?(job: Job): boolean;
  overused?(queue: Queue): boolean;
  allocatable?(queue: Queue, task: Task): boolean;
  /** The queue may take back from others what this task needs. */
  preemptive?(queue: Queue, task: Task): boolean;
  /** Which of the tasks may be evicted for this one, from the same queue and from others. */
  preemptable?(preemptor: Task, candidates: readonly Task[]): Task[];
  reclaimable?(reclaimer: Task, candidates: readonly Task[]): Task[];
  readonly predicates?: Predicates;
  /** What a node scores, all by itself and against the other candidates. */
  nodeOrder?(task: Task, row: number): number;
  readonly scores?: readonly WeightedPlugin[];
  /** A task got a node, or the promise of one. */
  allocated?(task: Task): void;
  /** It gave it back, or is being evicted. */
  deallocated?(task: Task): void;
}

export interface Predicates {
  /** Run first, until one says that nothing can help. */
  readonly stable: readonly FilterPlugin[];
  /** Run after those. */
  readonly others: readonly FilterPlugin[];
}

/** The switches of a plugin in a configuration. All are on if it does not say, but the one for the hierarchy. */
export type Switch =
  | 'enableJobOrder'
  | 'enableHierarchy'
  | 'enableJobReady'
  | 'enableJobPipelined'
  | 'enableTaskOrder'
  | 'enablePreemptable'
  | 'enableReclaimable'
  | 'enablePreemptive'
  | 'enableQueueOrder'
  | 'enablePredicate'
  | 'enableNodeOrder'
  | 'enableJobEnqueued'
  | 'enableJobStarving'
  | 'enabledOverused'
  | 'enabledAllocatable';

/** A plugin as it stands in a tier. */
export interface PluginOption {
  readonly name: string;
  isEnabled(name: Switch): boolean;
  open(session: Session): Plugin;
}

export type Tier = readonly PluginOption[];

/** A plugin that a configuration can name. */
export interface PluginEntry {
  readonly name: string;
  /** Reads its arguments; what it answers opens it for a session. */
  create(given: Arguments, option: Pick<PluginOption, 'isEnabled'>, objects: SpreadingObjects): (session: Session) => Plugin;
}
