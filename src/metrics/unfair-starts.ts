import type { Cluster } from '../cluster.ts';
import type { Workload } from '../workload.ts';
import { gpuColumn } from './job-area.ts';
import type { Run, RunMetric } from './metric.ts';
import { MaximumTable } from './maximum-table.ts';
import { orderBy } from './order.ts';
import { queueExits } from './queue-exits.ts';

/**
 * Starts that took what an earlier job could have had. The job that starts holds at least as many processors and
 * GPUs, so the earlier one would have fitted in its place; memory, GPU models and dependencies are not looked at.
 * A backfilled job that is smaller than all that wait ahead of it is not counted.
 */
export const unfairStarts: RunMetric = {
  name: 'unfair-starts',
  summary:
    'First starts of jobs while a job waited that was submitted earlier (not at the same instant) to the same partition and asked for no more processors and no more GPUs.',
  unit: 'jobs',
  better: 'lower',
  source:
    'Sabin & Sadayappan, "Unfairness metrics for space-sharing parallel job schedulers", JSSPP 2005 (deviation from arrival order; the rule of what would have fitted is ours)',
  window: 'all jobs that started; waiting = until the first start, the cancellation or the stop of the run',
  figures(run) {
    let started = 0;
    for (let job = 0; job < run.schedule.count; job++) if (!Number.isNaN(run.schedule.start[job])) started++;
    const value = countUnfairStarts(run);
    return {
      value,
      figures: [
        { name: 'starts', value },
        { name: 'share', value: value / started, unit: 'ratio' },
      ],
      jobs: started,
      jobsWithout: run.schedule.count - started,
    };
  },
};

function countUnfairStarts({ workload, cluster, schedule }: Run): number {
  const { count, submit, start } = schedule;
  const exit = queueExits(schedule);
  const tables = waitingTables(workload, cluster);
  const bySubmit = orderBy(submit);
  let unfair = 0;
  // From the first submission on: the tables hold jobs that were submitted earlier, and when they left the queue.
  for (let first = 0; first < count;) {
    let next = first;
    for (; next < count && submit[bySubmit[next]] === submit[bySubmit[first]]; next++) {
      const job = bySubmit[next];
      if (tables.of(job).maximum(tables.size[job], tables.gpus[job]) > start[job]) unfair++;
    }
    if (next === first) break; // NaN: these were never submitted
    for (; first < next; first++) {
      const job = bySubmit[first];
      if (!Number.isNaN(exit[job])) tables.of(job).raise(tables.size[job], tables.gpus[job], exit[job]);
    }
  }
  return unfair;
}

interface WaitingTables {
  /** Rank of the processors and of the GPUs of each job among those that occur. */
  readonly size: Int32Array;
  readonly gpus: Int32Array;
  /** The table of the job's partition: processors x GPUs -> latest exit from the queue. */
  of(job: number): MaximumTable;
}

function waitingTables(workload: Workload, cluster: Cluster): WaitingTables {
  const size = ranksOf(Float64Array.from(workload.procs));
  const gpus = ranksOf(gpuColumn(workload));
  const tables = new Map<number, MaximumTable>();
  return {
    size: size.rank,
    gpus: gpus.rank,
    of(job) {
      // Without declared partitions, what jobs say of them is ignored.
      const partition = cluster.partitions.length === 0 ? -1 : workload.partition.code[job];
      let table = tables.get(partition);
      if (table === undefined) {
        table = new MaximumTable(size.ranks, gpus.ranks);
        tables.set(partition, table);
      }
      return table;
    },
  };
}

/** Each value's place among the distinct values, from 0. */
function ranksOf(values: Float64Array): { rank: Int32Array; ranks: number } {
  const rank = new Int32Array(values.length);
  const order = orderBy(values);
  let ranks = 0;
  for (let i = 0; i < order.length; i++) {
    if (i === 0 || values[order[i]] !== values[order[i - 1]]) ranks++;
    rank[order[i]] = ranks - 1;
  }
  return { rank, ranks };
}
