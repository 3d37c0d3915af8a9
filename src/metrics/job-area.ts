import type { Amount } from '../holdings.ts';
import type { Schedule } from '../schedule.ts';
import { gpusOf } from '../workload.ts';
import type { Workload } from '../workload.ts';

/** Several metrics read them, and the policies of a comparison have the same jobs. */
const known = new WeakMap<Workload, Float64Array>();

/** Processors of each job to the thousandth [millicores]. `procs` is rounded up, which would over-count small containers. */
export function millicoresOf(workload: Workload): Float64Array {
  const millicores = known.get(workload) ?? addUpMillicores(workload);
  known.set(workload, millicores);
  return millicores;
}

function addUpMillicores(workload: Workload): Float64Array {
  const { firstGroup, groupTasks, groupRequest, requests } = workload;
  const millicores = new Float64Array(workload.count);
  for (let job = 0; job < workload.count; job++) {
    for (let group = firstGroup[job]; group < firstGroup[job + 1]; group++) {
      millicores[job] += groupTasks[group] * requests[groupRequest[group]].cpu;
    }
  }
  return millicores;
}

/** GPUs of each job [thousandths]. */
export function gpuColumn(workload: Workload): Float64Array {
  const gpus = new Float64Array(workload.count);
  for (let job = 0; job < workload.count; job++) gpus[job] = gpusOf(workload, job);
  return gpus;
}

/** Processors that runs held [millicores]. */
export function heldMillicores({ workload, schedule }: { workload: Workload; schedule: Schedule }): Amount {
  return { ofJob: millicoresOf(workload), ofHolding: schedule.holdings?.cpu };
}

/** GPUs that runs held [thousandths]. */
export function heldGpus({ workload, schedule }: { workload: Workload; schedule: Schedule }): Amount {
  return { ofJob: gpuColumn(workload), ofHolding: schedule.holdings?.gpu };
}

/** How long a job would run undisturbed, within its limit [ms]. The same whatever the policy does. */
export function undisturbedRuntime({ runtime, walltime }: Workload, job: number): number {
  return Math.min(runtime[job], walltime[job]);
}

/**
 * The mean of the values that there are, weighted by the areas of their jobs (processors x undisturbed run time); NaN
 * if they have none.
 */
export function areaWeightedMean(values: Float64Array, { procs, runtime, walltime }: Workload): number {
  let sum = 0;
  let total = 0;
  for (let job = 0; job < values.length; job++) {
    if (Number.isNaN(values[job])) continue;
    const area = procs[job] * Math.min(runtime[job], walltime[job]);
    sum += area * values[job];
    total += area;
  }
  return sum / total;
}
