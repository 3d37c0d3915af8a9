import type { Results, Run } from '../results/read.ts';
import { listed } from './number-text.ts';
import { jobWarnings, runNotes } from './run-warnings.ts';
import { countOf, grouped } from '../units.ts';

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
  warnings.push(...jobWarnings(runs));
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
      `The jobs of ${countOf(leftOut.length, 'run')} are not in this page, to keep it small: ` +
        'tables and sweeps count them in, charts of jobs do not (--most-jobs).',
    );
  // They are many and alike: what comes first on the page is what is special about these results.
  warnings.push(...runNotes(runs));
  return [...new Set(warnings)];
}

function missingPoints({ missing, dir }: Results): string[] {
  if (missing.length === 0) return [];
  const states = [...new Set(missing.map(({ state }) => state))];
  const parts = states.map((state) => `${grouped(missing.filter((point) => point.state === state).length)} ${state}`);
  return [
    `${countOf(missing.length, 'point')} of ${dir} ${missing.length === 1 ? 'has' : 'have'} no result (${parts.join(', ')}).`,
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
