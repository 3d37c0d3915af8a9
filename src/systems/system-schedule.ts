/** The schedule of a run of a system: what metrics, results and reports read. */
import type { Cluster } from '../cluster.ts';
import { NODE_FAILED, PREEMPTED } from '../schedule.ts';
import type { Attempts, Schedule } from '../schedule.ts';
import type { Workload } from '../workload.ts';
import type { JobBook } from './job-book.ts';
import type { SystemRun } from './simulate-system.ts';
import type { System } from './system.ts';

/** All nodes that the managers of a system own, as one machine. */
export function machineOf({ name, pools }: System): Cluster {
  const clusters = [...pools.values()];
  return { name, interchangeable: false, pools: clusters.flatMap((cluster) => cluster.pools), partitions: [], outages: [] };
}

/**
 * The run as a schedule. A job of several steps starts when the last of them has begun, and its interruptions are told in
 * the accounts alone: each is of a part of what the job holds. Placements are not kept: nodes are leased on.
 */
export function scheduleOfSystem(system: System, jobs: Workload, run: SystemRun): Schedule {
  const { submit, start, end, seen, lastStart, state } = run.jobs;
  const sum = (counts: Int32Array) => counts.reduce((total, one) => total + one, 0);
  return {
    policy: system.name,
    count: jobs.count,
    submit,
    start,
    end,
    seen,
    lastStart,
    state,
    attempts: attemptsOf(run.jobs),
    capacity: { time: Float64Array.from(run.capacity.time), value: Float64Array.from(run.capacity.value) },
    until: run.until,
    explanations: [],
    ...(run.rejections.length > 0 && { rejections: run.rejections }),
    nodeTime: {
      levels: run.levels,
      ofJobs: run.waterfall.ofJobs,
      carrierPreemptions: run.carrierPreemptions,
      orphans: sum(run.jobs.orphans),
      duplicates: sum(run.jobs.duplicates),
      hazard: run.hazard,
      events: run.events,
    },
  };
}

function attemptsOf({ brokenOff }: JobBook): Attempts {
  return {
    count: brokenOff.length,
    job: Int32Array.from(brokenOff, ({ job }) => job),
    start: Float64Array.from(brokenOff, (one) => one.start),
    end: Float64Array.from(brokenOff, (one) => one.end),
    why: Uint8Array.from(brokenOff, ({ warned }) => (warned ? PREEMPTED : NODE_FAILED)),
    kept: Float64Array.from(brokenOff, ({ kept }) => kept),
  };
}
