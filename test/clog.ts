// The "clog" experiment: gangs of pods on nodes that take one pod each, all submitted within seconds. Source of the set-up:
// converged-computing/operator-experiments, google/scheduler, run10.
import type { Cluster } from '../src/cluster.ts';
import { simulate } from '../src/engine/simulate.ts';
import type { SimulationOptions } from '../src/engine/simulate.ts';
import { readParameters } from '../src/parameters.ts';
import { firstFit } from '../src/placement/first-fit.ts';
import type { PolicySpec } from '../src/policy.ts';
import { randomStream } from '../src/random.ts';
import { COMPLETED } from '../src/schedule.ts';
import type { Schedule } from '../src/schedule.ts';
import { SECOND } from '../src/units.ts';
import { WorkloadBuilder } from '../src/workload-builder.ts';
import type { Workload } from '../src/workload.ts';

/** Eight nodes of 8 processors, of which a pod asks more than a half. */
export const CLOG_NODES: Cluster = {
  name: 'eight nodes',
  interchangeable: false,
  pools: [{ name: 'node', count: 8, cpu: 8000, memory: 32 * 2 ** 30, gpus: 0 }],
  partitions: [],
  outages: [],
};

/** Ten gangs of each size from 2 to 6, in a random order, submitted at once; they work for 0.1 to 1.2 s. */
export function clogWorkload(seed: number): Workload {
  const random = randomStream(seed, 'clog');
  const sizes = Array.from({ length: 50 }, (_, index) => 2 + (index % 5));
  for (let last = sizes.length - 1; last > 0; last--) {
    const other = random.integer(last + 1);
    [sizes[last], sizes[other]] = [sizes[other], sizes[last]];
  }
  const builder = new WorkloadBuilder();
  const request = builder.request({ cpu: 5000, memory: 2 ** 30, gpu: 0 });
  sizes.forEach((tasks, id) => {
    const runtime = Math.round(100 + 1100 * random.uniform());
    builder.add({ id, submit: 0, runtime, walltime: Infinity, tasks, request });
  });
  return builder.finish('clog');
}

/** A job is deleted when it is done, and its pods take their 30 s of grace. */
export function runClog(
  spec: PolicySpec,
  given: Record<string, string> = {},
  options: SimulationOptions = {},
  seed = 1,
): Schedule {
  const parameters = readParameters(spec.parameters ?? {}, given, spec.name);
  const costs = { release: 30 * SECOND };
  return simulate(clogWorkload(seed), CLOG_NODES, spec, {
    placement: firstFit,
    seed,
    parameters,
    costs,
    audit: true,
    ...options,
  });
}

/** Jobs that were completed, and when the last of them was [s]. */
export function outcome({ state, end }: Schedule): { completed: number; makespan: number } {
  const done = end.filter((_, job) => state[job] === COMPLETED);
  return { completed: done.length, makespan: Math.max(0, ...done) / SECOND };
}
