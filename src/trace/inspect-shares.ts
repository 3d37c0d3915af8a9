import { HOUR } from '../units.ts';
import type { Category, Workload } from '../workload.ts';

/** The part that one name of a category has in a workload. */
export interface Share {
  readonly name: string;
  readonly jobs: number;
  /** Of all jobs [0..1]. */
  readonly jobShare: number;
  readonly coreHours: number;
  /** Of all core-hours [0..1]; NaN if there are none. */
  readonly coreHourShare: number;
}

/** The largest names of a category. */
export interface Shares {
  /** Names that any job has [count]. */
  readonly names: number;
  /** Jobs of which the trace does not say [count]. */
  readonly unknown: number;
  /** By core-hours, then jobs, then name. */
  readonly top: readonly Share[];
}

export function sharesOf(workload: Workload, { code, names }: Category, most: number): Shares {
  const { count, procs, runtime } = workload;
  const jobs = new Float64Array(names.length);
  const area = new Float64Array(names.length);
  let unknown = 0;
  let total = 0;
  for (let job = 0; job < count; job++) {
    // A service has no end, and no core-hours that could be told.
    const used = runtime[job] === Infinity ? 0 : procs[job] * runtime[job];
    total += used;
    if (code[job] < 0) unknown++;
    else {
      jobs[code[job]]++;
      area[code[job]] += used;
    }
  }
  const used = [...names.keys()].filter((index) => jobs[index] > 0);
  used.sort((a, b) => area[b] - area[a] || jobs[b] - jobs[a] || (names[a] < names[b] ? -1 : 1));
  const top = used.slice(0, most).map((index) => ({
    name: names[index],
    jobs: jobs[index],
    jobShare: jobs[index] / count,
    coreHours: area[index] / HOUR,
    coreHourShare: area[index] / total,
  }));
  return { names: used.length, unknown, top };
}
