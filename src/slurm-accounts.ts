/** Accounts, users and qualities of service, as the accounting data base of Slurm holds them. */
import type { Tres } from './slurm.ts';

export interface SlurmAccounts {
  /** The tree, parents before children; the first one is `root`. */
  readonly associations: readonly SlurmAssociation[];
  /** By position; jobs name them by their names in lower case. */
  readonly qos: readonly SlurmQos[];
  /** Account of jobs that name none, by user. */
  readonly defaultAccounts: ReadonlyMap<string, string>;
}

/** An account, or a user in an account (in a partition, perhaps). */
export interface SlurmAssociation {
  /** In lower case. */
  readonly account: string;
  /** Absent for the account itself. */
  readonly user?: string;
  /** The association holds for this partition only. */
  readonly partition?: string;
  /** [index into `associations`]; -1 for the root. */
  readonly parent: number;
  /** Shares among the siblings; `parent`: takes part with what its parent has. */
  readonly shares: number | 'parent';
  /** Raw usage that it has from before [TRES seconds], by `sshare`; 0 if not known. */
  readonly usage: number;
  /** Its own limits: those of its parents hold beside them. */
  readonly limits: SlurmLimits;
  readonly defaultQos?: string;
  /** QoS that it may use, its parents' list included; absent = not said. */
  readonly qos?: readonly string[];
  /** Weighed with PriorityWeightAssoc; 0 if not given. */
  readonly priority: number;
}

/** What may be there at once, or in one job; absent = not limited. Of times, the amounts are [count × ms]. */
export interface SlurmLimits {
  /** All jobs that run below it together. */
  readonly groupTres?: Tres;
  /** GrpTRESMins, GrpTRESRunMins [count × ms]. */
  readonly groupTresTime?: Tres;
  readonly groupTresRunTime?: Tres;
  readonly groupJobs?: number;
  readonly groupAccruingJobs?: number;
  readonly groupSubmittedJobs?: number;
  /** [ms] */
  readonly groupWall?: number;
  /** Of one job. */
  readonly maxTresPerJob?: Tres;
  readonly maxTresPerNode?: Tres;
  /** MaxTRESMinsPerJob, MaxTRESRunMins [count × ms]. */
  readonly maxTresTimePerJob?: Tres;
  readonly maxTresRunTime?: Tres;
  /** Of the association; for a QoS, of each user in it (MaxJobsPerUser). */
  readonly maxJobs?: number;
  readonly maxAccruingJobs?: number;
  readonly maxSubmittedJobs?: number;
  /** Longest limit of a job [ms]. */
  readonly maxWallPerJob?: number;
}

export interface SlurmQos {
  /** In lower case. */
  readonly name: string;
  readonly priority: number;
  /** QoS whose jobs its jobs may preempt. */
  readonly preempt: readonly string[];
  /** `cluster` = as slurm.conf says. */
  readonly preemptMode: 'cluster' | 'cancel' | 'requeue' | 'suspend';
  /** Jobs of this QoS preempt each other by priority (PreemptMode=WITHIN). */
  readonly within: boolean;
  /** [ms] */
  readonly graceTime: number;
  /** [ms]; absent = as slurm.conf says. */
  readonly preemptExemptTime?: number;
  /** In lower case, as sacctmgr prints them: `denyonlimit`, `noreserve`, `overpartqos`, `nodecay`, `partitiontimelimit` ... */
  readonly flags: ReadonlySet<string>;
  readonly usageFactor: number;
  /** Absent = jobs run whatever their fair share is. */
  readonly usageThreshold?: number;
  readonly limitFactor: number;
  readonly limits: SlurmLimits;
  /** MaxTRESPerUser, MaxTRESPerAccount, MaxJobsPerAccount, MaxJobsAccruePerAccount, MaxSubmitJobsPerAccount. */
  readonly maxTresPerUser?: Tres;
  readonly maxTresPerAccount?: Tres;
  readonly maxJobsPerAccount?: number;
  readonly maxAccruingJobsPerAccount?: number;
  readonly maxSubmittedJobsPerAccount?: number;
  /** MaxTRESRunMinsPerUser, MaxTRESRunMinsPerAccount [count × ms]. */
  readonly maxTresRunTimePerUser?: Tres;
  readonly maxTresRunTimePerAccount?: Tres;
  /** MinTRESPerJob */
  readonly minTresPerJob?: Tres;
  /** MinPrioThreshold; absent = none. */
  readonly minPriorityThreshold?: number;
}
