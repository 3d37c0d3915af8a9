/**
 * yardmaster as a library: what the command line is made of. Everything here may be relied on; what is not here may
 * change at any time.
 */

// The vocabulary.
export * from './cluster.ts';
export { parseClusterSpec } from './cluster-spec.ts';
export { loadCluster } from './cluster-file.ts';
export { scheduleDigest } from './digest.ts';
export { InputError } from './errors.ts';
export type { Mistake } from './errors.ts';
export { readParameters } from './parameters.ts';
export type { Parameters, ParameterSpec, ParameterSpecs, ParameterValue } from './parameters.ts';
export type * from './placement.ts';
export type * from './policy.ts';
export { randomStream } from './random.ts';
export type { Random } from './random.ts';
export * from './schedule.ts';
export type * from './slurm-accounts.ts';
export type * from './slurm-scheduler-parameters.ts';
export type * from './slurm-workload.ts';
export type * from './slurm.ts';
export * from './units.ts';
export { WorkloadBuilder } from './workload-builder.ts';
export type { DependencyRow, GroupRow, JobRow } from './workload-builder.ts';
export * from './workload.ts';

// From a trace to a workload.
export type * from './trace/format.ts';
export { generators } from './trace/generate/index.ts';
export type { GeneratorSpec } from './trace/generate/index.ts';
export { formats } from './trace/index.ts';
export { readTrace } from './trace/read.ts';
export type { ReadOptions } from './trace/read.ts';
export { extendOverruns, fillWalltimes } from './trace/walltimes.ts';
export type { WalltimeRule } from './trace/walltimes.ts';

// From a workload to a schedule.
export { simulate } from './engine/simulate.ts';
export type { Costs, SimulationOptions } from './engine/simulate.ts';
export { placements } from './placement/index.ts';
export { loadPolicies, loadPolicy, policyNames } from './policies/index.ts';

// From a schedule to numbers and files.
export { metrics } from './metrics/index.ts';
export { flatFigures, measure } from './metrics/measure.ts';
export type { MeasureOptions } from './metrics/measure.ts';
export type * from './metrics/metric.ts';
export { attemptsCsv } from './results/attempts-csv.ts';
export { jobsCsv } from './results/jobs-csv.ts';
export { parseScheduleTable, readScheduleTable } from './verify/schedule-table.ts';
export type { ScheduleTable } from './verify/schedule-table.ts';
export { compareSchedules } from './verify/schedule.ts';
export type { Comparison, ComparisonOptions } from './verify/schedule.ts';
