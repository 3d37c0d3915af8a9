/** What worker threads need of the inputs of an experiment: plain data, handed to each once. */
import type { Cluster } from '../cluster.ts';
import type { Workload } from '../workload.ts';
import type { Inputs } from './inputs.ts';
import type { HashedFile } from './parameter-files.ts';
import type { SystemSource } from './system-entry.ts';
import { sharedColumns } from './shared-columns.ts';

export interface PointInputs {
  /** By `PointWorkload.trace`; absent for models. */
  readonly traces: readonly (Workload | undefined)[];
  readonly clusters: readonly Cluster[];
  readonly policies: readonly {
    readonly file?: { readonly path: string; readonly sha256: string };
    readonly files: Readonly<Record<string, HashedFile>>;
    readonly system?: SystemSource;
  }[];
}

export function pointInputs({ workloads, clusters, policies }: Inputs): PointInputs {
  return {
    traces: workloads.map(({ trace }) => trace && sharedColumns(trace.workload)),
    clusters: clusters.map(({ cluster }) => cluster),
    policies: policies.map(({ file, files, system }) => ({ file, files, system })),
  };
}
