/**
 * Whether limits let a job into the queue. Those of counts of submitted jobs always turn it away; those that it could never
 * meet do so if a QoS of it has DenyOnLimit, or if it has no QoS at all: else it waits for ever.
 * Source: Slurm 22.05, src/slurmctld/acct_policy.c, _acct_policy_validate, _qos_policy_validate.
 */
import { NODE } from '../priority/trackable.ts';
import { overLimit, underLimit } from './compare.ts';
import type { AssociationStanding, JobStanding, QosStanding } from './job-standing.ts';
import { clearLimits, limitSet } from './limit-set.ts';
import type { Amounts, LimitSet } from './limit-set.ts';
import { tresReason } from './reasons.ts';
import type { LimitOwner, TresLimitKind } from './reasons.ts';

/** What is submitted at once. */
export interface Submission extends JobStanding {
  /** What one of the jobs asks for. */
  readonly amounts: Amounts;
  /** [min] */
  readonly minutes: number;
  /** Jobs: tasks of an array [count]. */
  readonly jobs: number;
}

type CountField = 'groupSubmittedJobs' | 'maxSubmittedJobs' | 'maxSubmittedJobsPerAccount' | 'maxWallPerJob' | 'groupWall';

export class SubmissionLimits {
  readonly #resources: readonly string[];
  readonly #imposed: LimitSet;

  /** `resources`: names of the trackable ones. */
  constructor(resources: readonly string[]) {
    this.#resources = resources;
    this.#imposed = limitSet(resources, {});
  }

