/** Work that had counted until a later run of the same job lost it: a suspended job was stopped, for instance. */
import { rowsOfJobs } from './holdings.ts';

interface Runs {
  readonly job: ArrayLike<number>;
  /** What each run kept, in the order of the runs of a job; below 0: it takes back what runs before it have kept. */
  readonly kept: ArrayLike<number>;
}

/** Of the work that is left of run `from`, run `by` takes back some [rows; the unit of `kept`]. */
export type TakeBack = (by: number, from: number, taken: number, left: number) => void;

/** The latest runs lose their work first. Runs are told in the order of their rows within each job. */
export function eachTakenBack({ job, kept }: Runs, count: number, take: TakeBack): void {
  const left = Float64Array.from({ length: count }, (_, row) => Math.max(0, kept[row]));
  for (const rows of rowsOfJobs(job, count).values()) {
    rows.forEach((by, index) => {
      let owed = Math.max(0, -kept[by]);
      for (let back = index - 1; back >= 0 && owed > 0; back--) {
        const from = rows[back];
        const taken = Math.min(owed, left[from]);
        if (taken === 0) continue;
        take(by, from, taken, left[from]);
        left[from] -= taken;
        owed -= taken;
      }
    });
  }
}
