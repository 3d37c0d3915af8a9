/** What a trace holds, as plain data: for people to print, for machines as JSON. */
import { HOUR } from '../units.ts';
import { COMPLETES, FAILS, gpusOf, IS_CANCELLED, isService, OUTLASTS } from '../workload.ts';
import type { Workload } from '../workload.ts';
import type { Declared, Tally, Trace } from './format.ts';
import { arrivalsOf } from './inspect-arrivals.ts';
import type { Arrivals } from './inspect-arrivals.ts';
import { distributionOf } from './inspect-distribution.ts';
import type { Distribution } from './inspect-distribution.ts';
import { sharesOf } from './inspect-shares.ts';
import type { Shares } from './inspect-shares.ts';

/** Names of a category that are told one by one. */
const TOP = 10;

/** What the jobs would keep busy of a machine, were there no waiting. */
export interface OfferedLoad {
  /** Processors of the machine [count]. */
  readonly procs: number;
  /** Where that number is from. */
  readonly procsFrom: 'given' | 'declared' | 'largest job';
  /** Sum of run time x processors, over processors x time from first to last submission. NaN without such a time. */
  readonly load: number;
  readonly coreHours: number;
  readonly gpuHours: number;
  /** Jobs that the machine is too small for [count]. */
  readonly jobsTooLarge: number;
}

export interface Inspection {
  readonly name: string;
  readonly format: string;
  readonly sha256: string;
  /** [bytes] */
  readonly bytes: number;
  readonly jobs: number;
  readonly skipped: readonly Tally[];
  readonly repaired: readonly Tally[];
  readonly noJob: readonly Tally[];
  readonly furtherJobs: readonly Tally[];
  readonly warnings: readonly string[];
  readonly declared: Declared;
  /** First and last submission in the trace's own time [ms]. */
  readonly firstSubmit: number;
  readonly lastSubmit: number;
  /** The first submission as Unix time [ms]; undefined where it is not known. */
  readonly firstSubmitUnix: number | undefined;
  readonly load: OfferedLoad;
  /** [count] */
  readonly procs: Distribution;
  /** [ms] */
  readonly runtime: Distribution;
  /** Of the jobs that asked for one [ms]. */
  readonly walltime: Distribution;
  /** Between one submission and the next [ms]. */
  readonly interarrival: Distribution;
  /** Run time over limit, of the jobs that asked for one [ratio]. */
  readonly accuracy: Distribution;
  /** Of jobs with one processor [0..1]. */
  readonly serialShare: number;
  /** Of jobs whose processors are a power of two, one among them [0..1]. */
  readonly powerOfTwoShare: number;
  /** Jobs without a limit, and with a run time beyond it [count]. */
  readonly withoutWalltime: number;
  readonly beyondWalltime: number;
  readonly gpuJobs: number;
  /** Jobs without an end, which are in no figure of run times or load [count]. */
  readonly services: number;
  readonly outcomes: { readonly completes: number; readonly fails: number; readonly cancelled: number; readonly timeout: number };
  readonly dependencies: number;
  /** Undefined where it is not known when the trace was taken. */
  readonly arrivals: Arrivals | undefined;
  /** As the trace has it, of the jobs whose start it knows [ms]; undefined if it knows none. */
  readonly recordedWait: Distribution | undefined;
  readonly users: Shares;
  readonly accounts: Shares;
  readonly queues: Shares;
  readonly partitions: Shares;
}

/** Looks at a whole trace. `clusterProcs` is the size of the machine to compute the load for, if it is known. */
export function inspectTrace(trace: Trace, clusterProcs?: number): Inspection {
  const { workload, format, sha256, bytes, skipped, repaired, noJob, furtherJobs, warnings, declared } = trace;
  const { count, origin, epoch, submit, walltime, runtime, dependencies } = workload;
  const shares = (category: keyof Pick<Workload, 'user' | 'account' | 'queue' | 'partition'>) =>
    sharesOf(workload, workload[category], TOP);
  const lastSubmit = count === 0 ? 0 : submit[count - 1];
  return {
    name: workload.name,
    format,
    sha256,
    bytes,
    jobs: count,
    skipped,
    repaired,
    noJob,
    furtherJobs,
    warnings,
    declared,
    firstSubmit: origin,
    lastSubmit: origin + lastSubmit,
    firstSubmitUnix: Number.isNaN(epoch) ? undefined : epoch + origin,
    load: offeredLoad(workload, lastSubmit, declared, clusterProcs),
    procs: distributionOf(Float64Array.from(workload.procs)),
    runtime: distributionOf(runtime),
    walltime: distributionOf(walltime),
    interarrival: distributionOf(submit.subarray(1).map((time, job) => time - submit[job])),
    // A limit of nothing has no accuracy: 0 / 0 is no number and is left out, as are jobs without a limit.
    accuracy: distributionOf(runtime.map((time, job) => (walltime[job] === Infinity ? NaN : time / walltime[job]))),
    serialShare: shareOf(workload, (job) => workload.procs[job] === 1),
    powerOfTwoShare: shareOf(workload, (job) => isPowerOfTwo(workload.procs[job])),
    withoutWalltime: countOf(workload, (job) => walltime[job] === Infinity),
    beyondWalltime: countOf(workload, (job) => runtime[job] > walltime[job]),
    gpuJobs: countOf(workload, (job) => gpusOf(workload, job) > 0),
    services: countOf(workload, (job) => isService(workload, job)),
    outcomes: outcomesOf(workload),
    dependencies: dependencies?.on.length ?? 0,
    arrivals: arrivalsOf(workload, declared.timeZone),
    recordedWait: waitOf(workload),
    users: shares('user'),
    accounts: shares('account'),
    queues: shares('queue'),
    partitions: shares('partition'),
  };
}

function offeredLoad(workload: Workload, span: number, declared: Declared, clusterProcs: number | undefined): OfferedLoad {
  const { count, procs, runtime } = workload;
  let largest = 0;
  let area = 0;
  let gpuArea = 0;
  for (let job = 0; job < count; job++) {
    largest = Math.max(largest, procs[job]);
    if (runtime[job] === Infinity) continue;
    area += procs[job] * runtime[job];
    gpuArea += (gpusOf(workload, job) / 1000) * runtime[job];
  }
  const machine = clusterProcs ?? declared.procs ?? largest;
  return {
    procs: machine,
    procsFrom: clusterProcs !== undefined ? 'given' : declared.procs !== undefined ? 'declared' : 'largest job',
    load: span > 0 && machine > 0 ? area / (machine * span) : NaN,
    coreHours: area / HOUR,
    gpuHours: gpuArea / HOUR,
    jobsTooLarge: countOf(workload, (job) => procs[job] > machine),
  };
}

function waitOf({ submit, recordedStart }: Workload): Distribution | undefined {
  return recordedStart && distributionOf(recordedStart.map((start, job) => start - submit[job]));
}

function outcomesOf({ outcome }: Workload): Inspection['outcomes'] {
  const count = [0, 0, 0, 0];
  for (const code of outcome) count[code]++;
  return { completes: count[COMPLETES], fails: count[FAILS], cancelled: count[IS_CANCELLED], timeout: count[OUTLASTS] };
}

function countOf({ count }: Workload, is: (job: number) => boolean): number {
  let found = 0;
  for (let job = 0; job < count; job++) if (is(job)) found++;
  return found;
}

function shareOf(workload: Workload, is: (job: number) => boolean): number {
  return countOf(workload, is) / workload.count;
}

function isPowerOfTwo(procs: number): boolean {
  return procs > 0 && (procs & (procs - 1)) === 0;
}
