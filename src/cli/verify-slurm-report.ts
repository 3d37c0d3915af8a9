/** What `verify slurm` found, for people and for machines. */
import { welch } from '../experiment/statistics/welch.ts';
import { averageOf } from '../verify/slurm-comparison.ts';
import type { SlurmComparison } from '../verify/slurm-comparison.ts';
import type { SlurmGate } from '../verify/slurm-gates.ts';
import { averagePreemptions } from '../verify/slurm-preemptions.ts';
import type { PreemptionComparison } from '../verify/slurm-preemptions.ts';
import type { SlurmRecord } from '../verify/slurm-record.ts';
import type { BackfillPace } from '../verify/slurm-timers.ts';
import { countOf } from '../units.ts';
import { renderTable } from './table.ts';

/** Runs beside the record, one entry each. */
export interface SlurmRuns {
  readonly starts: readonly SlurmComparison[];
  /** Absent if the preemptions of the record are not known. */
  readonly preemptions: readonly PreemptionComparison[] | undefined;
}

export interface SlurmFindings {
  readonly record: SlurmRecord;
  /** Simulated, each with other phases of all timers: they are judged. */
  readonly any: SlurmRuns;
  readonly gates: readonly SlurmGate[];
  /** Simulated with backfill where the record shows it; absent if it does not. */
  readonly paced: (SlurmRuns & { readonly pace: BackfillPace }) | undefined;
  /** Other runs of the real one. */
  readonly real: SlurmRuns;
}

/** The name of the row of the runs that were simulated with backfill where the record shows it. */
const PACED = 'mean, backfill as recorded';

export function slurmReport(findings: SlurmFindings): string {
  const { record, any, gates } = findings;
  const lines = gates.map(
    (gate) => `${gate.ok ? 'ok    ' : 'FAILED'} ${gate.what}: ${show(gate, gate.value)}, ${limitOf(gate)}\n`,
  );
  const skipped = record.skipped === 0 ? '' : `${record.skipped} jobs of the record have no start or no end and are left out\n`;
  const good = gates.filter((gate) => gate.ok).length;
  const { compared } = any.starts[0];
  const summary = `${good === gates.length ? 'OK' : 'FAILED'}: ${good} of ${gates.length} gates, ${compared} jobs, ${any.starts.length} simulations\n`;
  const tables = [startTable(findings), preemptionTable(findings)].filter((table) => table !== '').join('\n');
  return `${tables}\n${againstAll(findings)}${lines.join('')}${skipped}${summary}`;
}

function startTable({ any, paced, real }: SlurmFindings): string {
  const titles = ['mean wait', 'makespan', 'median s', 'p90 s', 'max s', 'within 60 s', 'by backfill'];
  const columns = [{ title: '' }, ...titles.map((title) => ({ title, align: 'right' as const }))];
  const rows = any.starts.map((run, index) => [`simulated ${index + 1}`, ...cells(run)]);
  rows.push(['mean', ...cells(averageOf(any.starts))]);
  if (paced !== undefined) rows.push([PACED, ...cells(averageOf(paced.starts))]);
  return renderTable(columns, [...rows, ...real.starts.map((run, index) => [againName(index, real), ...cells(run)])]);
}

function againName(index: number, { starts }: SlurmRuns): string {
  return starts.length === 1 ? 'real again' : `real again ${index + 1}`;
}

function preemptionTable({ any, paced, real }: SlurmFindings): string {
  if (any.preemptions === undefined) return '';
  const [first] = any.preemptions;
  const waits = first.waits.map(({ partition }) => `wait in ${partition} s`);
  const titles = ['preemptions', 'same victims', ...waits].map((title) => ({
    title,
    align: 'right' as const,
  }));
  const row = ({ ours, sameVictims, waits: own }: PreemptionComparison) => [
    ours.toFixed(1),
    `${(100 * sameVictims).toFixed(0)} %`,
    ...own.map((wait) => wait.ours.toFixed(1)),
  ];
  // A record tells who was a victim, and not how often.
  const realRow = (one: PreemptionComparison) => ['', ...row(one).slice(1)];
  return renderTable(
    [{ title: '' }, ...titles],
    [
      ['real', String(first.real), '', ...first.waits.map((wait) => wait.real.toFixed(1))],
      ...any.preemptions.map((run, index) => [`simulated ${index + 1}`, ...row(run)]),
      ['mean', ...row(averagePreemptions(any.preemptions))],
      ...(paced?.preemptions === undefined ? [] : [[PACED, ...row(averagePreemptions(paced.preemptions))]]),
      ...(real.preemptions ?? []).map((run, index) => [againName(index, real), ...realRow(run)]),
    ],
  );
}

