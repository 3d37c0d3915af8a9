import { attemptTime } from '../attempt-time.ts';
import type { AttemptTime } from '../attempt-time.ts';
import { gpuCount, processorCount } from '../cluster.ts';
import { rowsOfJobs } from '../holdings.ts';
import { NODE_FAILED } from '../schedule.ts';
import type { Resized, Schedule } from '../schedule.ts';
import { HOUR } from '../units.ts';
import type { Workload } from '../workload.ts';
import { gpuColumn } from './job-area.ts';
import type { Figure, RunMetric } from './metric.ts';
import { integrate } from './steps.ts';

/** Where GPU time can go, the best first. */
export const GPU_TIME = ['useful', 'slowed', 'reloading', 'preempted', 'failed', 'down', 'idle'] as const;

/** The waterfall of GPU time: what all GPUs could have done, less what was lost on the way. */
export const gpuHours: RunMetric = {
  name: 'gpu-hours',
  summary:
    'Where the GPU time of the run went: useful; slowed by slower GPUs, by spreading and by neighbours on a GPU; reloading checkpoints; work lost to preemption and to failures; down with their nodes; idle. NaN without GPUs.',
  unit: 'GPU-hours',
  better: 'higher',
  source: 'all that interruptions and placements take, as Jeon et al. (Philly), ATC 2019, break utilization down',
  window: 'from the first submission to the last event, all jobs',
  figures({ workload, cluster, schedule }) {
    const gpus = gpuCount(cluster);
    const time = gpus === 0 ? GPU_TIME.map(() => NaN) : spend(workload, schedule, gpus, processorCount(cluster));
    const offered = time.reduce((sum, amount) => sum + amount, 0);
    const hours = GPU_TIME.map((name, index) => ({ name, value: time[index] / HOUR, ...directionOf(name) }));
    return {
      value: time[0] / HOUR,
      figures: [
        ...hours,
        ...GPU_TIME.map((name, index) => {
          const share = { name: `${name}-share`, value: time[index] / offered, unit: 'ratio' };
          return { ...share, ...directionOf(name) };
        }),
      ],
    };
  },
};

/** All but what is useful is lost. */
function directionOf(name: (typeof GPU_TIME)[number]): Pick<Figure, 'better'> {
  return name === 'useful' ? {} : { better: 'lower' };
}

const [USEFUL, SLOWED, RELOADING, LOST_TO_PREEMPTION, LOST_TO_FAILURE, DOWN, IDLE] = GPU_TIME.keys();

/** [GPU-ms], as in `GPU_TIME`. */
function spend(workload: Workload, schedule: Schedule, gpus: number, procs: number): number[] {
  const time = GPU_TIME.map(() => 0);
  const asked = gpuColumn(workload);
  const attempts = rowsOfJobs(schedule.attempts.job, schedule.attempts.count);
  const attempted = attemptTime(workload, schedule);
  let held = 0;
  for (let job = 0; job < schedule.count; job++) {
    const width = asked[job] / 1000;
    if (width === 0) continue;
    const own = ofJob(schedule, job, attempts.get(job) ?? [], attempted).map((amount) => amount * width);
    if (schedule.resized !== undefined && schedule.resized.held[job] > 0) countWhatItHeld(own, schedule.resized, job);
    own.forEach((amount, index) => (time[index] += amount));
    held += own.reduce((sum, amount) => sum + amount, 0);
  }
  time[DOWN] = downTime(schedule, gpus, procs);
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

/** [ms] */
function ofJob(schedule: Schedule, job: number, rows: readonly number[], attempted: AttemptTime): number[] {
  const time = GPU_TIME.map(() => 0);
  const { attempts, lastStart, end, until } = schedule;
  let slowed = schedule.slowed?.[job] ?? 0;
  for (const row of rows) {
    const loading = attempted.loading[row];
    const lost = attempted.lost[row] + attempted.tookBack[row];
    slowed -= attempts.slowed?.[row] ?? 0;
    time[RELOADING] += loading;
    time[USEFUL] += attempts.kept[row];
    time[attempts.why[row] === NODE_FAILED ? LOST_TO_FAILURE : LOST_TO_PREEMPTION] += lost;
    time[SLOWED] += attempts.end[row] - attempts.start[row] - loading - lost - attempts.kept[row];
  }
  const last = Number.isNaN(lastStart[job]) ? 0 : Math.max(0, (Number.isNaN(end[job]) ? until : end[job]) - lastStart[job]);
  const isResized = schedule.resized !== undefined && schedule.resized.held[job] > 0;
  const loading = isResized ? 0 : Math.min(attempted.lastLoads.get(job) ?? 0, last);
  time[RELOADING] += loading;
  time[USEFUL] += last - loading - slowed;
  time[SLOWED] += slowed;
  return time;
}

/** [GPU-ms]. Schedules of others may say how many processors were up, and not how many GPUs: then as large a part of these. */
function downTime({ gpusDown, capacity, until }: Schedule, gpus: number, procs: number): number {
  const window = { from: 0, until };
  if (gpusDown !== undefined) return integrate(gpusDown, window);
  return gpus * (until - integrate(capacity, window) / procs);
}
