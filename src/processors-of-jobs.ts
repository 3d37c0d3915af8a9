import type { TaskRequest } from './workload.ts';

/** Whole processors of each job: the millicores of all its tasks, rounded up; in most logs each task has one processor. */
export function countProcessors(
  firstGroup: Int32Array,
  groupTasks: Int32Array,
  groupRequest: Int32Array,
  requests: readonly TaskRequest[],
): Int32Array {
  if (groupTasks.length === firstGroup.length - 1 && requests.every(({ cpu }) => cpu === 1000)) return groupTasks;
  const procs = new Int32Array(firstGroup.length - 1);
  for (let job = 0; job < procs.length; job++) {
    let millicores = 0;
    for (let group = firstGroup[job]; group < firstGroup[job + 1]; group++) {
      millicores += groupTasks[group] * requests[groupRequest[group]].cpu;
    }
    procs[job] = Math.ceil(millicores / 1000);
  }
  return procs;
}
