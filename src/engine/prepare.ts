import { processorCount } from '../cluster.ts';
import type { Cluster } from '../cluster.ts';
import { readParameters } from '../parameters.ts';
import type { Policy, PolicySpec, Profile } from '../policy.ts';
import { randomStream } from '../random.ts';
import { mindsNeighbours } from '../speeds.ts';
import { slurmUnheeded } from '../slurm-unheeded.ts';
import { requestsOf } from '../workload.ts';
import type { Requests, Workload } from '../workload.ts';
import type { Ledger } from './ledger.ts';
import { NodeLedger } from './nodes/ledger.ts';
import { NodeProfile } from './nodes/profile.ts';
import { checkPolicy } from './policy-check.ts';
import { PoolLedger } from './pool-ledger.ts';
import { PoolProfile } from './pool-profile.ts';
import type { SimulationOptions } from './simulate.ts';

/** What a run is told that does not depend on who drives it. */
export type RunOptions = Pick<
  SimulationOptions,
  'seed' | 'parameters' | 'files' | 'placement' | 'placementParameters' | 'watch' | 'onWarning' | 'guarded'
>;

/** What a run begins with, whoever drives it. */
export interface Prepared {
  readonly policy: Policy;
  readonly ledger: Ledger;
  /** Whether the policy has been handed the true run times. */
  isOracle(): boolean;
}

/** Makes the policy for this workload on this cluster, and the books of what is free. */
export function prepareRun(workload: Workload, cluster: Cluster, spec: PolicySpec, options: RunOptions): Prepared {
  const jobs = requestsOf(workload);
  const shared = spec.booked?.(cluster, jobs) ?? cluster;
  const booked = spec.keepsPartitions === true ? { ...shared, partitions: [] } : shared;
  const books = openBooks(jobs, workload.count, booked, { ...options, sumsShares: spec.sumsShares === true });
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
  if (spec.keepsPartitions !== true) for (const message of slurmUnheeded(jobs, cluster.slurm)) options.onWarning?.(message);
  if (spec.sumsShares === true && workload.speeds?.models.some(mindsNeighbours) === true)
    options.onWarning?.(`neighbours on a GPU slow nobody down under ${spec.name}: it sums shares over the GPUs of a node`);
  return { policy, ledger: books.ledger, isOracle: () => oracle };
}

/** What the books must know. */
type BookOptions = RunOptions & { readonly sumsShares: boolean };

/** The ledger of a run, and how to make plans over the same cluster. */
interface Books {
  readonly ledger: Ledger;
  createProfile(): Profile;
}

function openBooks(jobs: Requests, count: number, cluster: Cluster, options: BookOptions): Books {
  const procs = processorCount(cluster);
  if (!cluster.interchangeable) return openNodeBooks(jobs, cluster, options);
  const ledger = new PoolLedger(jobs, count, procs);
  return { ledger, createProfile: () => new PoolProfile(jobs, ledger.up) };
}

function openNodeBooks(jobs: Requests, cluster: Cluster, options: BookOptions): Books {
  const { placement: spec, placementParameters, seed = 1, sumsShares } = options;
  if (spec === undefined) throw new Error(`${cluster.name} has nodes: say by which placement jobs get theirs`);
  const parameters = placementParameters ?? readParameters(spec.parameters ?? {}, {}, spec.name);
  const placement = spec.create({ parameters, jobs, cluster, random: randomStream(seed, 'placement') });
  const devices = sumsShares ? 'summed' : spec.needsDevices ? 'always' : 'where shared';
  const ledger = new NodeLedger(jobs, cluster, placement, devices);
  return { ledger, createProfile: () => new NodeProfile(ledger) };
}
