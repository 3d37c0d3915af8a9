/** By what jobs of a run are known: their names, which Slurm keeps wherever a job is told of. */

/** All that yardmaster has ever submitted begins so. */
export const JOB_PREFIX = 'ym-';

/** `run`: letters, digits and hyphens. */
export function jobName(run: string, job: number): string {
  return `${JOB_PREFIX}${run}-${job}`;
}

/** The row of the workload; undefined for a job of somebody else. */
export function rowOfName(run: string, name: string): number | undefined {
  const prefix = `${JOB_PREFIX}${run}-`;
  const rest = name.startsWith(prefix) ? name.slice(prefix.length) : '';
  return /^\d{1,9}$/.test(rest) ? Number(rest) : undefined;
}
