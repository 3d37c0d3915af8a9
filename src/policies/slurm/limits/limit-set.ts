/** The limits of an association or a QoS as numbers that can be compared at once. */
import type { SlurmAccounts, SlurmLimits, SlurmQos } from '../../../slurm-accounts.ts';
import type { Tres } from '../../../slurm.ts';
import { MINUTE } from '../../../units.ts';
import type { TresLimitKind } from './reasons.ts';

/** Of each trackable resource, in their order [count, bytes of memory]. */
export type Amounts = Float64Array;

/** Infinity = not limited. Times are whole minutes, as Slurm compares them: [min], [count × min]. */
export interface LimitSet extends Record<TresLimitKind, Amounts> {
  groupJobs: number;
  groupSubmittedJobs: number;
  /** [min] */
  groupWall: number;
  /** Of an association; of each user for a QoS. */
  maxJobs: number;
  maxSubmittedJobs: number;
  maxJobsPerAccount: number;
  maxSubmittedJobsPerAccount: number;
  /** [min] */
  maxWallPerJob: number;
  /** Whether any resource is limited, with or without time. */
  readonly hasTres: boolean;
  /** Whether resources times time of a group are limited. */
  readonly hasGroupTimes: boolean;
  /** Whether running jobs or times are limited, of whatever they use. */
  readonly hasCounts: boolean;
}

/** Limits that only a QoS has. */
export type QosOnly = Pick<
  SlurmQos,
  'maxTresPerUser' | 'maxTresPerAccount' | 'minTresPerJob' | 'maxJobsPerAccount' | 'maxSubmittedJobsPerAccount'
>;

const COUNTS = ['groupJobs', 'groupWall', 'maxJobs', 'maxWallPerJob'] as const;

/** `names`: the trackable resources. */
export function limitSet(names: readonly string[], limits: SlurmLimits, ofQos: QosOnly = {}): LimitSet {
  const tres = (given: Tres | undefined) => Float64Array.from(names, (name) => given?.[name] ?? Infinity);
  const minutes = (given: Tres | undefined) => tres(given).map((amount) => amount / MINUTE);
  const ofTres: Record<TresLimitKind, Amounts> = {
    groupTres: tres(limits.groupTres),
    groupTresTime: minutes(limits.groupTresTime),
    groupTresRunTime: minutes(limits.groupTresRunTime),
    maxTresPerJob: tres(limits.maxTresPerJob),
    maxTresPerNode: tres(limits.maxTresPerNode),
    maxTresTimePerJob: minutes(limits.maxTresTimePerJob),
    maxTresPerUser: tres(ofQos.maxTresPerUser),
    maxTresPerAccount: tres(ofQos.maxTresPerAccount),
    minTresPerJob: tres(ofQos.minTresPerJob),
  };
  return {
    ...ofTres,
    hasTres: Object.values(ofTres).some((amounts) => amounts.some((amount) => amount !== Infinity)),
    hasGroupTimes: [...ofTres.groupTresTime, ...ofTres.groupTresRunTime].some((amount) => amount !== Infinity),
    hasCounts: COUNTS.some((field) => limits[field] !== undefined) || ofQos.maxJobsPerAccount !== undefined,
    groupJobs: limits.groupJobs ?? Infinity,
    groupSubmittedJobs: limits.groupSubmittedJobs ?? Infinity,
    groupWall: (limits.groupWall ?? Infinity) / MINUTE,
    maxJobs: limits.maxJobs ?? Infinity,
    maxSubmittedJobs: limits.maxSubmittedJobs ?? Infinity,
    maxJobsPerAccount: ofQos.maxJobsPerAccount ?? Infinity,
    maxSubmittedJobsPerAccount: ofQos.maxSubmittedJobsPerAccount ?? Infinity,
    maxWallPerJob: (limits.maxWallPerJob ?? Infinity) / MINUTE,
  };
}

/** Counts and times are not limited again. */
export function clearCounts(limits: LimitSet): void {
  limits.groupJobs = Infinity;
  limits.groupSubmittedJobs = Infinity;
  limits.groupWall = Infinity;
  limits.maxJobs = Infinity;
  limits.maxSubmittedJobs = Infinity;
  limits.maxJobsPerAccount = Infinity;
  limits.maxSubmittedJobsPerAccount = Infinity;
  limits.maxWallPerJob = Infinity;
}

/** Nothing is limited again. Field by field, as that is done for every job that is looked at. */
export function clearLimits(limits: LimitSet): void {
  clearCounts(limits);
  limits.groupTres.fill(Infinity);
  limits.groupTresTime.fill(Infinity);
  limits.groupTresRunTime.fill(Infinity);
  limits.maxTresPerJob.fill(Infinity);
  limits.maxTresPerNode.fill(Infinity);
  limits.maxTresTimePerJob.fill(Infinity);
  limits.maxTresPerUser.fill(Infinity);
  limits.maxTresPerAccount.fill(Infinity);
  limits.minTresPerJob.fill(Infinity);
}

/** The same with the limits of an association that LimitFactor of a QoS changes: those of groups and of jobs, of no others. */
export function withFactor(limits: LimitSet, factor: number): LimitSet {
  if (factor <= 0) return limits;
  const scaled = (amounts: Amounts) => amounts.map((amount) => (amount === Infinity ? amount : Math.floor(amount * factor)));
  return { ...limits, groupTres: scaled(limits.groupTres), maxTresPerJob: scaled(limits.maxTresPerJob) };
}

/** Limits that children without a limit of their own have from their parents: sacctmgr hands them down. */
const INHERITED = [
  'maxTresPerJob',
  'maxTresPerNode',
  'maxTresTimePerJob',
  'maxTresRunTime',
  'maxJobs',
  'maxAccruingJobs',
  'maxSubmittedJobs',
  'maxWallPerJob',
] as const;

/** The limits of each association, with what it has from its parents. Group limits are not handed down: they hold anyway. */
export function inheritedLimits(associations: SlurmAccounts['associations']): SlurmLimits[] {
  const all: SlurmLimits[] = [];
  for (const { limits, parent } of associations) {
    const above = all[parent] ?? {};
    const handedDown = INHERITED.map((field) => [field, merged(above[field], limits[field])] as const);
    all.push({ ...limits, ...Object.fromEntries(handedDown.filter(([, value]) => value !== undefined)) });
  }
  return all;
}

function merged(above: number | Tres | undefined, own: number | Tres | undefined): number | Tres | undefined {
  return typeof above === 'object' && typeof own === 'object' ? { ...above, ...own } : (own ?? above);
}
