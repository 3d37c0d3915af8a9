/**
 * Trainings of the Pollux and Sia workloads, which can do with more or fewer GPUs than they ask for. Source: petuum/adaptdl
 * (osdi21), simulator/simulator.py (`Job.step`) and applications.py; for times to restart, siasosp23/artifacts,
 * sia-simulator/applications.py. There, the noise within a batch is between those of the sizes next to it by variance and square
 * apart; here, by their ratio.
 */
import { InputError } from '../errors.ts';
import { Goodput } from '../training.ts';
import type { MeasuredTraining, StepTime, Training, TrainingPhase } from '../training.ts';
import { SECOND } from '../units.ts';
import { EPOCHS, LARGEST_LOCAL } from './pollux-tables-read.ts';
import type { TableFolder, TableRow } from './pollux-tables-read.ts';

/** Sizes of batches for which there are tables. */
const BATCHES: Readonly<Record<string, readonly number[]>> = {
  bert: [12, 24, 48, 96, 192, 384],
  cifar10: [128, 256, 512, 1024, 2048, 4096],
  ncf: [256, 512, 1024, 2048, 4096, 8192, 16384, 32768],
  imagenet: [200, 400, 800, 1600, 3200, 6400, 12800],
  deepspeech2: [20, 40, 80, 160, 320, 640],
  yolov3: [8, 16, 32, 64, 128, 256, 512],
};

/** Sizes of batches of those that are trained on what they ask for, and on batches of one size, by the simulators' `target_batch_size`. */
const FIXED: Readonly<Record<string, number | undefined>> = { ncf: 32768 };

/** What runs cannot be larger than in the simulators [GPUs]. */
const WIDEST = 64;

/** How a job is found in the trace. */
export interface AskedTraining {
  readonly application: string;
  readonly gpus: number;
  readonly batch: number;
}

/** How trainings behave, as parameters of the format say. */
export interface TrainingOptions {
  /** `gpus`: batches stay as large as they are; `batch`: they are as large as is best for what the job holds. */
  readonly elastic: 'gpus' | 'batch';
  /** Suffix of the tables of each GPU model; that of model `` is for all models that are not named. */
  readonly suffixes: ReadonlyMap<string, string>;
  readonly gpusPerNode: number;
  /** Whose times of restarts, and whether all run slower by the calibration of Sia. */
  readonly constants: 'pollux' | 'sia';
}

export interface FoundTraining {
  readonly training: Training;
  /** On the GPUs and nodes that it asks for [ms]. */
  readonly runtime: number;
  /** GPUs of which it can make use [count]. */
  readonly most: number;
}

/** In Pollux [ms]. */
const RESTART = 30 * SECOND;
/** In Sia [s]. */
const RESTARTS: Readonly<Record<string, number>> = {
  cifar10: 50,
  deepspeech2: 25,
  bert: 120,
  yolov3: 80,
  imagenet: 250,
  ncf: 15,
};
/** How much slower jobs were than the tables say, by `SLOWDOWNS` of sia-simulator/simulator_config.py [ratio]. */
const SLOWDOWNS: Readonly<Record<string, number>> = {
  cifar10: 1.8,
  imagenet: 1.2,
  yolov3: 1.2,
  bert: 1.2,
  deepspeech2: 1.2,
  ncf: 1.5,
};

/** Reads trainings from tables. */
export class PolluxTrainings {
  readonly #tables: TableFolder;
  readonly #options: TrainingOptions;

  constructor(tables: TableFolder, options: TrainingOptions) {
    this.#tables = tables;
    this.#options = options;
  }

  /** A text = why it cannot be told. */
  async find({ application, gpus, batch }: AskedTraining): Promise<FoundTraining | string> {
    if (!Object.hasOwn(EPOCHS, application)) return 'is of an application that is not known';
    const { elastic, gpusPerNode, suffixes, constants } = this.#options;
    const steps = await this.#steps(application);
    // What runs on the GPUs that were measured first says what a job may do.
    const own = steps[[...suffixes.keys()][0]];
    const samples = own.map((one) => one.samples);
    const validations = await this.#validations(application);
    const progress = progressOf(validations, EPOCHS[application]);
    if (typeof progress === 'string') return progress;
    const batches = BATCHES[application];
    const fixed = elastic === 'gpus' ? batch : FIXED[application];
    const known = {
      batches,
      ...(fixed !== undefined && { batch: fixed }),
      least: Math.min(...samples),
      ...(application in LARGEST_LOCAL && { most: LARGEST_LOCAL[application] }),
      steps,
      restart: constants === 'pollux' ? RESTART : RESTARTS[application] * SECOND,
    };
    const phases = progress.map(({ noise }): TrainingPhase => ({
      until: 1,
      noise: noise.map((one) => one * batches[0]),
      usual: 1,
    }));
    const widest = Math.min(WIDEST, Math.floor((fixed ?? batches[batches.length - 1]) / known.least));
    const usual = new Goodput({ ...known, phases }).of([...suffixes.keys()][0], gpus, Math.ceil(gpus / gpusPerNode));
    if (!usual.every((goodput) => goodput > 0)) return 'has a size that was not measured';
    this.#requireProgress(application, { ...known, phases }, Math.max(gpus, widest));
    const lengths = progress.map(({ by }, phase) => (by * batches[0]) / usual[phase]);
    const all = lengths.reduce((sum, length) => sum + length, 0);
    let done = 0;
    const told = phases.map((phase, index) => {
      done += lengths[index];
      return { ...phase, usual: usual[index], until: index === phases.length - 1 ? 1 : done / all };
    });
    const most = application in FIXED ? gpus : Math.max(gpus, widest);
    return { training: { ...known, phases: told }, runtime: Math.round(all * SECOND), most };
  }

