/** Ids of sacct: `123`, `123_4` (task of an array), `123_[1-3,9%2]` (a range of tasks), `123+1` (part of a job), `123.batch` (step). */

/** As many tasks as an array can have (Slurm's MaxArraySize is at most 4,000,001), but not so many that memory goes. */
export const MOST_TASKS = 100_000;

const ID = /^(\d{1,15})(?:_(\d{1,15})|_\[([^\]]*)\]|\+(\d{1,9}))?(\..+)?$/;

export interface JobId {
  /** Id of the job, of the array, or of the whole of which this is a part. */
  readonly base: number;
  /** Task of an array; -1 if there is none. */
  readonly task: number;
  /** Part of a heterogeneous job; -1 if it is none. */
  readonly part: number;
  /** A range of tasks as it stands in its brackets. */
  readonly range?: string;
  readonly isStep: boolean;
}

export function readJobId(text: string): JobId | undefined {
  const match = ID.exec(text);
  if (match === null) return undefined;
  const [, base, task, range, part, step] = match;
  return {
    base: Number(base),
    task: task === undefined ? -1 : Number(task),
    part: part === undefined ? -1 : Number(part),
    range,
    isStep: step !== undefined,
  };
}

/** The tasks of a range: `1-3,9%2` (the limit after % is not one), `0-10:2`. Undefined = not a range, or too long a one. */
export function tasksOf(range: string): number[] | undefined {
  const tasks: number[] = [];
  for (const part of range.replace(/%\d+$/, '').split(',')) {
    const match = /^(\d{1,9})(?:-(\d{1,9})(?::(\d{1,9}))?)?$/.exec(part);
    if (match === null) return undefined;
    const first = Number(match[1]);
    const last = match[2] === undefined ? first : Number(match[2]);
    const step = match[3] === undefined ? 1 : Number(match[3]);
    if (last < first || step < 1 || tasks.length + (last - first) / step >= MOST_TASKS) return undefined;
    for (let task = first; task <= last; task += step) tasks.push(task);
  }
  return tasks;
}
