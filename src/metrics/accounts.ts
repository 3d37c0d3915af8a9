import type { Category, Workload } from '../workload.ts';
import { byClass } from './classes.ts';
import type { JobClasses } from './classes.ts';
import type { Figures } from './metric.ts';
import { figuresOfOwners, meansByOwner } from './owners.ts';

/** Accounts that are listed by name [count]. */
const LISTED = 50;

/** What the windows of these metrics say. */
export const LISTED_ACCOUNTS = `by name the ${LISTED} accounts with the most jobs in the workload, the same for every policy`;

export interface AccountClasses extends JobClasses {
  /** The codes of the names. */
  readonly accounts: readonly number[];
}

/** The values account by account, and how the accounts fare, each one counting the same. */
export function figuresByAccount(workload: Workload, values: Float64Array): Figures {
  const groups = byClass(listedAccounts(workload.account), workload, values);
  return { ...figuresOfOwners(meansByOwner(workload.account, values), 'accounts'), groups };
}

/** The listed accounts as classes of jobs, that with the most jobs first; of equal ones the first in the trace. */
export function listedAccounts({ code, names }: Category): AccountClasses {
  const jobs = new Int32Array(names.length);
  for (let job = 0; job < code.length; job++) if (code[job] >= 0) jobs[code[job]]++;
  const largest = Array.from(names.keys()).sort((a, b) => jobs[b] - jobs[a] || a - b);
  const listed = largest.slice(0, LISTED).filter((account) => jobs[account] > 0);
  const classOfAccount = new Int32Array(names.length).fill(-1);
  for (const [place, account] of listed.entries()) classOfAccount[account] = place;
  return {
    accounts: listed,
    names: listed.map((account) => names[account]),
    classOf: (_, job) => (code[job] < 0 ? -1 : classOfAccount[code[job]]),
  };
}
