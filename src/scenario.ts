/**
 * A scenario: one experiment, as a file describes it. Names in it are unique within their list; paths are as they were
 * written, relative to the file. Nothing has been loaded yet.
 */
import type { Cluster, FailureModel } from './cluster.ts';
import type { ParameterValue } from './parameters.ts';

/** As given; whose parameters these are checks them. */
export type GivenParameters = Readonly<Record<string, ParameterValue>>;

export interface Scenario {
  readonly name: string;
  /** What it asks, for people. */
  readonly description?: string;
  /** Path of the file, as given. */
  readonly file: string;
  readonly workloads: readonly WorkloadEntry[];
  /** Empty = what each workload declares. */
  readonly clusters: readonly ClusterEntry[];
  /** Policies, and systems of resource managers. */
  readonly policies: readonly PolicyEntry[];
  readonly seeds: readonly number[];
  readonly placement: PlacementEntry;
  readonly run: RunSettings;
  readonly measures: MeasureSettings;
  /** What the others are compared with; the first policy, on each cluster, if absent. */
  readonly baseline?: BaselineEntry;
  readonly matrix: Matrix;
  readonly sweep?: Sweep;
  readonly expectations: readonly Expectation[];
  readonly limits: PointLimits;
  readonly report: ReportSettings;
}

/** An entry of a scenario knows where it stands, for mistakes that are found when it is loaded. */
interface Placed {
  /** File, line and column. */
  readonly at: string;
}

export interface WorkloadEntry extends Placed {
  readonly name: string;
  readonly source:
    | { readonly kind: 'trace'; readonly path: string; readonly format?: string; readonly parameters: GivenParameters }
    | { readonly kind: 'model'; readonly model: string; readonly parameters: GivenParameters };
  readonly changes: WorkloadChanges;
  /** The only cluster it runs on. */
  readonly cluster?: string;
}

/** What is done to a workload before it is run, in this order. */
export interface WorkloadChanges {
  /** Since the first submission [ms]. */
  readonly from?: number;
  readonly until?: number;
  /** [count] */
  readonly limit?: number;
  /** Factors for the load, by arrivals, run times and sizes. */
  readonly load?: number;
  readonly runtimes?: number;
  readonly sizes?: number;
  /** As written: `runtime`, `partition`, `none`, `factor=N` or a duration; absent = what suits the cluster. */
  readonly estimates?: string;
  readonly overrun: 'kill' | 'extend';
  readonly dependencies: 'ignore' | 'hold' | 'feedback';
  /** Shares of their run time that jobs wait for the network, and that they read and write: systems slow these down. */
  readonly network?: number;
  readonly io?: number;
  /** Into so many steps of one size, side by side, each job is split that can be: the tasks of a workflow [count]. */
  readonly steps?: number;
  /** Share of the jobs, drawn, that go to the queue `interactive`. */
  readonly interactive?: number;
}

export interface ClusterEntry extends Placed {
  readonly name: string;
  readonly source:
    | { readonly kind: 'spec'; readonly spec: string }
    | { readonly kind: 'file'; readonly path: string }
    | { readonly kind: 'described'; readonly cluster: Cluster };
}

export interface PolicyEntry extends Placed {
  /** Of a policy of the list, or a system, or the path of a file. */
  readonly name: string;
  readonly label: string;
  readonly parameters: GivenParameters;
  /** Paths, by parameter. */
  readonly files: Readonly<Record<string, string>>;
  /** It is a system of resource managers; parameters are figures of its description by their paths, and `assumed`. */
  readonly isSystem?: true;
}

export interface PlacementEntry extends Placed {
  readonly name: string;
  readonly parameters: GivenParameters;
  /** Whether the scenario names it: if so, processors are numbered for it. */
  readonly chosen: boolean;
}

/** Times [ms]; absent = none, or the default of the simulator. */
export interface RunSettings {
  readonly until?: number;
  readonly launch?: number;
  /** Quantiles from the least to the greatest, evenly spaced; in place of `launch`. */
  readonly launchQuantiles?: readonly number[];
  readonly release?: number;
  readonly killScan?: number;
  readonly failures?: FailureModel;
  readonly onNodeFailure: 'requeue' | 'fail';
  readonly maxRestarts: number;
  readonly explain: boolean;
}

export interface MeasureSettings {
  /** Names of metrics; absent = all. */
  readonly metrics?: readonly string[];
  /** [ms] */
  readonly warmUp?: number;
  readonly drain?: number;
  readonly at: string;
}

export interface BaselineEntry extends Placed {
  /** Of the policy, with the values of axes if there are any. */
  readonly label: string;
  /** The only cluster that it is taken from, with the values of axes; each one's own if absent. */
  readonly cluster?: string;
}

/** Which combinations of workloads, clusters and policies are run. */
export interface Matrix {
  readonly only?: readonly Match[];
  readonly exclude: readonly Match[];
}

/** The combinations that have all the names that are given here. */
export interface Match extends Placed {
  readonly workload?: string;
  readonly cluster?: string;
  readonly policy?: string;
}

export interface Sweep extends Placed {
  readonly method: 'grid' | 'list' | 'latin-hypercube';
  /** Points of a Latin hypercube [count]; 0 for the others. */
  readonly samples: number;
  readonly seed: number;
  readonly axes: readonly SweepAxis[];
}

export interface SweepAxis extends Placed {
  /** `load`, `nodes`, `policy.PARAMETER`, ... */
  readonly name: string;
  readonly values: readonly ParameterValue[] | SweepRange;
}

/** Numbers to draw from. */
export interface SweepRange {
  readonly from: number;
  readonly to: number;
  /** Between two that may be drawn; 0 = any. */
  readonly step: number;
  readonly scale: 'linear' | 'log';
}

/** A range in which a figure of every run that matches must be. */
export interface Expectation extends Match {
  readonly figure: string;
  /** Where it is named. */
  readonly figureAt: string;
  /** A policy: the ratio of the figure to that of its run is what must be in the range. */
  readonly against?: string;
  readonly min: number;
  readonly max: number;
}

/** Of one point: they decide whether there is a result, never which. */
export interface PointLimits {
  /** [ms] */
  readonly time?: number;
  /** Of the heap [bytes]; buffers outside of it, such as columns of jobs, are not counted. */
  readonly memory?: number;
}

export interface ReportSettings {
  readonly title?: string;
  /** Whether a page is made. */
  readonly page: boolean;
  /** Figures of the table on the screen; absent = those that fit most experiments. */
  readonly figures?: readonly string[];
  /** Where each of them is named. */
  readonly figuresAt: readonly string[];
}
