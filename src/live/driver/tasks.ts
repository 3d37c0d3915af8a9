/** The tasks of a workload, each with the pod that it is at the moment and what was decided for it. */
import type { Requests, Workload } from '../../workload.ts';
import { failedByNode, isFinished } from './live-pod.ts';
import type { LivePod } from './live-pod.ts';
import type { TaskMark } from './run-marks.ts';

/** Where a task stands. */
export type TaskState =
  /** No node has been decided on. */
  | 'free'
  /** A node has been decided on, but the call that binds has not been made. */
  | 'decided'
  /** The call has been made, and is not answered. */
  | 'binding'
  /** It is on its node. */
  | 'bound'
  /** It has ended by itself, in the run that goes on. */
  | 'finished';

export interface Task {
  /** [row] */
  readonly job: number;
  /** Task group [index within the job]. */
  readonly group: number;
  /** Task [index within the group]. */
  readonly index: number;
  pod: LivePod | undefined;
  /** Of the last pod that was made or seen. */
  generation: number;
  /** A pod has been asked for and not been seen yet. */
  isComing: boolean;
  state: TaskState;
  /** The node that was decided on; -1 if none was. */
  node: number;
  /** Its deletion has been asked for. */
  isLeaving: boolean;
  /** It has ended by itself, and not well; its pod may be gone since. */
  hasFailed: boolean;
}

export class TaskTable {
  readonly #ofJob: (Task[] | undefined)[] = [];
  readonly #jobs: Pick<Requests, 'firstGroup' | 'groupTasks' | 'groupMinimum'>;
  readonly #count: number;

  constructor(workload: Workload, count: number) {
    this.#jobs = workload;
    this.#count = count;
  }

  /** The tasks of a job, in the order of its groups. */
  of(job: number): readonly Task[] {
    return (this.#ofJob[job] ??= this.#make(job));
  }

  /** The task that a pod is; undefined if there is none such. */
  find({ job, group, index }: TaskMark): Task | undefined {
    if (job >= this.#count) return undefined;
    const { firstGroup, groupTasks } = this.#jobs;
    if (group >= firstGroup[job + 1] - firstGroup[job] || index >= groupTasks[firstGroup[job] + group]) return undefined;
    let first = 0;
    for (let before = 0; before < group; before++) first += groupTasks[firstGroup[job] + before];
    return this.of(job)[first + index];
  }

  /** All tasks that were ever asked for. */
  each(visit: (task: Task) => void): void {
    for (const tasks of this.#ofJob) tasks?.forEach(visit);
  }

  /** The jobs with tasks that this node was decided on for. */
  jobsOn(node: number): number[] {
    const jobs: number[] = [];
    this.#ofJob.forEach((tasks, job) => {
      if (tasks?.some((task) => task.node === node) === true) jobs.push(job);
    });
    return jobs;
  }

  /** Whether each group has as many such tasks as it needs at least. */
  enough(job: number, isSo: (task: Task) => boolean): boolean {
    const { firstGroup, groupMinimum } = this.#jobs;
    const counts = new Array<number>(firstGroup[job + 1] - firstGroup[job]).fill(0);
    for (const task of this.of(job)) if (isSo(task)) counts[task.group]++;
    return counts.every((count, group) => count >= groupMinimum[firstGroup[job] + group]);
  }

  #make(job: number): Task[] {
    const { firstGroup, groupTasks } = this.#jobs;
    const tasks: Task[] = [];
    for (let group = 0; group < firstGroup[job + 1] - firstGroup[job]; group++) {
      for (let index = 0; index < groupTasks[firstGroup[job] + group]; index++) {
        tasks.push({
          ...{ job, group, index, pod: undefined, generation: -1, isComing: false },
          ...{ state: 'free', node: -1, isLeaving: false, hasFailed: false },
        });
      }
    }
    return tasks;
  }
}

/** Whether its pod has ended by itself. Containers that are asked to stop may say that they failed: that is no such end. */
export function hasEnded({ pod, isLeaving }: Task): boolean {
  if (pod === undefined || !isFinished(pod) || failedByNode(pod)) return false;
  return !isLeaving || pod.phase === 'Succeeded';
}

/** Whether it has come to a good end in the run that goes on, also while it was being stopped. */
export function hasCompleted({ state, pod, hasFailed }: Task): boolean {
  return state === 'finished' ? !hasFailed : pod?.nodeName !== undefined && pod.phase === 'Succeeded';
}

/** It has ended by itself, as its pod says. */
export function finish(task: Task, pod: LivePod): void {
  task.state = 'finished';
  task.hasFailed = pod.phase === 'Failed';
}

/** Whether the task uses nothing of the node that it was given. */
export function isOffNode({ state, pod }: Task): boolean {
  if (state === 'binding') return false;
  return state !== 'bound' || pod === undefined || isFinished(pod);
}

/** No node is decided on for it any more. */
export function free(task: Task): void {
  task.state = 'free';
  task.node = -1;
  task.isLeaving = false;
  task.hasFailed = false;
}
