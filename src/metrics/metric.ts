import type { Cluster } from '../cluster.ts';
import type { Schedule, Steps } from '../schedule.ts';
import type { Workload } from '../workload.ts';
import type { Windows } from './windows.ts';

/** What a metric reads: nothing but the narrow waist. */
export interface Run {
  readonly workload: Workload;
  readonly cluster: Cluster;
  readonly schedule: Schedule;
}

/** What every metric says of itself. */
export interface MetricFacts {
  /** As on the command line; the file bears the same name. */
  readonly name: string;
  /** One sentence: the exact definition. */
  readonly summary: string;
  /** Of all its values, unless a figure says otherwise. This is an edge: durations are in `s` here, not in ms. */
  readonly unit: string;
  readonly better: 'lower' | 'higher' | 'neither';
  /** The paper or manual it follows. */
  readonly source: string;
  /** Over which jobs, or over which time, it is taken. */
  readonly window: string;
}

/** A value for each job; `measure` makes a summary of them. */
export interface JobMetric extends MetricFacts {
  /** One value a row; NaN = the job has none. */
  perJob(run: Run): Float64Array;
  /** True where the field also weighs jobs by their area (processors x run time). */
  readonly areaWeighted?: boolean;
  /** Figures of this metric beside those of every summary. */
  more?(values: Float64Array): readonly Figure[];
}

/** A quantity over time; `measure` makes a summary of it. */
export interface SeriesMetric extends MetricFacts {
  /** Times in ms, values in `unit`. */
  series(run: Run): Steps;
}

/** Figures of the run as a whole, or a breakdown of it. */
export interface RunMetric extends MetricFacts {
  figures(run: Run, windows: Windows): Figures;
}

/** One file, one line in index.ts. */
export type MetricSpec = JobMetric | SeriesMetric | RunMetric;

/** A number with its name. */
export interface Figure {
  readonly name: string;
  /** NaN = not defined for this run; null in JSON. */
  readonly value: number;
  /** Where it is not the metric's. */
  readonly unit?: string;
  /** Where it is not the metric's. */
  readonly better?: MetricFacts['better'];
}

/** What a metric came to. */
export interface Figures {
  /** The figure that stands for the metric in a table; absent from a pure breakdown. */
  readonly value?: number;
  readonly figures?: readonly Figure[];
  /** Parts of a breakdown, in a fixed order. */
  readonly groups?: readonly Group[];
  /** Jobs that have a value, and those that have none [count]: nothing is left out in silence. */
  readonly jobs?: number;
  readonly jobsWithout?: number;
}

/** A part of a breakdown: the jobs of one class, or of one user. */
export interface Group {
  readonly name: string;
  /** Jobs in it that have a value [count]. */
  readonly jobs: number;
  readonly figures: readonly Figure[];
}

/** A metric and what it came to: an entry of summary.json. */
export interface Measurement extends Figures, Pick<MetricFacts, 'name' | 'unit' | 'better' | 'window'> {}
