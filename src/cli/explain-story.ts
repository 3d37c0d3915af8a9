/** A job's life, for people and for machines. */
import { ATTEMPT_NAMES } from '../results/job-table.ts';
import type { JobTable } from '../results/job-table.ts';
import type { HeldUp } from '../results/held-up.ts';
import type { HeldReason, JobStory } from '../results/job-story.ts';
import { STATE_NAMES } from '../schedule.ts';
import { countOf, formatDuration, grouped, SECOND } from '../units.ts';
import { jobId, nameOf } from '../workload.ts';
import { renderTable } from './table.ts';

/** Why a run has no reasons to show. */
export type Reasons = 'kept' | 'not-kept';

/** Lines of a list on the screen; JSON has all. */
const SHOWN = 10;
const HOLDERS = 5;

/** What is told of a job in one run. */
export interface ToldStory {
  readonly policy: string;
  readonly table: JobTable;
  readonly story: JobStory;
  /** Absent if it did not wait, or the results do not say how large the cluster was. */
  readonly held?: HeldUp | undefined;
  readonly reasons: Reasons;
  /** What to do to have them kept. */
  readonly remedy: string;
  /** Why it never entered the queue; absent if it did. */
  readonly neverSubmitted?: string | undefined;
  /** Unix time of the trace's own zero [ms]; absent if it is not known. */
  readonly epoch?: number | undefined;
}

/** For machines: the shape that README.md documents. */
export function storyFacts({ policy, table, story, held, reasons, neverSubmitted, epoch }: ToldStory): object {
  const { job, company, place, runs, overtakenBy, endedAtStart, occupants, unknownRuns } = story;
  return {
    policy,
    ...jobFacts(table, job),
    ...(neverSubmitted !== undefined && { never_submitted: neverSubmitted }),
    submit_date: date(table.submit[job], epoch) ?? null,
    start_date: date(table.start[job], epoch) ?? null,
    end_date: date(table.end[job], epoch) ?? null,
    wait_s: seconds(table.wait[job]),
    restarts: table.restarts[job],
    place,
    on_arrival: {
      waiting: company.waiting,
      waiting_cpus: company.waitingCpus / 1000,
      running: company.running,
      running_cpus: company.runningCpus / 1000,
    },
    held_up:
      held === undefined
        ? null
        : {
            too_few_cpus_s: held.tooFew / SECOND,
            enough_cpus_s: held.enough / SECOND,
            by: held.holders.map((holder) => ({ ...jobFacts(table, holder.job), share: holder.share })),
          },
    runs: runs.map(({ start, end, why, kept }) => ({ start_s: seconds(start), end_s: seconds(end), why, kept_s: seconds(kept) })),
    reasons_kept: reasons === 'kept',
    reasons: story.reasons.map(({ from, until, reason }) => ({
      from_s: seconds(from),
      until_s: seconds(until),
      from_date: date(from, epoch) ?? null,
      reason,
    })),
    overtaken_by: overtakenBy.map((other) => jobFacts(table, other)),
    ended_at_start: endedAtStart.map((other) => jobFacts(table, other)),
    on_its_nodes: occupants.map((one) => ({
      ...jobFacts(table, one.job),
      run_start_s: seconds(one.from),
      nodes: one.nodes,
    })),
    unknown_runs: unknownRuns,
  };
}

function jobFacts(table: JobTable, job: number): object {
  return {
    job: jobId(table, job),
    state: STATE_NAMES[table.state[job]],
    submit_s: seconds(table.submit[job]),
    start_s: seconds(table.start[job]),
    end_s: seconds(table.end[job]),
    user: nameOf(table.user, job) ?? null,
    queue: nameOf(table.queue, job) ?? null,
    cpus: table.cpus[job] / 1000,
    gpus: table.gpus[job] / 1000,
  };
}

/** For people. */
export function storyText(told: ToldStory): string {
  const { table, story } = told;
  const title = `${told.policy}: ${describe(table, story.job)}\n`;
  if (told.neverSubmitted !== undefined) return `${title}  never submitted: ${told.neverSubmitted}\n`;
  return [
    title,
    life(told),
    companyText(story),
    heldText(told),
    runsText(story),
    reasonsText(told),
    listText('overtaken by', 'submitted later and started earlier', table, story.overtakenBy),
    listText('room was made by', 'ended at the instant at which it started', table, story.endedAtStart),
    occupantsText(told),
  ].join('');
}

