import { amountOf, piecesOf } from '../holdings.ts';
import { eachTakenBack } from '../taken-back.ts';

type Column = ArrayLike<number>;

interface Jobs {
  readonly start: Column;
  readonly end: Column;
  /** [millicores] */
  readonly cpus: Column;
}

interface Runs {
  readonly job: Column;
  readonly start: Column;
  readonly end: Column;
  readonly kept: Column;
}

interface Resizes {
  readonly job: Column;
  readonly time: Column;
  readonly cpus: Column;
}

/** The beginning of a run, which counts for or against what another one has kept. */
interface Part {
  readonly of: number;
  readonly run: number;
  /** [ms] */
  readonly length: number;
  readonly sign: 1 | -1;
}

/** Processor time of each job without work that was lost [millicores x ms]; NaN for one that was never interrupted and never ran, or is not over. */
export function usefulCoreTime(jobs: Jobs, attempts: Runs | undefined, resizes: Resizes | undefined): Float64Array {
  const { start, end } = jobs;
  const interrupted = new Set(Array.from(attempts?.job ?? []));
  const plain = Array.from({ length: end.length }, (_, job) => job).filter((job) => !interrupted.has(job));
  // Spans without an end are left out.
  const useful = Float64Array.from(end, (time, job) => (interrupted.has(job) ? 0 : 0 * (time - start[job])));
  const ofPlain = coreTimes(jobs, resizes, {
    job: plain,
    start: plain.map((job) => start[job]),
    end: plain.map((job) => end[job]),
  });
  ofPlain.forEach((time, row) => (useful[plain[row]] = time));
  if (attempts !== undefined) keptCoreTimes(jobs, attempts, resizes).forEach((time, row) => (useful[attempts.job[row]] += time));
  return useful;
}

/** Processor time of each run that no later run could build on [millicores x ms]; 0 of runs that ended their jobs. */
export function lostCoreTimes(jobs: Jobs, attempts: Runs, resizes: Resizes | undefined): Float64Array {
  const kept = keptCoreTimes(jobs, attempts, resizes);
  return coreTimes(jobs, resizes, attempts).map((time, row) => time - kept[row]);
}

/** What a run takes back of earlier ones of its job is negative: the end of what the latest of them had kept, and so on. */
function keptCoreTimes(jobs: Jobs, attempts: Runs, resizes: Resizes | undefined): Float64Array {
  const { job, start } = attempts;
  const parts: Part[] = Array.from(attempts.kept, (kept, of) => ({ of, run: of, length: Math.max(0, kept), sign: 1 }));
  eachTakenBack(attempts, parts.length, (of, run, taken, left) =>
    parts.push({ of, run, length: left, sign: -1 }, { of, run, length: left - taken, sign: 1 }),
  );
  const times = coreTimes(jobs, resizes, {
    job: parts.map(({ run }) => job[run]),
    start: parts.map(({ run }) => start[run]),
    end: parts.map(({ run, length }) => start[run] + length),
  });
  const kept = new Float64Array(attempts.kept.length);
  parts.forEach(({ of, sign }, part) => (kept[of] += sign * times[part]));
  return kept;
}

/** Of parts of runs, from their beginnings on. */
function coreTimes({ cpus }: Jobs, resizes: Resizes | undefined, runs: Omit<Runs, 'kept'>): Float64Array {
  const { job, start, end } = runs;
  const spans = { count: start.length, job, from: Float64Array.from(start), until: Float64Array.from(end) };
  const times = new Float64Array(start.length);
  const pieces = piecesOf(spans, resizes);
  for (let row = 0; row < pieces.count; row++) {
    const held = amountOf({ ofJob: cpus, ofHolding: resizes?.cpus }, pieces, row);
    times[pieces.piece?.[row] ?? row] += held * (pieces.until[row] - pieces.from[row]);
  }
  return times;
}
