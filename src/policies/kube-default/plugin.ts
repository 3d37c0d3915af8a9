/**
 * What a scheduling plugin is. A plugin looks at a pod once a cycle (preFilter, preScore) and answers with an object
 * that then judges nodes one by one; what it worked out for the pod lives in there. A node is a row of the snapshot.
 */
import type { PodInfo } from './pod-info.ts';
import type { Snapshot } from './snapshot.ts';
import type { Status } from './status.ts';

/**
 * What a verdict on a node depends on beside the class of the pod: the node object; the pods on that node too; all node
 * objects; or pods on other nodes. Answers of the first three kinds are kept from cycle to cycle, for all pods of a
 * class, until what they depend on changes; plugins of the last kind are asked anew in each cycle and keep their counts
 * themselves.
 */
export type Reads = 'node' | 'pods-of-node' | 'nodes' | 'cluster';

export interface FilterPlugin {
  readonly name: string;
  readonly filterReads: Exclude<Reads, 'nodes'>;
  /** The answer for this pod does not hold for others of its class. Absent: it always does. */
  isForPodAlone?(pod: PodInfo): boolean;
  preFilter(pod: PodInfo, snapshot: Snapshot): PreFilter;
}

/** `Success` with a check to run on each node, `Skip` if the pod does not concern the plugin, or why no node will do. */
export type PreFilter =
  | { readonly status: Status; readonly check?: undefined; readonly nodes?: undefined }
  | {
      readonly status: Status;
      readonly check: NodeCheck;
      /** The names of the only nodes worth checking; all if absent. */
      readonly nodes?: ReadonlySet<string>;
    };

export interface NodeCheck {
  filter(row: number): Status;
  /**
   * For checks that count pods beforehand: the counts as they are with a pod more (1) or less (-1) on a node, for a
   * trial. The snapshot is changed by the caller, who undoes both when the trial is over.
   */
  shift?(pod: PodInfo, row: number, by: 1 | -1): void;
}

export interface ScorePlugin {
  readonly name: string;
  readonly scoreReads: Reads;
  /**
   * `nodes`: the rows that passed the filters; only plugins that read the cluster look at them. Undefined if the plugin
   * has nothing to say: it counts 0 then.
   */
  preScore(pod: PodInfo, snapshot: Snapshot, nodes: ArrayLike<number>): NodeScorer | undefined;
}

export interface NodeScorer {
  score(row: number): number;
  /**
   * Turns the scores of `rows`, in place, into 0 to 100. Absent: they are that already. If all are equal, what they
   * become does not depend on how many there are, unless the plugin reads the cluster.
   */
  normalize?(scores: Float64Array, rows: ArrayLike<number>): void;
}

/** The best score of one plugin before weighting. */
export const MAX_SCORE = 100;
