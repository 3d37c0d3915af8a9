/** Changes the load of a workload. Pure: each answers a new workload and says what it did. */
import { usageError } from '../errors.ts';
import { formatDuration, HOUR } from '../units.ts';
import type { Workload } from '../workload.ts';
import type { Changed } from './slice.ts';

/**
 * Load times `factor` by arrivals: the time between submissions is divided by it, and think times with it, because
 * they are a part of that time. Recorded starts move along with their submissions.
 */
export function scaleArrivals(workload: Workload, factor: number): Changed {
  checkFactor(factor);
  const { submit, recordedStart, dependencies } = workload;
  const scaled = submit.map((time) => Math.round(time / factor));
  return {
    workload: {
      ...workload,
      submit: scaled,
      recordedStart: recordedStart?.map((start, job) => start - submit[job] + scaled[job]),
      dependencies: dependencies && {
        ...dependencies,
        think: dependencies.think.map((think) => Math.round(think / factor)),
      },
    },
    notes: [
      `the time between submissions is divided by ${factor}`,
      ...(recordedStart ? ['recorded starts move with their submissions, so recorded waits stay as they were'] : []),
      ...(dependencies ? ['think times are divided by it too'] : []),
    ],
  };
}

/** Load times `factor` by run times. Limits are multiplied too, so that they stay as good or bad as they were. */
export function scaleRuntimes(workload: Workload, factor: number): Changed {
  checkFactor(factor);
  return {
    workload: {
      ...workload,
      runtime: workload.runtime.map((time) => Math.round(time * factor)),
      walltime: workload.walltime.map((time) => Math.round(time * factor)),
    },
    notes: [`run times and limits are multiplied by ${factor}`],
  };
}

/**
 * Load times `factor` by sizes: the tasks of each group are multiplied, to the nearest whole number and at least one.
 * No job is made larger than `clusterProcs`; one that was larger already stays as it is.
 */
export function scaleSizes(workload: Workload, factor: number, clusterProcs: number): Changed {
  checkFactor(factor);
  const { count, firstGroup, groupRequest, requests, runtime } = workload;
  const groupTasks = workload.groupTasks.slice();
  const groupMinimum = workload.groupMinimum.slice();
  const procs = workload.procs.slice();
  let capped = 0;
  let before = 0;
  let after = 0;
  for (let job = 0; job < count; job++) {
    const limit = Math.max(clusterProcs, workload.procs[job]);
    let used = factor;
    procs[job] = resize(used);
    if (procs[job] > limit) {
      capped++;
      // The factor that just fits is between that of no change and this one.
      used = (factor * limit) / procs[job];
      for (procs[job] = resize(used); procs[job] > limit; procs[job] = resize(used)) used *= 0.99;
    }
    before += workload.procs[job] * runtime[job];
    after += procs[job] * runtime[job];

    function resize(by: number): number {
      let millicores = 0;
      for (let group = firstGroup[job]; group < firstGroup[job + 1]; group++) {
        const tasks = workload.groupTasks[group];
        groupTasks[group] = Math.max(1, Math.round(tasks * by));
        const minimum = Math.round((workload.groupMinimum[group] / tasks) * groupTasks[group]);
        groupMinimum[group] = workload.groupMinimum[group] === 0 ? 0 : Math.max(1, minimum);
        millicores += groupTasks[group] * requests[groupRequest[group]].cpu;
      }
      return Math.ceil(millicores / 1000);
    }
  }
  const achieved = before === 0 ? 1 : after / before;
  return {
    workload: { ...workload, groupTasks, groupMinimum, procs },
    notes: [
      `the tasks of all jobs are multiplied by ${factor} and rounded; core-hours are ${achieved.toFixed(3)} times what they were`,
      ...(capped > 0 ? [`${capped} jobs are held at the ${clusterProcs} processors of the machine`] : []),
    ],
  };
}

/** Moves the whole trace in its own time [ms]: later if positive. */
export function shiftSubmissions(workload: Workload, by: number): Changed {
  const origin = workload.origin + Math.round(by);
  if (origin < 0) {
    throw usageError(
      `the first job would be submitted ${formatDuration(-origin)} before the zero of the trace`,
      'shift',
      `shift by -${workload.origin / 1000} s at most`,
    );
  }
  return { workload: { ...workload, origin }, notes: [`all times are moved by ${formatDuration(by)}`] };
}

function checkFactor(factor: number): void {
  if (!(factor > 0 && factor <= 1e6)) {
    throw usageError(`${factor} is no factor for a load`, 'factor', 'a number above 0; 1 changes nothing, 2 doubles the load');
  }
}

/** Core-hours of a workload: what a factor changes. */
export function coreHours({ count, procs, runtime }: Workload): number {
  let area = 0;
  for (let job = 0; job < count; job++) area += procs[job] * runtime[job];
  return area / HOUR;
}
