/**
 * Limits on how many waiting jobs grow older at once (GrpJobsAccrue, MaxJobsAccrue). They change priorities and are not
 * modelled. Source: Slurm 22.05, acct_policy.c, acct_policy_handle_accrue_time, for when they count.
 */
import type { SlurmAccounts } from './slurm-accounts.ts';
import type { ConfNotes } from './slurm-conf-notes.ts';
import type { SlurmConfig } from './slurm.ts';

/** Says so, once, if there are such limits and the cluster is set up so that they count. */
export function noteAccrualLimits(
  { associations, qos }: SlurmAccounts,
  { priority, enforcement }: Pick<SlurmConfig, 'priority' | 'enforcement'>,
  notes: ConfNotes,
): void {
  if (!enforcement.limits || priority.weights.age === 0 || priority.flags.has('ACCRUE_ALWAYS')) return;
  const limited = [...associations, ...qos].find(
    ({ limits }) => limits.groupAccruingJobs !== undefined || limits.maxAccruingJobs !== undefined,
  );
  if (limited === undefined) return;
  const where = 'account' in limited ? `account ${limited.account}` : `QoS ${limited.name}`;
  const loss = 'every waiting job grows older; set PriorityWeightAge=0 to see how much of the order hangs on age';
  notes.lost('GrpJobsAccrue or MaxJobsAccrue', loss, where);
}
