/** What the formats `csv`, `jsonl` and `parquet` have in common: rows of cells become jobs by a column map. */
import { InputError } from '../errors.ts';
import type { Parameters } from '../parameters.ts';
import { FAILS, IS_CANCELLED } from '../workload.ts';
import type { SpeedModel } from '../speeds.ts';
import type { JobRow, Label } from '../workload-builder.ts';
import { columnsOf } from './column-map-known.ts';
import type { ColumnMap, Field } from './column-map.ts';
import { isMissing } from './column-map-notations.ts';
import type { Cell } from './column-map-notations.ts';
import type { TraceSink } from './format.ts';
import { endAtLimit } from './limit-ends.ts';
import { bindColumns, cellOf, unreadable } from './table-binding.ts';
import type { Binding, Slot } from './table-binding.ts';
import { ElasticCells, elasticOf, tasksOfGpus } from './table-elastic.ts';
import type { AskedElastic } from './table-elastic.ts';
import { GroupCells, parseDependencies } from './table-groups.ts';
import { shapeOf } from './table-shape.ts';
import type { CountedFor, Totals } from './table-shape.ts';
import { stateLookup } from './table-states.ts';
import type { State } from './table-states.ts';

/** Turns rows of cells into jobs. */
export class TableRows {
  /** The columns that are read. */
  readonly used: readonly string[];
  readonly #sink: TraceSink;
  readonly #name: string;
  readonly #skipUnreadable: boolean;
  readonly #assumes: string | undefined;
  readonly #binding: Binding;
  readonly #per: CountedFor;
  readonly #stateOf: (word: string) => State | undefined;
  readonly #states = new Map<string, State | undefined>();
  /** The request of one processor, once a job has made it. */
  #plain: number | undefined;
  readonly #groups: GroupCells;
  /** Absent if no column tells of elastic trainings. */
  readonly #elastic: ElasticCells | undefined;
  #speed: SpeedModel | undefined;
  readonly #job: JobRow;
  readonly #totals: Totals = { procs: NaN, tasks: NaN, gpus: NaN, memory: NaN };
  #unreadable: Slot | undefined;
  #epoch = NaN;
  readonly #zoneGiven: boolean;

  constructor(
    columns: readonly string[],
    { map, assumes }: { map: ColumnMap; assumes?: string },
    parameters: Parameters,
    name: string,
    sink: TraceSink,
  ) {
    this.#binding = bindColumns(map, columns, name);
    this.#assumes = assumes;
    this.#sink = sink;
    this.#name = name;
    this.#skipUnreadable = parameters.unreadable === 'skip';
    this.#stateOf = stateLookup(map.states);
    this.#groups = new GroupCells(sink.jobs);
    this.#elastic = ElasticCells.of(this.#binding);
    this.#job = { id: 0, submit: 0, runtime: 0, walltime: Infinity, tasks: 1, request: 0 };
    const { procs, gpus, memory } = this.#binding.slots;
    this.#per = { procs: procs?.per ?? 'job', gpus: gpus?.per ?? 'job', memory: memory?.per ?? 'job' };
    this.#zoneGiven = map.zone !== undefined;
    this.used = columnsOf(map);
  }

