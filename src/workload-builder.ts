import { Float64Column, Int32Column, rowNumbers, SeldomColumn } from './columns.ts';
import { DependencyBuilder } from './dependency-builder.ts';
import type { DependencyRow } from './dependency-builder.ts';
import type { PodTemplate } from './kubernetes-workload.ts';
import { countProcessors } from './processors-of-jobs.ts';
import { requestKey } from './request-key.ts';
import { SlurmRequestBuilder } from './slurm-request-builder.ts';
import type { SlurmGroupRow, SlurmRow } from './slurm-request-builder.ts';
import { shiftSlurm } from './slurm-workload.ts';
import { SpeedBuilder } from './speed-builder.ts';
import { CategoryBuilder, IdBuilder } from './workload-names.ts';
import type { Label } from './workload-names.ts';
import { TemplateBuilder } from './workload-templates.ts';
import type { KubernetesContext } from './workload-templates.ts';
import { COMPLETES, ONE_PROCESSOR, selectJobs } from './workload.ts';
import type { TaskRequest, Workload } from './workload.ts';

export type { DependencyRow, Label };

/** However many jobs are expected: a header may lie. Room that is never used costs address space, not memory. */
const MOST_EXPECTED = 2 ** 21;

/** One task group of a row. */
export interface GroupRow {
  readonly tasks: number;
  /** Absent = all of them (a gang). */
  readonly minimum?: number;
  /** Of which it can make use, if they are more than it asks for. */
  readonly most?: number;
  /** From `WorkloadBuilder.request`. */
  readonly request: number;
  /** From `WorkloadBuilder.template`; absent unless the tasks are pods. */
  readonly template?: number;
  /** What only Slurm knows of it. */
  readonly slurm?: SlurmGroupRow;
}

/**
 * One job as a reader finds it, in the trace's own time base [ms]. The builder copies what it needs, so a reader
 * may fill the same object again for the next job.
 */
export interface JobRow extends GroupRow {
  id: string | number;
  submit: number;
  runtime: number;
  /** Infinity if none was asked. */
  walltime: number;
  tasks: number;
  minimum?: number;
  most?: number;
  request: number;
  template?: number;
  slurm?: SlurmGroupRow & SlurmRow;
  /** The controller that lets only so many of its jobs be there at once: from `WorkloadBuilder.throttle`. */
  throttle?: number;
  /** Groups after the first one. */
  moreGroups?: readonly GroupRow[];
  /** COMPLETES if absent. */
  outcome?: number;
  /** When it started in the trace [ms]; NaN or absent = unknown. */
  recordedStart?: number;
  user?: Label;
  account?: Label;
  queue?: Label;
  partition?: Label;
  qos?: Label;
  priority?: number;
  after?: readonly DependencyRow[];
}

