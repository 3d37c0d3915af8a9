import { InputError } from '../errors.ts';
import { SECOND } from '../units.ts';
import { AFTER_ANY, COMPLETES, FAILS, IS_CANCELLED, OUTLASTS } from '../workload.ts';
import type { JobRow, Label } from '../workload-builder.ts';
import type { TraceSink } from './format.ts';
import { isJustAtLimit, RUNS_TO_LIMIT } from './limit-ends.ts';
import type { SwfHeader } from './swf-header.ts';
import type { LineScanner } from './swf-line.ts';

const ID = 0;
const SUBMIT = 1;
const WAIT = 2;
const RUN_TIME = 3;
const ALLOCATED = 4;
const CPU_TIME = 5;
const REQUESTED = 7;
const REQUESTED_TIME = 8;
const MEMORY = 9;
const STATUS = 10;
const USER = 11;
const GROUP = 12;
const QUEUE = 14;
const PARTITION = 15;
const PRECEDING = 16;
const THINK = 17;
/** Alea's extension. */
const QUEUE_NAME = 19;
const RESOURCES = 20;

const FAILED = 0;
/** Parts of a job that was interrupted: to be continued, the last one that completed, the last one that failed. */
const CONTINUED = 2;
const LAST_FAILED = 4;
const CANCELLED = 5;

const COLUMNS = 18;
const ALEA_COLUMNS = 21;
const NAMES = [
  ...['job number', 'submit time', 'wait time', 'run time', 'allocated processors', 'CPU time', 'used memory'],
  ...['requested processors', 'requested time', 'requested memory', 'status', 'user', 'group', 'executable', 'queue'],
  ...['partition', 'preceding job', 'think time', 'hosts', 'queue name', 'resources'],
];

const KIB = 1024;
/** More than any node holds; such numbers are flags or mistakes [bytes]. */
const ABSURD_MEMORY = 2 ** 50;
/** Times beyond this cannot be added up exactly [s]: about 71,000 years. */
const LATEST = 2 ** 51 / SECOND;
const MOST_PROCESSORS = 2 ** 31 - 1;

export interface SwfChoices {
  /** Take field 5 before field 8. */
  readonly allocated: boolean;
  /** The column of the walltime limit. */
  readonly walltime: 'requested-time' | 'cpu-time';
}

/** Turns the lines of one file into jobs, and counts what they hold. */
export class SwfJobs {
  readonly #name: string;
  readonly #sink: TraceSink;
  readonly #header: SwfHeader;
  readonly choices: SwfChoices;
  readonly #maxProcs: number;
  readonly #requestOf = new Map<number, number>();
  readonly #row: JobRow;
  /** The id of the last job that had a line of its own. */
  #summary = NaN;
  #columns = 0;
  records = 0;
  parts = 0;
  largest = 0;
  tooLarge = 0;
  pastWalltime = 0;
  unsorted = 0;
  firstSubmit = Infinity;
  #lastSubmit = -Infinity;

  constructor(name: string, sink: TraceSink, header: SwfHeader, choices: SwfChoices) {
    this.#name = name;
    this.#sink = sink;
    this.#header = header;
    this.choices = choices;
    this.#maxProcs = header.number('MaxProcs') ?? Infinity;
    // Doubles from the start, so that no job makes new boxes for its times.
    this.#row = { id: 0, submit: NaN, runtime: NaN, walltime: NaN, recordedStart: NaN, tasks: 0, request: 0 };
  }

