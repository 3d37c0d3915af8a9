/** Runs written by hand: what happened to each job, as a Workload, a Cluster and a Schedule. */
import { processorPool } from '../src/cluster.ts';
import type { Cluster } from '../src/cluster.ts';
import type { Run } from '../src/metrics/metric.ts';
import { COMPLETED, PREEMPTED, UNFINISHED } from '../src/schedule.ts';
import type { Steps } from '../src/schedule.ts';
import { WorkloadBuilder } from '../src/workload-builder.ts';

/** What happened to a job. All times in ms. */
export interface JobStory {
  readonly submit?: number;
  /** First start; NaN or absent = it never ran. */
  readonly start?: number;
  readonly end?: number;
  /** `start` if absent and there are no attempts. */
  readonly lastStart?: number;
  /** COMPLETED if it has an end, UNFINISHED otherwise. */
  readonly state?: number;
  readonly attempts?: readonly AttemptStory[];
  /** 1 if absent. */
  readonly procs?: number;
  /** Of the whole job, instead of `procs`. */
  readonly millicores?: number;
  readonly gpus?: number;
  /** `end - start` if absent. */
  readonly runtime?: number;
  readonly walltime?: number;
  readonly user?: string;
  readonly account?: string;
  readonly partition?: string;
}

export interface AttemptStory {
  readonly start: number;
  readonly end: number;
  /** 0 if absent. */
  readonly kept?: number;
  /** PREEMPTED if absent. */
  readonly why?: number;
}

export interface ClusterStory {
  /** 4 if absent. */
  readonly procs?: number;
  readonly cluster?: Cluster;
  /** All of them all the time if absent. */
  readonly capacity?: Steps;
  /** The last thing that happened, if absent. */
  readonly until?: number;
}

/** Jobs must be in the order of their submission, the first one at 0 (a NaN submission counts as 0 in the workload). */
export function scheduleOf(jobs: readonly JobStory[], { procs = 4, cluster, capacity, until }: ClusterStory = {}): Run {
  const builder = new WorkloadBuilder();
  for (const [id, job] of jobs.entries()) {
    const tasks = job.millicores === undefined ? (job.procs ?? 1) : 1;
    const runtime = job.runtime ?? (job.end ?? NaN) - (job.start ?? NaN);
    builder.add({
      id,
      submit: job.submit || 0,
      runtime: Number.isNaN(runtime) ? 0 : runtime,
      walltime: job.walltime ?? Infinity,
      tasks,
      request: builder.request({ cpu: job.millicores ?? 1000, memory: 0, gpu: ((job.gpus ?? 0) * 1000) / tasks }),
      user: job.user,
      account: job.account,
      partition: job.partition,
    });
  }
  const attempts = jobs.flatMap((job, row) => (job.attempts ?? []).map((attempt) => ({ row, ...attempt })));
  attempts.sort((a, b) => a.end - b.end || a.row - b.row);
  const start = jobs.map((job) => job.start ?? NaN);
  const end = jobs.map((job) => job.end ?? NaN);
  const lastStart = jobs.map((job, row) => job.lastStart ?? start[row]);
  const all = [...start, ...end, ...lastStart, ...jobs.map((job) => job.submit ?? 0), ...attempts.map((attempt) => attempt.end)];
  return {
    workload: builder.finish('by hand'),
    cluster: cluster ?? processorPool(procs),
    schedule: {
      policy: 'by hand',
      count: jobs.length,
      submit: Float64Array.from(jobs, (job) => job.submit ?? 0),
      start: Float64Array.from(start),
      end: Float64Array.from(end),
      lastStart: Float64Array.from(lastStart),
      state: Uint8Array.from(jobs, (job, row) => job.state ?? (Number.isNaN(end[row]) ? UNFINISHED : COMPLETED)),
      attempts: {
        count: attempts.length,
        job: Int32Array.from(attempts, ({ row }) => row),
        start: Float64Array.from(attempts, (attempt) => attempt.start),
        end: Float64Array.from(attempts, (attempt) => attempt.end),
        why: Uint8Array.from(attempts, ({ why }) => why ?? PREEMPTED),
        kept: Float64Array.from(attempts, ({ kept }) => kept ?? 0),
      },
      capacity: capacity ?? { time: Float64Array.of(0), value: Float64Array.of(procs) },
      until: until ?? Math.max(0, ...all.filter((time) => !Number.isNaN(time))),
      explanations: [],
    },
  };
}
