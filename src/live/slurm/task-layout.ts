/** How many tasks of a job stand on each of its nodes: Slurm tells the processors, not the tasks of a batch job. */
import type { Workload } from '../../workload.ts';
import type { JobSight } from './job-sight.ts';

export interface NodeTasks {
  readonly name: string;
  readonly tasks: number;
}

/**
 * The tasks of the workload's task group, which are what its schedules count. In the order of the nodes, each as many as it
 * has processors for; a job that has its nodes for itself has more of them than it needs, and its tasks are spread evenly.
 */
export function tasksOn(workload: Workload, job: number, nodes: JobSight['nodes']): NodeTasks[] {
  const { firstGroup, groupTasks, groupRequest, requests } = workload;
  const group = firstGroup[job];
  const tasks = groupTasks[group];
  const cpus = Math.max(1, requests[groupRequest[group]].cpu / 1000);
  const room = nodes.map(({ cpus: own }) => Math.max(1, Math.floor(own / cpus)));
  const isTight = room.reduce((sum, one) => sum + one, 0) === tasks;
  let left = tasks;
  return nodes.map(({ name }, index) => {
    const even = Math.ceil(left / (nodes.length - index));
    const here = isTight ? room[index] : even;
    left -= here;
    return { name, tasks: here };
  });
}