  /** Why it is turned away; undefined if it is not. */
  refuse(submission: Submission): string | undefined {
    clearLimits(this.#imposed);
    const strict = submission.qos.length === 0 || submission.qos.some(({ flags }) => flags.has('denyonlimit'));
    for (const qos of submission.qos) {
      const reason = this.#ofQos(submission, qos, strict);
      if (reason !== undefined) return reason;
    }
    for (const [level, association] of submission.associations.entries()) {
      const reason =
        this.#ofGroup(submission, association, strict) ??
        (level === 0 ? this.#ofAssociation(submission, association, strict) : undefined);
      if (reason !== undefined) return reason;
    }
    return undefined;
  }

  #ofQos(submission: Submission, qos: QosStanding, strict: boolean): string | undefined {
    const { amounts, jobs } = submission;
    const { limits, usage, ofUser, ofAccount } = qos;
    const submitted = (field: CountField, known: number, reason: string) =>
      this.#imposes(field, limits) && known + jobs > limits[field] ? reason : undefined;
    return (
      (strict ? this.#over('qos', 'maxTresPerAccount', limits, amounts) : undefined) ??
      (strict ? this.#overGroupOrUser(limits, amounts) : undefined) ??
      submitted('groupSubmittedJobs', usage.submitted, 'QOSGrpSubmitJobsLimit') ??
      this.#tooLong(submission, limits, strict) ??
      (strict ? this.#over('qos', 'maxTresPerJob', limits, amounts) : undefined) ??
      (strict ? this.#over('qos', 'maxTresPerNode', limits, amounts, Math.max(1, amounts[NODE])) : undefined) ??
      submitted('maxSubmittedJobsPerAccount', ofAccount.submitted, 'MaxSubmitJobsPerAccount') ??
      submitted('maxSubmittedJobs', ofUser.submitted, 'QOSMaxSubmitJobPerUserLimit') ??
      (strict ? this.#under(limits, amounts) : undefined)
    );
  }

  /** Limits of time of a QoS. */
  #tooLong(submission: Submission, limits: LimitSet, strict: boolean): string | undefined {
    const { minutes } = submission;
    const kinds = ['maxTresTimePerJob', 'groupTresTime', 'groupTresRunTime'] as const;
    for (const kind of kinds) {
      const reason = strict ? this.#overTime('qos', kind, limits, submission) : undefined;
      if (reason !== undefined) return reason;
    }
    const tooLong = (field: 'maxWallPerJob' | 'groupWall') => this.#imposes(field, limits) && strict && minutes > limits[field];
    if (tooLong('maxWallPerJob')) return 'QOSMaxWallDurationPerJobLimit';
    return tooLong('groupWall') ? 'QOSGrpWallLimit' : undefined;
  }

  #ofGroup(submission: Submission, { limits, usage }: AssociationStanding, strict: boolean): string | undefined {
    const { amounts, jobs, minutes } = submission;
    const mayCount = this.#imposed.groupSubmittedJobs === Infinity;
    const over = strict ? this.#over('association', 'groupTres', limits, amounts) : undefined;
    if (over !== undefined) return over;
    if (mayCount && usage.submitted + jobs > limits.groupSubmittedJobs) return 'AssocGrpSubmitJobsLimit';
    if (!strict) return undefined;
    const overTime =
      this.#overTime('association', 'groupTresTime', limits, submission) ??
      this.#overTime('association', 'groupTresRunTime', limits, submission);
    if (overTime !== undefined) return overTime;
    return this.#imposes('groupWall', limits) && minutes > limits.groupWall ? 'AssocGrpWallLimit' : undefined;
  }

  #ofAssociation(submission: Submission, { limits, usage }: AssociationStanding, strict: boolean): string | undefined {
    const { amounts, jobs, minutes } = submission;
    const over = strict
      ? (this.#over('association', 'maxTresPerJob', limits, amounts) ??
        this.#over('association', 'maxTresPerNode', limits, amounts, Math.max(1, amounts[NODE])))
      : undefined;
    if (over !== undefined) return over;
    const { maxSubmittedJobs, maxSubmittedJobsPerAccount } = this.#imposed;
    const mayCount = maxSubmittedJobs === Infinity && maxSubmittedJobsPerAccount === Infinity;
    if (mayCount && usage.submitted + jobs > limits.maxSubmittedJobs) return 'AssocMaxSubmitJobLimit';
    if (!strict) return undefined;
    const overTime = this.#overTime('association', 'maxTresTimePerJob', limits, submission);
    if (overTime !== undefined) return overTime;
    const tooLong = this.#imposes('maxWallPerJob', limits) && minutes > limits.maxWallPerJob;
    return tooLong ? 'AssocMaxWallDurationPerJobLimit' : undefined;
  }

  /** Of a QoS, the limits of the group and of each user are one: what limits either shuts out both later. */
  #overGroupOrUser({ groupTres, maxTresPerUser }: LimitSet, amounts: Amounts): string | undefined {
    const imposed = this.#imposed;
    for (let tres = 0; tres < amounts.length; tres++) {
      if (Math.min(imposed.groupTres[tres], imposed.maxTresPerUser[tres]) !== Infinity) continue;
      imposed.groupTres[tres] = groupTres[tres];
      imposed.maxTresPerUser[tres] = maxTresPerUser[tres];
      if (amounts[tres] > maxTresPerUser[tres]) return tresReason('qos', 'maxTresPerUser', this.#resources[tres]);
      if (amounts[tres] > groupTres[tres]) return tresReason('qos', 'groupTres', this.#resources[tres]);
    }
    return undefined;
  }

  #over(owner: LimitOwner, kind: TresLimitKind, limits: LimitSet, amounts: Amounts, perNodes?: number): string | undefined {
    const how = { imposed: this.#imposed[kind], imposes: owner === 'qos' };
    return this.#say(owner, kind, overLimit(amounts, limits[kind], how, perNodes));
  }

  #under(limits: LimitSet, amounts: Amounts): string | undefined {
    const how = { imposed: this.#imposed.minTresPerJob, imposes: true };
    return this.#say('qos', 'minTresPerJob', underLimit(amounts, limits.minTresPerJob, how));
  }

  /** Whether its limit of time is too long for what it asks for. The first that limits a resource shuts out all later ones. */
  #overTime(owner: LimitOwner, kind: TresLimitKind, limits: LimitSet, { amounts, minutes }: Submission): string | undefined {
    const imposed = this.#imposed[kind];
    for (let tres = 0; tres < amounts.length; tres++) {
      const limit = limits[kind][tres];
      if (amounts[tres] === 0 || limit === Infinity || imposed[tres] !== Infinity) continue;
      imposed[tres] = limit;
      if (minutes > Math.floor(limit / amounts[tres])) return this.#say(owner, kind, tres);
    }
    return undefined;
  }

  #imposes(field: CountField, limits: LimitSet): boolean {
    if (this.#imposed[field] !== Infinity || limits[field] === Infinity) return false;
    this.#imposed[field] = limits[field];
    return true;
  }

  #say(owner: LimitOwner, kind: TresLimitKind, tres: number): string | undefined {
    return tres < 0 ? undefined : tresReason(owner, kind, this.#resources[tres]);
  }
}