function describe(table: JobTable, job: number): string {
  const user = nameOf(table.user, job);
  const queue = nameOf(table.queue, job);
  const gpus = table.gpus[job] > 0 ? `, ${countOf(table.gpus[job] / 1000, 'GPU')}` : '';
  const of = [user === undefined ? '' : ` of user ${user}`, queue === undefined ? '' : ` in queue ${queue}`].join('');
  return `job ${jobId(table, job)}${of}, ${countOf(table.cpus[job] / 1000, 'cpu')}${gpus}`;
}

function life({ table, story: { job, exit, place, runs }, epoch }: ToldStory): string {
  const { submit, start, end, state } = table;
  const after = (from: number, to: number) => (to >= from ? formatDuration(to - from) : '');
  const last = runs.at(-1)?.why === 'ended' ? runs[runs.length - 1].start : start[job];
  const rows = [['submitted', time(submit[job]), '']];
  if (Number.isNaN(start[job]))
    rows.push(['never started', '', exit === Infinity ? 'it waited to the end of the simulation' : '']);
  else rows.push(['started', time(start[job]), `after ${after(submit[job], start[job])} of waiting`]);
  const ran = Number.isNaN(start[job])
    ? ''
    : runs.length > 0
      ? `its last run took ${after(last, end[job])}`
      : `ran ${after(last, end[job])}`;
  if (!Number.isNaN(end[job])) rows.push([STATE_NAMES[state[job]], time(end[job]), ran]);
  else if (!Number.isNaN(start[job])) rows.push(['not over at the end', '', '']);
  if (place.length > 0) rows.push(['place', '', shorten(place.map(({ node, tasks }) => `${node}*${tasks}`))]);
  const times = [submit[job], start[job], end[job]];
  const dated = rows.map(([what, seconds, more], row) => [what, seconds, date(times[row], epoch) ?? '', more]);
  if (epoch === undefined)
    return indent(renderTable([{ title: '' }, { title: 'time [s]', align: 'right' }, { title: '' }], rows));
  const columns = [{ title: '' }, { title: 'time [s]', align: 'right' as const }, { title: DATE }, { title: '' }];
  return indent(renderTable(columns, dated));
}

function companyText({ company: { waiting, waitingCpus, running, runningCpus } }: JobStory): string {
  const of = (jobs: number, millicores: number) => `${countOf(jobs, 'job')} with ${countOf(millicores / 1000, 'cpu')}`;
  return `\nwhen it came, ${of(waiting, waitingCpus)} waited before it, and ${of(running, runningCpus)} ran\n`;
}

function heldText({ table, story: { job }, held }: ToldStory): string {
  if (held === undefined) return '';
  const wanted = countOf(table.cpus[job] / 1000, 'cpu');
  const parts = [
    ...(held.tooFew > 0 ? [`for ${formatDuration(held.tooFew)} fewer than ${wanted} were free`] : []),
    ...(held.enough > 0
      ? [`for ${formatDuration(held.enough)} as many were free, but kept for others, or not where it may run`]
      : []),
  ];
  const rows = held.holders.slice(0, HOLDERS).map((holder) => {
    return [
      ...jobRow(table, holder.job, table.start[holder.job]),
      holder.share < 0.001 ? '< 0.1 %' : `${(100 * holder.share).toFixed(1)} %`,
    ];
  });
  const columns = [...JOB_COLUMNS, { title: 'of the time held', align: 'right' as const }];
  const list = rows.length === 0 ? '' : `who held the machine meanwhile, most first:\n${indent(renderTable(columns, rows))}`;
  return `\n${parts.join(';\n')}\n${list}${more(held.holders.length, HOLDERS)}`;
}

function runsText({ runs }: JobStory): string {
  const interrupted = runs.filter(({ why }) => why !== ATTEMPT_NAMES[3]);
  if (interrupted.length === 0) return '';
  const rows = interrupted.map((run) => [time(run.start), time(run.end), run.why, formatDuration(run.kept)]);
  const table = renderTable(
    [
      { title: 'from [s]', align: 'right' },
      { title: 'until [s]', align: 'right' },
      { title: 'why it ended' },
      { title: 'work kept' },
    ],
    rows.slice(0, SHOWN),
  );
  return `\n${countOf(interrupted.length, 'run')} of it ended before its time:\n${indent(table)}${more(rows.length)}`;
}

