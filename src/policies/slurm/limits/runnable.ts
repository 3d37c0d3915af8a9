/**
 * Whether limits let a job start now. Slurm looks twice: at counts of jobs and at times before it chooses nodes, and at
 * resources afterwards. What a QoS limits, the associations do not limit any more.
 * Source: Slurm 22.05, src/slurmctld/acct_policy.c, acct_policy_job_runnable_pre_select, acct_policy_job_runnable_post_select,
 * acct_policy_get_max_nodes. Departs from it in that limits that an administrator sets on a job are not known.
 */
import { overGroupLimit, overLimit, underLimit } from './compare.ts';
import type { Comparison } from './compare.ts';
import { NODE } from '../priority/trackable.ts';
import type { AssociationStanding, JobStanding, QosStanding, Spent } from './job-standing.ts';
import { clearCounts, clearLimits, limitSet } from './limit-set.ts';
import type { Amounts, LimitSet } from './limit-set.ts';
import { tresReason } from './reasons.ts';
import type { LimitOwner, TresLimitKind } from './reasons.ts';
import type { Usage } from './usage.ts';

/** What is asked of limits: a job, and how long it may run. */
export interface Candidate extends JobStanding {
  /** [min] */
  readonly minutes: number;
}

export class Runnable {
  readonly #resources: readonly string[];
  /** AccountingStorageEnforce=safe: a job starts only if what is left of a limit of time lasts until its end. */
  readonly #safe: boolean;
  readonly #imposed: LimitSet;

  /** `resources`: names of the trackable ones. */
  constructor(resources: readonly string[], safe: boolean) {
    this.#resources = resources;
    this.#safe = safe;
    this.#imposed = limitSet(resources, {});
  }

