/** What the pods of a run are called, and the labels by which they are found again. */
import type { Task } from './tasks.ts';

/** Its value is the name of the run: only pods that bear it are bound, deleted and made anew. */
export const RUN = 'yardmaster.dev/run';
/** The job [row of the workload], its task group and the task in it [index], and the how-manieth pod of the task it is. */
export const JOB = 'yardmaster.dev/job';
export const GROUP = 'yardmaster.dev/group';
export const TASK = 'yardmaster.dev/task';
export const GENERATION = 'yardmaster.dev/generation';
/** An annotation: the job's id in its trace, which need not be good for a label. */
export const JOB_ID = 'yardmaster.dev/job-id';

/** Keeps the objects of pods that are deleted until the driver has seen how they ended. */
export const FINALIZER = 'yardmaster.dev/run';

/** Annotations of the run's Lease, for a driver that takes over: the Unix time at which the workload began [ms] ... */
export const BEGAN = 'yardmaster.dev/began';
/** ... how many times faster it goes than the clock, and what it is (a digest): another one must not take it over. */
export const TIME_SCALE = 'yardmaster.dev/time-scale';
export const WORKLOAD = 'yardmaster.dev/workload';
/** ... and which jobs are over though their pods do not say so (`OverBook`). */
export const OVER = 'yardmaster.dev/over';

/** What the labels of a pod say of its task. */
export interface TaskMark {
  readonly job: number;
  readonly group: number;
  readonly index: number;
  readonly generation: number;
}

export function leaseName(run: string): string {
  return `yardmaster-${run}`;
}

export function podName(run: string, { job, group, index }: Pick<Task, 'job' | 'group' | 'index'>, generation: number): string {
  const name = `${run}-${job}-${group}-${index}`;
  return generation === 0 ? name : `${name}-r${generation}`;
}

export function marksOf(run: string, { job, group, index }: Task, generation: number): Record<string, string> {
  return { [RUN]: run, [JOB]: `${job}`, [GROUP]: `${group}`, [TASK]: `${index}`, [GENERATION]: `${generation}` };
}

/** Undefined for a pod that is not of this run, or whose labels somebody has spoiled. */
export function readMark(run: string, labels: Readonly<Record<string, string>>): TaskMark | undefined {
  if (labels[RUN] !== run) return undefined;
  const [job, group, index, generation] = [JOB, GROUP, TASK, GENERATION].map((label) => count(labels[label]));
  if (job === undefined || group === undefined || index === undefined) return undefined;
  return { job, group, index, generation: generation ?? 0 };
}

function count(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}
