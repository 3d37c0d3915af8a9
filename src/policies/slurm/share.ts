/** What a job holds on a node: as tasks of its group, and as Slurm counts it. */

/** `reserved`: with nobody else on the node (OverSubscribe=EXCLUSIVE); `shared`: with others on the same cores. */
export type Sharing = 'reserved' | 'shared';

/** Tasks of one group of a job on one node. */
export interface Share {
  readonly node: number;
  /** [index within the job] */
  readonly group: number;
  /** [index into `jobs.requests`] */
  readonly request: number;
  readonly tasks: number;
  readonly held: Held;
}

/** What of a node is gone for others. */
export interface Held {
  /** As `Hardware.units` counts. */
  readonly units: number;
  /** [bytes] */
  readonly memory: number;
  /** Of each entry of `Hardware.gres` [count]; absent = nothing. */
  readonly gres?: readonly number[];
  /** Index into the partitions. */
  readonly partition: number;
  /** Whose it is, as a code of the workload. */
  readonly user: number;
  /** Which of its cores, as bits, and whether with others: where jobs may share them. */
  readonly cores?: bigint;
  readonly sharing?: Sharing;
  /** Jobs of other users may not come here meanwhile. */
  readonly forUser: boolean;
}
