/** Which pods belong together. */
import type { Requests } from '../../workload.ts';
import { NO_ROW } from '../kube-default/job-pod.ts';
import type { JobPod } from '../kube-default/job-pod.ts';
import type { JobPods } from '../kube-default/job-pods.ts';

/** A group of pods of which none is of use before a number of them have a node: a PodGroup. */
export class PodGang {
  /** `namespace/name`. */
  readonly name: string;
  /** Pods without which none of them is of use [count]. */
  readonly minimum: number;
  /** The same for each task group, if the gang is one job; empty if it is not. */
  readonly #minima: readonly number[];
  /** How long pods of it may wait for the others [ms]; absent: as the scheduler is set. */
  readonly timeout: number | undefined;
  /** When its first pod came into being [ms]. */
  readonly created: number;
  /** Pods that are there, in the order in which they were created. */
  readonly members = new Set<JobPod>();

  constructor(name: string, minima: { readonly of: number } | readonly number[], created: number, timeout?: number) {
    this.name = name;
    this.#minima = 'of' in minima ? [] : minima;
    this.minimum = 'of' in minima ? minima.of : minima.reduce((sum, minimum) => sum + minimum, 0);
    this.created = created;
    this.timeout = timeout;
  }

  /** Whether as many pods as it needs have a node, bound or not, of each of its groups. */
  get isComplete(): boolean {
    if (this.assigned < this.minimum) return false;
    if (this.#minima.length === 0) return true;
    const missing = [...this.#minima];
    for (const pod of this.members) if (pod.row !== NO_ROW) missing[pod.group]--;
    return missing.every((count) => count <= 0);
  }

  /** Pods that have a node, bound or not [count]. */
  get assigned(): number {
    let assigned = 0;
    for (const pod of this.members) if (pod.row !== NO_ROW) assigned++;
    return assigned;
  }
}

/**
 * The gangs of a workload: what a PodGroup says of pods that name one; a job of several tasks that names none is a gang
 * of its own, of as many pods as it cannot run without. A job of one task is no gang.
 */
export class PodGangs {
  readonly #jobs: Requests;
  readonly #jobPods: JobPods;
  readonly #gangs = new Map<string, PodGang>();

  constructor(jobs: Requests, jobPods: JobPods) {
    this.#jobs = jobs;
    this.#jobPods = jobPods;
  }

  /** The gang of a pod that is there. */
  of(pod: JobPod): PodGang | undefined {
    const name = this.#nameOf(pod);
    return name === undefined ? undefined : this.#gangs.get(name);
  }

  add(pod: JobPod): void {
    const name = this.#nameOf(pod);
    if (name === undefined) return;
    let gang = this.#gangs.get(name);
    if (gang === undefined) this.#gangs.set(name, (gang = this.#create(name, pod)));
    gang.members.add(pod);
  }

  remove(pod: JobPod): void {
    const gang = this.of(pod);
    if (gang === undefined) return;
    gang.members.delete(pod);
    if (gang.members.size === 0) this.#gangs.delete(gang.name);
  }

  #nameOf({ job, group, pod: { namespace } }: JobPod): string | undefined {
    const named = this.#jobPods.template(job, group)?.gang;
    if (named !== undefined) return `${namespace}/${named.name}`;
    const tasks = this.#ofGroups(job, this.#jobs.groupTasks);
    return tasks.length > 1 || tasks[0] > 1 ? `${namespace}/job ${job}` : undefined;
  }

  #create(name: string, { job, group, pod }: JobPod): PodGang {
    const named = this.#jobPods.template(job, group)?.gang;
    const created = pod.created ?? 0;
    if (named !== undefined) return new PodGang(name, { of: named.minimum }, created, named.timeout);
    return new PodGang(name, this.#ofGroups(job, this.#jobs.groupMinimum), created);
  }

  #ofGroups(job: number, column: Int32Array): number[] {
    return [...column.subarray(this.#jobs.firstGroup[job], this.#jobs.firstGroup[job + 1])];
  }
}
