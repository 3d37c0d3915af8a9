import { amountOf, piecesOf } from '../holdings.ts';
import type { RunTables } from './job-story.ts';

/** What stood in a job's way before its first start, as far as the schedule alone tells. */
export interface HeldUp {
  /** So long fewer processors were free than it asked for [ms]. */
  readonly tooFew: number;
  /** So long as many were free: kept for others, on nodes that would not do, or not yet looked at [ms]. */
  readonly enough: number;
  /** Who held processors meanwhile, those first that held most. */
  readonly holders: readonly Holder[];
}

export interface Holder {
  /** [row] */
  readonly job: number;
  /** Of all that was held meanwhile [0..1]. */
  readonly share: number;
}

/** A job held its processors in [from, until). */
interface Span {
  readonly job: number;
  readonly from: number;
  readonly until: number;
  /** [millicores] */
  readonly cpus: number;
}

/**
 * `processors`: of the whole cluster [count]; nodes that were away count as free. Undefined if the job did not wait, or
 * never left the queue: then there is no such time.
 */
export function heldUp(tables: RunTables, job: number, exit: number, processors: number): HeldUp | undefined {
  const { submit, cpus } = tables.jobs;
  const from = submit[job];
  if (!(exit > from) || exit === Infinity) return undefined;
  const spans = spansWithin(tables, from, exit);
  const held = new Map<number, number>();
  for (const span of spans)
    held.set(span.job, (held.get(span.job) ?? 0) + span.cpus * (Math.min(exit, span.until) - Math.max(from, span.from)));
  const all = [...held.values()].reduce((sum, one) => sum + one, 0);
  const tooFew = timeAbove(processors * 1000 - cpus[job], spans, from, exit);
  const holders = [...held].map(([other, amount]) => ({ job: other, share: amount / all }));
  return { tooFew, enough: exit - from - tooFew, holders: holders.sort((a, b) => b.share - a.share || a.job - b.job) };
}

function spansWithin({ jobs, attempts, resizes }: RunTables, from: number, until: number): Span[] {
  const [job, starts, ends] = [[] as number[], [] as number[], [] as number[]];
  const add = (row: number, start: number, end: number) => {
    job.push(row);
    starts.push(start);
    // What has no end ran to the end of the simulation.
    ends.push(Number.isNaN(end) ? Infinity : end);
  };
  const interrupted = new Set<number>();
  for (let at = 0; attempts !== undefined && at < attempts.count; at++) {
    add(attempts.job[at], attempts.start[at], attempts.end[at]);
    interrupted.add(attempts.job[at]);
  }
  for (let row = 0; row < jobs.count; row++) if (!interrupted.has(row)) add(row, jobs.start[row], jobs.end[row]);
  const runs = { count: job.length, job, from: Float64Array.from(starts), until: Float64Array.from(ends) };
  const pieces = piecesOf(runs, resizes);
  const spans: Span[] = [];
  for (let row = 0; row < pieces.count; row++) {
    const cpus = amountOf({ ofJob: jobs.cpus, ofHolding: resizes?.cpus }, pieces, row);
    const span = { job: pieces.job[row], from: pieces.from[row], until: pieces.until[row], cpus };
    if (span.from < until && span.until > from && cpus > 0) spans.push(span);
  }
  return spans;
}

/** How long more than `limit` was held [ms]. */
function timeAbove(limit: number, spans: readonly Span[], from: number, until: number): number {
  const changes = spans.flatMap((span) => [
    { time: Math.max(from, span.from), by: span.cpus },
    { time: Math.min(until, span.until), by: -span.cpus },
  ]);
  changes.sort((a, b) => a.time - b.time);
  let [above, held, since] = [0, 0, from];
  for (const { time, by } of changes) {
    if (held > limit) above += time - since;
    held += by;
    since = time;
  }
  return held > limit ? above + until - since : above;
}
