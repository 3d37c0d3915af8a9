import type { Pod } from '../../kubernetes.ts';
import type { TaskOf } from './job-pods.ts';
import type { PodClass, PodInfo } from './pod-info.ts';

type Writable<Object> = { -readonly [Key in keyof Object]: Object[Key] };

/** Not on a node. */
export const NO_ROW = -1;

/** A pod of a job: the object that the scheduler sees, and where the pod is. */
export class JobPod implements PodInfo, TaskOf {
  readonly job: number;
  readonly group: number;
  readonly index: number;
  /** The how-manieth pod of its task this is, from 0. */
  readonly generation: number;
  readonly pod: Writable<Pod>;
  readonly class: PodClass;
  /** The node it is assumed on or bound to [row of the snapshot]. */
  row = NO_ROW;
  /** The engine knows that it holds its node. */
  placed = false;
  /** Its object does not exist any more. */
  isGone = false;
  /** What its status says of why it was not scheduled. */
  told: string | undefined = undefined;

  constructor({ job, group, index }: TaskOf, generation: number, { pod, class: podClass }: PodInfo) {
    this.job = job;
    this.group = group;
    this.index = index;
    this.generation = generation;
    this.pod = pod;
    this.class = podClass;
  }

  /** It follows another one that was evicted or lost. */
  get isReplacement(): boolean {
    return this.generation > 0;
  }

  get isTerminating(): boolean {
    return this.pod.deletionTimestamp !== undefined;
  }
}

/** The pod as one of a job, which all pods of a run are. */
export function jobPodOf(pod: PodInfo): JobPod {
  if (!(pod instanceof JobPod)) throw new Error(`pod ${pod.pod.name} is none of a job`);
  return pod;
}