  /** Takes in a line with fields. `torn`: the file ends without a line end here. */
  add(fields: LineScanner, line: number, torn: boolean): void {
    if (fields.count !== this.#columns) this.#checkColumns(fields, line, torn);
    if (fields.odd !== 0) this.#checkNumbers(fields, line, torn);
    this.records++;
    const { value } = fields;
    const status = value[STATUS];
    if (status >= CONTINUED && status <= LAST_FAILED) {
      if (value[ID] === this.#summary) {
        this.parts++;
        this.#sink.noJob('parts of an interrupted job, whose own line stands before them');
        return;
      }
      this.#sink.repair('part of an interrupted job without a line for the whole: taken as a job', line);
    } else {
      this.#summary = value[ID];
    }
    const procs = this.#procs(value, line);
    const reason = reasonToSkip(value, procs);
    if (reason === undefined) this.#addJob(fields, procs, line);
    else this.#sink.skip(reason, line);
  }

  #addJob(fields: LineScanner, procs: number, line: number): void {
    const { value } = fields;
    const row = this.#row;
    const submit = this.#time(value, SUBMIT, line);
    const runtime = this.#time(value, RUN_TIME, line);
    const walltime = this.#walltime(value, line);
    row.id = fields.isOdd(ID) ? fields.text(ID) : value[ID];
    row.submit = submit;
    row.runtime = runtime;
    row.walltime = walltime;
    row.recordedStart = value[WAIT] >= 0 ? submit + this.#time(value, WAIT, line) : NaN;
    row.tasks = procs;
    row.request = this.#request(fields, procs, line);
    row.outcome = outcomeOf(value[STATUS], runtime, walltime);
    if (row.outcome === OUTLASTS) this.#sink.repair(RUNS_TO_LIMIT, line);
    this.#addLabels(fields);
    row.after = value[PRECEDING] > 0 ? [this.#preceding(fields, line)] : undefined;
    this.#sink.jobs.add(row);
    if (runtime > walltime) this.pastWalltime++;
    if (procs > this.largest) this.largest = procs;
    if (procs > this.#maxProcs) this.tooLarge++;
    if (submit < this.#lastSubmit) this.unsorted++;
    if (submit < this.firstSubmit) this.firstSubmit = submit;
    this.#lastSubmit = submit;
  }

  #addLabels(fields: LineScanner): void {
    const { value } = fields;
    const row = this.#row;
    row.user = label(fields, USER);
    row.account = label(fields, GROUP);
    if (this.#columns === ALEA_COLUMNS) row.queue = fields.text(QUEUE_NAME);
    else row.queue = value[QUEUE] >= 0 ? this.#header.queue(value[QUEUE]) : undefined;
    row.partition = value[PARTITION] >= 0 ? this.#header.partition(value[PARTITION]) : label(fields, PARTITION);
  }

  #preceding(fields: LineScanner, line: number) {
    const { value } = fields;
    const id = fields.isOdd(PRECEDING) ? fields.text(PRECEDING) : value[PRECEDING];
    const think = value[THINK] >= 0 ? this.#time(value, THINK, line) : undefined;
    return { id, kind: AFTER_ANY, think };
  }

  /** A time field in ms. */
  #time(value: Float64Array, field: number, line: number): number {
    const seconds = value[field];
    if (seconds > LATEST) throw this.#error(line, `${seconds} is not a ${NAMES[field]} in seconds`, field);
    return Math.round(seconds * SECOND);
  }

  /** Processors as chosen, or from the other field where that one is unknown; 0 where both are. */
  #procs(value: Float64Array, line: number): number {
    const { allocated } = this.choices;
    const chosen = value[allocated ? ALLOCATED : REQUESTED];
    const procs = chosen > 0 ? chosen : value[allocated ? REQUESTED : ALLOCATED];
    if (!(procs > 0)) return 0;
    if (procs > MOST_PROCESSORS) throw this.#error(line, `${procs} processors are more than any machine has`, REQUESTED);
    if (Number.isInteger(procs)) return procs;
    this.#sink.repair('a fraction of a processor: rounded up', line);
    return Math.ceil(procs);
  }

