/**
 * How amounts are compared with limits. A limit that a QoS has set shuts out the same limit of whatever is looked at after
 * it, resource by resource: `imposed` remembers those. Each answers the number of the resource that is over its limit, -1 if
 * none is. Source: Slurm 22.05, src/slurmctld/acct_policy.c, _validate_tres_limits_for_assoc, _validate_tres_limits_for_qos,
 * _validate_tres_usage_limits.
 */
import type { Amounts } from './limit-set.ts';

export interface Comparison {
  /** Limits that were imposed before. */
  readonly imposed: Amounts;
  /** Whether these limits shut out later ones. */
  readonly imposes: boolean;
}

/** What one job asks for against a limit of one job. `perNodes`: compared is the share of one of so many nodes. */
export function overLimit(amounts: Amounts, limits: Amounts, how: Comparison, perNodes = 1): number {
  for (let tres = 0; tres < limits.length; tres++) {
    if (isLookedAt(tres, limits, amounts, how) && Math.floor(amounts[tres] / perNodes) > limits[tres]) return tres;
  }
  return -1;
}

/** What one job asks for against the least that it must ask for. */
export function underLimit(amounts: Amounts, limits: Amounts, how: Comparison): number {
  for (let tres = 0; tres < limits.length; tres++) {
    if (isLookedAt(tres, limits, amounts, how) && amounts[tres] < limits[tres]) return tres;
  }
  return -1;
}

function isLookedAt(tres: number, limits: Amounts, amounts: Amounts, { imposed, imposes }: Comparison): boolean {
  if (limits[tres] === Infinity || imposed[tres] !== Infinity) return false;
  if (imposes) imposed[tres] = limits[tres];
  // Associations say nothing of what a job does not ask for; a QoS compares it all the same.
  return imposes || amounts[tres] > 0;
}

/** What a group holds already, and what one more job would add. */
export interface GroupAmounts {
  readonly asked: Amounts;
  readonly held: Amounts;
  /** What has been spent of the limit for good; absent: nothing is spent. */
  readonly spent?: Amounts;
  /** Whether a job must find room for all that it asks for; else it may start as long as anything is left. */
  readonly safe: boolean;
}

export function overGroupLimit({ asked, held, spent, safe }: GroupAmounts, limits: Amounts, how: Comparison): number {
  for (let tres = 0; tres < limits.length; tres++) {
    const limit = limits[tres];
    if (limit === Infinity || how.imposed[tres] !== Infinity) continue;
    if (how.imposes) how.imposed[tres] = limit;
    if (asked[tres] === 0) continue;
    const gone = spent?.[tres] ?? 0;
    if (spent !== undefined && gone >= limit) return tres;
    if (safe && (asked[tres] > limit || asked[tres] + held[tres] > limit - gone)) return tres;
  }
  return -1;
}
