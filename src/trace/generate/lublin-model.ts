/** The published numbers of the Lublin-Feitelson model, and its draws of sizes, run times and gaps. */
import type { Random } from '../../random.ts';
import { BUCKET, BUCKETS_IN_DAY, normalised } from './cycle-clock.ts';
import { gammaCdf } from './gamma-cdf.ts';

/** Shape and scale of a gamma distribution: the mean is their product. */
type Gamma = readonly [shape: number, scale: number];

/** Parameters of one class of jobs. */
export interface LublinClass {
  /** Share of serial jobs. */
  readonly serial: number;
  /** Share of jobs that are made a power of two. */
  readonly powerOfTwo: number;
  /** Two-stage uniform distribution of log2 of the size: from low to medium, or from medium to high. */
  readonly low: number;
  readonly medium: number;
  readonly high: number;
  /** Probability of the lower stage. */
  readonly lowerStage: number;
  /** Hyper-gamma distribution of ln of the run time [ln s], with the weight of `short` falling with the size. */
  readonly short: Gamma;
  readonly long: Gamma;
  readonly shortSlope: number;
  readonly shortAtZero: number;
  /** ln of the gap at rush hour [ln s], and the factor on its shape that stands for all hours of the day. */
  readonly rushGap: Gamma;
  readonly allHours: number;
  /** Arrivals over the buckets of a day. */
  readonly cycle: Gamma;
}

/** Source: m_lublin99.c of Lublin and Feitelson, 1999 to 2003; sizes are those of a machine with 128 nodes. */
export const BATCH: LublinClass = {
  serial: 0.2927,
  powerOfTwo: 0.6686,
  low: 1.2,
  medium: 5,
  high: 7,
  lowerStage: 0.875,
  short: [6.57, 0.823],
  long: [639.1, 0.0156],
  shortSlope: -0.003,
  shortAtZero: 0.6986,
  rushGap: [6.0415, 0.8531],
  allHours: 1.0519,
  cycle: [6.1271, 5.274],
};

export const INTERACTIVE: LublinClass = {
  serial: 0.1541,
  powerOfTwo: 0.625,
  low: 1,
  medium: 3,
  high: 5.5,
  lowerStage: 0.705,
  short: [3.8351, 0.6605],
  long: [7.073, 0.6856],
  shortSlope: -0.0118,
  shortAtZero: 0.9156,
  rushGap: [6.551, 0.6621],
  allHours: 0.9797,
  cycle: [8.9186, 3.668],
};

/** All jobs as one class. */
export const UNTYPED: LublinClass = {
  serial: 0.244,
  powerOfTwo: 0.576,
  low: 0.8,
  medium: 4.5,
  high: 7,
  lowerStage: 0.86,
  short: [4.2, 0.94],
  long: [312, 0.03],
  shortSlope: -0.0054,
  shortAtZero: 0.78,
  rushGap: [10.2303, 0.4871],
  allHours: 1.0225,
  cycle: [8.1737, 3.9631],
};

/** A run time beyond this is drawn again [ln s]: 162,754 s. */
const LONGEST_RUN = 12;
/** A gap beyond this is drawn again [ln s]: 442,413 s. */
const LONGEST_GAP = 13;
/** Where the code begins its day. It calls this an hour but counts buckets from it: we do as the code does. */
const CYCLE_START = 11;

/** Weights of the buckets of a day from midnight, 1 on average. */
export function cycleWeights({ cycle: [shape, scale] }: LublinClass): Float64Array {
  const weights = new Float64Array(BUCKETS_IN_DAY);
  for (let i = CYCLE_START; i < CYCLE_START + BUCKETS_IN_DAY; i++) {
    weights[(i - 1) % BUCKETS_IN_DAY] = gammaCdf(i + 0.5, shape, scale) - gammaCdf(i - 0.5, shape, scale);
  }
  return normalised(weights);
}

/** A gap [points of a bucket]. */
export function drawGap({ rushGap: [shape, scale], allHours }: LublinClass, random: Random): number {
  let logGap: number;
  do logGap = random.gamma(shape * allHours, scale);
  while (logGap > LONGEST_GAP);
  return Math.exp(logGap) / BUCKET;
}

/** Processors of a job. The code lets sizes exceed the machine where that is no power of two; here they are drawn again. */
export function drawSize(model: LublinClass, procs: number, random: Random): number {
  for (;;) {
    const kind = random.uniform();
    if (kind < model.serial) return 1;
    const lower = random.uniform() < model.lowerStage;
    const from = lower ? model.low : model.medium;
    const to = lower ? model.medium : model.high;
    let logSize = from + random.uniform() * (to - from);
    if (kind < model.serial + model.powerOfTwo) logSize = Math.floor(logSize + 0.5);
    const size = Math.floor(2 ** logSize + 0.5);
    if (size <= procs) return size;
  }
}

/** Streams of one class's run times: which gamma, and a value of each, so that a job keeps its draws whatever its size. */
export interface RuntimeStreams {
  readonly which: Random;
  readonly short: Random;
  readonly long: Random;
  /** For values beyond the longest run. */
  readonly again: Random;
}

/** Run time of a job of this size [s], whole seconds. */
export function drawRuntime(model: LublinClass, size: number, streams: RuntimeStreams): number {
  const shortShare = Math.min(1, Math.max(0, model.shortSlope * size + model.shortAtZero));
  const short = streams.short.gamma(...model.short);
  const long = streams.long.gamma(...model.long);
  let logRuntime = streams.which.uniform() < shortShare ? short : long;
  while (logRuntime > LONGEST_RUN) {
    logRuntime = streams.again.gamma(...(streams.again.uniform() < shortShare ? model.short : model.long));
  }
  return Math.floor(Math.exp(logRuntime));
}
