/** Tasks of Google Borg, put together from their events: each becomes a job, as long as its last run. */
import { COMPLETES, FAILS } from '../workload.ts';
import type { Parameters, ParameterSpecs } from '../parameters.ts';
import { addFound } from './found-job.ts';
import type { TraceSink } from './format.ts';

export const MACHINE = {
  'machine-cpus': {
    summary: 'processors of the largest machine, of which requests are parts',
    type: 'integer',
    default: 64,
    min: 1,
    max: 100_000,
  },
  'machine-memory-gib': { summary: 'its memory [GiB]', type: 'integer', default: 256, min: 1, max: 1_000_000 },
} as const satisfies ParameterSpecs;

/** What the events of a task mean: their numbers differ between 2011 and 2019. */
export interface BorgEvents {
  readonly schedule: number;
  /** Outcome of a run that such an event ends; those that are repeated (EVICT, LOST) count as failed. */
  readonly ends: Readonly<Record<number, number>>;
}

/** What the first event of a task says of it. */
export interface BorgTask {
  readonly user?: string;
  readonly qos?: string;
  readonly priority: number;
  /** Parts of the largest machine, 0 to 1. */
  readonly cpu: number;
  readonly memory: number;
}

/** A task while its events are read. Times [ms]; NaN = not yet. */
interface Life {
  readonly line: number;
  readonly submit: number;
  readonly task: BorgTask;
  first: number;
  start: number;
  end: number;
  outcome: number;
  runs: number;
}

export class BorgTasks {
  readonly #lives = new Map<string, Life>();
  readonly #events: BorgEvents;
  readonly #sink: TraceSink;

  constructor(events: BorgEvents, sink: TraceSink) {
    this.#events = events;
    this.#sink = sink;
  }

  /** Takes an event [ms]. `task` is asked for what a task wants when it is met for the first time. */
  take(id: string, event: number, time: number, line: number, task: () => BorgTask): void {
    let life = this.#lives.get(id);
    if (life === undefined) {
      life = { line, submit: time, task: task(), first: NaN, start: NaN, end: NaN, outcome: COMPLETES, runs: 0 };
      this.#lives.set(id, life);
    } else this.#sink.noJob('further event of a task');
    if (event === this.#events.schedule) {
      if (Number.isNaN(life.first)) life.first = time;
      life.start = time;
      life.end = NaN;
      life.runs++;
    } else if (Object.hasOwn(this.#events.ends, event) && !Number.isNaN(life.start) && Number.isNaN(life.end)) {
      life.end = time;
      life.outcome = this.#events.ends[event] ?? FAILS;
    }
  }

  /** Adds the jobs, when all events have been taken. */
  finish(parameters: Parameters): void {
    const cpus = Number(parameters['machine-cpus']) * 1000;
    const bytes = Number(parameters['machine-memory-gib']) * 2 ** 30;
    const sink = this.#sink;
    for (const [id, { task, submit, first, start, end, outcome, runs, line }] of this.#lives) {
      if (Number.isNaN(start)) sink.skip('was never scheduled', line);
      else if (Number.isNaN(end)) sink.skip('has no end in the trace', line);
      else {
        if (runs > 1) sink.repair('was interrupted: its last run is its run time', line);
        // A request of nothing is one that was not recorded: the least there is.
        const request = { cpu: Math.max(1, Math.ceil(task.cpu * cpus)), memory: Math.ceil(task.memory * bytes), gpu: 0 };
        const { user, qos, priority } = task;
        addFound({ id, user, qos, priority, outcome, submit, start: first, runtime: end - start, request }, line, sink);
      }
    }
    sink.warn(`requests are parts of a machine of ${Number(parameters['machine-cpus'])} processors`);
  }
}
