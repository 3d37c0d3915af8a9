import type { Cluster } from '../cluster.ts';
import { usageError } from '../errors.ts';
import { fillFromPartitions } from '../slurm-walltimes.ts';
import { extendOverruns, fillWalltimes } from '../trace/walltimes.ts';
import type { ChangedWalltimes, WalltimeRule } from '../trace/walltimes.ts';
import { countOf } from '../units.ts';
import type { Workload } from '../workload.ts';

/** `partition`: as a slurm.conf says of the job's partition. `default`: so where there is one, else the run time. */
export type EstimatesRule = WalltimeRule | 'partition' | 'default';

/** What the user calls these settings: options of a command, or keys of a scenario. */
export interface WalltimeWords {
  readonly estimates: string;
  readonly overrun: string;
  readonly cluster: string;
}

export const WALLTIME_OPTIONS: WalltimeWords = { estimates: '--estimates', overrun: '--overrun', cluster: '--cluster' };

/** The workload with the limits it is replayed with, and what was changed, for the user. */
export function applyWalltimes(
  workload: Workload,
  { estimates, overrun }: { readonly estimates: EstimatesRule; readonly overrun: 'kill' | 'extend' },
  cluster: Pick<Cluster, 'slurm'>,
  words = WALLTIME_OPTIONS,
): { workload: Workload; notes: string[] } {
  const filled = fill(workload, estimates, cluster, words);
  const about = filled.changed > 0 ? filled.note : unfilled(workload, estimates);
  const notes = about === undefined ? [] : [`${about} (${words.estimates})`];
  if (overrun === 'extend') {
    const extended = extendOverruns(filled.workload);
    if (extended.changed > 0) notes.push(`${extended.note} (${words.overrun})`);
    return { workload: extended.workload, notes };
  }
  const { runtime, walltime } = filled.workload;
  let outlasting = 0;
  for (let job = 0; job < runtime.length; job++) if (runtime[job] > walltime[job]) outlasting++;
  if (outlasting > 0)
    notes.push(`${countOf(outlasting, 'job')} will be killed at their limit; ${words.overrun} extend lets them run on`);
  return { workload: filled.workload, notes };
}

/** What there is to say where no limit was filled in; whoever asked for a rule hears that it had nothing to do. */
function unfilled({ walltime }: Workload, rule: EstimatesRule): string | undefined {
  const unlimited = walltime.reduce((count, limit) => (limit === Infinity ? count + 1 : count), 0);
  if (unlimited > 0) return `${countOf(unlimited, 'job')} without a limit get${unlimited === 1 ? 's' : ''} none`;
  const isAskedFor = rule !== 'default' && rule !== 'partition' && walltime.length > 0;
  return isAskedFor ? 'every job has a limit of its own, and keeps it' : undefined;
}

function fill(
  workload: Workload,
  rule: EstimatesRule,
  { slurm }: Pick<Cluster, 'slurm'>,
  words: WalltimeWords,
): ChangedWalltimes {
  if (rule !== 'partition' && rule !== 'default') return fillWalltimes(workload, rule);
  if (slurm === undefined) {
    if (rule === 'default') return fillWalltimes(workload, { kind: 'runtime' });
    const where = `${words.estimates} partition`;
    throw usageError('only partitions of a slurm.conf set limits', where, `give one with ${words.cluster}`);
  }
  const filled = fillFromPartitions(workload, slurm);
  return { ...filled, note: `${countOf(filled.changed, 'job')} without a limit get that of their partition in slurm.conf` };
}
