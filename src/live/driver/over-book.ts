/**
 * The jobs that are over and whose pods do not say so any more, written beside the run's Lease: a driver that takes over
 * knows only what is there. A job is written before its limit kills it, and before the last sign of its end is given up.
 */
import type { LiveCore } from '../../engine/live-core.ts';
import { KILLED, STATE_NAMES } from '../../schedule.ts';

/** How a job ended: its state, and times of the workload [ms]. */
export interface OverEntry {
  readonly submit: number;
  readonly start: number;
  readonly end: number;
  readonly state: number;
}

/** Of a job that has run; undefined if it did not, or goes on. */
export function endOf(core: LiveCore, job: number): OverEntry | undefined {
  const times = core.timesOf(job);
  return times.submit <= times.start && times.start <= times.end ? times : undefined;
}

/** Of a job that is to be stopped at its limit now. */
export function killedNow(core: LiveCore, job: number): OverEntry {
  return { ...core.timesOf(job), end: core.now, state: KILLED };
}

export interface OverBookParts {
  /** Resolves when it is written. */
  write(text: string): Promise<void>;
  say(message: string): void;
}

/** All annotations of an object together have 256 KiB. Source: apimachinery, pkg/api/validation (TotalAnnotationSizeLimitB). [B] */
const ROOM = 240_000;

export class OverBook {
  readonly #parts: OverBookParts;
  readonly #entries: Map<number, OverEntry>;
  #text: string;
  #isFull = false;
  /** The writing that has not begun yet, and the one before it. */
  #next: Promise<void> | undefined;
  #last: Promise<void> = Promise.resolve();

  /** `text`: as a driver before has left it. */
  constructor(text: string, parts: OverBookParts) {
    this.#parts = parts;
    this.#text = text;
    this.#entries = readEntries(text);
  }

  get entries(): ReadonlyMap<number, OverEntry> {
    return this.#entries;
  }

  /** Resolves when it is sure that the job is known to be over by whoever takes over. What was written stays. */
  async add(job: number, entry: OverEntry): Promise<void> {
    if (!this.#entries.has(job)) this.#enter(job, entry);
    await (this.#next ?? this.#last);
  }

  #enter(job: number, entry: OverEntry): void {
    const text = `${this.#text}${this.#text === '' ? '' : ' '}${entryText(job, entry)}`;
    if (text.length > ROOM) return this.#tellFull();
    this.#entries.set(job, entry);
    this.#text = text;
    this.#next ??= this.#writeAfter(this.#last);
  }

  /** What comes while one writing goes on is written together. */
  async #writeAfter(before: Promise<void>): Promise<void> {
    await before;
    this.#last = this.#parts.write(this.#text);
    this.#next = undefined;
    await this.#last;
  }

  #tellFull(): void {
    if (!this.#isFull)
      this.#parts.say('too many jobs are over whose pods are gone: more of them run again if it is started anew');
    this.#isFull = true;
  }
}

/** Numbers to the base of 36: `1a:killed:0:rs:2bc`. */
function entryText(job: number, { submit, start, end, state }: OverEntry): string {
  const numbers = [submit, start, end].map((time) => Math.round(time).toString(36));
  return [job.toString(36), STATE_NAMES[state], ...numbers].join(':');
}

function readEntries(text: string): Map<number, OverEntry> {
  const entries = text.split(' ').flatMap((entry): [number, OverEntry][] => {
    const [job, name, ...times] = entry.split(':');
    const state = STATE_NAMES.findIndex((one) => one === name);
    const [submit, start, end] = times.map((time) => parseInt(time, 36));
    // Somebody has spoiled it: what cannot be read was not written by us.
    return state < 0 || !(submit <= start && start <= end) ? [] : [[parseInt(job, 36), { submit, start, end, state }]];
  });
  return new Map(entries);
}
