import { processorCount } from '../cluster.ts';
import type { Cluster } from '../cluster.ts';
import { readParameters } from '../parameters.ts';
import type { ParameterFiles, Parameters } from '../parameters.ts';
import type { PlacementSpec } from '../placement.ts';
import type { PolicySpec, Profile } from '../policy.ts';
import { randomStream } from '../random.ts';
import type { Schedule } from '../schedule.ts';
import { requestsOf } from '../workload.ts';
import type { Watch } from '../watch.ts';
import type { Requests, Workload } from '../workload.ts';
import type { Ledger } from './ledger.ts';
import { NodeLedger } from './nodes/ledger.ts';
import { NodeProfile } from './nodes/profile.ts';
import { checkPolicy } from './policy-check.ts';
import { PoolLedger } from './pool-ledger.ts';
import { PoolProfile } from './pool-profile.ts';
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
  /** From the end of the job until its resources are free (epilog, clean-up). */
  readonly release?: number;
  /** Limits are looked at this often; 0 = a job is killed exactly at its walltime. */
  readonly killScan?: number;
  /** When the first of these looks happens. */
  readonly killPhase?: number;
}

/** Replays a workload on a cluster under a policy in virtual time. Same inputs, same schedule, always. */
export function simulate(workload: Workload, cluster: Cluster, spec: PolicySpec, options: SimulationOptions = {}): Schedule {
  const jobs = requestsOf(workload);
  const booked = spec.keepsPartitions === true ? { ...cluster, partitions: [] } : cluster;
  const books = openBooks(jobs, workload.count, booked, options);
  let oracle = false;
  const { seed = 1, parameters = readParameters(spec.parameters ?? {}, {}, spec.name) } = options;
  const policy = spec.create({
    parameters,
    files: options.files ?? {},
    jobs: options.guarded === true ? structuredClone(jobs) : jobs,
    cluster: options.guarded === true ? structuredClone(cluster) : cluster,
    random: randomStream(seed, 'policy'),
    watch: options.watch,
    warn: options.onWarning,
    createProfile: () => books.createProfile(),
    oracleRuntime: () => {
      oracle = true;
      return options.guarded === true ? workload.runtime.slice() : workload.runtime;
    },
  });
  checkPolicy(policy);
  const schedule = new Simulation(workload, cluster, books.ledger, policy, options).run(spec.name);
  return oracle ? { ...schedule, oracle } : schedule;
}

/** The ledger of a run, and how to make plans over the same cluster. */
interface Books {
  readonly ledger: Ledger;
  createProfile(): Profile;
}

function openBooks(jobs: Requests, count: number, cluster: Cluster, options: SimulationOptions): Books {
  const procs = processorCount(cluster);
  if (!cluster.interchangeable) return openNodeBooks(jobs, cluster, options);
  const ledger = new PoolLedger(jobs, count, procs);
  return { ledger, createProfile: () => new PoolProfile(jobs, ledger.up) };
}

function openNodeBooks(jobs: Requests, cluster: Cluster, options: SimulationOptions): Books {
  const { placement: spec, placementParameters, seed = 1 } = options;
  if (spec === undefined) throw new Error(`${cluster.name} has nodes: say by which placement jobs get theirs`);
  const parameters = placementParameters ?? readParameters(spec.parameters ?? {}, {}, spec.name);
  const placement = spec.create({ parameters, jobs, cluster, random: randomStream(seed, 'placement') });
  const ledger = new NodeLedger(jobs, cluster, placement);
  return { ledger, createProfile: () => new NodeProfile(ledger) };
}
