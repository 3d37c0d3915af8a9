/** What both schedulers of Slurm are made of, and what they tell each other. */
import type { Cluster } from '../../cluster.ts';
import type { SlurmSchedulerParameters } from '../../slurm-scheduler-parameters.ts';
import type { Requests } from '../../workload.ts';
import type { Priorities } from './priorities.ts';

/** Which of the two started a job. */
export type Starter = 'main' | 'backfill';

/** Whether nodes came back from jobs. A job that was stopped is followed by an epilog message from each of its nodes. */
export type Ends = 'none' | 'some' | 'stopped';

/** What came of an attempt to start a job. */
export interface Attempt {
  readonly started: boolean;
  /** The limit that kept it back; absent if it was nodes. */
  readonly reason?: string;
  /** Whether that was one of accounts and QoS: with assoc_limit_stop those stop others. */
  readonly isPolicy: boolean;
}

/** A pause of backfill: how long it was at work since the last one, and how long it lets others work [ms]. */
export interface Yielding {
  readonly worked: number;
  readonly sleeps: number;
}

export interface SchedulingSetup {
  readonly jobs: Requests;
  readonly cluster: Cluster;
  readonly parameters: SlurmSchedulerParameters;
  readonly priorities: Priorities;
  /** How long it takes until the nodes of a job that was preempted are clean [ms]. */
  readonly cleaning: number;
  /** Told of every start. */
  readonly onStart?: (job: number, starter: Starter) => void;
}
