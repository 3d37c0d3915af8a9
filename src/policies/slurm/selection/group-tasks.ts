/**
 * Tasks as the workload has them, on nodes that were chosen for a job: its group may hold a task for each processor or
 * GPU, or for each node, where Slurm knows of others.
 */
import type { GroupAsk } from './ask.ts';
import type { Room } from './room.ts';

export interface ChosenNodes {
  readonly nodes: readonly number[];
  /** Of the job, as Slurm places them. */
  readonly tasks: ArrayLike<number>;
  readonly processors: ArrayLike<number>;
  readonly gpus: readonly number[];
}

/** Tasks of the group on each node; undefined if they do not fit there. */
export function placeTasks(ask: GroupAsk, room: Room, chosen: ChosenNodes): number[] | undefined {
  const { nodes } = chosen;
  const fits = new Int32Array(nodes.length);
  for (let index = 0; index < nodes.length; index++) fits[index] = room.books.fitting(nodes[index], ask.request, ask.tasks);
  const wished = wishes(ask, room, chosen);
  const tasks: number[] = [];
  let left = ask.tasks;
  for (let index = 0; index < nodes.length; index++) {
    const behind = nodes.length - index - 1;
    tasks.push(Math.max(0, Math.min(fits[index], wished[index], left - Math.min(behind, left))));
    left -= tasks[index];
  }
  // What was rounded away goes where there is room.
  for (let index = 0; index < nodes.length && left > 0; index++) {
    const more = Math.min(left, fits[index] - tasks[index]);
    tasks[index] += more;
    left -= more;
  }
  return left === 0 ? tasks : undefined;
}

function wishes(ask: GroupAsk, room: Room, { nodes, tasks, processors, gpus }: ChosenNodes): ArrayLike<number> {
  if (ask.tasks === ask.jobTasks) return tasks;
  if (ask.tasks === nodes.length) return nodes.map(() => 1);
  const { resources, perTask } = room.machine;
  const processorsEach = perTask[ask.request * resources];
  const gpusEach = perTask[ask.request * resources + 2] / 1000;
  return nodes.map((_, index) => {
    const byProcessors = processorsEach > 0 ? Math.floor(processors[index] / processorsEach) : Infinity;
    return Math.min(byProcessors, gpusEach > 0 ? Math.floor(gpus[index] / gpusEach) : Infinity);
  });
}
