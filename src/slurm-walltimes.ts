import type { SlurmConfig } from './slurm.ts';
import type { Workload } from './workload.ts';

/**
 * Gives jobs without a limit what Slurm gives them: DefaultTime of their partition, else its MaxTime. Jobs that name no
 * partition go to the default one. Where neither is set, a job stays without.
 */
export function fillFromPartitions(workload: Workload, slurm: SlurmConfig): { workload: Workload; changed: number } {
  const limits = new Map(
    slurm.partitions.map(({ name, defaultTime, maxTime }) => [name, Number.isNaN(defaultTime) ? maxTime : defaultTime]),
  );
  const fallback = slurm.partitions.find((partition) => partition.default)?.name ?? '';
  const { names, code } = workload.partition;
  const ofName = names.map((name) => limits.get(name) ?? limits.get(fallback) ?? Infinity);
  const otherwise = limits.get(fallback) ?? Infinity;
  let walltime: Float64Array | undefined;
  let changed = 0;
  for (let job = 0; job < workload.count; job++) {
    if (workload.walltime[job] !== Infinity) continue;
    const limit = code[job] < 0 ? otherwise : ofName[code[job]];
    if (limit === Infinity) continue;
    walltime ??= workload.walltime.slice();
    walltime[job] = limit;
    changed++;
  }
  return { workload: walltime === undefined ? workload : { ...workload, walltime }, changed };
}
