/**
 * Pods as tasks of pod groups, kept in step with the cluster. A job of the workload is a Volcano Job: its task groups are
 * the tasks of its spec, their minima its `minAvailable`. Pods that were read from Kubernetes objects belong to the pod
 * group that they name, or to one of their own.
 * Source: pkg/scheduler/cache (event_handlers.go), pkg/controllers/job, pkg/controllers/podgroup (Volcano v1.15.1).
 */
import type { Cycle } from '../../policy.ts';
import { jobId, nameOf } from '../../workload.ts';
import type { Requests } from '../../workload.ts';
import type { JobPod } from '../kube-default/job-pod.ts';
import { NO_ROW } from '../kube-default/job-pod.ts';
import type { PodChanges, PodCluster } from '../kube-default/pod-cluster.ts';
import type { PodInfo } from '../kube-default/pod-info.ts';
import { Job } from './job.ts';
import type { JobSpec, Role } from './job.ts';
import type { NodeBooks } from './node-books.ts';
import { DEFAULT_QUEUE } from './queue.ts';
import { add, multiply, PODS } from './resource.ts';
import type { Resource, ResourceTable } from './resource.ts';
import { BINDING, BOUND, NO_NODE, PENDING, RELEASING, RUNNING, SUCCEEDED, Task } from './task.ts';

/** The namespace of jobs that name none. */
const NAMESPACE = 'default';

export interface PodGroupSetup {
  readonly jobs: Requests;
  readonly cluster: PodCluster;
  readonly nodes: NodeBooks;
  readonly table: ResourceTable;
  /** Jobs without Kubernetes objects are Volcano Jobs, whose pods are made once they are let in. */
  readonly areVolcanoJobs: boolean;
  readonly epoch: number;
}

interface Group {
  readonly job: Job;
  /** Rows of the workload that are not over. */
  readonly rows: Set<number>;
  /** Pods that its controller has not made yet. */
  hidden: Task[];
  readonly key: string;
}

export class PodGroups {
  readonly #setup: PodGroupSetup;
  readonly #groups = new Map<string, Group>();
  readonly #ofRow = new Map<number, Group>();
  readonly #tasks = new Map<JobPod, Task>();
  readonly #requests = new Map<number, Resource>();
  /** Bound tasks that do not run yet. */
  readonly #starting = new Set<Task>();
  /** Rows whose pods are on their way out, for good. */
  readonly #ending = new Set<number>();

  constructor(setup: PodGroupSetup) {
    this.#setup = setup;
  }

  /** In the order in which they came, without those that are only being cleaned up. */
  *jobs(): Iterable<Job> {
    for (const { job, rows } of this.#groups.values()) {
      let ends = this.#ending.size > 0;
      if (ends) for (const row of rows) if (!this.#ending.has(row)) ends = false;
      if (!ends) yield job;
    }
  }

  /** The rows of the workload that are part of the job. */
  rowsOf({ uid }: Job): Iterable<number> {
    return this.#groups.get(uid)?.rows ?? [];
  }

  /** Takes over what has happened. */
  apply(cycle: Cycle, changes: PodChanges): void {
    const over = new Set(cycle.changed.ended.filter((row) => !cycle.pending.has(row)));
    for (const pod of changes.gone) this.#gone(pod, over.has(pod.job));
    for (const row of over) this.#over(row);
    for (const { row, node } of changes.nodes) this.#setup.nodes.updateNode(row, node.allocatable);
    for (const pod of changes.created) this.#created(pod, cycle.now);
    if (cycle.changed.expectations) this.#noteEnding(cycle);
  }

  /** At the start of a session: pods run by now, and controllers have made pods. True if that changed anything. */
  refresh(now: number): boolean {
    let changed = false;
    for (const task of this.#starting) {
      const runs = (task.pod.pod.startTime ?? 0) <= now;
      if (!runs && task.status === BOUND) continue;
      task.job.setStatus(task, runs ? RUNNING : BOUND);
      if (runs) this.#starting.delete(task);
      changed = true;
    }
    for (const group of this.#groups.values()) {
      if (group.hidden.length === 0 || group.job.isPending) continue;
      for (const task of group.hidden) group.job.add(task);
      group.hidden = [];
      changed = true;
    }
    return changed;
  }

  /** A task was bound in a session. */
  bound(task: Task): void {
    this.#starting.add(task);
  }

  /** When the next of the bound tasks runs [ms]; Infinity if none is to come. */
  nextStart(): number {
    let next = Infinity;
    for (const { pod } of this.#starting) next = Math.min(next, pod.pod.startTime ?? 0);
    return next;
  }

  #created(pod: JobPod, now: number): void {
    const group = this.#groupOf(pod, now);
    const task = this.#taskOf(pod, group.job);
    this.#tasks.set(pod, task);
    if (pod.row !== NO_ROW) {
      task.row = pod.row;
      task.status = BINDING;
      this.#starting.add(task);
      this.#setup.nodes.add(task);
    }
    if (group.job.spec.waitsForPods && group.job.isPending && task.status === PENDING) group.hidden.push(task);
    else group.job.add(task);
  }

  /** What has completed stays with a pod group that has other pods to come. */
  #gone(pod: JobPod, completed: boolean): void {
    const task = this.#tasks.get(pod);
    if (task === undefined) return;
    this.#tasks.delete(pod);
    this.#starting.delete(task);
    const group = this.#groups.get(task.job.uid);
    if (task.row !== NO_NODE) this.#setup.nodes.remove(task);
    if (group?.hidden.includes(task) === true) group.hidden = group.hidden.filter((other) => other !== task);
    else if (completed && pod.placed) task.job.setStatus(task, SUCCEEDED);
    else task.job.remove(task);
    task.row = NO_NODE;
  }

