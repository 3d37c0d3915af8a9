/**
 * What a scheduling plugin is. A plugin looks at a pod once a cycle (preFilter, preScore) and answers with an object
 * that then judges nodes one by one; what it worked out for the pod lives in there. A node is a row of the snapshot.
 */
import type { PodInfo } from './pod-info.ts';
import type { Snapshot } from './snapshot.ts';
import type { Status } from './status.ts';

/**
 * What a verdict on a node depends on beside the pod: the node object; the pods on that node too; or pods on other
 * nodes. Verdicts of the first two kinds may be kept until that node's version in the snapshot changes.
 */
export type Reads = 'node' | 'pods-of-node' | 'cluster';

export interface FilterPlugin {
  readonly name: string;
  readonly filterReads: Reads;
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
   * For checks that count pods beforehand: the counts as they are with a pod more (1) or less (-1) on a node. The
   * snapshot is changed by the caller.
   */
  shift?(pod: PodInfo, row: number, by: 1 | -1): void;
  /** A copy that may be shifted without changing this one; needed with `shift`. */
  copy?(): NodeCheck;
}

export interface ScorePlugin {
  readonly name: string;
  readonly scoreReads: Reads;
  /** `nodes`: the rows that passed the filters. Undefined if the plugin has nothing to say: it counts 0 then. */
  preScore(pod: PodInfo, snapshot: Snapshot, nodes: ArrayLike<number>): NodeScorer | undefined;
}

export interface NodeScorer {
  score(row: number): number;
  /** Turns the scores of `rows`, in place, into 0 to 100. Absent: they are that already. */
  normalize?(scores: Float64Array, rows: ArrayLike<number>): void;
}

/** The best score of one plugin before weighting. */
export const MAX_SCORE = 100;
