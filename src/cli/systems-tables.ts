/** Runs of systems, for people and for machines. */
import { rejectionsText } from '../report/rejections-text.ts';
import { COMPLETED, REJECTED, STATE_NAMES } from '../schedule.ts';
import { PASSED, PURPOSES, USEFUL } from '../systems/meter.ts';
import type { SystemRun } from '../systems/simulate-system.ts';
import type { System } from '../systems/system.ts';
import type { SystemWorkload } from '../systems/system-workload.ts';
import { nameOf } from '../workload.ts';
import { formatDuration, HOUR, SECOND } from '../units.ts';
import { systemFacts } from './systems-list.ts';
import { renderTable } from './table.ts';

/** [millicore-ms] of one processor for an hour. */
const PROCESSOR_HOUR = 1000 * HOUR;

interface Figures {
  readonly completed: number;
  /** Submission to the first instruction, mean and 95 % [ms]. */
  readonly start: number;
  readonly start95: number;
  /** From the end to when the user could see it, mean [ms]. */
  readonly lag: number;
  /** Of what the owners' nodes offered [ratio]. */
  readonly useful: number;
  readonly restarts: number;
  readonly orphans: number;
  readonly duplicates: number;
}

function figuresOf(run: SystemRun, system: System): Figures {
  const { submit, start, end, seen, state, restarts, orphans, duplicates } = run.jobs;
  const starts: number[] = [];
  const lags: number[] = [];
  for (let job = 0; job < run.jobs.count; job++) {
    if (!Number.isNaN(start[job])) starts.push(start[job] - submit[job]);
    if (state[job] === COMPLETED && !Number.isNaN(end[job])) lags.push(seen[job] - end[job]);
  }
  const sum = (values: Iterable<number>) => [...values].reduce((total, value) => total + value, 0);
  const owners = new Set(system.managers.filter(({ owns }) => owns !== undefined).map(({ name }) => name));
  const owned = sum(run.levels.filter(({ manager }) => owners.has(manager)).map(({ offered }) => offered));
  starts.sort((a, b) => a - b);
  return {
    completed: state.reduce((total, one) => total + (one === COMPLETED ? 1 : 0), 0),
    start: sum(starts) / starts.length,
    start95: starts[Math.min(starts.length - 1, Math.floor(0.95 * starts.length))] ?? NaN,
    lag: sum(lags) / lags.length,
    useful: sum(run.levels.map(({ purposes }) => purposes[USEFUL])) / owned,
    restarts: sum(restarts),
    orphans: sum(orphans),
    duplicates: sum(duplicates),
  };
}

export function runsTable(runs: readonly { system: System; run: SystemRun }[]): string {
  const titles = ['completed', 'start, mean', 'start, 95 %', 'seen late', 'useful', 'restarts', 'orphans', 'duplicates'];
  const rows = runs.map(({ system, run }) => {
    const { completed, start, start95, lag, useful, ...counts } = figuresOf(run, system);
    const times = [start, start95, lag].map(formatDuration);
    const shares = `${(100 * useful).toFixed(1)} %`;
    return [system.name, `${completed} of ${run.jobs.count}`, ...times, shares, ...Object.values(counts).map(String)];
  });
  const table = renderTable([{ title: 'system' }, ...titles.map((title) => ({ title, align: 'right' as const }))], rows);
  return table + runs.map(({ system, run }) => restText(system.name, run)).join('');
}

/** How many jobs came to each state: every one is in one of them [count]. */
function statesOf({ jobs: { state } }: SystemRun): number[] {
  return STATE_NAMES.map((_, which) => state.reduce((total, one) => total + (one === which ? 1 : 0), 0));
}

/** What became of the jobs that did not complete; nothing if all did. */
function restText(name: string, run: SystemRun): string {
  const rest = statesOf(run).flatMap((count, state) => {
    if (count === 0 || state === COMPLETED) return [];
    return [`${count} ${STATE_NAMES[state]}${state === REJECTED ? rejectionsText(count, run.rejections) : ''}`];
  });
  return rest.length === 0 ? '' : `${name}: ${rest.join('; ')}\n`;
}

/** One line a manager, one column a purpose that anything was held for. */
export function waterfallTable({ levels }: SystemRun): string {
  const used = PURPOSES.map((_, purpose) => purpose).filter((purpose) => levels.some(({ purposes }) => purposes[purpose] > 0));
  const hours = (amount: number) => (amount / PROCESSOR_HOUR).toFixed(2);
  const titles = ['offered', 'idle', ...used.map((purpose) => (purpose === PASSED ? 'passed on' : PURPOSES[purpose]))];
  return renderTable(
    [{ title: 'manager' }, ...titles.map((title) => ({ title, align: 'right' as const }))],
    levels
      .filter(({ instances }) => instances > 0)
      .map(({ manager, instances, offered, idle, purposes }) => [
        instances === 1 ? manager : `${instances} x ${manager}`,
        hours(offered),
        hours(idle),
        ...used.map((purpose) => hours(purposes[purpose])),
      ]),
  );
}

/** A run in full, for machines. */
export function runFacts(system: System, run: SystemRun, workload: SystemWorkload): object {
  const { start, start95, lag, ...others } = figuresOf(run, system);
  return {
    ...systemFacts(system),
    jobs: run.jobs.count,
    states: Object.fromEntries(statesOf(run).map((count, state) => [STATE_NAMES[state], count])),
    ...others,
    start_mean_s: start / SECOND,
    start_p95_s: start95 / SECOND,
    seen_late_mean_s: lag / SECOND,
    carrier_preemptions: run.carrierPreemptions,
    hazard_core_s: run.hazard / 1000 / SECOND,
    stood_still: run.stoodStill,
    jobs_holding: run.holding,
    until_s: run.until / SECOND,
    events: run.events,
    digest: run.digest,
    waterfall: run.levels.map(({ manager, instances, offered, idle, purposes }) => ({
      manager,
      instances,
      offered_core_s: offered / 1000 / SECOND,
      idle_core_s: idle / 1000 / SECOND,
      ...purposesFacts(purposes),
    })),
    users: usersOf(run, workload),
  };
}

function purposesFacts(purposes: readonly number[]): object {
  return Object.fromEntries(
    PURPOSES.map((name, purpose) => [`${name.replaceAll('-', '_')}_core_s`, purposes[purpose] / 1000 / SECOND]),
  );
}

/** The accounts of each user's jobs, over all managers. */
function usersOf(run: SystemRun, { jobs }: SystemWorkload): object[] {
  const users = new Map<string, number[]>();
  for (let job = 0; job < jobs.count; job++) {
    const user = nameOf(jobs.user, job) ?? '';
    const sums = users.get(user) ?? PURPOSES.map(() => 0);
    users.set(user, sums);
    for (let purpose = 0; purpose < PURPOSES.length; purpose++) sums[purpose] += run.waterfall.ofJob(job, purpose);
  }
  return [...users].map(([user, sums]) => ({ user, ...purposesFacts(sums) }));
}
