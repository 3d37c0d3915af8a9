import type { Cluster } from '../cluster.ts';
import type { ParameterFiles, Parameters } from '../parameters.ts';
import type { PlacementSpec } from '../placement.ts';
import type { PolicySpec } from '../policy.ts';
import type { Schedule } from '../schedule.ts';
import type { Watch } from '../watch.ts';
import type { Workload } from '../workload.ts';
import { prepareRun } from './prepare.ts';
import { Simulation } from './simulation.ts';

/** What a run can be told. Everything has a default that costs nothing and changes nothing. */
export interface SimulationOptions {
  /** Seed of every random stream of the run; 1 if absent. */
  readonly seed?: number | string;
  /** Checked values for the policy's parameters; its defaults if absent. */
  readonly parameters?: Parameters;
  /** The files that the policy's parameters name. */
  readonly files?: ParameterFiles;
  /** Which nodes a job gets: needed unless the cluster is a pool of interchangeable processors. */
  readonly placement?: PlacementSpec;
  readonly placementParameters?: Parameters;
  /**
   * What to do with dependencies of the trace. `ignore` (default): submissions as recorded. `hold`: as recorded, but
   * a job waits for what it depends on. `feedback`: it is submitted its think time after the job it depends on ends.
   */
  readonly dependencies?: 'ignore' | 'hold' | 'feedback';
  /** What becomes of a job whose node fails: back into the queue (default), or it ends as failed. */
  readonly onNodeFailure?: 'requeue' | 'fail';
  /** A job that lost its nodes more often than this ends as failed; 100 if absent. */
  readonly maxRestarts?: number;
  readonly costs?: Costs;
  /** Nothing after this is simulated [ms]; what is not over then is unfinished. */
  readonly until?: number;
  /** Keep what the policy says of waiting jobs. */
  readonly explain?: boolean;
  /** Told what the policy saw in attempts to place a job, if it is one that tells. */
  readonly watch?: Watch;
  /** Told what the policy has to warn of. */
  readonly onWarning?: (message: string) => void;
  /** Check the ledger's books at every event (slow). */
  readonly audit?: boolean;
  /**
   * Hand the policy copies of the workload and the cluster, so that one from outside cannot change what it is measured
   * by. Costs the memory of the copies.
   */
  readonly guarded?: boolean;
  /** Called now and then with the jobs that are over. */
  readonly onProgress?: (over: number) => void;
}

/** What real systems spend; all 0 by default, for pure studies of a policy. Times [ms]. */
export interface Costs {
  /** From the decision until the job runs; it holds its resources. */
  readonly launch?: number;
  /** The same as it was measured, in place of one value: quantiles from the least to the greatest, evenly spaced. */
  readonly launchQuantiles?: readonly number[];
  /** From the end of the job until its resources are free (epilog, clean-up). */
  readonly release?: number;
  /** Limits are looked at this often; 0 = a job is killed exactly at its walltime. */
  readonly killScan?: number;
  /** When the first of these looks happens. */
  readonly killPhase?: number;
}

/** Replays a workload on a cluster under a policy in virtual time. Same inputs, same schedule, always. */
export function simulate(workload: Workload, cluster: Cluster, spec: PolicySpec, options: SimulationOptions = {}): Schedule {
  const { ledger, policy, isOracle } = prepareRun(workload, cluster, spec, options);
  try {
    const schedule = new Simulation(workload, cluster, ledger, policy, options).run(spec.name);
    return isOracle() ? { ...schedule, oracle: true } : schedule;
  } finally {
    policy.close?.();
  }
}