  /** Zero is what some logs write for unknown: a job that may run no time at all makes no sense. */
  #walltime(value: Float64Array, line: number): number {
    const field = this.choices.walltime === 'cpu-time' ? CPU_TIME : REQUESTED_TIME;
    if (value[field] > 0) return this.#time(value, field, line);
    if (value[field] === 0) this.#sink.repair('a walltime of 0: taken as none', line);
    else this.#sink.repair('no walltime: none is set', line);
    return Infinity;
  }

  /** The request of one processor with its memory. */
  #request(fields: LineScanner, procs: number, line: number): number {
    let memory = fields.value[MEMORY];
    if (!(memory > 0)) memory = 0;
    else if (this.#columns === ALEA_COLUMNS) memory = Math.round(memory / processorsPerNode(fields.text(RESOURCES), procs));
    else memory = Math.round(memory * KIB);
    if (memory >= ABSURD_MEMORY) {
      this.#sink.repair('more memory than any node has: taken as unknown', line);
      memory = 0;
    }
    let request = this.#requestOf.get(memory);
    if (request === undefined) {
      request = this.#sink.jobs.request({ cpu: 1000, memory, gpu: 0 });
      this.#requestOf.set(memory, request);
    }
    return request;
  }

  /** The first line says how wide the file is. */
  #checkColumns({ count }: LineScanner, line: number, torn: boolean): void {
    const known = count === COLUMNS || count === COLUMNS + 1 || count === ALEA_COLUMNS;
    if (this.#columns === 0 && known) {
      this.#columns = count;
      if (count === COLUMNS + 1)
        this.#sink.warn('the lines have 19 columns: the last one is no part of the format and is not read');
      return;
    }
    const wanted = this.#columns || `${COLUMNS} (or ${ALEA_COLUMNS} in Alea's extension)`;
    if (torn) throw this.#tornError(line, `${count} of ${this.#columns || COLUMNS} columns`);
    throw this.#error(line, `found ${count} columns where there should be ${wanted}`);
  }

  #checkNumbers(fields: LineScanner, line: number, torn: boolean): void {
    const width = Math.min(fields.count, COLUMNS);
    for (let field = 0; field < width; field++) {
      if (!Number.isNaN(fields.value[field])) continue;
      // Alea's users, groups and queues may have names.
      if (this.#columns === ALEA_COLUMNS && field >= USER && field <= PARTITION) continue;
      if (torn && field === width - 1) throw this.#tornError(line, `"${fields.text(field)}" at its end`);
      throw this.#error(line, `"${fields.text(field)}" is not a number`, field);
    }
  }

  #tornError(line: number, found: string): InputError {
    return new InputError(
      `the last line is cut off: found ${found}`,
      `${this.#name}:${line}`,
      'the file is incomplete: fetch it again, or take its last line out',
    );
  }

  #error(line: number, problem: string, field?: number): InputError {
    const place = field === undefined ? '' : ` (field ${field + 1}, ${NAMES[field]})`;
    const hint = 'correct or take out the line; if the file is not SWF, name its format with --format';
    return new InputError(problem + place, `${this.#name}:${line}`, hint);
  }
}

/** Why a job cannot be replayed; undefined if it can. */
function reasonToSkip(value: Float64Array, procs: number): string | undefined {
  if (value[STATUS] === CANCELLED && value[RUN_TIME] <= 0 && !(value[ALLOCATED] > 0 && value[RUN_TIME] === 0)) {
    return 'cancelled before it started';
  }
  if (value[RUN_TIME] < 0) return 'no run time';
  if (value[SUBMIT] < 0) return 'no submit time';
  if (procs === 0) return 'no processors';
  return undefined;
}

/**
 * Unknown (-1) and parts that go on count as completed: nothing says otherwise. Jobs that their limit killed have no status
 * of their own: some logs have failed there, some cancelled.
 */
function outcomeOf(status: number, runtime: number, walltime: number): number {
  if (status !== FAILED && status !== LAST_FAILED && status !== CANCELLED) return COMPLETES;
  if (isJustAtLimit(runtime, walltime)) return OUTLASTS;
  return status === CANCELLED ? IS_CANCELLED : FAILS;
}

/** A user or group: a number, or text where its digits matter. */
function label(fields: LineScanner, field: number): Label {
  if (fields.isOdd(field)) return fields.value[field] < 0 ? undefined : fields.text(field);
  return fields.value[field] >= 0 ? fields.value[field] : undefined;
}

/** Alea gives memory for each node: `2:ppn=8:x86_64` has eight processors on one. Without it all are on one node. */
function processorsPerNode(resources: string, procs: number): number {
  const [, perNode] = /^\d+:(?:ppn|ncpus)=(\d+)(?![\d+])/.exec(resources) ?? [];
  return Math.max(1, perNode === undefined ? procs : Number(perNode));
}
