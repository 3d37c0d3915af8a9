/**
 * Whether limits of time end a job that runs: what its group may use in all is used up, or what the job itself may.
 * Source: Slurm 22.05, src/slurmctld/acct_policy.c, acct_policy_job_time_out, _qos_job_time_out.
 */
import { NODE } from '../priority/trackable.ts';
import { overGroupLimit, overLimit } from './compare.ts';
import type { Comparison } from './compare.ts';
import type { AssociationStanding, JobStanding } from './job-standing.ts';
import { clearLimits, limitSet } from './limit-set.ts';
import type { Amounts, LimitSet } from './limit-set.ts';
import { tresReason } from './reasons.ts';
import type { LimitOwner, TresLimitKind } from './reasons.ts';

export class UsedUp {
  readonly #resources: readonly string[];
  readonly #imposed: LimitSet;
  readonly #nothing: Amounts;

  /** `resources`: names of the trackable ones. */
  constructor(resources: readonly string[]) {
    this.#resources = resources;
    this.#imposed = limitSet(resources, {});
    this.#nothing = new Float64Array(resources.length);
  }

  /** The limit; undefined if the job may go on. `minutes`: how long it has run with these resources. */
  reason({ qos, associations }: JobStanding, amounts: Amounts, minutes: number): string | undefined {
    clearLimits(this.#imposed);
    // One more, as a limit that is just reached counts.
    const used = amounts.map((amount) => (amount > 0 ? amount * minutes + 1 : 0));
    for (const each of qos) {
      const reason = this.#over(each, used, used, 'qos');
      if (reason !== undefined) return reason;
    }
    const withoutNodes = used.slice();
    withoutNodes[NODE] = 0;
    // Those of the root hold for its own jobs only.
    for (const each of associations.length > 1 ? associations.slice(0, -1) : associations) {
      const reason = this.#over(each, used, withoutNodes, 'association');
      if (reason !== undefined) return reason;
    }
    return undefined;
  }

  #over({ limits, spent }: AssociationStanding, used: Amounts, ofJob: Amounts, owner: LimitOwner): string | undefined {
    const how = (kind: TresLimitKind): Comparison => ({ imposed: this.#imposed[kind], imposes: owner === 'qos' });
    const gone = spent === undefined ? this.#nothing : spent.tres.map((seconds) => Math.floor(seconds / 60));
    const group = { asked: used, held: this.#nothing, spent: gone, safe: false };
    return (
      this.#say(owner, 'groupTresTime', overGroupLimit(group, limits.groupTresTime, how('groupTresTime'))) ??
      this.#overWall(limits, spent?.wall ?? 0, owner) ??
      this.#say(owner, 'maxTresTimePerJob', overLimit(ofJob, limits.maxTresTimePerJob, how('maxTresTimePerJob')))
    );
  }

  #overWall({ groupWall }: LimitSet, seconds: number, owner: LimitOwner): string | undefined {
    if (groupWall === Infinity || this.#imposed.groupWall !== Infinity) return undefined;
    if (owner === 'qos') this.#imposed.groupWall = groupWall;
    if (Math.floor(seconds / 60) < groupWall) return undefined;
    return owner === 'qos' ? 'QOSGrpWallLimit' : 'AssocGrpWallLimit';
  }

  #say(owner: LimitOwner, kind: TresLimitKind, tres: number): string | undefined {
    return tres < 0 ? undefined : tresReason(owner, kind, this.#resources[tres]);
  }
}

/** Whether a limit of them could end a job. */
export function mayEndJobs({ groupTresTime, groupWall, maxTresTimePerJob }: LimitSet): boolean {
  return groupWall < Infinity || [groupTresTime, maxTresTimePerJob].some((limits) => limits.some((limit) => limit < Infinity));
}
