/** Cuts a part out of a workload. Pure: each answers a new workload and says what it did. */
import { rowNumbers } from '../columns.ts';
import { usageError } from '../errors.ts';
import type { Random } from '../random.ts';
import { selectJobs } from '../workload.ts';
import type { Category, Workload } from '../workload.ts';

/** A workload made from another one. */
export interface Changed {
  readonly workload: Workload;
  /** What was done, and what was lost by it, for people. */
  readonly notes: readonly string[];
}

/** From when until when jobs are kept, by their submission [ms]; the end is not part of it. */
export interface Window {
  readonly from?: number;
  readonly until?: number;
  /** Whether times count from the first submission, are those of the trace, or Unix times. */
  readonly clock: 'first-submission' | 'trace' | 'unix';
}

/** The jobs that were submitted in a window. */
export function sliceByTime(workload: Workload, { from = -Infinity, until = Infinity, clock }: Window): Changed {
  const zero = zeroOf(workload, clock);
  const keep = (job: number) => {
    const time = zero + workload.submit[job];
    return time >= from && time < until;
  };
  return keepJobs(workload, keep, 'submitted outside the window');
}

/** The time of the first submission by a clock [ms]. */
function zeroOf({ name, origin, epoch }: Workload, clock: Window['clock']): number {
  if (clock === 'first-submission') return 0;
  if (clock === 'trace') return origin;
  if (Number.isNaN(epoch)) {
    throw usageError('the trace does not say on which day it begins', name, 'give durations from its first submission');
  }
  return epoch + origin;
}

/** The jobs of rows `from` (counted from 0) up to but not including `until`, in the order of submission. */
export function sliceByRow(workload: Workload, from: number, until = Infinity): Changed {
  return keepJobs(workload, (job) => job >= from && job < until, 'in other rows');
}

/** What a job must be to be kept; everything that is given must hold. */
export interface Filter {
  readonly users?: readonly string[];
  readonly accounts?: readonly string[];
  readonly queues?: readonly string[];
  readonly partitions?: readonly string[];
  /** Bounds that are allowed [count]. */
  readonly minProcs?: number;
  readonly maxProcs?: number;
}

/** The jobs that a filter lets through. Throws a usage error for a name that no job has. */
export function filterJobs(workload: Workload, filter: Filter): Changed {
  const { minProcs = 0, maxProcs = Infinity } = filter;
  const allowed = [
    allowedCodes(workload.user, filter.users, 'user'),
    allowedCodes(workload.account, filter.accounts, 'account'),
    allowedCodes(workload.queue, filter.queues, 'queue'),
    allowedCodes(workload.partition, filter.partitions, 'partition'),
  ].filter((codes) => codes !== undefined);
  const keep = (job: number) =>
    workload.procs[job] >= minProcs &&
    workload.procs[job] <= maxProcs &&
    allowed.every(({ codes, code }) => codes.has(code[job]));
  return keepJobs(workload, keep, 'that the filter does not let through');
}

function allowedCodes(
  { code, names }: Category,
  wanted: readonly string[] | undefined,
  what: string,
): { codes: ReadonlySet<number>; code: Int32Array } | undefined {
  if (wanted === undefined) return undefined;
  const codes = new Set<number>();
  for (const name of wanted) {
    const found = names.indexOf(name);
    if (found < 0) {
      const known = names.length === 0 ? `the trace says no ${what} of any job` : `it has ${someNames(names)}`;
      throw usageError(`no job has the ${what} "${name}"`, what, known);
    }
    codes.add(found);
  }
  return { codes, code };
}

function someNames(names: readonly string[]): string {
  return names.length > 12 ? `${names.slice(0, 12).join(', ')} and ${names.length - 12} more` : names.join(', ');
}

/** This share of the jobs, drawn without replacement: exactly so many, each as likely as any other. */
export function sampleJobs(workload: Workload, share: number, random: Random): Changed {
  const chosen = draw(workload.count, share, random);
  return keepJobs(workload, (job) => chosen[job] === 1, 'not drawn');
}

/** All jobs of this share of the users. Jobs of which the trace names no user are left out. */
export function sampleUsers(workload: Workload, share: number, random: Random): Changed {
  const { code, names } = workload.user;
  const active = new Uint8Array(names.length);
  for (const user of code) if (user >= 0) active[user] = 1;
  const users = rowNumbers(names.length).filter((user) => active[user] === 1);
  if (users.length === 0) throw usageError('the trace names no users to draw from', 'users', 'draw jobs instead');
  const drawn = draw(users.length, share, random);
  const chosen = new Set(users.filter((_, index) => drawn[index] === 1));
  const changed = keepJobs(workload, (job) => chosen.has(code[job]), 'of users that were not drawn');
  return { ...changed, notes: [`${chosen.size} of ${users.length} users are drawn`, ...changed.notes] };
}

/**
 * Marks a share of `count` things. Selection sampling: Knuth, The Art of Computer Programming 2, algorithm 3.4.2 S;
 * one number is drawn for each thing, so that the choice does not depend on anything else.
 */
function draw(count: number, share: number, random: Random): Uint8Array {
  if (!(share > 0 && share <= 1)) throw usageError(`${share} is no share to draw`, 'share', 'more than 0, at most 1');
  const wanted = Math.max(1, Math.round(share * count));
  const chosen = new Uint8Array(count);
  let taken = 0;
  for (let index = 0; index < count; index++) {
    if (random.uniform() * (count - index) < wanted - taken) {
      chosen[index] = 1;
      taken++;
    }
  }
  return chosen;
}

function keepJobs(workload: Workload, keep: (job: number) => boolean, others: string): Changed {
  const rows = rowNumbers(workload.count).filter(keep);
  if (rows.length === workload.count) return { workload, notes: ['all jobs are kept'] };
  if (rows.length === 0) throw usageError('no job is left', workload.name, `all ${workload.count} jobs are ${others}`);
  const kept = selectJobs(workload, rows);
  const notes = [`${rows.length} of ${workload.count} jobs are kept; ${workload.count - rows.length} ${others} are left out`];
  const cut = edgesFrom(workload, rows) - (kept.dependencies?.on.length ?? 0);
  if (cut > 0) notes.push(`${cut} dependencies on jobs that are left out are dropped: those jobs count as over`);
  return { workload: kept, notes };
}

/** Dependencies of these jobs [count]. */
function edgesFrom({ dependencies }: Workload, rows: Int32Array): number {
  if (dependencies === undefined) return 0;
  let edges = 0;
  for (const job of rows) edges += dependencies.first[job + 1] - dependencies.first[job];
  return edges;
}
