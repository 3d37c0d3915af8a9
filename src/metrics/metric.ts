import type { Cluster } from '../cluster.ts';
import type { Schedule } from '../schedule.ts';
import type { Workload } from '../workload.ts';

/** What a metric reads: nothing but the narrow waist. */
export interface Run {
  readonly workload: Workload;
  readonly cluster: Cluster;
  readonly schedule: Schedule;
}
