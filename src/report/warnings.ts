import type { Results, Run } from '../results/read.ts';
import { counted, grouped, listed } from './number-text.ts';
import { rejectionsText } from './rejections-text.ts';

type Json = Record<string, unknown>;
interface Tally {
  readonly what: string;
  readonly count: number;
}

/** What a reader must know before believing the rest: what was left out, cut short or assumed. */
export function warningsOf(sources: readonly Results[], leftOut: readonly Run[]): string[] {
  const warnings = sources.flatMap((source) => [
    ...missingPoints(source),
    ...traceWarnings(source),
    ...ownWarnings(source),
    ...assumptions(source),
  ]);
  const runs = sources.flatMap((source) => source.runs);
  warnings.push(...runs.flatMap(jobWarnings), ...notesOf(runs));
  const oracles = [...new Set(runs.filter(({ summary }) => summary.oracle).map(({ label }) => label))];
  if (oracles.length > 0)
    warnings.push(`${listed(oracles)}: an oracle, told the true run times. No real scheduler is, so take it as a bound.`);
  const pairs = new Set(runs.map(({ workload, cluster, seed }) => `${workload}|${cluster}|${seed}`));
  if (pairs.size === 1 && runs.length > 1)
    warnings.push(
      'One trace and one seed are one sample: intervals tell how much parts of it vary, not how another month would go.',
    );
  if (leftOut.length > 0)
    warnings.push(
      `The jobs of ${counted(leftOut.length, 'run')} are not in this page, to keep it small: ` +
        'tables and sweeps count them in, charts of jobs do not (--most-jobs).',
    );
  return [...new Set(warnings)];
}

function missingPoints({ missing, dir }: Results): string[] {
  if (missing.length === 0) return [];
  const states = [...new Set(missing.map(({ state }) => state))];
  const parts = states.map((state) => `${grouped(missing.filter((point) => point.state === state).length)} ${state}`);
  return [
    `${counted(missing.length, 'point')} of ${dir} ${missing.length === 1 ? 'has' : 'have'} no result (${parts.join(', ')}).`,
  ];
}

/** What the reader of the trace had to say. */
function traceWarnings({ manifest: { document } }: Results): string[] {
  const trace = (document.trace ?? {}) as Json;
  const tallies = (name: string) => (Array.isArray(trace[name]) ? (trace[name] as Tally[]) : []);
  return [
    ...(Array.isArray(trace.warnings) ? (trace.warnings as unknown[]).map((text) => `Trace: ${String(text)}.`) : []),
    ...tallies('skipped').map(({ what, count }) => `Trace: ${grouped(count)} skipped: ${what}.`),
    ...tallies('repaired').map(({ what, count }) => `Trace: ${grouped(count)} repaired: ${what}.`),
  ];
}

/** What an experiment noted while it read its inputs. */
function ownWarnings({ manifest: { document } }: Results): string[] {
  return Array.isArray(document.warnings) ? (document.warnings as unknown[]).map(String) : [];
}

/** Choices of the replay that flatter or harm. */
function assumptions({ manifest: { document } }: Results): string[] {
  const { estimates, overrun } = (document.walltimes ?? {}) as Json;
  const said: string[] = [];
  if (estimates === 'runtime')
    said.push(
      'Jobs that asked for no limit, if there are any, were given their true run time as one: a perfect estimate, which flatters backfilling.',
    );
  if (overrun === 'extend') said.push('Jobs that outlast their limit were allowed to.');
  return said;
}

/** What runs noted of themselves, each once: most of it is alike in all of them. */
function notesOf(runs: readonly Run[]): string[] {
  const notes = new Map<string, number>();
  for (const run of runs) for (const note of new Set(run.notes)) notes.set(note, (notes.get(note) ?? 0) + 1);
  const told = [...notes].map(([note, times]) => (times === runs.length ? `${note}.` : `${note} (${counted(times, 'run')}).`));
  const more = told.length - MOST_NOTES;
  return more <= 0 ? told : [...told.slice(0, MOST_NOTES), `${counted(more, 'note')} more in the files point.json.`];
}

/** Beyond this nobody reads them. */
const MOST_NOTES = 40;

const SAID: readonly (readonly [state: string, one: string, many: string])[] = [
  ['rejected', 'was rejected', 'were rejected'],
  [
    'unfinished',
    'was not over at the end; figures of jobs do not count it',
    'were not over at the end; figures of jobs do not count them',
  ],
  ['killed', 'was killed at its limit', 'were killed at their limit'],
  ['failed', 'failed', 'failed'],
];

function jobWarnings({ label, workload, seed, summary: { jobs, rejections } }: Run, _: number, all: readonly Run[]): string[] {
  const alone = all.filter((run) => run.label === label).length === 1;
  const where = alone ? label : `${label} (${workload}, seed ${seed})`;
  return SAID.flatMap(([state, one, many]) => {
    const number = jobs[state] ?? 0;
    const why = state === 'rejected' ? rejectionsText(number, rejections) : '';
    return number > 0 ? [`${where}: ${counted(number, 'job')} ${number === 1 ? one : many}${why}.`] : [];
  });
}
