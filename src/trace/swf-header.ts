import { SECOND } from '../units.ts';
import type { Declared, TraceSink } from './format.ts';

/** `; Label: value`. What follows a scheme's colon is an address in a note, not a value. */
const FIELD = /^\s*;+\s*([A-Za-z][A-Za-z0-9_]*)\s*:(?!\/\/)\s*(.*?)\s*$/;
/** The value of `Queue:` and `Partition:`: a number and a name, which may be missing. */
const NUMBERED = /^(\d+)[\s:,]*(.*)$/;

/** Fields that are kept: a log may say a great deal more, and none of it is about its jobs. */
const MOST_FIELDS = 10_000;

/** What the lines of a file turned out to hold, to be compared with what its header says. */
export interface Found {
  /** Lines that hold a job or a part of one. */
  readonly records: number;
  /** Of these, parts of a job that has a line of its own. */
  readonly parts: number;
  /** Processors of the largest job. */
  readonly largest: number;
  /** Jobs with more processors than the header allows. */
  readonly tooLarge: number;
}

/** The header of a log: comment lines that hold a label and a value. */
export class SwfHeader {
  readonly #fields: [label: string, value: string][] = [];
  readonly #queues = new Map<number, string>();
  readonly #partitions = new Map<number, string>();
  #left = 0;

  /** Takes in a comment line. */
  add(line: string): void {
    const field = FIELD.exec(line);
    if (!field) return;
    if (this.#fields.length === MOST_FIELDS) {
      this.#left++;
      return;
    }
    const [, label, value] = field;
    this.#fields.push([label, value]);
    if (label.toLowerCase() === 'queue') addName(this.#queues, value);
    else if (label.toLowerCase() === 'partition') addName(this.#partitions, value);
  }

  /** The name of a queue, or its number if the header has none for it. */
  queue(number: number): string | number {
    return this.#queues.get(number) ?? number;
  }

  partition(number: number): string | number {
    return this.#partitions.get(number) ?? number;
  }

  /** The number that a field begins with; undefined if there is no such field or it is unknown (-1). */
  number(label: string): number | undefined {
    const number = Number(/^[+-]?\d+(\.\d+)?/.exec(this.#text(label) ?? '')?.[0] ?? NaN);
    return number >= 0 && number <= Number.MAX_SAFE_INTEGER / SECOND ? number : undefined;
  }

  declared(): Declared {
    const start = this.number('UnixStartTime');
    return {
      procs: this.number('MaxProcs'),
      nodes: this.number('MaxNodes'),
      epoch: start === undefined ? undefined : start * SECOND,
      computer: this.#text('Computer') ?? this.#text('Installation'),
      timeZone: this.#text('TimeZoneString'),
      header: this.#fields,
    };
  }

  /** Warns of fields that do not agree with the lines. */
  check(found: Found, sink: TraceSink): void {
    const { records, parts, largest, tooLarge } = found;
    if (this.#left > 0) sink.warn(`of the header ${MOST_FIELDS} fields are kept; ${this.#left} more are left out`);
    const counts = [
      ['MaxJobs', records - parts],
      ['MaxRecords', records],
    ] as const;
    for (const [label, lines] of counts) {
      const said = this.number(label);
      if (said !== undefined && said !== lines) {
        sink.warn(`the header says ${label} ${said}, but there are ${lines}: the lines are what counts`);
      }
    }
    const procs = this.number('MaxProcs');
    if (tooLarge > 0) {
      sink.warn(`the header says MaxProcs ${procs}, but ${tooLarge} jobs have more processors (the largest ${largest})`);
    }
  }

  #text(label: string): string | undefined {
    const field = this.#fields.find(([name]) => name.toLowerCase() === label.toLowerCase());
    return field === undefined || field[1] === '' ? undefined : field[1];
  }
}

/** Names that are blank, numbers themselves, or given twice would not tell queues apart: there the number stays. */
function addName(names: Map<number, string>, value: string): void {
  const [, number, name] = NUMBERED.exec(value) ?? [];
  if (name && !/^-?\d+$/.test(name) && ![...names.values()].includes(name)) names.set(Number(number), name);
}
