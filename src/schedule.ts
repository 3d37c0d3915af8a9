import type { NodeTime } from './node-time.ts';

/** What became of a job. Values of `Schedule.state`; STATE_NAMES has their names in files. */
export const UNFINISHED = 0;
/** Ran to its end. */
export const COMPLETED = 1;
/** Ended with an error of its own, or was interrupted more often than allowed. */
export const FAILED = 2;
/** Reached its walltime. */
export const KILLED = 3;
/** By its user, by a preemption that cancels, or because what it depends on can no longer happen. */
export const CANCELLED = 4;
/** Could never fit on this cluster. */
export const REJECTED = 5;

export const STATE_NAMES = ['unfinished', 'completed', 'failed', 'killed', 'cancelled', 'rejected'] as const;

/** Why an attempt to run a job ended without ending the job. Values of `Attempts.why`. */
export const PREEMPTED = 0;
export const NODE_FAILED = 1;
export const SUSPENDED = 2;

/** Runs that did not end their job, as columns: few jobs have any. Each held the job's processors from `start` to `end`. */
export interface Attempts {
  readonly count: number;
  /** [row] */
  readonly job: Int32Array;
  /** [ms] */
  readonly start: Float64Array;
  /** [ms] */
  readonly end: Float64Array;
  /** PREEMPTED, NODE_FAILED or SUSPENDED. */
  readonly why: Uint8Array;
  /** Work of this attempt that counts for later ones [ms]; the rest of it was lost. */
  readonly kept: Float64Array;
  /** How much longer this attempt took for what it held [ms]: its part of `Schedule.slowed`. Absent if all is as fast anywhere. */
  readonly slowed?: Float64Array;
}

/** Which nodes the last run of each job held; entries of a job stand at `first[job] .. first[job + 1]`. */
export interface Placements {
  readonly first: Int32Array;
  readonly node: Int32Array;
  /** Task group [index within the job]. */
  readonly group: Int32Array;
  /** Tasks of that group on that node [count]. */
  readonly tasks: Int32Array;
  /** Absent unless the run told the GPUs of a node apart. */
  readonly devices?: PlacedDevices;
}

/** The GPUs of each entry of placements, by their numbers on the node: those of an entry at `first[entry] .. first[entry + 1]`. */
export interface PlacedDevices {
  readonly first: Int32Array;
  /** The whole ones, then the one of which each task of the entry has a share. */
  readonly device: Int32Array;
}

/** A quantity that changes by steps: `value[i]` holds from `time[i]` until `time[i + 1]`. */
export interface Steps {
  readonly time: Float64Array;
  readonly value: Float64Array;
}

/** Of jobs whose GPUs change while they run: trainings, see src/training.ts. 0 for all others. */
export interface Resized {
  /** Changes of what a job held while it ran [count]. */
  readonly times: Int32Array;
  /** GPU time that its runs held, and what of it went into starting and into changes [GPU-ms]. */
  readonly held: Float64Array;
  readonly loading: Float64Array;
}

/**
 * What runs held where that was not what their job asks for, or changed while they ran: rows in the order in which it happened,
 * those of a job in the order of time. A run of which no row tells held what its job asks for. See src/holdings.ts.
 */
export interface Holdings {
  readonly count: number;
  /** [row] */
  readonly job: Int32Array;
  /** From then on, until the next row of the same job or the end of the run [ms]. */
  readonly time: Float64Array;
  /** [millicores] */
  readonly cpu: Float64Array;
  /** [thousandths of GPUs] */
  readonly gpu: Float64Array;
}

/** Why a job waited: what its policy said, whenever the reason changed. */
export interface Explanation {
  readonly job: number;
  /** [ms] */
  readonly time: number;
  readonly reason: string;
}

/** Jobs that were rejected for reasons of one kind. */
export interface Rejection {
  readonly reason: string;
  /** [count] */
  readonly jobs: number;
}

/**
 * What happened to each job, as columns over the rows of the workload. The narrow waist: simulator and live mode
 * both end in one; metrics, reports and verification read nothing else.
 */
export interface Schedule {
  readonly policy: string;
  /** The policy was handed the true run times: no real scheduler could decide so. */
  readonly oracle?: true;
  readonly count: number;
  /** When the job entered the queue [ms]: `Workload.submit`, unless a dependency moved it. NaN = it never did. */
  readonly submit: Float64Array;
  /** When the job first ran [ms]; NaN = never. */
  readonly start: Float64Array;
  /** When the job ended for good [ms]; NaN = it did not. */
  readonly end: Float64Array;
  /**
   * When the run that `end` ended began [ms]: `start`, unless the job was interrupted. For an unfinished job, when the
   * run began that is still going on; NaN if none is.
   */
  readonly lastStart: Float64Array;
  /** One of UNFINISHED, COMPLETED, FAILED, KILLED, CANCELLED, REJECTED. */
  readonly state: Uint8Array;
  readonly attempts: Attempts;
  /**
   * How much longer all runs of each job took for the GPUs and nodes that it held, than on those that its run time is told of
   * [ms]; less than 0 if it was faster. Absent if all is as fast anywhere.
   */
  readonly slowed?: Float64Array;
  /** Absent if no job may hold now more, now less. */
  readonly resized?: Resized;
  /** Absent if all runs held what their jobs ask for, all the time. */
  readonly holdings?: Holdings;
  /** Absent on a pool of interchangeable processors. */
  readonly placements?: Placements;
  /** Processors that were up [count] over time [ms]. */
  readonly capacity: Steps;
  /** GPUs of nodes that were down [count] over time [ms]; absent if none ever was, or only processors were counted. */
  readonly gpusDown?: Steps;
  /** When the run was over [ms]: the last event that was looked at. */
  readonly until: number;
  readonly explanations: readonly Explanation[];
  /** Why jobs were rejected, the most frequent reason first; absent if none was. Kept whether or not reasons are. */
  readonly rejections?: readonly Rejection[];
  /** When the user of each job could see that it was over [ms]; absent where that is when it ended. */
  readonly seen?: Float64Array;
  /** Where the time of the nodes went; absent unless a system of resource managers was run. */
  readonly nodeTime?: NodeTime;
}

/** How often each job was stopped and had to start again; one that was suspended goes on where it was [count]. */
export function restartsOf(schedule: Schedule): Int32Array {
  const restarts = new Int32Array(schedule.count);
  const { count, job, why } = schedule.attempts;
  for (let attempt = 0; attempt < count; attempt++) if (why[attempt] !== SUSPENDED) restarts[job[attempt]]++;
  return restarts;
}
