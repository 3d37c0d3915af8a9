import type { PoolFacts } from '../results/pool-facts.ts';

/** What the page knows beside the tables of jobs: plain data, JSON in the page. Made by `buildReport`. */
export interface ReportFacts {
  /** What was compared: `easy and fcfs on RICC-2010-2.swf.gz, procs=8192`. */
  readonly title: string;
  readonly runs: readonly RunFacts[];
  /** Runs of one workload on one cluster with one seed: only these can be laid over each other. */
  readonly groups: readonly GroupFacts[];
  /** What the others are compared with [label of a contender]. */
  readonly baseline: string;
  /** What is compared: the policies, or policies on clusters; the baseline first. */
  readonly contenders: readonly ContenderFacts[];
  /** Labels of the policies, that of the baseline first. */
  readonly labels: readonly string[];
  /** What the labels are of; policies if absent. */
  readonly kind?: ContenderKind;
  readonly verdicts: readonly VerdictFacts[];
  /** Labels whose schedules are the baseline's in every run. */
  readonly same?: readonly string[];
  /** Sentences that stand above the table: the verdicts that matter most. */
  readonly findings: readonly string[];
  readonly sources: readonly SourceFacts[];
  readonly policies: readonly PolicyFacts[];
  readonly warnings: readonly string[];
  readonly entitlements?: Entitlements;
  /** Who wins where; absent unless conditions were varied and runs repeated. */
  readonly decisions?: DecisionFacts;
  /** Version of the program that wrote the page. */
  readonly version: string;
}

export interface RunFacts {
  readonly label: string;
  readonly policy: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly workload: string;
  readonly cluster: string;
  readonly seed: number;
  readonly settings: Readonly<Record<string, unknown>>;
  /** Jobs in each state [count]. */
  readonly states: Readonly<Record<string, number>>;
  readonly oracle: boolean;
  readonly digest: string;
  /** Every figure by its flat name: `wait.p95`, `wait-by-size.2-8.mean`; null = not defined. */
  readonly figures: Readonly<Record<string, number | null>>;
  /** Of the cluster; undefined where the results do not say. */
  readonly processors?: number;
  readonly nodes?: number;
  /** Nodes by kind; undefined where they have no identity, or the results do not say. */
  readonly pools?: readonly PoolFacts[];
  /** Unix time of the trace's own zero [ms]; undefined where it is not known. */
  readonly epoch?: number;
  /** Its table of jobs in the page; undefined where it was left out for size. */
  readonly table?: number;
}

export interface ContenderFacts {
  /** `easy`, or `easy on 64 nodes`. */
  readonly label: string;
  /** Indices into the runs of the page. */
  readonly runs: readonly number[];
}

export interface GroupFacts {
  /** Empty if there is only one. */
  readonly label: string;
  /** Indices into `runs`, the baseline first. */
  readonly runs: readonly number[];
}

/** What accounts and users may claim of the whole [ratio], by their names. */
export interface Entitlements {
  readonly account?: Readonly<Record<string, number>>;
  readonly user?: Readonly<Record<string, number>>;
  /** Nobody is entitled to anything for the queue that his jobs stand in. */
  readonly queue?: undefined;
}

/** Which contender wins under which conditions, figure by figure. */
export interface DecisionFacts {
  /** What was varied, with its values in their order. */
  readonly axes: readonly { readonly name: string; readonly values: readonly string[] }[];
  readonly figures: readonly DecidedFigure[];
}

export interface DecidedFigure {
  readonly name: string;
  readonly label: string;
  readonly unit: string;
  readonly better: 'lower' | 'higher';
  readonly cells: readonly DecidedCell[];
}

/** The contenders under one combination of conditions; contenders are indices into `labels` of the page. */
export interface DecidedCell {
  /** The value of each axis [index into its values]. */
  readonly at: readonly number[];
  /** By contender; null = no value, or jobs that did not complete: it cannot win. */
  readonly means: readonly (number | null)[];
  /** -1 = nobody. */
  readonly winner: number;
  readonly second: number;
  /** By which share of the second's mean the winner is better [ratio]; null = not defined. */
  readonly margin: number | null;
  readonly low: number | null;
  readonly high: number | null;
  /** Share of the redrawn seeds under which it wins still; null with a single seed. */
  readonly confidence: number | null;
  readonly conclusion: string;
  /** Seeds [count]. */
  readonly seeds: number;
}

export type ContenderKind = 'policy' | 'system' | 'policy or system';

/** A figure of two policies compared. */
export interface VerdictFacts {
  readonly metric: string;
  readonly figure: string;
  readonly unit: string;
  readonly better: 'lower' | 'higher' | 'neither';
  readonly label: string;
  readonly conclusion: string;
  readonly sentence: string;
  readonly detail: string;
  readonly rule: string;
  readonly advice?: string;
  readonly warnings: readonly string[];
  /** Relative to the baseline [ratio]; null where not defined. */
  readonly change: IntervalFacts;
}

export interface IntervalFacts {
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly confidence: number;
}

/** A folder of results that went into the page. */
export interface SourceFacts {
  readonly dir: string;
  readonly kind: 'replay' | 'experiment';
  readonly version: string;
  readonly reproduce: string;
  readonly inputs: readonly { readonly what: string; readonly path: string; readonly sha256: string }[];
  /** What else a reader wants to know: seed, cluster, limits, jobs of the trace. */
  readonly facts: readonly (readonly [name: string, value: string])[];
}

/** How far a policy can be trusted. */
export interface PolicyFacts {
  readonly name: string;
  readonly labels: readonly string[];
  readonly summary: string;
  readonly source: string;
  /** What it was checked against; absent for a policy of the user's. */
  readonly fidelity?: string;
}
