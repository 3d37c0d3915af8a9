import type { Node } from '../../kubernetes.ts';
import type { ClusterFolder } from './folder.ts';
import type { ProgramSearch } from './programs.ts';
import type { SchedulerConfiguration } from './scheduler-config.ts';

/** What the user wants of a cluster, whatever it runs on. */
export interface ClusterWish {
  readonly name: string;
  readonly folder: ClusterFolder;
  /** That KWOK plays. */
  readonly nodes: readonly Node[];
  readonly search: ProgramSearch;
  readonly schedulerConfig: SchedulerConfiguration;
  /** As `--feature-gates` of Kubernetes takes them. */
  readonly featureGates?: string;
  /** For all of it [ms]. */
  readonly timeout: number;
  readonly signal?: AbortSignal;
  /** Told each step. */
  readonly onStep?: (step: string) => void;
}
