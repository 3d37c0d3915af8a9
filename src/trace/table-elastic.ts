/** Trainings of a table that can do with more or fewer GPUs than they ask for. */
import { formatSpeedup, parseSpeedup, speedWith } from '../speedup.ts';
import type { Speedup } from '../speedup.ts';
import { trainingOf } from '../speeds.ts';
import type { SpeedModel } from '../speeds.ts';
import type { ScaledTraining } from '../training.ts';
import type { JobRow } from '../workload-builder.ts';
import type { TaskRequest, Workload } from '../workload.ts';
import { isMissing } from './column-map-notations.ts';
import type { Cell } from './column-map-notations.ts';
import type { Field } from './column-map.ts';
import { cellOf } from './table-binding.ts';
import type { Binding, Slot } from './table-binding.ts';

/** What a row says; NaN = it does not say. */
export interface AskedElastic {
  /** [count] */
  readonly fewest: number;
  readonly most: number;
  readonly speedup: Speedup | undefined;
  /** What every start and every change of GPUs takes [ms]. */
  readonly reload: number;
}

export interface Elastic {
  readonly minimum: number;
  readonly most: number;
  readonly speed: SpeedModel;
}

/** What is wrong with a row, and what to do. */
export interface Complaint {
  readonly what: string;
  readonly hint: string;
}

const COLUMNS: readonly Field[] = ['min-gpus', 'max-gpus', 'speedup', 'reload'];

/** Reads the columns of a table that tell of them. */
export class ElasticCells {
  readonly #slots: Binding['slots'];
  /** Of each text: many jobs have the same. */
  readonly #speedups = new Map<string, Speedup | undefined>();

  private constructor(slots: Binding['slots']) {
    this.#slots = slots;
  }

  /** Undefined if there are no such columns. */
  static of({ slots }: Binding): ElasticCells | undefined {
    return COLUMNS.some((field) => slots[field] !== undefined) ? new ElasticCells(slots) : undefined;
  }

  /** A slot = its cell is not in its notation. */
  read(cells: ArrayLike<Cell>): AskedElastic | Slot {
    const { 'min-gpus': fewest, 'max-gpus': most, speedup, reload } = this.#slots;
    const number = (slot: Slot | undefined) => (slot === undefined ? NaN : slot.read(cellOf(slot, cells)));
    const [few, many, load] = [number(fewest), number(most), number(reload)];
    if (few === undefined && fewest) return fewest;
    if (many === undefined && most) return most;
    if ((load === undefined || load < 0 || load === Infinity) && reload) return reload;
    const text = speedup && cellOf(speedup, cells);
    const isGiven = speedup !== undefined && !isMissing(text);
    const found = isGiven ? this.#speedupOf(String(text)) : undefined;
    if (isGiven && found === undefined) return speedup;
    return { fewest: (few ?? NaN) / 1000, most: (many ?? NaN) / 1000, speedup: found, reload: load ?? NaN };
  }

  #speedupOf(text: string): Speedup | undefined {
    if (this.#speedups.has(text)) return this.#speedups.get(text);
    const speedup = parseSpeedup(text);
    if (this.#speedups.size < MOST_KNOWN) this.#speedups.set(text, speedup);
    return speedup;
  }
}

/** Texts that are kept taken apart [count]. */
const MOST_KNOWN = 10_000;

/** The tasks of the job, each with one GPU, can come and go one by one. Undefined if the row says nothing of that. */
export function elasticOf(
  { fewest, most, speedup, reload }: AskedElastic,
  job: JobRow,
  requestOf: (index: number) => TaskRequest,
): Elastic | Complaint | undefined {
  const { tasks, minimum = tasks, most: mostOfGroup = tasks, moreGroups = [] } = job;
  const request = requestOf(job.request);
  if (speedup === undefined) {
    const gpus = [job, ...moreGroups].reduce((sum, group) => sum + (group.tasks * requestOf(group.request).gpu) / 1000, 0);
    const isAsked = (bound: number) => Number.isNaN(bound) || bound === gpus;
    return isAsked(fewest) && isAsked(most) ? undefined : WITHOUT_SPEEDUP;
  }
  const least = Number.isNaN(fewest) ? minimum : fewest;
  const largest = Number.isNaN(most) ? mostOfGroup : most;
  if (request.gpu === 0) return { what: 'has a speedup, but asks for no GPUs', hint: 'say how many GPUs it asks for, in gpus' };
  if (request.gpu !== 1000 || moreGroups.length > 0 || request.mig !== undefined) return NOT_ONE_BY_ONE;
  const isRange = Number.isInteger(least) && Number.isInteger(largest) && least >= 1 && least <= tasks && largest >= tasks;
  if (!isRange || largest > MOST_TASKS) {
    return {
      what: `asks for ${tasks} GPUs, but for ${least} at least and ${largest} at most`,
      hint: 'min-gpus is a whole number from 1 to gpus, max-gpus one from gpus on',
    };
  }
  return { minimum: least, most: largest, speed: speedModel(speedup, tasks, Number.isNaN(reload) ? 0 : reload) };
}

const MOST_TASKS = 2 ** 31 - 1;

const WITHOUT_SPEEDUP: Complaint = {
  what: 'can do with more or fewer GPUs than it asks for, but does not say how fast it is with them',
  hint: 'give its speedup, such as 1=1/2=1.9/4=3.5 (GPUs=speed), or 0.95, the part of its work that GPUs share; speedup:=0.95 in the column map is for all jobs',
};

const NOT_ONE_BY_ONE: Complaint = {
  what: 'has a speedup, but not equal tasks with one whole GPU each, which could come and go',
  hint: 'let gpus be a whole number and tasks the same one, with as many processors for each',
};

/** Its run time is told of the GPUs that it asks for. */
function speedModel(speedup: Speedup, gpus: number, restart: number): SpeedModel {
  return {
    name: `speedup ${formatSpeedup(speedup)}, ${gpus} GPUs, ${restart} ms to load`,
    training: { speedup, restart, phases: [{ until: 1, usual: speedWith(speedup, gpus) }] },
  };
}

/** What a table tells of the speed of a job; undefined if it has none, or one that no table can hold. */
export function scaledTrainingOf({ speeds }: Workload, job: number): ScaledTraining | undefined {
  const training = speeds && trainingOf(speeds, job);
  return training !== undefined && 'speedup' in training ? training : undefined;
}

/** As many tasks as GPUs, where the row does not say how many. */
export function tasksOfGpus({ speedup }: AskedElastic, tasks: number, gpus: number): number {
  return speedup !== undefined && Number.isNaN(tasks) && gpus > 0 && gpus % 1000 === 0 ? gpus / 1000 : tasks;
}