  /** Takes a row: a job, or a reason to leave it out. `where` is its line or number. */
  add(cells: ArrayLike<Cell>, where: number): void {
    this.#unreadable = undefined;
    const reason = this.#fill(cells, where);
    const { slots } = this.#binding;
    if (this.#unreadable !== undefined) this.#refuse(this.#unreadable, cells, where);
    else if (reason !== undefined) this.#sink.skip(reason, where);
    else {
      const row = this.#sink.jobs.add(this.#job);
      if (this.#speed !== undefined) this.#sink.jobs.speeds.add(row, this.#speed);
    }
    if (slots.epoch && Number.isNaN(this.#epoch)) this.#epoch = this.#number('epoch', cells) * 1000;
  }

  /** Tells the sink what holds for the table as a whole. */
  finish(): void {
    const { absolute, zone } = this.#binding;
    if (this.#assumes !== undefined) this.#sink.warn(this.#assumes);
    if (!this.#zoneGiven && zone.converted > 0) {
      this.#sink.warn('the times say no zone and are taken as UTC; zone: in the column map changes that');
    }
    if (zone.doubtful > 0) {
      this.#sink.warn(`${zone.doubtful} local times occurred twice or never, when clocks were set back or forward`);
    }
    const timeZone = zone.name === 'UTC' ? undefined : zone.name;
    if (absolute) this.#sink.declare({ epoch: 0, ...(timeZone !== undefined && { timeZone }) });
    else if (Number.isFinite(this.#epoch)) this.#sink.declare({ epoch: this.#epoch });
  }

  /** Fills `#job`; returns why the job is left out, if it is. */
  #fill(cells: ArrayLike<Cell>, where: number): string | undefined {
    const job = this.#job;
    job.outcome = undefined;
    const left = this.#readState(cells) ?? this.#readTimes(cells, where);
    if (left !== undefined) return left;
    const asked = this.#elastic?.read(cells);
    if (asked !== undefined && 'field' in asked) {
      this.#unreadable ??= asked;
      return undefined;
    }
    const shapeless = this.#readShape(cells, where, asked) ?? this.#makeElastic(asked, where);
    if (shapeless !== undefined) return shapeless;
    job.id = this.#id(cells, where);
    job.user = this.#label('user', cells);
    job.account = this.#label('account', cells);
    job.queue = this.#label('queue', cells);
    job.partition = this.#label('partition', cells);
    job.qos = this.#label('qos', cells);
    const priority = this.#number('priority', cells);
    job.priority = Number.isNaN(priority) ? undefined : priority;
    this.#readDependencies(cells);
    return undefined;
  }

  #readState(cells: ArrayLike<Cell>): string | undefined {
    const slot = this.#binding.slots.state;
    const word = slot && cellOf(slot, cells);
    if (!slot || isMissing(word)) return undefined;
    const text = String(word);
    let state = this.#states.get(text);
    if (state === undefined) {
      state = this.#stateOf(text);
      if (this.#states.size < 1000) this.#states.set(text, state);
    }
    if (state === undefined) this.#unreadable ??= slot;
    else if ('skip' in state) return state.skip;
    else this.#job.outcome = state.outcome;
    return undefined;
  }

  #readTimes(cells: ArrayLike<Cell>, where: number): string | undefined {
    const job = this.#job;
    const submit = this.#number('submit', cells);
    let start = this.#number('start', cells);
    const end = this.#number('end', cells);
    const wait = this.#number('wait', cells);
    let runtime = this.#number('runtime', cells);
    const walltime = this.#number('walltime', cells);
    if (this.#unreadable !== undefined) return undefined;
    if (Number.isNaN(submit)) return 'no submit time';
    if (submit < 0) return 'submitted before the zero of the trace';
    if (Number.isNaN(start)) start = submit + wait;
    if (Number.isNaN(runtime)) runtime = end - start;
    else if (Number.isNaN(start)) start = end - runtime;
    if (Number.isNaN(runtime)) return this.#neverRan(start);
    if (runtime < 0) return 'ends before it starts';
    if (runtime === Infinity) return 'never ends';
    if (start < submit || start === Infinity) {
      this.#sink.repair('started before it was submitted: the recorded start is left out', where);
      start = NaN;
    }
    if (walltime <= 0) this.#sink.repair('has a limit of nothing: taken as none', where);
    if (this.#number('restarts', cells) > 0) {
      this.#sink.repair('was interrupted: the time from its first start to its end is its run time', where);
    }
    job.submit = submit;
    job.runtime = runtime;
    job.recordedStart = start;
    job.walltime = walltime > 0 ? walltime : Infinity;
    job.outcome = endAtLimit(job, where, this.#sink);
    return undefined;
  }

  #neverRan(start: number): string {
    if (!Number.isNaN(start)) return 'has a start but no end';
    if (this.#job.outcome === IS_CANCELLED) return 'cancelled before it started';
    return this.#job.outcome === FAILS ? 'failed before it started' : 'no run time';
  }

  #readShape(cells: ArrayLike<Cell>, where: number, asked: AskedElastic | undefined): string | undefined {
    const { slots } = this.#binding;
    const job = this.#job;
    job.moreGroups = undefined;
    job.minimum = undefined;
    job.most = undefined;
    const groups = slots.groups && cellOf(slots.groups, cells);
    if (slots.groups && !isMissing(groups)) return this.#readGroups(slots.groups, String(groups));
    const totals = this.#totals;
    totals.procs = this.#number('procs', cells);
    totals.gpus = this.#number('gpus', cells);
    totals.memory = this.#number('memory', cells);
    totals.tasks = this.#number('tasks', cells) / 1000;
    if (asked !== undefined) totals.tasks = tasksOfGpus(asked, totals.tasks, totals.gpus);
    totals.models = this.#label('gpu-model', cells)?.toString().split('|');
    totals.gpuMemory = this.#number('gpu-memory', cells);
    totals.mig = this.#label('mig', cells)?.toString() || undefined;
    if (this.#unreadable !== undefined) return undefined;
    const wholeJob = Number.isNaN(totals.tasks) && this.#per.procs === 'job' && totals.mig === undefined;
    if (wholeJob && !(totals.gpus > 0) && !(totals.memory > 0) && totals.procs >= 1000 && totals.procs % 1000 === 0) {
      job.tasks = totals.procs / 1000;
      job.request = this.#plain ??= this.#sink.jobs.request();
      return job.tasks < 2 ** 31 ? undefined : 'asks for more than can be counted';
    }
    const shape = shapeOf(totals, this.#per, this.#sink.jobs);
    if (typeof shape === 'string') return shape;
    if (shape.repaired !== undefined) this.#sink.repair(shape.repaired, where);
    const [first, ...more] = shape.groups;
    job.tasks = first.tasks;
    job.request = first.request;
    if (more.length > 0) job.moreGroups = more;
    return undefined;
  }

  #readGroups(slot: Slot, text: string): string | undefined {
    const rows = this.#groups.rows(text);
    if (rows === undefined) this.#unreadable ??= slot;
    if (rows === undefined || typeof rows === 'string') return rows;
    const [first] = rows;
    this.#job.tasks = first.tasks;
    this.#job.minimum = first.minimum;
    this.#job.most = first.most;
    this.#job.request = first.request;
    if (rows.length > 1) this.#job.moreGroups = rows.slice(1);
    return undefined;
  }

  /** Lets the job, whose shape is known, have what its row asks for; answers why it is left out, if it is. */
  #makeElastic(asked: AskedElastic | undefined, where: number): string | undefined {
    this.#speed = undefined;
    if (asked === undefined || this.#unreadable !== undefined) return undefined;
    const elastic = elasticOf(asked, this.#job, (index) => this.#sink.jobs.requestAt(index));
    if (elastic === undefined) return undefined;
    if ('what' in elastic) {
      if (this.#skipUnreadable) return elastic.what;
      throw new InputError(`the job ${elastic.what}`, `${this.#name}:${where}`, elastic.hint);
    }
    this.#job.minimum = elastic.minimum;
    this.#job.most = elastic.most;
    this.#speed = elastic.speed;
    return undefined;
  }

  #readDependencies(cells: ArrayLike<Cell>): void {
    const slot = this.#binding.slots.after;
    this.#job.after = undefined;
    const cell = slot && cellOf(slot, cells);
    if (!slot || cell === '' || cell === null || cell === undefined) return;
    this.#job.after = parseDependencies(String(cell));
    if (this.#job.after === undefined) this.#unreadable ??= slot;
  }

  /** A number of a field: NaN if it is not mapped or has no value. Notes the first that cannot be read. */
  #number(field: Field, cells: ArrayLike<Cell>): number {
    const slot = this.#binding.slots[field];
    if (slot === undefined) return NaN;
    const value = slot.read(cellOf(slot, cells));
    if (value !== undefined) return value;
    this.#unreadable ??= slot;
    return NaN;
  }

  #label(field: Field, cells: ArrayLike<Cell>): Label {
    const slot = this.#binding.slots[field];
    const cell = slot && cellOf(slot, cells);
    if (typeof cell === 'string' || typeof cell === 'number') return cell;
    return cell === undefined || cell === null ? undefined : String(cell);
  }

  #id(cells: ArrayLike<Cell>, where: number): string | number {
    const label = this.#label('id', cells);
    if (label === undefined || label === '') return where;
    if (typeof label === 'string') {
      // Numbers are held as numbers: a text cut out of a file keeps its whole surroundings in memory.
      const number = Number(label);
      return Number.isSafeInteger(number) && String(number) === label ? number : label;
    }
    if (Number.isInteger(label) && !Number.isSafeInteger(label)) {
      this.#sink.repair('has an id beyond 2^53, which the file’s number format has rounded', where);
    }
    return label;
  }

  #refuse(slot: Slot, cells: ArrayLike<Cell>, where: number): void {
    if (this.#skipUnreadable) {
      this.#sink.skip(`unreadable ${slot.field}`, where);
      return;
    }
    throw unreadable(slot, cellOf(slot, cells), `${this.#name}:${where}`);
  }
}
