/**
 * A pod group with its tasks, counted by status.
 * Source: pkg/scheduler/api/job_info.go (Volcano v1.15.1), without sub-jobs and network topology.
 */
import type { FitErrors } from './fit-errors.ts';
import { add, amountOf, subtract } from './resource.ts';
import type { Resource, ResourceTable } from './resource.ts';
import { ALLOCATED, BINDING, BOUND, isAllocated, PENDING, PIPELINED, RUNNING, STATUSES, SUCCEEDED } from './task.ts';
import type { Task, TaskStatus } from './task.ts';

export type Phase = 'Pending' | 'Inqueue' | 'Running' | 'Unknown';

/** A task of the job's spec. */
export interface Role {
  readonly name: string;
  readonly minAvailable: number;
}

/** What a pod group says. */
export interface JobSpec {
  readonly namespace: string;
  readonly name: string;
  readonly queue: string;
  readonly priority: number;
  readonly minAvailable: number;
  readonly roles: readonly Role[];
  /** What must be there before the job is let in. */
  readonly minResources: Resource;
  /** [s] */
  readonly created: number;
  /** Its controller makes pods only while the pod group is not pending. */
  readonly waitsForPods: boolean;
}

export class Job {
  readonly spec: JobSpec;
  readonly uid: string;
  phase: Phase = 'Pending';
  /** With which it came into the session. */
  phaseBefore: Phase = 'Pending';
  readonly tasks = new Set<Task>();
  /** Of tasks that hold resources. */
  readonly allocated: Resource;
  /** Of tasks that wait for room on a node. */
  readonly pipelined: Resource;
  readonly pendingRequest: Resource;
  readonly totalRequest: Resource;
  /** Why tasks fit nowhere, in this session. */
  readonly fitErrors = new Map<Task, FitErrors>();
  /** The roles of those tasks. */
  readonly failedRoles = new Set<number>();
  /** Why it was not let into the queue, in this session. */
  notEnqueued = '';
  /** Why the gang plugin does not look at it, in this session. */
  notValid = '';
  readonly #counts = new Int32Array(STATUSES);
  /** By role, then by status. */
  readonly #roleCounts: Int32Array;
  #pendingBestEffort = 0;
  readonly #roleBestEffort: Int32Array;
  readonly #taskMinTotal: number;

  constructor(spec: JobSpec, table: ResourceTable) {
    this.spec = spec;
    this.uid = `${spec.namespace}/${spec.name}`;
    this.allocated = table.nothing();
    this.pipelined = table.nothing();
    this.pendingRequest = table.nothing();
    this.totalRequest = table.nothing();
    this.#roleCounts = new Int32Array(spec.roles.length * STATUSES);
    this.#roleBestEffort = new Int32Array(spec.roles.length);
    this.#taskMinTotal = spec.roles.reduce((sum, role) => sum + role.minAvailable, 0);
  }

  get isPending(): boolean {
    return this.phase === 'Pending';
  }

  add(task: Task): void {
    this.tasks.add(task);
    add(this.totalRequest, task.request);
    this.#count(task, 1);
  }

  remove(task: Task): void {
    this.tasks.delete(task);
    subtract(this.totalRequest, task.request);
    this.#count(task, -1);
  }

  setStatus(task: Task, status: TaskStatus): void {
    this.#count(task, -1);
    task.status = status;
    this.#count(task, 1);
  }

  countOf(status: TaskStatus): number {
    return this.#counts[status];
  }

