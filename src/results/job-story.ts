/** One job's life in a run: what it waited for, who went past it, and who was where it later ran. */
import { ATTEMPT_NAMES, ENDED } from './job-table.ts';
import type { AttemptTable, ExplanationTable, JobTable, NodePlacements, ResizeTable } from './job-table.ts';

/** What the files of a run hold. */
export interface RunTables {
  readonly jobs: JobTable;
  /** Absent if no job was interrupted. */
  readonly attempts?: AttemptTable;
  /** Absent if all runs held what their jobs ask for. */
  readonly resizes?: ResizeTable;
  /** Absent if no reasons were kept, or there were none. */
  readonly explanations?: ExplanationTable;
}

/** A run of the job that was interrupted, or the one that ended it. Times [ms]. */
export interface StoryRun {
  readonly start: number;
  readonly end: number;
  readonly why: (typeof ATTEMPT_NAMES)[number];
  /** Work that counted for later runs [ms]. */
  readonly kept: number;
}

/** What was said of the job, and how long it held [ms]: until the next reason, its next start, or its end. */
export interface HeldReason {
  readonly from: number;
  /** NaN: to the end of the simulation. */
  readonly until: number;
  readonly reason: string;
}

/** Tasks on a node. */
export interface NodeShare {
  readonly node: string;
  /** [count] */
  readonly tasks: number;
}

/** Another job, on nodes that the job got later. */
export interface Occupant {
  /** [row] */
  readonly job: number;
  /** When the run began that was there, and when it ended [ms]; NaN: it did not. */
  readonly from: number;
  readonly until: number;
  readonly nodes: readonly string[];
}

/** Who was there when the job came, without those that came at the same instant after it in the file. */
export interface Company {
  /** Jobs that had come before it and waited for their first start [count], and what they asked for [millicores]. */
  readonly waiting: number;
  readonly waitingCpus: number;
  /** Jobs between their first start and their end [count], and what they asked for [millicores]. */
  readonly running: number;
  readonly runningCpus: number;
}

/** Jobs are rows of the table, times are those of the trace [ms]. */
export interface JobStory {
  readonly job: number;
  readonly company: Company;
  /** When it left the queue for the first time: its first start, or else its end; Infinity: it never did. */
  readonly exit: number;
  /** Where its last run was; empty on a pool of processors. */
  readonly place: readonly NodeShare[];
  /** Its runs, if any was interrupted. */
  readonly runs: readonly StoryRun[];
  readonly reasons: readonly HeldReason[];
  /** Submitted later, started before it left the queue; by their start. */
  readonly overtakenBy: readonly number[];
  /** Jobs that ended at the very instant at which it first started: they may have made room. */
  readonly endedAtStart: readonly number[];
  /** Who was on the nodes of its last run between its submission and that run; by the time they came. */
  readonly occupants: readonly Occupant[];
  /** Jobs with a place that were interrupted and never ended: results do not tell when they were there [count]. */
  readonly unknownRuns: number;
}

export function jobStory({ jobs, attempts, explanations }: RunTables, job: number): JobStory {
  const { submit, start, end } = jobs;
  const exit = !Number.isNaN(start[job]) ? start[job] : !Number.isNaN(end[job]) ? end[job] : Infinity;
  const runs = runsOf(job, attempts);
  const placements = jobs.placements();
  return {
    job,
    company: companyOf(job, jobs),
    exit,
    place: placeOf(job, placements),
    runs,
    reasons: heldReasons(job, jobs, runs, explanations),
    overtakenBy: rowsByStart(jobs, (other) => submit[other] > submit[job] && start[other] < exit),
    endedAtStart: rowsByStart(jobs, (other) => end[other] === start[job] && start[other] < start[job]),
    ...occupantsOf(job, jobs, placements, lastStartsOf(jobs, attempts)),
  };
}