function reasonsText({ table, story: { job, reasons: given }, reasons, remedy, epoch }: ToldStory): string {
  if (given.length === 0) {
    if (reasons === 'not-kept') return `\nwhy it waited was not kept: ${remedy}\n`;
    return table.start[job] > table.submit[job] || Number.isNaN(table.start[job]) ? '\nthe policy itself gave no reason\n' : '';
  }
  // The first and the last of a long list.
  const cut = given.length > 2 * SHOWN;
  const rows = (cut ? [...given.slice(0, SHOWN), ...given.slice(-SHOWN)] : given).map((one) => reasonRow(one, epoch));
  const dates = epoch === undefined ? [] : [{ title: DATE }];
  if (cut)
    rows.splice(SHOWN, 0, ['', ...dates.map(() => ''), '', `... ${grouped(given.length - 2 * SHOWN)} more, which --json lists`]);
  const columns = [{ title: 'from [s]', align: 'right' as const }, ...dates, { title: 'for' }, { title: 'reason', wrap: 100 }];
  return `\nwhy it waited:\n${indent(renderTable(columns, rows))}`;
}

function reasonRow({ from, until, reason }: HeldReason, epoch: number | undefined): string[] {
  const dates = epoch === undefined ? [] : [date(from, epoch) ?? ''];
  return [time(from), ...dates, Number.isNaN(until) ? 'to the end' : formatDuration(until - from), reason];
}

function listText(title: string, meaning: string, table: JobTable, jobs: readonly number[]): string {
  if (jobs.length === 0) return '';
  const rows = jobs.slice(0, SHOWN).map((job) => jobRow(table, job, table.start[job]));
  return `\n${title} ${countOf(jobs.length, 'job')} (${meaning}):\n${indent(renderTable(JOB_COLUMNS, rows))}${more(jobs.length)}`;
}

function occupantsText({ table, story: { occupants, unknownRuns } }: ToldStory): string {
  const unknown =
    unknownRuns === 0
      ? ''
      : `  ${countOf(unknownRuns, 'interrupted job')} that never ended may have been there too: results do not tell\n`;
  if (occupants.length === 0) return unknown === '' ? '' : `\non its nodes before it:\n${unknown}`;
  const rows = occupants.slice(0, SHOWN).map(({ job, from, nodes }) => [...jobRow(table, job, from), shorten(nodes)]);
  const list = indent(renderTable([...JOB_COLUMNS, { title: 'nodes' }], rows));
  return `\non its nodes before it, ${countOf(occupants.length, 'job')}:\n${list}${more(occupants.length)}${unknown}`;
}

const JOB_COLUMNS = [
  { title: 'job' },
  { title: 'submitted [s]', align: 'right' as const },
  { title: 'started [s]', align: 'right' as const },
  { title: 'ended [s]', align: 'right' as const },
  { title: 'cpus', align: 'right' as const },
  { title: 'gpus', align: 'right' as const },
  { title: 'user' },
];

function jobRow(table: JobTable, job: number, start: number): string[] {
  const { submit, end, cpus, gpus } = table;
  const numbers = [time(submit[job]), time(start), time(end[job]), String(cpus[job] / 1000), String(gpus[job] / 1000)];
  return [jobId(table, job), ...numbers, nameOf(table.user, job) ?? ''];
}

function more(all: number, shown = SHOWN): string {
  return all > shown ? `  ... ${grouped(all - shown)} more, which --json lists\n` : '';
}

function shorten(names: readonly string[]): string {
  const shown = names.slice(0, SHOWN).join(' ');
  return names.length > SHOWN ? `${shown} and ${grouped(names.length - SHOWN)} more` : shown;
}

export function indent(text: string): string {
  return text.replace(/^(?=.)/gm, '  ');
}

/** In the trace's own time [s]. */
function time(ms: number): string {
  return Number.isNaN(ms) ? '-' : String(ms / SECOND);
}

function seconds(ms: number): number | null {
  return Number.isFinite(ms) ? ms / SECOND : null;
}

const DATE = 'date (UTC)';

/** Undefined where dates are not known, or there is no such time. */
function date(ms: number, epoch: number | undefined): string | undefined {
  if (epoch === undefined || !Number.isFinite(ms)) return undefined;
  return new Date(epoch + ms).toISOString().slice(0, 19).replace('T', ' ');
}
