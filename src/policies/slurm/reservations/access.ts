/** Who may use a reservation. Source: Slurm 22.05, src/slurmctld/reservation.c, _valid_job_access_resv. */
import type { SlurmReservation } from '../../../slurm.ts';
import type { Requests } from '../../../workload.ts';

export function mayUse(
  { users, accounts }: Pick<SlurmReservation, 'users' | 'accounts'>,
  job: number,
  jobs: Pick<Requests, 'user' | 'account'>,
): boolean {
  const nameOf = ({ code, names }: Requests['user']) => (code[job] >= 0 ? names[code[job]] : '');
  if (!isListed(users, nameOf(jobs.user))) return false;
  return isListed(accounts, nameOf(jobs.account).toLowerCase());
}

/** An empty list names everybody; names with a minus in front name all others. */
function isListed(list: readonly string[], name: string): boolean {
  if (list.length === 0) return true;
  return list[0].startsWith('-') ? !list.includes(`-${name}`) : list.includes(name);
}
