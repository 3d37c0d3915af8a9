import { Float64Column, Int32Column, rowNumbers } from './columns.ts';
import { AFTER_ANY, COMPLETES, ONE_PROCESSOR, selectJobs } from './workload.ts';
import type { Category, Dependencies, TaskRequest, Workload } from './workload.ts';

/** A name or number in a trace; undefined = the trace does not say. */
export type Label = string | number | undefined;

/** One task group of a row. */
export interface GroupRow {
  readonly tasks: number;
  /** Absent = all of them (a gang). */
  readonly minimum?: number;
  /** From `WorkloadBuilder.request`. */
  readonly request: number;
}

/** A dependency of a row, on a job that may stand anywhere in the trace. */
export interface DependencyRow {
  readonly id: string | number;
  /** AFTER_ANY if absent. */
  readonly kind?: number;
  /** [ms] */
  readonly think?: number;
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
  request: number;
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
  readonly #recordedStart = new Float64Column();
  readonly #priority = new Float64Column();
  readonly #outcome = new Int32Column();
  readonly #firstGroup = new Int32Column();
  readonly #groupTasks = new Int32Column();
  readonly #groupMinimum = new Int32Column();
  readonly #groupRequest = new Int32Column();
  readonly #requests: TaskRequest[] = [];
  readonly #requestIndex = new Map<string, number>();
  readonly #user = new CategoryBuilder();
  readonly #account = new CategoryBuilder();
  readonly #queue = new CategoryBuilder();
  readonly #partition = new CategoryBuilder();
  readonly #qos = new CategoryBuilder();
  readonly #ids: (string | number)[] = [];
  /** Few jobs have any: row, then what it waits for. */
  readonly #after: { row: number; on: DependencyRow }[] = [];
  #numericIds = true;
  #hasRecordedStart = false;
  #hasPriority = false;
  #sorted = true;

