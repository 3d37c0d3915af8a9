/** What a live run is told, and what it ends with. */
import type { Cluster } from '../../cluster.ts';
import type { RunOptions } from '../../engine/prepare.ts';
import type { PolicySpec } from '../../policy.ts';
import type { Schedule } from '../../schedule.ts';
import type { Workload } from '../../workload.ts';
import type { LeaseSettings } from '../kubernetes/lease.ts';
import type { WatchSettings } from '../kubernetes/list-watch.ts';
import type { PodStyle } from './pod-manifest.ts';
import type { PodTimesBook } from './pod-times.ts';
import type { Recovered } from './recovery.ts';

export interface LiveRunSettings {
  readonly style: PodStyle;
  /** Which process of the scheduler this is: no two have the same. */
  readonly instance: string;
  /** Label selector of the nodes that are used; all if empty. */
  readonly nodes: string;
  /** Room for so many more nodes of each kind that is there, should they come [count]. */
  readonly spare: number;
  /** Changes that come within this time are seen together [ms by the clock]. */
  readonly batch: number;
  /** How bound pods are taken off. */
  readonly preemptBy: 'delete' | 'evict';
  readonly lease: Pick<LeaseSettings, 'duration' | 'deadline' | 'retry'>;
  readonly watch?: WatchSettings;
  /** Told what happens, for people. */
  say(message: string): void;
}

export interface LivePlan {
  readonly workload: Workload;
  /** Tells workloads apart: a run must go on with the one that it began with. */
  readonly workloadDigest: string;
  readonly spec: PolicySpec;
  readonly options: RunOptions;
}

export interface LiveOutcome {
  readonly schedule: Schedule;
  readonly cluster: Cluster;
  readonly times: PodTimesBook;
  readonly recovered: Recovered;
  /** `over`: all jobs are; `stopped`: it was asked to. */
  readonly ended: 'over' | 'stopped';
  /** Conditions and events that could not be written [count]. */
  readonly unsaid: number;
}