function companyOf(job: number, { count, submit, start, end, cpus }: JobTable): Company {
  let [waiting, waitingCpus, running, runningCpus] = [0, 0, 0, 0];
  const came = submit[job];
  for (let other = 0; other < count; other++) {
    const isBefore = submit[other] < came || (submit[other] === came && other < job);
    if (!isBefore || end[other] <= came) continue;
    // What starts at this very instant had to wait until then.
    if (start[other] < came) {
      running++;
      runningCpus += cpus[other];
    } else {
      waiting++;
      waitingCpus += cpus[other];
    }
  }
  return { waiting, waitingCpus, running, runningCpus };
}

function runsOf(job: number, attempts: AttemptTable | undefined): StoryRun[] {
  const runs: StoryRun[] = [];
  if (attempts === undefined) return runs;
  const { count, start, end, why, kept } = attempts;
  for (let at = 0; at < count; at++) {
    if (attempts.job[at] === job) runs.push({ start: start[at], end: end[at], why: ATTEMPT_NAMES[why[at]], kept: kept[at] });
  }
  return runs;
}

/** When the run began whose place is in jobs.csv [ms]; NaN: it did not run, or the results do not tell. */
function lastStartsOf({ start }: JobTable, attempts: AttemptTable | undefined): Float64Array {
  if (attempts === undefined) return start;
  const last = start.slice();
  // Those that ended come after all interruptions.
  for (let at = 0; at < attempts.count; at++) last[attempts.job[at]] = attempts.why[at] === ENDED ? attempts.start[at] : NaN;
  return last;
}

function placeOf(job: number, placements: NodePlacements | undefined): NodeShare[] {
  if (placements === undefined) return [];
  const { nodes, first, node, tasks } = placements;
  const shares: NodeShare[] = [];
  for (let entry = first[job]; entry < first[job + 1]; entry++) shares.push({ node: nodes[node[entry]], tasks: tasks[entry] });
  return shares;
}

function heldReasons(
  job: number,
  { start, end }: JobTable,
  runs: readonly StoryRun[],
  explanations: ExplanationTable | undefined,
): HeldReason[] {
  const given: { from: number; reason: string }[] = [];
  for (let at = 0; explanations !== undefined && at < explanations.count; at++) {
    const { time, reason } = explanations;
    if (explanations.job[at] === job) given.push({ from: time[at], reason: reason.names[reason.code[at]] ?? '' });
  }
  const starts = runs.length > 0 ? runs.map((run) => run.start) : [start[job]];
  return given.map((one, index) => {
    const ends = [given[index + 1]?.from ?? NaN, ...starts, end[job]].filter((time) => time >= one.from);
    return { ...one, until: ends.length === 0 ? NaN : Math.min(...ends) };
  });
}

function rowsByStart({ count, start }: JobTable, wanted: (row: number) => boolean): number[] {
  const rows: number[] = [];
  for (let row = 0; row < count; row++) if (wanted(row)) rows.push(row);
  return rows.sort((a, b) => start[a] - start[b] || a - b);
}

function occupantsOf(
  job: number,
  jobs: JobTable,
  placements: NodePlacements | undefined,
  lastStarts: Float64Array,
): Pick<JobStory, 'occupants' | 'unknownRuns'> {
  const occupants: Occupant[] = [];
  let unknownRuns = 0;
  const own = new Set(placements?.node.subarray(placements.first[job], placements.first[job + 1]));
  if (placements === undefined || own.size === 0) return { occupants, unknownRuns };
  const { nodes, first, node } = placements;
  // Where the results do not tell when it came there, everybody who was there is named.
  const came = Number.isNaN(lastStarts[job]) ? Infinity : lastStarts[job];
  if (came === jobs.submit[job]) return { occupants, unknownRuns };
  for (let other = 0; other < jobs.count; other++) {
    if (other === job || first[other] === first[other + 1]) continue;
    const from = lastStarts[other];
    if (Number.isNaN(from)) unknownRuns++;
    if (!(from < came) || jobs.end[other] <= jobs.submit[job]) continue;
    const shared = [...node.subarray(first[other], first[other + 1])].filter((one) => own.has(one));
    if (shared.length > 0) occupants.push({ job: other, from, until: jobs.end[other], nodes: shared.map((one) => nodes[one]) });
  }
  occupants.sort((a, b) => a.from - b.from || a.job - b.job);
  return { occupants, unknownRuns };
}
