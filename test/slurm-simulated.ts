/** A record's jobs under the simulated slurmctld, as `verify slurm` runs them, with the ledger audited. */
import { simulate } from '../src/engine/simulate.ts';
import { firstFit } from '../src/placement/first-fit.ts';
import type { SimulateSlurm } from '../src/verify/slurm-replay.ts';

export const simulated: SimulateSlurm = (workload, cluster, policy, { parameters, release }) =>
  simulate(workload, cluster, policy, {
    parameters,
    placement: firstFit,
    audit: true,
    // Recorded durations are what they are: nothing is killed.
    costs: { release, killScan: Number.MAX_SAFE_INTEGER },
  });
