/** What backfill plans for a job, and what it saw when it looked for a time. */
import type { JobDemand } from './demand.ts';
import type { Answer } from './forecasts.ts';
import type { LicenseCounts } from './licenses.ts';
import type { NodeSet } from './node-set.ts';
import type { Allocation } from './running.ts';
import type { Share } from './share.ts';

export interface Plan {
  /** [Unix ms] */
  readonly start: number;
  readonly shares: readonly Share[];
  /** The nodes of the shares. */
  readonly nodes: NodeSet;
  readonly licenses: LicenseCounts | undefined;
}

/** What a time is looked for. */
export interface Goal {
  readonly job: number;
  readonly demand: JobDemand;
  /** [ms] */
  readonly limit: number;
  /** [Unix ms] */
  readonly now: number;
  /** Whether it may only be started at once. */
  readonly nowOnly: boolean;
  /** Whom it may preempt. */
  readonly candidates: readonly Allocation[];
  /** The nodes that it may use, if those are the same at any time. */
  readonly always: NodeSet | undefined;
}

/** What a job asks, as far as its plan follows from that. */
export interface Asked {
  readonly demand: JobDemand;
  /** Nodes that it might use at all. */
  readonly usable: NodeSet;
  /** [ms] */
  readonly limit: number;
  /** Whom it may preempt. */
  readonly candidates: readonly Allocation[];
}

/** What a job was told of the nodes that were left from some time on. */
export interface Look {
  readonly answer: Answer;
  /** Of the jobs that it was like. */
  readonly kind: number;
  /** [Unix ms] */
  readonly notAfter: number;
  /** When the last job ends that it waits for [Unix ms]; NaN = it does not fit there in time. */
  readonly after: number;
  readonly shares: readonly Share[] | undefined;
}