  /** Counts of running jobs, and wall time. */
  beforeNodes(job: Candidate): string | undefined {
    clearCounts(this.#imposed);
    for (const qos of job.qos) {
      const reason = this.#qosBeforeNodes(job, qos);
      if (reason !== undefined) return reason;
    }
    const imposed = this.#imposed;
    for (let level = 0; level < job.associations.length; level++) {
      const { limits, usage, spent } = job.associations[level];
      if (imposed.groupJobs === Infinity && usage.jobs >= limits.groupJobs) return 'AssocGrpJobsLimit';
      if (imposed.groupWall === Infinity && this.#isWallGone(job, spent, limits.groupWall)) return 'AssocGrpWallLimit';
      if (level > 0) continue;
      const countsJobs = imposed.maxJobsPerAccount === Infinity && imposed.maxJobs === Infinity;
      if (countsJobs && usage.jobs >= limits.maxJobs) return 'AssocMaxJobsLimit';
      if (imposed.maxWallPerJob === Infinity && minutesOf(job) > limits.maxWallPerJob) return 'AssocMaxWallDurationPerJobLimit';
    }
    return undefined;
  }

  #qosBeforeNodes(job: Candidate, { limits, usage, spent, ofUser, ofAccount }: QosStanding): string | undefined {
    if (this.#imposes('groupJobs', limits) && usage.jobs >= limits.groupJobs) return 'QOSGrpJobsLimit';
    if (this.#imposes('groupWall', limits) && this.#isWallGone(job, spent, limits.groupWall)) return 'QOSGrpWallLimit';
    if (this.#imposes('maxJobsPerAccount', limits) && ofAccount.jobs >= limits.maxJobsPerAccount) return 'MaxJobsPerAccount';
    if (this.#imposes('maxJobs', limits) && ofUser.jobs >= limits.maxJobs) return 'QOSMaxJobsPerUserLimit';
    const tooLong = this.#imposes('maxWallPerJob', limits) && minutesOf(job) > limits.maxWallPerJob;
    return tooLong ? 'QOSMaxWallDurationPerJobLimit' : undefined;
  }

  #isWallGone(job: Candidate, spent: Spent | undefined, limit: number): boolean {
    const used = Math.floor((spent?.wall ?? 0) / 60);
    return used >= limit || (this.#safe && used + minutesOf(job) > limit);
  }

  /** Whether the limit of this QoS is the one that counts; it then shuts out later ones. */
  #imposes(field: 'groupJobs' | 'groupWall' | 'maxJobs' | 'maxJobsPerAccount' | 'maxWallPerJob', limits: LimitSet): boolean {
    if (this.#imposed[field] !== Infinity || limits[field] === Infinity) return false;
    this.#imposed[field] = limits[field];
    return true;
  }

  /** More nodes than limits allow: the job is not even tried. */
  nodeLimit(job: JobStanding, minNodes: number): string | undefined {
    if (!job.hasTres) return undefined;
    let most = Infinity;
    let reason: string | undefined;
    const lower = (limit: number, owner: LimitOwner, kind: TresLimitKind) => {
      if (limit >= most) return;
      most = limit;
      reason = tresReason(owner, kind, 'node');
    };
    const ofQos = (kind: TresLimitKind) =>
      job.qos.find(({ limits }) => limits[kind][NODE] !== Infinity)?.limits[kind][NODE] ?? Infinity;
    const inQos = ['maxTresPerAccount', 'maxTresPerJob', 'maxTresPerUser'] as const;
    for (const kind of inQos) lower(ofQos(kind), 'qos', kind);
    const qosMost = most;
    const groupOfQos = ofQos('groupTres');
    lower(groupOfQos, 'qos', 'groupTres');
    for (const [level, { limits }] of job.associations.entries()) {
      const before = most;
      if (groupOfQos === Infinity) lower(limits.groupTres[NODE], 'association', 'groupTres');
      const hasGroup = most < before;
      if (level === 0 && qosMost === Infinity) lower(limits.maxTresPerJob[NODE], 'association', 'maxTresPerJob');
      // Only the first group that limits nodes is looked at.
      if (hasGroup) break;
    }
    return most < minNodes ? reason : undefined;
  }

  /** Resources: what it would hold on nodes that were chosen, or what it asks for, and no nodes. */
  onNodes(job: Candidate, amounts: Amounts, nodes: readonly number[]): string | undefined {
    clearLimits(this.#imposed);
    const times = amounts.map((amount) => amount * minutesOf(job));
    for (const qos of job.qos) {
      if (!qos.limits.hasTres) continue;
      const reason =
        this.#overGroup(job, qos, 'qos', amounts, nodes, times) ??
        this.#overJob(qos.limits, 'qos', amounts, times) ??
        this.#overShares(qos, amounts, nodes);
      if (reason !== undefined) return reason;
    }
    for (const [level, standing] of job.associations.entries()) {
      if (!standing.limits.hasTres) continue;
      const reason =
        this.#overGroup(job, standing, 'association', amounts, nodes, times) ??
        (level === 0 ? this.#overJob(standing.limits, 'association', amounts, times) : undefined);
      if (reason !== undefined) return reason;
    }
    return undefined;
  }

  #overGroup(
    job: Candidate,
    { limits, usage, spent }: AssociationStanding,
    owner: LimitOwner,
    amounts: Amounts,
    nodes: readonly number[],
    times: Amounts,
  ): string | undefined {
    const held = { asked: withNewNodes(amounts, nodes, usage), held: usage.held, safe: true };
    const inUse = () => this.#say(owner, 'groupTres', overGroupLimit(held, limits.groupTres, this.#how(owner, 'groupTres')));
    if (!limits.hasGroupTimes) return inUse();
    // A QoS with UsageFactor=0 lets jobs run whatever has been used.
    const counts = job.usageFactor !== 0;
    const minutes = (seconds: Amounts | undefined) =>
      amounts.map((_, tres) => (counts && seconds !== undefined ? Math.floor(seconds[tres] / 60) : 0));
    const promised = minutes(usage.promised);
    const time = { asked: times, held: promised, spent: minutes(spent?.tres), safe: this.#safe };
    const running = { asked: times, held: promised, safe: true };
    return (
      this.#say(owner, 'groupTresTime', overGroupLimit(time, limits.groupTresTime, this.#how(owner, 'groupTresTime'))) ??
      inUse() ??
      this.#say(owner, 'groupTresRunTime', overGroupLimit(running, limits.groupTresRunTime, this.#how(owner, 'groupTresRunTime')))
    );
  }

  #overJob(limits: LimitSet, owner: LimitOwner, amounts: Amounts, times: Amounts): string | undefined {
    const test = (kind: TresLimitKind, asked: Amounts, perNodes?: number) =>
      this.#say(owner, kind, overLimit(asked, limits[kind], this.#how(owner, kind), perNodes));
    return (
      test('maxTresTimePerJob', times) ??
      test('maxTresPerJob', amounts) ??
      test('maxTresPerNode', amounts, Math.max(1, amounts[NODE])) ??
      (owner === 'association'
        ? undefined
        : this.#say(owner, 'minTresPerJob', underLimit(amounts, limits.minTresPerJob, this.#how(owner, 'minTresPerJob'))))
    );
  }

  /** Limits of each account and each user within a QoS. */
  #overShares({ limits, ofUser, ofAccount }: QosStanding, amounts: Amounts, nodes: readonly number[]): string | undefined {
    const test = (kind: 'maxTresPerAccount' | 'maxTresPerUser', usage: Usage) => {
      const asked = withNewNodes(amounts, nodes, usage);
      return this.#say(
        'qos',
        kind,
        overGroupLimit({ asked, held: usage.held, safe: true }, limits[kind], this.#how('qos', kind)),
      );
    };
    return test('maxTresPerAccount', ofAccount) ?? test('maxTresPerUser', ofUser);
  }

  #how(owner: LimitOwner, kind: TresLimitKind): Comparison {
    return { imposed: this.#imposed[kind], imposes: owner === 'qos' };
  }

  #say(owner: LimitOwner, kind: TresLimitKind, tres: number): string | undefined {
    return tres < 0 ? undefined : tresReason(owner, kind, this.#resources[tres]);
  }
}

/** The job's limit as group limits count it. */
function minutesOf({ minutes, usageFactor, factorIsSafe }: Candidate): number {
  return factorIsSafe ? Math.floor(minutes * usageFactor) : minutes;
}

/** A node on which something of the group runs already counts once. */
function withNewNodes(amounts: Amounts, nodes: readonly number[], usage: Usage): Amounts {
  const fresh = nodes.length === 0 ? amounts[NODE] : usage.newNodes(nodes);
  if (fresh === amounts[NODE]) return amounts;
  const asked = amounts.slice();
  asked[NODE] = fresh;
  return asked;
}