/** Gathers the jobs of a trace, in any order, into a `Workload`. */
export class WorkloadBuilder {
  readonly #submit = new Float64Column();
  readonly #runtime = new Float64Column();
  readonly #walltime = new Float64Column();
  readonly #recordedStart = new SeldomColumn(NaN, () => new Float64Column(this.#expected));
  readonly #priority = new SeldomColumn(0, () => new Float64Column(this.#expected));
  readonly #outcome = new SeldomColumn(COMPLETES, () => new Int32Column(this.#expected));
  /** Groups of each job. */
  readonly #groups = new SeldomColumn(1, () => new Int32Column(this.#expected));
  readonly #groupTasks = new Int32Column();
  /** Tasks of each group that it can do without. */
  readonly #spareTasks = new SeldomColumn(0, () => new Int32Column(this.#expected));
  /** Tasks of each group beyond those that it asks for. */
  readonly #moreTasks = new SeldomColumn(0, () => new Int32Column(this.#expected));
  readonly #groupRequest = new Int32Column();
  readonly #kubernetes = new TemplateBuilder(() => this.#expected);
  /** Numbers of options that jobs were submitted with come from here. */
  readonly slurm = new SlurmRequestBuilder(() => this.#expected);
  /** How fast jobs are on what: for those rows that `add` has answered. */
  readonly speeds = new SpeedBuilder();
  readonly #requests: TaskRequest[] = [];
  readonly #requestIndex = new Map<string, number>();
  readonly #user = new CategoryBuilder(() => this.#expected);
  readonly #account = new CategoryBuilder(() => this.#expected);
  readonly #queue = new CategoryBuilder(() => this.#expected);
  readonly #partition = new CategoryBuilder(() => this.#expected);
  readonly #qos = new CategoryBuilder(() => this.#expected);
  readonly #ids = new IdBuilder();
  /** Who waits for whom. Known when the workload is finished: which jobs wait for others that are not in the trace. */
  readonly dependencies = new DependencyBuilder();
  readonly #withdrawn = new Set<number>();
  #expected = 1024;
  #sorted = true;
  #lastSubmit = -Infinity;

  /** Makes room for about so many jobs, before the first one is added. It saves memory and time, nothing else. */
  expect(jobs: number): void {
    this.#expected = Math.min(MOST_EXPECTED, Math.max(this.#expected, jobs));
    for (const column of [this.#submit, this.#runtime, this.#walltime, this.#groupTasks, this.#groupRequest, this.#ids]) {
      column.reserve(this.#expected);
    }
  }

  /** Jobs added so far, without those withdrawn. */
  get count(): number {
    return this.#submit.length - this.#withdrawn.size;
  }

  /** The number of this request in the workload; equal requests get the same one. */
  request(request: TaskRequest = ONE_PROCESSOR): number {
    const key = requestKey(request);
    let index = this.#requestIndex.get(key);
    if (index === undefined) {
      index = this.#requests.push(request) - 1;
      this.#requestIndex.set(key, index);
    }
    return index;
  }

  /** The request of this number. */
  requestAt(index: number): TaskRequest {
    return this.#requests[index];
  }

  /** The number of this template in the workload. */
  template(template: PodTemplate): number {
    return this.#kubernetes.template(template);
  }

  /** The number of a controller of which only so many jobs may be there at once. */
  throttle(parallelism: number): number {
    return this.#kubernetes.throttle(parallelism);
  }

  /** What stands around the pods. It makes the workload one that was read from Kubernetes objects. */
  kubernetes(context: KubernetesContext): void {
    this.#kubernetes.context = context;
  }

  /**
   * Adds a job and answers its row, in the order added. The caller has checked that its numbers make sense: times
   * finite and not negative, tasks at least 1.
   */
  add(row: JobRow): number {
    const job = this.#submit.length;
    if (row.submit < this.#lastSubmit) this.#sorted = false;
    this.#lastSubmit = row.submit;
    if (row.after) this.dependencies.add(job, row.after);
    this.#ids.add(row.id);
    this.#submit.push(row.submit);
    this.#runtime.push(row.runtime);
    this.#walltime.push(row.walltime);
    this.#addGroup(row);
    if (row.moreGroups !== undefined) {
      for (const group of row.moreGroups) this.#addGroup(group);
      this.#groups.set(job, 1 + row.moreGroups.length);
    }
    if (row.outcome !== undefined && row.outcome !== COMPLETES) this.#outcome.set(job, row.outcome);
    if (row.recordedStart !== undefined && !Number.isNaN(row.recordedStart)) this.#recordedStart.set(job, row.recordedStart);
    if (row.priority !== undefined) this.#priority.set(job, row.priority);
    if (row.user !== undefined) this.#user.add(job, row.user);
    if (row.account !== undefined) this.#account.add(job, row.account);
    if (row.queue !== undefined) this.#queue.add(job, row.queue);
    if (row.partition !== undefined) this.#partition.add(job, row.partition);
    if (row.qos !== undefined) this.#qos.add(job, row.qos);
    if (row.throttle !== undefined) this.#kubernetes.addJob(job, row.throttle);
    if (row.slurm !== undefined) this.slurm.addJob(job, row.slurm);
    return job;
  }

  #addGroup(group: GroupRow): void {
    const at = this.#groupTasks.length;
    this.#groupTasks.push(group.tasks);
    this.#groupRequest.push(group.request);
    if (group.minimum !== undefined && group.minimum !== group.tasks) this.#spareTasks.set(at, group.tasks - group.minimum);
    if (group.most !== undefined && group.most > group.tasks) this.#moreTasks.set(at, group.most - group.tasks);
    if (group.template !== undefined) this.#kubernetes.addGroup(at, group.template);
    if (group.slurm !== undefined) this.slurm.addGroup(at, group.slurm);
  }

  /** Takes a job out again: a reader may learn from a later row that this one was not the last word. */
  withdraw(row: number): void {
    this.#withdrawn.add(row);
  }

  /**
   * The workload: sorted by submission (ties in the order added), times counted from the first one. The builder is
   * used up. `epoch` is the Unix time of the trace's own zero [ms], NaN if unknown.
   */
  finish(name: string, epoch = NaN): Workload {
    const unsorted = this.#inOrderAdded(name, epoch);
    const { submit, recordedStart } = unsorted;
    if (!this.#sorted || this.#withdrawn.size > 0) {
      const rows = rowNumbers(submit.length).filter((row) => !this.#withdrawn.has(row));
      return selectJobs(unsorted, this.#sorted ? rows : rows.sort((a, b) => submit[a] - submit[b] || a - b));
    }
    const origin = submit.length === 0 ? 0 : submit[0];
    if (origin === 0) return unsorted;
    for (let row = 0; row < submit.length; row++) submit[row] -= origin;
    if (recordedStart) for (let row = 0; row < submit.length; row++) recordedStart[row] -= origin;
    return { ...unsorted, origin, slurm: unsorted.slurm && shiftSlurm(unsorted.slurm, origin) };
  }

  /** Columns that turn out alike are the same array: most traces have no accounts, and only gangs. */
  #inOrderAdded(name: string, epoch: number): Workload {
    const count = this.#submit.length;
    // Before the ids are turned into their final column.
    const dependencies = this.dependencies.finish(count, this.#ids, this.#withdrawn);
    const firstGroup = this.#firstGroups(count);
    const groupTasks = this.#groupTasks.done();
    const groupRequest = this.#groupRequest.done();
    const spareTasks = this.#spareTasks.done(groupTasks.length);
    const moreTasks = this.#moreTasks.done(groupTasks.length);
    let none: Int32Array | undefined;
    const category = (builder: CategoryBuilder) => builder.finish(count, () => (none ??= new Int32Array(count).fill(-1)));
    return {
      name,
      count,
      origin: 0,
      epoch,
      ids: this.#ids.finish(),
      submit: this.#submit.done(),
      runtime: this.#runtime.done(),
      outcome: Uint8Array.from(this.#outcome.done(count) ?? new Uint8Array(count)),
      recordedStart: this.#recordedStart.done(count),
      walltime: this.#walltime.done(),
      procs: countProcessors(firstGroup, groupTasks, groupRequest, this.#requests),
      firstGroup,
      groupTasks,
      groupMinimum: spareTasks ? groupTasks.map((tasks, group) => tasks - spareTasks[group]) : groupTasks,
      groupMost: moreTasks && groupTasks.map((tasks, group) => tasks + moreTasks[group]),
      groupRequest,
      requests: this.#requests,
      user: category(this.#user),
      account: category(this.#account),
      queue: category(this.#queue),
      partition: category(this.#partition),
      qos: category(this.#qos),
      priority: this.#priority.done(count),
      dependencies,
      kubernetes: this.#kubernetes.finish(count, groupTasks.length),
      slurm: this.slurm.finish(count, groupTasks.length),
      speeds: this.speeds.finish(count),
    };
  }

  #firstGroups(count: number): Int32Array {
    const groups = this.#groups.done(count);
    if (groups === undefined) return rowNumbers(count + 1);
    const first = new Int32Array(count + 1);
    for (let job = 0; job < count; job++) first[job + 1] = first[job] + groups[job];
    return first;
  }
}