/** Whether what is simulated differs from what all real runs have in common. */
function againstAll({ any, real }: SlurmFindings): string {
  const meanWait = meanWaitAgainst(any, real);
  if (meanWait === undefined) return '';
  const { difference, halfWidth, runs } = meanWait;
  // A single simulation has no spread to tell.
  const interval = Number.isNaN(halfWidth) ? '' : ` ± ${(100 * halfWidth).toFixed(1)} %, at 95 %`;
  return `mean wait beside the mean of ${countOf(runs, 'real run')}: ${signed(difference)}${interval}\n`;
}

/** As shares of the mean of the real runs; undefined if there is only the record. */
function meanWaitAgainst(any: SlurmRuns, real: SlurmRuns) {
  if (real.starts.length === 0) return undefined;
  const ratios = (runs: readonly SlurmComparison[]) => runs.map(({ meanWait }) => 1 + meanWait);
  const recorded = Float64Array.from([1, ...ratios(real.starts)]);
  const { difference, halfWidth } = welch(recorded, Float64Array.from(ratios(any.starts)));
  const mean = recorded.reduce((sum, one) => sum + one, 0) / recorded.length;
  return {
    difference: difference / mean,
    halfWidth: halfWidth / mean,
    runs: recorded.length,
  };
}

function cells(one: SlurmComparison): string[] {
  const seconds = [one.median, one.p90, one.max].map((value) => value.toFixed(0));
  return [
    signed(one.meanWait),
    signed(one.makespan),
    ...seconds,
    `${(100 * one.withinMinute).toFixed(1)} %`,
    signed(one.backfilled),
  ];
}

function signed(share: number): string {
  return `${share > 0 ? '+' : ''}${(100 * share).toFixed(1)} %`;
}

function show({ unit }: SlurmGate, value: number): string {
  return unit === 's' ? `${value.toFixed(1)} s` : `${(100 * value).toFixed(1)} %`;
}

function limitOf(gate: SlurmGate): string {
  return `${gate.least ? 'at least' : 'at most'} ${show(gate, gate.limit)}`;
}

export function slurmFacts({ record, any, gates, paced, real }: SlurmFindings): object {
  const against = meanWaitAgainst(any, real);
  return {
    ok: gates.every(({ ok }) => ok),
    record: record.name,
    skipped: record.skipped,
    gates: gates.map(({ what, unit, value, limit, least, ok }) => ({
      what,
      unit,
      value,
      limit,
      least,
      ok,
    })),
    mean: inUnits(averageOf(any.starts)),
    ...runFacts(any),
    ...(paced === undefined
      ? {}
      : {
          backfill_as_recorded: {
            first_s: paced.pace.first / 1000,
            period_s: paced.pace.period / 1000,
            mean: inUnits(averageOf(paced.starts)),
            ...runFacts(paced),
          },
        }),
    ...(against === undefined
      ? {}
      : {
          repeats: runFacts(real),
          mean_wait_beside_real_runs: {
            runs: against.runs,
            difference_share: against.difference,
            half_width_share: against.halfWidth,
            confidence: 0.95,
          },
        }),
  };
}

function runFacts({ starts, preemptions }: SlurmRuns): object {
  return {
    runs: starts.map(inUnits),
    ...(preemptions === undefined ? {} : { preemptions: preemptions.map(preemptionFacts) }),
  };
}

function inUnits(one: SlurmComparison): object {
  return {
    compared: one.compared,
    mean_wait_error_share: one.meanWait,
    makespan_error_share: one.makespan,
    start_difference: { median_s: one.median, p90_s: one.p90, max_s: one.max },
    within_minute_share: one.withinMinute,
    backfilled_difference_share: one.backfilled,
  };
}

function preemptionFacts({ real, ours, sameVictims, waits }: PreemptionComparison): object {
  return {
    preemptions: { real, ours },
    same_victims_share: sameVictims,
    waits: waits.map((wait) => ({
      partition: wait.partition,
      jobs: wait.jobs,
      real_s: wait.real,
      ours_s: wait.ours,
    })),
  };
}