  /** Throws if there is a model on which it would run for ever, whatever it holds. */
  #requireProgress(application: string, training: MeasuredTraining, most: number): void {
    const goodput = new Goodput(training);
    for (const [model, suffix] of this.#options.suffixes) {
      const sizes = Array.from({ length: most }, (_, index) => index + 1);
      const isSomewhere = (gpus: number) =>
        goodput.of(model, gpus, Math.ceil(gpus / this.#options.gpusPerNode)).every((some) => some > 0);
      if (sizes.some(isSomewhere)) continue;
      const on = model === '' ? 'these GPUs' : model;
      throw new InputError(
        `${application} has no goodput on ${on}, with whatever number of GPUs`,
        `${application}/placements${suffix === '' ? '' : `-${suffix}`}.csv`,
        'give times above 0 for numbers of GPUs and batches that the jobs use, or leave the model out of models=',
      );
    }
  }

  async #steps(application: string): Promise<Record<string, StepTime[]>> {
    const steps: Record<string, StepTime[]> = {};
    const slowdown = this.#options.constants === 'sia' ? SLOWDOWNS[application] : 1;
    for (const [model, suffix] of this.#options.suffixes) {
      const end = suffix === '' ? '' : `-${suffix}`;
      const columns = ['local_bsz', 'step_time', 'sync_time'];
      const placed = await this.#tables.read(`${application}/placements${end}.csv`, ['placement', ...columns]);
      const scaled = await this.#tables.read(`${application}/scalability${end}.csv`, ['num_nodes', 'num_replicas', ...columns]);
      steps[model] = [
        ...placed.map((row) => stepOf(row, slowdown, ...digitsOf(row.placement))),
        ...scaled.map((row) => stepOf(row, slowdown, row.num_nodes, row.num_replicas)),
      ];
    }
    return steps;
  }

  /** The tables of each size of batches. */
  async #validations(application: string): Promise<(readonly TableRow[])[]> {
    const columns = ['progress', 'iteration', 'grad_sqr', 'grad_var'];
    return await Promise.all(
      BATCHES[application].map((batch) => this.#tables.read(`${application}/validation-${batch}.csv`, columns)),
    );
  }
}

/** Nodes and GPUs of a placement, whose digits are the GPUs on each node. */
function digitsOf(placement: number): [nodes: number, gpus: number] {
  const digits = [...String(placement)].map(Number);
  return [digits.length, digits.reduce((sum, digit) => sum + digit, 0)];
}

function stepOf(row: TableRow, slowdown: number, nodes: number, gpus: number): StepTime {
  const { local_bsz: samples, step_time: step, sync_time: sync } = row;
  return { nodes, gpus, samples, compute: slowdown * (step - sync), step: slowdown * step };
}

interface Epoch {
  /** Iterations of the first batch size that it is worth. */
  readonly by: number;
  /** With batches of each size, against the first size [ratio]. */
  readonly noise: readonly number[];
}

function progressOf(validations: readonly (readonly TableRow[])[], epochs: number): Epoch[] | string {
  if (validations.some((rows) => rows.length < epochs)) return 'has a training that is shorter than its epochs';
  const after = (epoch: number) => Math.min(...validations.map((rows) => rows[epoch].progress));
  return Array.from({ length: epochs }, (_, epoch) => ({
    by: after(epoch) - (epoch === 0 ? 0 : after(epoch - 1)),
    noise: validations.map((rows) => noiseOf(rows[epoch])),
  }));
}

/** Beyond this a batch of any size is as good [ratio]. */
const LARGEST_NOISE = 1e9;

function noiseOf({ grad_sqr: square, grad_var: variance }: TableRow): number {
  return square > 0 ? Math.min(LARGEST_NOISE, variance / square) : LARGEST_NOISE;
}
