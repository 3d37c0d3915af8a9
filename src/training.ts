/**
 * Trainings that can do with more or fewer GPUs, and choose the size of their batches for what they hold.
 *
 * Source: Qiao et al., "Pollux: co-adaptive cluster scheduling for goodput-optimized deep learning", OSDI 2021: goodput is
 * throughput times statistical efficiency, (noise + first batch) / (noise + batch); and its artifact, petuum/adaptdl (osdi21),
 * simulator/goodput.py (`optimize`) and applications.py. Where something was not measured, its neighbours are interpolated, here
 * between equal numbers of GPUs a node; there, over a triangulation.
 */
import { onLine } from './on-line.ts';
import { speedWith } from './speedup.ts';
import type { Speedup } from './speedup.ts';

/** What one iteration takes on so many GPUs and nodes. */
export interface StepTime {
  readonly nodes: number;
  readonly gpus: number;
  /** Of each GPU [count]. */
  readonly samples: number;
  /** Of a pass that does not end in an exchange of gradients [s]. */
  readonly compute: number;
  /** Of a pass that does [s]. */
  readonly step: number;
}

/** A part of a training, such as an epoch. */
interface Phase {
  /** Share of the work at which it ends; 1 for the last one. */
  readonly until: number;
  /** Goodput of the run that the run time tells of. */
  readonly usual: number;
}

interface AnyTraining {
  readonly phases: readonly Phase[];
  /** Time that every start takes, and every change of what it holds [ms]. */
  readonly restart: number;
}

/** One of which nothing is known but how much faster more GPUs make it, on whatever models and nodes. */
export interface ScaledTraining extends AnyTraining {
  readonly speedup: Speedup;
}

/** With a noise of its own; goodput in samples of the first batch size a second. */
export interface TrainingPhase extends Phase {
  /** The gradient noise scale with batches of each size of `MeasuredTraining.batches` [samples]. */
  readonly noise: readonly number[];
}

/** One whose iterations were measured. */
export interface MeasuredTraining extends AnyTraining {
  /** Sizes of batches at which noise is known, ascending: the first is that for which a sample counts as one, the last the largest. */
  readonly batches: readonly number[];
  /** Every batch has so many samples; absent = as many as are best for what it holds. */
  readonly batch?: number;
  /** Fewest samples that a GPU takes at once. */
  readonly least: number;
  /** Most samples, if that is less than were measured on its model. */
  readonly most?: number;
  /** Measured, by GPU model; one that is not named is as that called ``, if there is any. */
  readonly steps: Readonly<Record<string, readonly StepTime[]>>;
  readonly phases: readonly TrainingPhase[];
}

/** How fast a training is on what it holds. */
export type Training = MeasuredTraining | ScaledTraining;

/** Whether it gets anywhere on GPUs of this model, as far as was measured. */
export function runsOn(training: Training, gpuModel: string): boolean {
  return 'speedup' in training || (training.steps[gpuModel] ?? training.steps['']) !== undefined;
}

/** Sizes of batches that are tried, as there. */
const SIZES = 50;
/** As there: sizes are not quite what they should be. */
const SLACK = 1e-8;

type Steps = readonly StepTime[];
type Pass = Pick<StepTime, 'compute' | 'step'>;

/** Goodput on whatever a training may hold, in each phase; 0 = it does not run there. */
export interface Goodputs {
  of(gpuModel: string, gpus: number, nodes: number): Float64Array;
}

export function goodputOf(training: Training): Goodputs {
  if (!('speedup' in training)) return new Goodput(training);
  return { of: (_, gpus) => new Float64Array(training.phases.length).fill(speedWith(training.speedup, gpus)) };
}

/** That of one that was measured. Answers are kept. */
export class Goodput implements Goodputs {
  readonly #training: MeasuredTraining;
  /** By model, then GPUs on how many nodes, then samples in ascending order. */
  readonly #measured = new Map<string, Map<number, Map<number, Steps>>>();
  readonly #known = new Map<string, Float64Array>();

  constructor(training: MeasuredTraining) {
    this.#training = training;
    for (const [model, steps] of Object.entries(training.steps)) this.#measured.set(model, sorted(steps));
  }

  /** In each phase [samples of the first batch size a second]; 0 = it does not run there. */
  of(gpuModel: string, gpus: number, nodes: number): Float64Array {
    const model = this.#measured.has(gpuModel) ? gpuModel : '';
    const key = `${gpus} ${nodes} ${model}`;
    let goodput = this.#known.get(key);
    if (goodput === undefined) this.#known.set(key, (goodput = this.#find(this.#measured.get(model), gpus, nodes)));
    return goodput;
  }

