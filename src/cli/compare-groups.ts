/** How users, accounts, partitions or QoS fare in results that are there already: all seeds and workloads of a policy together. */
import { usageError } from '../errors.ts';
import { usefulCoreTime } from '../results/core-time.ts';
import type { JobTable } from '../results/job-table.ts';
import type { Run } from '../results/read.ts';
import { HOUR } from '../units.ts';
import type { Category } from '../workload.ts';
import type { GroupFigures, Grouping } from './replay-groups.ts';

const NOBODY = '(none)';

interface Sums {
  jobs: number;
  started: number;
  /** [ms] */
  wait: number;
  coreHours: number;
}

/** The groups under one policy. */
export interface ComparedGroups {
  readonly label: string;
  readonly groups: GroupFigures[];
  /** Jobs that have started and are not over: core-hours are without their last runs, of which files do not tell [count]. */
  readonly unended: number;
}

/** Of each policy, the same groups in the same order: that in which the results have them. */
export async function comparedGroups(runs: readonly Run[], labels: readonly string[], by: Grouping): Promise<ComparedGroups[]> {
  const sums = new Map(labels.map((label) => [label, new Map<string, Sums>()]));
  const left = new Map<string, number>();
  const names = new Set<string>();
  for (const run of runs) {
    const table = await run.jobs();
    const owners = ownersOf(table, by, run.folder);
    addUp(table, owners, usefulCoreTime(table, await run.attempts(), await run.resizes()), sums.get(run.label)!);
    left.set(run.label, (left.get(run.label) ?? 0) + unended(table));
    for (const name of sums.get(run.label)!.keys()) names.add(name);
  }
  return labels.map((label) => ({
    label,
    groups: [...names].map((name) => figuresOf(name, sums.get(label)!.get(name))),
    unended: left.get(label) ?? 0,
  }));
}

function ownersOf(table: JobTable, by: Grouping, where: string): Category {
  const owners = table[by];
  if (owners !== undefined) return owners;
  throw usageError(`jobs.csv has no column ${by}`, where, 'it is of an older version: run it again, or take user or queue');
}

function addUp(table: JobTable, { names, code }: Category, coreTime: Float64Array, sums: Map<string, Sums>): void {
  for (let job = 0; job < table.count; job++) {
    const name = code[job] < 0 ? NOBODY : names[code[job]];
    let sum = sums.get(name);
    if (sum === undefined) sums.set(name, (sum = { jobs: 0, started: 0, wait: 0, coreHours: 0 }));
    sum.jobs++;
    if (!Number.isNaN(coreTime[job])) sum.coreHours += coreTime[job] / 1000 / HOUR;
    if (Number.isNaN(table.wait[job])) continue;
    sum.started++;
    sum.wait += table.wait[job];
  }
}

/** Jobs that have started and are not over [count]. */
function unended({ start, end }: JobTable): number {
  return start.reduce((count, time, job) => count + (!Number.isNaN(time) && Number.isNaN(end[job]) ? 1 : 0), 0);
}

function figuresOf(name: string, sum: Sums = { jobs: 0, started: 0, wait: 0, coreHours: 0 }): GroupFigures {
  const { jobs, started, coreHours } = sum;
  return { name, jobs, started, wait: started === 0 ? NaN : sum.wait / started / 1000, coreHours };
}
