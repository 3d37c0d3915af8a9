import { gpuCount, processorCount } from '../cluster.ts';
import { NODE_FAILED, SUSPENDED } from '../schedule.ts';
import type { Resized, Schedule } from '../schedule.ts';
import { HOUR } from '../units.ts';
import type { Workload } from '../workload.ts';
import { gpuColumn } from './job-area.ts';
import type { RunMetric } from './metric.ts';

/** Where GPU time can go, the best first. */
export const GPU_TIME = ['useful', 'slowed', 'reloading', 'preempted', 'failed', 'down', 'idle'] as const;

/** The waterfall of GPU time: what all GPUs could have done, less what was lost on the way. */
export const gpuHours: RunMetric = {
  name: 'gpu-hours',
  summary:
    'Where the GPU time of the run went: useful; slowed by slower GPUs and by spreading; reloading checkpoints; work lost to preemption and to failures; down with their nodes; idle. NaN without GPUs.',
  unit: 'GPU-hours',
  better: 'higher',
  source: 'all that interruptions and placements take, as Jeon et al. (Philly), ATC 2019, break utilization down',
  window: 'from the first submission to the last event, all jobs',
  figures({ workload, cluster, schedule }) {
    const gpus = gpuCount(cluster);
    const time = gpus === 0 ? GPU_TIME.map(() => NaN) : spend(workload, schedule, gpus, processorCount(cluster));
    const offered = time.reduce((sum, amount) => sum + amount, 0);
    const hours = GPU_TIME.map((name, index) => ({ name, value: time[index] / HOUR }));
    return {
      value: time[0] / HOUR,
      figures: [
        ...hours,
        ...GPU_TIME.map((name, index) => ({ name: `${name}-share`, value: time[index] / offered, unit: 'ratio' })),
      ],
    };
  },
};

const [USEFUL, SLOWED, RELOADING, LOST_TO_PREEMPTION, LOST_TO_FAILURE, DOWN, IDLE] = GPU_TIME.keys();

/** [GPU-ms], as in `GPU_TIME`. */
function spend(workload: Workload, schedule: Schedule, gpus: number, procs: number): number[] {
  const time = GPU_TIME.map(() => 0);
  const asked = gpuColumn(workload);
  const attempts = attemptsOf(schedule);
  let held = 0;
  for (let job = 0; job < schedule.count; job++) {
    const width = asked[job] / 1000;
    if (width === 0) continue;
    const own = ofJob(workload, schedule, job, attempts.get(job) ?? []).map((amount) => amount * width);
    if (schedule.resized !== undefined && schedule.resized.held[job] > 0) countWhatItHeld(own, schedule.resized, job);
    own.forEach((amount, index) => (time[index] += amount));
    held += own.reduce((sum, amount) => sum + amount, 0);
  }
  time[DOWN] = gpus * downTime(schedule, procs);
  time[IDLE] = gpus * schedule.until - held - time[DOWN];
  return time;
}

/**
 * A job that held now more, now less than it asks for: its work is worth what it would have taken with what it asks for, and all
 * beyond that has made it slower, or less than that faster.
 */
function countWhatItHeld(time: number[], { held, loading }: Resized, job: number): void {
  time[RELOADING] = loading[job];
  time[SLOWED] = held[job] - loading[job] - time[USEFUL] - time[LOST_TO_PREEMPTION] - time[LOST_TO_FAILURE];
}

/** The rows of each job's attempts. */
function attemptsOf({ attempts: { count, job } }: Schedule): Map<number, number[]> {
  const rows = new Map<number, number[]>();
  for (let row = 0; row < count; row++) {
    const own = rows.get(job[row]);
    if (own === undefined) rows.set(job[row], [row]);
    else own.push(row);
  }
  return rows;
}

/** [ms] */
function ofJob(workload: Workload, schedule: Schedule, job: number, rows: readonly number[]): number[] {
  const time = GPU_TIME.map(() => 0);
  const { attempts, lastStart, end, until } = schedule;
  const isResized = schedule.resized !== undefined && schedule.resized.held[job] > 0;
  const restart = isResized ? 0 : (workload.checkpoints?.restart[job] ?? 0);
  let slowed = schedule.slowed?.[job] ?? 0;
  time[SLOWED] = slowed;
  let [kept, loads] = [0, 0];
  for (const row of rows) {
    const length = attempts.end[row] - attempts.start[row];
    const loading = Math.min(loads, length);
    const slowedThen = attempts.slowed?.[row] ?? 0;
    slowed -= slowedThen;
    kept += attempts.kept[row];
    time[RELOADING] += loading;
    time[USEFUL] += attempts.kept[row];
    time[attempts.why[row] === NODE_FAILED ? LOST_TO_FAILURE : LOST_TO_PREEMPTION] +=
      length - loading - attempts.kept[row] - slowedThen;
    if (attempts.why[row] === SUSPENDED) loads -= loading;
    else loads = kept > 0 ? restart : 0;
  }
  const last = Number.isNaN(lastStart[job]) ? 0 : Math.max(0, (Number.isNaN(end[job]) ? until : end[job]) - lastStart[job]);
  const loading = Math.min(loads, last);
  time[RELOADING] += loading;
  time[USEFUL] += last - loading - slowed;
  return time;
}

/** How long the whole cluster was down, as it were [ms]: a schedule says how many processors were up, not how many GPUs. */
function downTime({ capacity, until }: Schedule, procs: number): number {
  let down = 0;
  for (let step = 0; step < capacity.time.length; step++) {
    const from = Math.min(until, capacity.time[step]);
    const to = step + 1 < capacity.time.length ? Math.min(until, capacity.time[step + 1]) : until;
    down += (to - from) * (1 - capacity.value[step] / procs);
  }
  return down;
}