  #find(measured: Map<number, Map<number, Steps>> | undefined, gpus: number, nodes: number): Float64Array {
    const best = new Float64Array(this.#training.phases.length);
    if (measured === undefined || gpus <= 0) return best;
    const most = Math.min(this.#training.most ?? Infinity, mostSamples(measured));
    for (const size of this.#sizes(gpus)) {
      const split = this.#split(size, gpus, most);
      if (split === undefined) continue;
      const { compute, step } = passOf(measured, gpus, nodes, split.samples);
      const batch = gpus * split.samples * (split.passes + 1);
      const throughput = batch / (step + split.passes * compute);
      this.#training.phases.forEach(({ noise }, phase) => {
        best[phase] = Math.max(best[phase], throughput * this.#efficiency(noise, batch));
      });
    }
    return best;
  }

  /** Evenly apart by their logarithms. */
  #sizes(gpus: number): number[] {
    const { batch, batches, least } = this.#training;
    if (batch !== undefined) return [batch];
    const [from, to] = [Math.max(batches[0], least * gpus), batches[batches.length - 1]];
    if (from > to) return [];
    return Array.from({ length: SIZES }, (_, index) => from * (to / from) ** (index / (SIZES - 1)));
  }

  /** Samples on each GPU, in how many passes before the last; undefined if they do not fit. */
  #split(size: number, gpus: number, most: number): { samples: number; passes: number } | undefined {
    const { batches, least, batch } = this.#training;
    const local = batch === undefined ? size / gpus : Math.ceil(size / gpus - SLACK);
    let passes = Math.ceil(local / most - SLACK) - 1;
    // The noise cannot be told from one batch on one GPU.
    if (gpus === 1 && size > batches[0] + SLACK) passes = Math.max(1, passes);
    const whole = Math.ceil(local / (passes + 1) - SLACK);
    const samples = Math.min(whole, Math.floor(batches[batches.length - 1] / (gpus * (passes + 1))));
    return whole > most || samples < (batch === undefined ? least : 1) ? undefined : { samples, passes };
  }

  #efficiency(noises: readonly number[], batch: number): number {
    const { batches } = this.#training;
    const noise = onLine(batches, noises, Math.min(batch, batches[batches.length - 1]));
    return (noise + batches[0]) / (noise + batch);
  }
}

function mostSamples(measured: Map<number, Map<number, Steps>>): number {
  let most = 0;
  for (const onNodes of measured.values())
    for (const steps of onNodes.values()) most = Math.max(most, steps[steps.length - 1].samples);
  return most;
}

/** Mean over the ways in which the GPUs may lie on so many nodes. */
function sorted(steps: Steps): Map<number, Map<number, Steps>> {
  const sums = new Map<string, StepTime & { times: number }>();
  for (const one of steps) {
    const key = `${one.nodes} ${one.gpus} ${one.samples}`;
    const { compute, step, times } = sums.get(key) ?? { compute: 0, step: 0, times: 0 };
    sums.set(key, { ...one, compute: compute + one.compute, step: step + one.step, times: times + 1 });
  }
  const measured = new Map<number, Map<number, StepTime[]>>();
  for (const { times, ...sum } of [...sums.values()].sort((a, b) => a.samples - b.samples)) {
    const onNodes = measured.get(sum.nodes) ?? new Map<number, StepTime[]>();
    measured.set(sum.nodes, onNodes);
    const mean = { ...sum, compute: sum.compute / times, step: sum.step / times };
    onNodes.set(sum.gpus, [...(onNodes.get(sum.gpus) ?? []), mean]);
  }
  return measured;
}

function passOf(measured: Map<number, Map<number, Steps>>, gpus: number, nodes: number, samples: number): Pass {
  const own = measured.get(nodes)?.get(gpus);
  if (own !== undefined) return ofSamples(own, samples);
  const counts = [...measured.keys()].sort((a, b) => a - b);
  const passes = counts.map((count) => ofDensity(measured.get(count)!, (gpus / nodes) * count, samples));
  return passBetween(counts, passes, nodes);
}

/** On as many nodes as were measured. */
function ofDensity(measured: Map<number, Steps>, gpus: number, samples: number): Pass {
  const counts = [...measured.keys()].sort((a, b) => a - b);
  return passBetween(
    counts,
    counts.map((count) => ofSamples(measured.get(count)!, samples)),
    gpus,
  );
}

function ofSamples(steps: Steps, samples: number): Pass {
  return passBetween(
    steps.map((one) => one.samples),
    steps,
    samples,
    'beyond',
  );
}

function passBetween(at: readonly number[], passes: readonly Pass[], where: number, ends: 'held' | 'beyond' = 'held'): Pass {
  const inside = ends === 'beyond' ? where : Math.min(Math.max(where, at[0]), at[at.length - 1]);
  const value = (of: (pass: Pass) => number) => onLine(at, passes.map(of), inside);
  return { compute: value(({ compute }) => compute), step: value(({ step }) => step) };
}