  /** Jobs added so far. */
  get count(): number {
    return this.#ids.length;
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

  /** Adds a job. The caller has checked that its numbers make sense: times finite and not negative, tasks at least 1. */
  add(row: JobRow): void {
    const last = this.count - 1;
    if (last >= 0 && row.submit < this.#submit.get(last)) this.#sorted = false;
    if (this.#numericIds && !isCanonicalInteger(row.id)) this.#numericIds = false;
    for (const on of row.after ?? []) this.#after.push({ row: this.count, on });
    this.#ids.push(row.id);
    this.#submit.push(row.submit);
    this.#runtime.push(row.runtime);
    this.#walltime.push(row.walltime);
    this.#outcome.push(row.outcome ?? COMPLETES);
    const started = row.recordedStart ?? NaN;
    if (!Number.isNaN(started)) this.#hasRecordedStart = true;
    this.#recordedStart.push(started);
    if (row.priority !== undefined) this.#hasPriority = true;
    this.#priority.push(row.priority ?? 0);
    this.#firstGroup.push(this.#groupTasks.length);
    this.#addGroup(row);
    if (row.moreGroups) for (const group of row.moreGroups) this.#addGroup(group);
    this.#user.add(row.user);
    this.#account.add(row.account);
    this.#queue.add(row.queue);
    this.#partition.add(row.partition);
    this.#qos.add(row.qos);
  }

  #addGroup(group: GroupRow): void {
    this.#groupTasks.push(group.tasks);
    this.#groupMinimum.push(group.minimum ?? group.tasks);
    this.#groupRequest.push(group.request);
  }

  /**
   * The workload: sorted by submission (ties in the order added), times counted from the first one.
   * `epoch` is the Unix time of the trace's own zero [ms], NaN if unknown.
   */
  finish(name: string, epoch = NaN): Workload {
    const count = this.count;
    const submit = this.#submit.done();
    const firstGroup = new Int32Array(count + 1);
    firstGroup.set(this.#firstGroup.done());
    firstGroup[count] = this.#groupTasks.length;
    const groupTasks = this.#groupTasks.done();
    const groupRequest = this.#groupRequest.done();
    const unsorted: Workload = {
      name,
      count,
      origin: 0,
      epoch,
      ids: this.#numericIds ? Float64Array.from(this.#ids, Number) : this.#ids.map(String),
      submit,
      runtime: this.#runtime.done(),
      outcome: Uint8Array.from(this.#outcome.done()),
      recordedStart: this.#hasRecordedStart ? this.#recordedStart.done() : undefined,
      walltime: this.#walltime.done(),
      procs: countProcessors(firstGroup, groupTasks, groupRequest, this.#requests),
      firstGroup,
      groupTasks,
      groupMinimum: this.#groupMinimum.done(),
      groupRequest,
      requests: this.#requests,
      user: this.#user.finish(),
      account: this.#account.finish(),
      queue: this.#queue.finish(),
      partition: this.#partition.finish(),
      qos: this.#qos.finish(),
      priority: this.#hasPriority ? this.#priority.done() : undefined,
      dependencies: this.#dependencies(),
    };
    if (!this.#sorted)
      return selectJobs(
        unsorted,
        rowNumbers(count).sort((a, b) => submit[a] - submit[b] || a - b),
      );
    const origin = count === 0 ? 0 : submit[0];
    if (origin === 0) return unsorted;
    for (let row = 0; row < count; row++) submit[row] -= origin;
    const { recordedStart } = unsorted;
    if (recordedStart) for (let row = 0; row < count; row++) recordedStart[row] -= origin;
    return { ...unsorted, origin };
  }

  /** Edges to ids that are not in the trace are left out: that job is over, as far as this trace can tell. */
  #dependencies(): Dependencies | undefined {
    if (this.#after.length === 0) return undefined;
    const rowOf = new Map<string, number>();
    // The first of several rows with one id: later ones are requeues of the same job.
    for (let row = this.count - 1; row >= 0; row--) rowOf.set(String(this.#ids[row]), row);
    const edges = this.#after.filter(({ row, on }) => {
      const other = rowOf.get(String(on.id));
      return other !== undefined && other !== row;
    });
    if (edges.length === 0) return undefined;
    const first = new Int32Array(this.count + 1);
    for (const { row } of edges) first[row + 1]++;
    for (let row = 0; row < this.count; row++) first[row + 1] += first[row];
    return {
      first,
      on: Int32Array.from(edges, ({ on }) => rowOf.get(String(on.id))!),
      kind: Uint8Array.from(edges, ({ on }) => on.kind ?? AFTER_ANY),
      think: Float64Array.from(edges, ({ on }) => on.think ?? NaN),
    };
  }
}

/** Collects one category: names get codes in the order of their first appearance. */
class CategoryBuilder {
  readonly #code = new Int32Column();
  readonly #names: string[] = [];
  readonly #codeOf = new Map<string | number, number>();

  add(label: Label): void {
    if (label === undefined || label === '') {
      this.#code.push(-1);
      return;
    }
    let code = this.#codeOf.get(label);
    if (code === undefined) {
      code = this.#names.push(String(label)) - 1;
      this.#codeOf.set(label, code);
    }
    this.#code.push(code);
  }

  finish(): Category {
    return { code: this.#code.done(), names: this.#names };
  }
}

/** Whole processors of each job: the millicores of all its tasks, rounded up. */
function countProcessors(
  firstGroup: Int32Array,
  groupTasks: Int32Array,
  groupRequest: Int32Array,
  requests: readonly TaskRequest[],
): Int32Array {
  const procs = new Int32Array(firstGroup.length - 1);
  for (let job = 0; job < procs.length; job++) {
    let millicores = 0;
    for (let group = firstGroup[job]; group < firstGroup[job + 1]; group++) {
      millicores += groupTasks[group] * requests[groupRequest[group]].cpu;
    }
    procs[job] = Math.ceil(millicores / 1000);
  }
  return procs;
}

function requestKey({ cpu, memory, gpu, gpuModels, other }: TaskRequest): string {
  const plain = `${cpu} ${memory} ${gpu}`;
  return gpuModels || other ? `${plain} ${JSON.stringify([gpuModels, Object.entries(other ?? {}).sort()])}` : plain;
}

function isCanonicalInteger(id: string | number): boolean {
  const number = Number(id);
  return Number.isSafeInteger(number) && (typeof id === 'number' || String(number) === id);
}
