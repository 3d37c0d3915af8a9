/** One point of an experiment: a workload on a cluster under a policy with a seed. Plain data, for worker threads. */
import type { Parameters, ParameterValue } from '../parameters.ts';
import type { MeasureSettings, RunSettings, WorkloadChanges } from '../scenario.ts';

export interface Point {
  /** In the order of the plan, from 0. */
  readonly index: number;
  /** Of everything that can change its results: its folder bears this name. */
  readonly key: string;
  readonly workload: PointWorkload;
  readonly cluster: PointCluster;
  readonly policy: PointPolicy;
  /** Absent where processors have no identity. */
  readonly placement?: { readonly name: string; readonly parameters: Parameters };
  readonly seed: number;
  /** The values of the axes of the sweep that bear on this point. */
  readonly axes: Readonly<Record<string, ParameterValue>>;
  readonly run: RunSettings;
  readonly measures: Omit<MeasureSettings, 'at'>;
}

export interface PointWorkload {
  /** Differs between all workloads of the experiment: that of the scenario, and the values of axes that change it. */
  readonly name: string;
  /** That of the scenario. */
  readonly entry: string;
  /** Which of the loaded traces [index]; -1 for a model. */
  readonly trace: number;
  readonly model?: { readonly name: string; readonly parameters: Parameters };
  readonly changes: WorkloadChanges;
}

export interface PointCluster {
  readonly name: string;
  readonly entry: string;
  /** Which of the loaded clusters [index]. */
  readonly cluster: number;
  readonly resize: Resize;
}

/** Another number of nodes than described. */
export interface Resize {
  /** Of the only pool [count]. */
  readonly nodes?: number;
  /** Of every pool. */
  readonly factor?: number;
}

export interface PointPolicy {
  /** Differs between all policies of the experiment. */
  readonly label: string;
  readonly entry: string;
  /** Which of the loaded policies [index]. */
  readonly policy: number;
  readonly name: string;
  readonly parameters: Parameters;
}
