import { InputError } from '../errors.ts';
import { MINUTE, SECOND } from '../units.ts';
import { COMPLETES, FAILS, IS_CANCELLED, OUTLASTS } from '../workload.ts';
import type { GroupRow } from '../workload-builder.ts';
import type { Zone } from './column-map-zones.ts';
import type { TraceSink } from './format.ts';
import type { Field, SacctColumns } from './sacct-columns.ts';
import { isAtLimit, RUNS_TO_LIMIT } from './limit-ends.ts';
import { optionsOf } from './sacct-options.ts';
import { groupsOf, resourcesOf } from './sacct-resources.ts';
import type { ResourceChoices } from './sacct-resources.ts';
import { meaningOf } from './sacct-states.ts';
import type { StateMeaning } from './sacct-states.ts';
import { readClock, readCount, readLimit, readTime } from './sacct-values.ts';

/** One record that can be replayed. */
export interface Attempt {
  readonly line: number;
  readonly submit: number;
  /** NaN = not known. */
  readonly start: number;
  readonly runtime: number;
  readonly walltime: number;
  readonly outcome: number;
  readonly groups: readonly GroupRow[];
  readonly user: string;
  readonly account: string;
  readonly qos: string;
  readonly partition: string;
  readonly priority: number | undefined;
  /** Options of sbatch [number in the workload]; -1 = none. */
  readonly options: number;
  /** Earliest start [ms]; NaN = none was asked. */
  readonly begin: number;
}

/** One that cannot, and why. */
export interface Unusable {
  readonly line: number;
  readonly skip: string;
}

const NOT_OVER: Readonly<Record<Exclude<StateMeaning['now'], 'over'>, string>> = {
  waiting: 'had not started when sacct was asked',
  running: 'was not over when sacct was asked',
  moved: 'ran on another cluster of its federation',
};
const NO_NODES = /^(none assigned|\(null\))?$/i;
const OVER: StateMeaning = { now: 'over', outcome: COMPLETES };

/** Reads the record in the columns' current line. */
export class RecordReader {
  readonly #name: string;
  readonly #columns: SacctColumns;
  readonly #zone: Zone;
  readonly #choices: ResourceChoices;
  readonly #sink: TraceSink;
  #line = 0;

  constructor(name: string, columns: SacctColumns, zone: Zone, choices: ResourceChoices, sink: TraceSink) {
    this.#name = name;
    this.#columns = columns;
    this.#zone = zone;
    this.#choices = choices;
    this.#sink = sink;
  }

  read(line: number): Attempt | Unusable {
    this.#line = line;
    const columns = this.#columns;
    const state = this.#state();
    if (state.now !== 'over') return { line, skip: NOT_OVER[state.now] };
    const submit = this.#time('submit');
    const start = this.#time('start');
    const runtime = this.#runtime(start);
    if (this.#neverStarted(start, runtime, state)) {
      return { line, skip: state.outcome === IS_CANCELLED ? 'cancelled before it started' : 'ended before it started' };
    }
    if (Number.isNaN(submit)) return { line, skip: 'no submit time' };
    if (Number.isNaN(runtime)) return { line, skip: 'no run time' };
    if (runtime < 0) return { line, skip: 'ends before it starts' };
    const resources = resourcesOf(columns, this.#choices, this);
    if (resources.cpus === 0) return { line, skip: 'no processors' };
    const [partition = ''] = columns.get('partition').split(',');
    if (state.cutShort) this.repair('cut short by preemption, requeue or failure of a node: its run time is what it had run');
    const walltime = this.#walltime();
    return {
      line,
      submit,
      start: this.#startAfter(submit, start),
      runtime,
      walltime,
      outcome: this.#outcome(state, runtime, walltime),
      groups: groupsOf(resources, this.#choices, this.#sink.jobs, this),
      user: columns.get('user'),
      account: columns.get('account') || columns.get('group'),
      qos: columns.get('qos'),
      partition,
      priority: this.#priority(),
      options: this.#sink.jobs.slurm.options(optionsOf(columns, resources, this)),
      begin: this.#begin(submit),
    };
  }

  repair(what: string): void {
    this.#sink.repair(what, this.#line);
  }

  unreadable(column: string, value: string): never {
    throw new InputError(
      `"${value}" cannot be read (${column})`,
      `${this.#name}:${this.#line}`,
      'correct or take out the line; if the columns are others, name them with columns=... or let sacct print its header',
    );
  }

  #state(): StateMeaning {
    if (!this.#columns.has('state')) return OVER;
    const meaning = meaningOf(this.#columns.get('state'));
    if (meaning === undefined) this.repair('a state that is not known: taken as completed');
    return meaning ?? OVER;
  }

  /** Slurm writes down a start for jobs that were cancelled in the queue: the moment they were. */
  #neverStarted(start: number, runtime: number, { outcome }: StateMeaning): boolean {
    if (this.#columns.has('start') && Number.isNaN(start)) return true;
    if (runtime > 0) return false;
    return this.#columns.has('nodelist') ? NO_NODES.test(this.#columns.get('nodelist')) : outcome === IS_CANCELLED;
  }

  /** A job that is held, waits for another or for a time becomes eligible later than it is submitted. */
  #begin(submit: number): number {
    const eligible = readTime(this.#columns.get('eligible'), this.#zone);
    if (eligible === undefined) this.repair('a time of eligibility that cannot be read: left out');
    return eligible !== undefined && eligible > submit ? eligible : NaN;
  }

  /** Where its limit ended it, another one ends it in a replay; so does the end of a reservation, but when that is, who knows. */
  #outcome({ outcome }: StateMeaning, runtime: number, walltime: number): number {
    if (outcome !== OUTLASTS) return outcome;
    if (walltime === Infinity || isAtLimit(runtime, walltime)) {
      this.repair(RUNS_TO_LIMIT);
      return OUTLASTS;
    }
    this.repair('TIMEOUT before its limit (by a reservation that ended, or limits of accounts): its run time is what it had run');
    return FAILS;
  }

  /** A start before the submission would be a negative wait; clocks set back and manual changes make such records. */
  #startAfter(submit: number, start: number): number {
    if (!(start < submit)) return start;
    this.repair('started before it was submitted: its recorded start is left out');
    return NaN;
  }

  /** Elapsed is exact where clocks are set back, and leaves out the time for which a job was suspended. */
  #runtime(start: number): number {
    const elapsed = this.#value('elapsed', readClock);
    if (!Number.isNaN(elapsed)) return elapsed;
    const seconds = this.#value('elapsedSeconds', readCount);
    return Number.isNaN(seconds) ? this.#time('end') - start : seconds * SECOND;
  }

  #walltime(): number {
    let walltime = this.#value('timelimit', readLimit);
    if (Number.isNaN(walltime)) walltime = this.#value('timelimitMinutes', readMinutes);
    if (walltime > 0) return walltime;
    this.repair(walltime === 0 ? 'a walltime of 0: taken as none' : 'no walltime: none is set');
    return Infinity;
  }

  #priority(): number | undefined {
    const priority = this.#value('priority', readCount);
    return Number.isNaN(priority) ? undefined : priority;
  }

  #time(field: Field): number {
    return this.#value(field, (text) => readTime(text, this.#zone));
  }

  #value(field: Field, read: (text: string) => number | undefined): number {
    const text = this.#columns.get(field);
    return text === '' ? NaN : (read(text) ?? this.unreadable(field, text));
  }
}

function readMinutes(text: string): number | undefined {
  return /^\d{1,9}$/.test(text) ? Number(text) * MINUTE : readLimit(text);
}