  /** In the order in which they came. */
  tasksIn(status: TaskStatus): Task[] {
    if (this.#counts[status] === 0) return [];
    return [...this.tasks].filter((task) => task.status === status);
  }

  /** Tasks that are, or are about to be, where they run. */
  get ready(): number {
    const counts = this.#counts;
    return counts[BOUND] + counts[BINDING] + counts[RUNNING] + counts[ALLOCATED] + counts[SUCCEEDED];
  }

  get waiting(): number {
    return this.#counts[PIPELINED];
  }

  get allocatedTasks(): number {
    const counts = this.#counts;
    return counts[BOUND] + counts[BINDING] + counts[RUNNING] + counts[ALLOCATED];
  }

  /** Tasks that may become ready, or are. */
  get valid(): number {
    return this.ready + this.waiting + this.#counts[PENDING];
  }

  get isReady(): boolean {
    return this.ready + this.#pendingBestEffort >= this.spec.minAvailable;
  }

  get isPipelined(): boolean {
    return this.waiting + this.ready + this.#pendingBestEffort >= this.spec.minAvailable;
  }

  get isStarving(): boolean {
    return this.waiting + this.ready < this.spec.minAvailable;
  }

  /** Each role has its minimum of tasks that may become ready. Not looked at if the job asks for less than its roles. */
  get rolesValid(): boolean {
    return this.#rolesHave((role) => this.#readyIn(role) + this.#in(role, PIPELINED) + this.#in(role, PENDING));
  }

  get rolesReady(): boolean {
    return this.#rolesHave((role) => this.#readyIn(role) + this.#roleBestEffort[role]);
  }

  get rolesPipelined(): boolean {
    return this.#rolesHave((role) => this.#readyIn(role) + this.#in(role, PIPELINED) + this.#roleBestEffort[role]);
  }

  /** Whether it makes sense to try further tasks after one that fits nowhere. */
  get needsToGoOn(): boolean {
    const { minAvailable, roles } = this.spec;
    if (minAvailable >= this.tasks.size) return false;
    if (minAvailable < this.#taskMinTotal) {
      const left = [...this.tasks].filter(({ status, role }) => status === PENDING && !this.failedRoles.has(role)).length;
      return this.ready + left >= minAvailable;
    }
    for (const role of this.failedRoles) {
      if (role < 0 || roles[role].minAvailable === 0) continue;
      if (this.#readyIn(role) + this.#roleBestEffort[role] < roles[role].minAvailable) return false;
    }
    return true;
  }

  fails(task: Task, errors: FitErrors): void {
    this.fitErrors.set(task, errors);
    this.failedRoles.add(task.role);
  }

  /** Forgets what was said in the last session. */
  startSession(): void {
    this.phaseBefore = this.phase;
    this.fitErrors.clear();
    this.failedRoles.clear();
    this.notEnqueued = '';
    this.notValid = '';
  }

  #rolesHave(count: (role: number) => number): boolean {
    const { minAvailable, roles } = this.spec;
    if (minAvailable < this.#taskMinTotal) return true;
    for (let role = 0; role < roles.length; role++) if (count(role) < roles[role].minAvailable) return false;
    return true;
  }

  #readyIn(role: number): number {
    const in_ = (status: TaskStatus) => this.#in(role, status);
    return in_(BOUND) + in_(BINDING) + in_(RUNNING) + in_(ALLOCATED) + in_(SUCCEEDED);
  }

  #in(role: number, status: TaskStatus): number {
    return this.#roleCounts[role * STATUSES + status];
  }

  #sumOf(status: TaskStatus): Resource | undefined {
    if (isAllocated(status)) return this.allocated;
    return status === PENDING ? this.pendingRequest : status === PIPELINED ? this.pipelined : undefined;
  }

  #count(task: Task, by: 1 | -1): void {
    const { status, role, request } = task;
    this.#counts[status] += by;
    if (role >= 0) this.#roleCounts[role * STATUSES + status] += by;
    if (status === PENDING && task.bestEffort) {
      this.#pendingBestEffort += by;
      if (role >= 0) this.#roleBestEffort[role] += by;
    }
    const sum = this.#sumOf(status);
    if (sum !== undefined) (by === 1 ? add : subtract)(sum, request);
  }
}

/** Adds what of its minimum the job does not hold yet. */
export function addMissingMinimum(to: Resource, { spec: { minResources }, allocated }: Job): void {
  for (let i = 0; i < to.length; i++) {
    const missing = minResources[i] - amountOf(allocated, i);
    if (missing > 0) to[i] = amountOf(to, i) + missing;
  }
}

/** The phase that the end of a session leaves. Source: pkg/scheduler/framework/session.go, getPodGroupPhase. */
export function phaseAfter(job: Job, unschedulable: boolean): Phase {
  if (job.countOf(RUNNING) > 0 && unschedulable) return 'Unknown';
  if (job.countOf(RUNNING) + job.countOf(BOUND) + job.countOf(SUCCEEDED) >= job.spec.minAvailable) return 'Running';
  return job.phase === 'Inqueue' ? 'Inqueue' : 'Pending';
}