  #over(row: number): void {
    const group = this.#ofRow.get(row);
    if (group === undefined) return;
    this.#ofRow.delete(row);
    this.#ending.delete(row);
    group.rows.delete(row);
    if (group.rows.size === 0) this.#groups.delete(group.key);
  }

  /** Jobs that are over and are being cleaned up: their pods hold their nodes, but there is no pod group any more. */
  #noteEnding({ running }: Cycle): void {
    for (const task of this.#tasks.values()) {
      const row = task.pod.job;
      if (task.row === NO_NODE || task.status === RELEASING || !running.has(row) || running.mayPreempt(row)) continue;
      this.#ending.add(row);
      this.#starting.delete(task);
      this.#setup.nodes.remove(task);
      task.job.setStatus(task, RELEASING);
      this.#setup.nodes.add(task);
    }
  }

  #groupOf(pod: JobPod, now: number): Group {
    const known = this.#ofRow.get(pod.job);
    if (known !== undefined) return known;
    const spec = this.#specOf(pod, now);
    const key = `${spec.namespace}/${spec.name}`;
    let group = this.#groups.get(key);
    if (group === undefined) {
      group = { job: new Job(spec, this.#setup.table), rows: new Set(), hidden: [], key };
      this.#groups.set(key, group);
    }
    group.rows.add(pod.job);
    this.#ofRow.set(pod.job, group);
    return group;
  }

  #specOf(pod: JobPod, now: number): JobSpec {
    const { jobs, cluster, areVolcanoJobs, epoch } = this.#setup;
    const { job: row } = pod;
    const template = cluster.jobPods.template(row, pod.group);
    const groups = jobs.groupMinimum.subarray(jobs.firstGroup[row], jobs.firstGroup[row + 1]);
    const roles = Array.from(groups, (minAvailable, group) => ({ name: `task${group}`, minAvailable }));
    const { gang } = template ?? {};
    return {
      namespace: template?.namespace ?? NAMESPACE,
      name: gang?.name ?? (template === undefined ? this.#nameOf(row) : `podgroup-${padded(row)}`),
      queue: nameOf(jobs.queue, row) ?? DEFAULT_QUEUE,
      priority: pod.pod.spec.priority,
      minAvailable: gang?.minimum ?? roles.reduce((sum, role) => sum + role.minAvailable, 0),
      // The pods of other controllers have no roles.
      roles: template === undefined ? roles : [],
      minResources: gang === undefined ? this.#minResources(row, roles) : this.#times(pod, gang.minimum),
      created: Math.floor((now + epoch) / 1000),
      waitsForPods: template === undefined && areVolcanoJobs,
    };
  }

  /** Of its tasks, as many as must be there. */
  #minResources(row: number, roles: readonly Role[]): Resource {
    const { cluster, table } = this.#setup;
    const sum = table.nothing();
    roles.forEach(({ minAvailable }, group) => {
      const pod = cluster.snapshot.podInfo(cluster.jobPods.make({ job: row, group, index: 0 }, 0, 0));
      if (minAvailable > 0) add(sum, this.#times(pod, minAvailable));
    });
    return sum;
  }

  #times(pod: PodInfo, count: number): Resource {
    return multiply(this.#requestOf(pod).slice(), count);
  }

  #requestOf(pod: PodInfo): Resource {
    const { id, requests } = pod.class;
    let request = this.#requests.get(id);
    if (request === undefined) {
      request = this.#setup.table.of(requests.exact);
      request[PODS] = 1;
      this.#requests.set(id, request);
    }
    return request;
  }

  /** Ids that are numbers are ordered as such, though names are compared as texts. */
  #nameOf(row: number): string {
    const { ids } = this.#setup.jobs;
    return ids instanceof Float64Array ? padded(ids[row]) : jobId(this.#setup.jobs, row);
  }

  #taskOf(pod: JobPod, job: Job): Task {
    const { roles } = job.spec;
    const created = Math.floor(((pod.pod.created ?? 0) + this.#setup.epoch) / 1000);
    const role = roles.length > 0 ? pod.group : -1;
    const index = role >= 0 ? pod.index : indexInName(pod.pod.name);
    return new Task(pod, job, this.#requestOf(pod), { role, index, created });
  }
}

function padded(number: number): string {
  return String(number).padStart(16, '0');
}

/** What stands after the last dash of a name with two of them, as jobs of Volcano name their pods. */
function indexInName(name: string): number {
  const parts = name.split('-');
  const last = parts.at(-1) ?? '';
  return parts.length >= 3 && /^[+-]?\d+$/.test(last) ? Number(last) : NaN;
}
