import { jobId, nameOf } from '../../workload.ts';
import type { Requests, TaskRequest } from '../../workload.ts';

/** What a program is told of a job when it first comes: its request, never its future. What is not known is left out. */
export function jobFacts(jobs: Requests, job: number): object {
  const { checkpoints, priority } = jobs;
  return {
    job,
    id: jobId(jobs, job),
    submit_ms: jobs.submit[job],
    walltime_ms: finite(jobs.walltime[job]),
    procs: jobs.procs[job],
    groups: groupFacts(jobs, job),
    user: nameOf(jobs.user, job),
    account: nameOf(jobs.account, job),
    queue: nameOf(jobs.queue, job),
    partition: nameOf(jobs.partition, job),
    qos: nameOf(jobs.qos, job),
    priority: priority && finite(priority[job]),
    checkpoint: checkpoints && {
      interval_ms: finite(checkpoints.interval[job]),
      cost_ms: checkpoints.cost[job],
      restart_ms: checkpoints.restart[job],
    },
  };
}

function groupFacts({ firstGroup, groupTasks, groupMinimum, groupRequest, requests }: Requests, job: number): object[] {
  const groups: object[] = [];
  for (let group = firstGroup[job]; group < firstGroup[job + 1]; group++) {
    groups.push({ tasks: groupTasks[group], minimum: groupMinimum[group], ...requestFacts(requests[groupRequest[group]]) });
  }
  return groups;
}

function requestFacts({ cpu, memory, gpu, gpuMemory, mig, gpuModels, other }: TaskRequest): object {
  return {
    cpu_millicores: cpu,
    memory_bytes: memory,
    gpu_thousandths: gpu,
    gpu_memory_bytes: gpuMemory,
    mig,
    gpu_models: gpuModels,
    other,
  };
}

/** JSON has no infinity: what has no bound, or is not known, is left out. */
export function finite(value: number): number | undefined {
  return Number.isFinite(value) ? value : undefined;
}
