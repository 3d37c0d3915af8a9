import { Float64Column, rowNumbers } from '../columns.ts';
import { MINUTE } from '../units.ts';
import type { SlurmRow } from '../slurm-request-builder.ts';
import type { JobRow } from '../workload-builder.ts';
import type { TraceSink } from './format.ts';
import { tasksOf } from './sacct-job-id.ts';
import type { JobId } from './sacct-job-id.ts';
import type { Attempt, Unusable } from './sacct-record.ts';

/** A requeued job is submitted again when its attempt ends, give or take [ms]. Later it is another job with an old id. */
const REQUEUE = MINUTE;

/** Array tasks of ranges in one file: a short line may stand for very many, and memory is not without end. */
const MOST_FROM_RANGES = 200_000;

const BASES = 2 ** 26;
const TASKS = 2 ** 22;
const CLUSTERS = 32;

/** Puts records together to jobs: arrays apart, parts of heterogeneous jobs together, the last attempt of each. */
export class SacctJobs {
  readonly #sink: TraceSink;
  /** Parts of the heterogeneous job whose records are being read. */
  #whole: { base: number; cluster: number; parts: Map<number, Attempt | Unusable> } | undefined;
  /** Array tasks that ranges have stood for so far [count]. */
  #fromRanges = 0;
  /** Of each job added: a number for its id, its end, its line. */
  readonly #key = new Float64Column();
  readonly #submit = new Float64Column();
  readonly #end = new Float64Column();
  readonly #line = new Float64Column();

  constructor(sink: TraceSink) {
    this.#sink = sink;
  }

  /** Takes in a record. `id` as it stands in the file, `cluster` by its number. */
  add(record: Attempt | Unusable, id: string, read: JobId, cluster: number): void {
    if (read.part >= 0) {
      this.#addPart(record, read, cluster);
      return;
    }
    this.#finishWhole();
    if ('skip' in record) this.#sink.skip(record.skip, record.line);
    else if (read.range !== undefined) this.#addRange(record, read, read.range, cluster);
    else this.#addJob([record], id, keyOf(cluster, read.base, read.task), arrayOf(read, read.task));
  }

  /** Call when all records are in. */
  finish(): void {
    this.#finishWhole();
    this.#withdrawEarlierAttempts();
  }

  #addPart(record: Attempt | Unusable, { base, part }: JobId, cluster: number): void {
    const whole = this.#whole;
    if (whole?.base === base && whole.cluster === cluster && !whole.parts.has(part)) {
      whole.parts.set(part, record);
      return;
    }
    this.#finishWhole();
    this.#whole = { base, cluster, parts: new Map([[part, record]]) };
  }

  #finishWhole(): void {
    if (this.#whole === undefined) return;
    const { base, cluster, parts } = this.#whole;
    this.#whole = undefined;
    const records = [...parts.values()];
    this.#sink.noJob('further parts of heterogeneous jobs', records.length - 1);
    const attempts = records.filter((record): record is Attempt => !('skip' in record));
    const [first] = records;
    if (attempts.length > 0) this.#addJob(attempts, String(base), keyOf(cluster, base, -1));
    else if ('skip' in first) this.#sink.skip(first.skip, first.line);
  }

  #addRange(attempt: Attempt, read: JobId, range: string, cluster: number): void {
    const { base } = read;
    const tasks = tasksOf(range);
    if (tasks === undefined) {
      this.#sink.skip('a range of array tasks that cannot be told apart', attempt.line);
      return;
    }
    this.#fromRanges += tasks.length;
    if (this.#fromRanges > MOST_FROM_RANGES) {
      this.#sink.skip('a range of array tasks after 200,000 of them', attempt.line);
      return;
    }
    for (const task of tasks) {
      this.#addJob([attempt], `${base}_${task}`, keyOf(cluster, base, task), arrayOf(read, task));
    }
    this.#sink.furtherJobs('tasks of an array in one record', attempt.line, tasks.length - 1);
  }

  /** All parts of a job start together; it is over when the last one is. */
  #addJob(parts: readonly Attempt[], id: string, key: number, array?: SlurmRow['array']): void {
    const [first] = parts;
    const groups = parts.flatMap(({ groups: own, options }, component) =>
      own.map((group) => ({ ...group, slurm: { options, component } })),
    );
    const runtime = parts.reduce((longest, part) => Math.max(longest, part.runtime), 0);
    const row: JobRow = {
      id,
      submit: first.submit,
      runtime,
      walltime: parts.reduce((longest, part) => Math.max(longest, part.walltime), 0),
      ...groups[0],
      slurm: { ...groups[0].slurm, begin: first.begin, ...(array === undefined ? {} : { array }) },
      moreGroups: groups.length > 1 ? groups.slice(1) : undefined,
      outcome: first.outcome,
      recordedStart: first.start,
      user: first.user,
      account: first.account,
      qos: first.qos,
      queue: first.partition,
      partition: first.partition,
      priority: first.priority,
    };
    this.#sink.jobs.add(row);
    this.#key.push(key);
    this.#submit.push(first.submit);
    this.#end.push((Number.isNaN(first.start) ? first.submit : first.start) + runtime);
    this.#line.push(first.line);
  }

  /** Of the attempts of a job that was requeued the last one is kept: the others are what the recorded schedule did to it. */
  #withdrawEarlierAttempts(): void {
    const key = this.#key.done();
    const sorted = key.slice().sort();
    if (!sorted.some((value, index) => index > 0 && value === sorted[index - 1])) return;
    const submit = this.#submit.done();
    const byJob = rowNumbers(key.length).sort((a, b) => key[a] - key[b] || submit[a] - submit[b] || a - b);
    let reused = 0;
    for (let index = 1; index < byJob.length; index++) {
      const earlier = byJob[index - 1];
      const later = byJob[index];
      if (key[earlier] !== key[later]) continue;
      if (submit[later] > this.#end.get(earlier) + REQUEUE) {
        reused++;
        continue;
      }
      this.#sink.jobs.withdraw(earlier);
      this.#sink.skip('an earlier attempt of a job that was requeued', this.#line.get(earlier));
    }
    if (reused > 0) this.#sink.warn(`${reused} jobs have the id of one that had ended before: they are taken as other jobs`);
  }
}

/** A number for an id; ids too large for one get numbers that are equal to none, themselves included. */
function keyOf(cluster: number, base: number, task: number): number {
  if (cluster >= CLUSTERS || base >= BASES || task >= TASKS - 1) return NaN;
  return (cluster * BASES + base) * TASKS + task + 1;
}

/** The array that a task belongs to; a limit (`%4`) is only recorded as long as tasks wait. */
function arrayOf({ base, range }: JobId, task: number): SlurmRow['array'] {
  if (task < 0) return undefined;
  const limit = /%(\d{1,9})$/.exec(range ?? '');
  return { id: base, limit: limit === null ? Infinity : Number(limit[1]), task };
}
