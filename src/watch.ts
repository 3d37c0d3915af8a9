/** What a policy that tries jobs node by node can tell of an attempt, when somebody watches a job. */

/** What one plugin said of a node that passed. */
export interface PluginScore {
  readonly plugin: string;
  readonly weight: number;
  /** As the plugin counted. */
  readonly raw: number;
  /** The same from 0 to 100. */
  readonly normalized: number;
}

/** What became of one node in an attempt. */
export interface NodeVerdict {
  readonly node: string;
  readonly passed: boolean;
  /** The plugin that turned it down. */
  readonly plugin?: string;
  /** Why it was turned down, in the words of the scheduler. */
  readonly reasons: readonly string[];
  /** By plugin; plugins that had nothing to say are left out. Empty if nothing was scored. */
  readonly scores: readonly PluginScore[];
  /** The weighted sum of the scores; absent if nothing was scored. */
  readonly total?: number;
}

/** One attempt to place a pod or task of a job. */
export interface WatchedAttempt {
  /** [ms] */
  readonly at: number;
  readonly job: number;
  /** The pod or task. */
  readonly task: string;
  /** The node that it got; absent if it got none. */
  readonly node?: string;
  /** Why it got none. */
  readonly message?: string;
  /** The node that it is to get once the victims on it are gone. */
  readonly nominatedNode?: string;
  /** Whom it preempts. */
  readonly victims: readonly string[];
  /** All nodes that were looked at: those that passed first, in the order in which they were found. */
  readonly nodes: readonly NodeVerdict[];
}

/** Somebody who wants to know what a policy sees of some jobs. Being watched changes no decision. */
export interface Watch {
  /** Whether attempts for this job are wanted: telling takes time. */
  wants(job: number): boolean;
  tell(attempt: WatchedAttempt): void;
}
