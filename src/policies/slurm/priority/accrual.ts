/**
 * Limits on how many waiting jobs grow older at once: GrpJobsAccrue and MaxJobsAccrue of associations, GrpJobsAccrue,
 * MaxJobsAccruePU and MaxJobsAccruePA of QoS. The first that is set decides alone, not the tightest: those of the job's QoS
 * (not that of its partition), then those of its association and GrpJobsAccrue of all above it.
 * Source: Slurm 22.05, acct_policy.c, acct_policy_handle_accrue_time, _get_accrue_limits.
 */
import type { SlurmAccounts, SlurmLimits } from '../../../slurm-accounts.ts';
import type { SlurmConfig } from '../../../slurm.ts';
import type { Requests } from '../../../workload.ts';
import { inheritedLimits } from '../limits/limit-set.ts';
import type { Accounting } from './accounting.ts';

/** Whose a job is [indices]; -1 if it has none. */
export interface AccrualParty {
  readonly job: number;
  readonly association: number;
  readonly qos: number;
}

export class Accrual {
  readonly #jobs: Requests;
  readonly #accounting: Accounting;
  /** Of each association, with what was handed down to it. */
  readonly #limits: readonly SlurmLimits[];
  /** Jobs that grow older [count]: by association, QoS, QoS and account, QoS and user. */
  readonly #counts = new Map<string, number>();
  /** Jobs that are among them. */
  readonly #counted = new Set<number>();

  constructor(jobs: Requests, accounting: Accounting) {
    this.#jobs = jobs;
    this.#accounting = accounting;
    this.#limits = inheritedLimits(accounting.tree.associations);
  }

  /** Whether the job may grow older: without any limit from when it may start, else from now on. Undefined: not yet. */
  admit(party: AccrualParty): 'free' | 'now' | undefined {
    const room = this.#roomFor(party);
    if (room !== undefined && room <= 0) return undefined;
    this.#counted.add(party.job);
    this.#count(party, 1);
    return room === undefined ? 'free' : 'now';
  }

  /** The job waits no more, or not as it did. */
  leave(party: AccrualParty): void {
    if (this.#counted.delete(party.job)) this.#count(party, -1);
  }

  /** How many more may grow older beside it; undefined if nothing is limited [count]. */
  #roomFor(party: AccrualParty): number | undefined {
    const { tree } = this.#accounting;
    const qos = this.#accounting.qos[party.qos];
    const keys = this.#keysOfQos(party);
    const ofQos = [qos?.limits.groupAccruingJobs, qos?.maxAccruingJobsPerAccount, qos?.limits.maxAccruingJobs];
    for (const [index, limit] of ofQos.entries()) if (limit !== undefined) return limit - this.#of(keys[index]);
    for (let at = party.association; at >= 0; at = tree.parent[at]) {
      const { groupAccruingJobs, maxAccruingJobs } = this.#limits[at];
      const limit = groupAccruingJobs ?? (at === party.association ? maxAccruingJobs : undefined);
      if (limit !== undefined) return limit - this.#of(`association ${at}`);
    }
    return undefined;
  }

  #of(key: string): number {
    return this.#counts.get(key) ?? 0;
  }

  #keysOfQos({ job, association, qos }: AccrualParty): string[] {
    const account = this.#accounting.tree.associations[association]?.account ?? '';
    return [`qos ${qos}`, `qos ${qos} account ${account}`, `qos ${qos} user ${this.#jobs.user.code[job]}`];
  }

  #count(party: AccrualParty, by: 1 | -1): void {
    const { parent } = this.#accounting.tree;
    const keys = party.qos < 0 ? [] : this.#keysOfQos(party);
    for (let at = party.association; at >= 0; at = parent[at]) keys.push(`association ${at}`);
    for (const key of keys) this.#counts.set(key, this.#of(key) + by);
  }
}

/** Undefined where every waiting job grows older: without such limits, or where they do not count. */
export function makeAccrual(
  jobs: Requests,
  accounting: Accounting,
  { priority, enforcement, accounts }: Pick<SlurmConfig, 'priority' | 'enforcement' | 'accounts'>,
): Accrual | undefined {
  const isLimited = enforcement.limits && priority.weights.age > 0 && !priority.flags.has('ACCRUE_ALWAYS');
  return isLimited && accounts !== undefined && hasAccrualLimits(accounts) ? new Accrual(jobs, accounting) : undefined;
}

function hasAccrualLimits({ associations, qos }: SlurmAccounts): boolean {
  const hasOwn = qos.some(({ maxAccruingJobsPerAccount }) => maxAccruingJobsPerAccount !== undefined);
  return (
    hasOwn ||
    [...associations, ...qos].some(({ limits }) => limits.groupAccruingJobs !== undefined || limits.maxAccruingJobs !== undefined)
  );
}
