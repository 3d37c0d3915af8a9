import type { Command } from 'commander';
import { countOf, formatDuration, parseDuration, SECOND } from '../units.ts';
import { compareSchedules } from '../verify/schedule.ts';
import type { Comparison, Deviation } from '../verify/schedule.ts';
import { EXACT, judge } from '../verify/tolerance.ts';
import type { Tolerance, Verdict } from '../verify/tolerance.ts';
import { examples } from './command.ts';
import { FAILED_CHECK, OK } from './exit-codes.ts';
import { parseShare, signedDuration } from './option-values.ts';
import { print, printJson } from './output.ts';
import { readSchedule } from './schedule-input.ts';

interface Options {
  offset: string;
  within?: string;
  identical?: string;
  median?: string;
  p95?: string;
  max?: string;
  inversions?: string;
  meanWait?: string;
  makespan?: string;
  partial?: boolean;
  json?: boolean;
}

export function declareVerifySchedule(command: Command): void {
  examples(command, [
    'yardmaster verify schedule reference.csv.gz results/easy/jobs.csv',
    'yardmaster verify schedule slurm.csv results/slurm-backfill/jobs.csv --within 60s --identical 50% --mean-wait 4%',
    'yardmaster verify schedule month.sacct results/slurm-backfill/jobs.csv --mean-wait 10%',
    'yardmaster verify schedule alea.csv results/easy/jobs.csv --offset auto',
  ]);
  command
    .argument(
      '<expected>',
      'CSV file, gzipped or not: jobs.csv, or columns id,submit,start,end in seconds; or a trace that has starts',
    )
    .argument('<actual>', 'the same; jobs are matched by id')
    .option('--offset <duration>', 'added to the times of ACTUAL; "auto" = what makes the most starts equal', '0')
    .option('--within <duration>', 'starts that differ by at most this count as identical (default: 0)')
    .option('--identical <share>', 'least share of identical starts (default: 100% if no other tolerance is given)')
    .option('--median <duration>', 'largest median start-time difference')
    .option('--p95 <duration>', 'largest 95th percentile of the start-time difference')
    .option('--max <duration>', 'largest start-time difference')
    .option('--inversions <share>', 'largest share of pairs of jobs in another order')
    .option('--mean-wait <share>', 'largest relative error of the mean wait')
    .option('--makespan <share>', 'largest relative error of the makespan')
    .option('--partial', 'jobs that are in one file only are no failure')
    .option('--json', 'JSON, for machines')
    .action(verifySchedule);
}

async function verifySchedule(expectedPath: string, actualPath: string, options: Options): Promise<void> {
  const tolerance = readTolerance(options);
  const within = options.within === undefined ? 0 : parseDuration(options.within, '--within');
  const offset = options.offset === 'auto' ? options.offset : signedDuration(options.offset, '--offset');
  const expected = await readSchedule(expectedPath);
  const actual = await readSchedule(actualPath);
  const comparison = compareSchedules(expected, actual, { offset, within });
  const verdicts = judge(comparison, tolerance);
  const ok = verdicts.every((verdict) => verdict.ok);
  if (options.json) printJson({ ok, ...inSeconds(comparison), verdicts: verdicts.map(verdictInSeconds) });
  else {
    print(comparisonText(comparison, within));
    print(`${ok ? 'OK' : 'FAILED'}: ${summaryLine(comparison, verdicts)}\n`);
  }
  process.exitCode = ok ? OK : FAILED_CHECK;
}

function readTolerance(options: Options): Tolerance {
  const share = (text: string | undefined, flag: string) => (text === undefined ? undefined : parseShare(text, flag));
  const duration = (text: string | undefined, flag: string) => (text === undefined ? undefined : parseDuration(text, flag));
  const given: Tolerance = {
    identical: share(options.identical, '--identical'),
    median: duration(options.median, '--median'),
    p95: duration(options.p95, '--p95'),
    max: duration(options.max, '--max'),
    inversions: share(options.inversions, '--inversions'),
    meanWait: share(options.meanWait, '--mean-wait'),
    makespan: share(options.makespan, '--makespan'),
  };
  const nothing = Object.values(given).every((limit) => limit === undefined);
  return { ...(nothing ? EXACT : given), partial: options.partial };
}

function comparisonText(comparison: Comparison, within: number): string {
  const { compared, identical, startedInOne, difference, inversions, pairs, offset, worst } = comparison;
  const lines: [string, string][] = [['jobs compared', String(compared)]];
  if (offset !== 0) lines.push(['offset', `${seconds(offset)} added to the times of ACTUAL`]);
  const what = within === 0 ? 'identical starts' : `starts within ${formatDuration(within)}`;
  lines.push([what, `${identical} of ${compared} (${percent(identical / compared)})`]);
  if (startedInOne > 0) lines.push(['started in one file only', String(startedInOne)]);
  lines.push(
    [
      'start-time difference',
      `median ${seconds(difference.median)}, p95 ${seconds(difference.p95)}, max ${seconds(difference.max)}`,
    ],
    ['order inversions', `${inversions} of ${pairs} pairs (${percent(pairs === 0 ? 0 : inversions / pairs)})`],
    ['mean wait', deviationText(comparison.meanWait, 'no submissions in one of the files')],
    ['makespan', deviationText(comparison.makespan, 'no ends in one of the files')],
  );
  lines.push(...onlyInOne('missing in ACTUAL', comparison.missing), ...onlyInOne('not in EXPECTED', comparison.extra));
  const width = Math.max(...lines.map(([label]) => label.length));
  const text = lines.map(([label, value]) => `${label.padEnd(width)}  ${value}\n`).join('');
  if (worst.length === 0) return text;
  const rows = worst.map(({ id, expected, actual }) => `  job ${id}: expected ${seconds(expected)}, actual ${seconds(actual)}\n`);
  return `${text}largest differences of start\n${rows.join('')}`;
}

/** How many ids are named when jobs are missing. */
const NAMED = 10;

function onlyInOne(label: string, ids: readonly string[]): [string, string][] {
  if (ids.length === 0) return [];
  const more = ids.length > NAMED ? `, and ${ids.length - NAMED} more` : '';
  return [[label, `${countOf(ids.length, 'job')}: ${ids.slice(0, NAMED).join(', ')}${more}`]];
}

function summaryLine({ compared, identical, missing, extra }: Comparison, verdicts: readonly Verdict[]): string {
  const agreed = `${identical} of ${compared} starts agree (${percent(identical / compared)})`;
  const unmatched = missing.length + extra.length > 0 ? `, ${countOf(missing.length, 'job')} missing, ${extra.length} extra` : '';
  const outside = verdicts.filter(({ ok }) => !ok).map(({ what }) => FLAGS[what]);
  return `${agreed}${unmatched}${outside.length > 0 ? `; outside tolerance: ${outside.join(', ')}` : ''}`;
}

const FLAGS: Record<Verdict['what'], string> = {
  identical: '--identical',
  median: '--median',
  p95: '--p95',
  max: '--max',
  inversions: '--inversions',
  meanWait: '--mean-wait',
  makespan: '--makespan',
  jobs: 'jobs in one file only',
};

function deviationText(deviation: Deviation | undefined, why: string): string {
  if (!deviation) return `- (${why})`;
  const { expected, actual, error, share } = deviation;
  const sign = error > 0 ? '+' : '';
  return `expected ${seconds(expected)}, actual ${seconds(actual)}, error ${sign}${seconds(error)} (${sign}${percent(share)})`;
}

function seconds(ms: number): string {
  return Number.isNaN(ms) ? 'none' : `${Math.round(ms) / SECOND} s`;
}

function percent(share: number): string {
  if (Number.isNaN(share)) return '-';
  // Rounded towards what is not perfect: 4605 of 4606 must not read as 100 %.
  const hundredths = share < 1 ? Math.min(Math.round(share * 10_000), 9999) : Math.round(share * 10_000);
  return `${hundredths / 100} %`;
}

/** The comparison for machines: times in seconds, with the unit in the name. */
function inSeconds({ compared, identical, startedInOne, missing, extra, inversions, pairs, ...rest }: Comparison): object {
  const deviation = (from: Deviation | undefined) =>
    from && {
      expected_s: from.expected / SECOND,
      actual_s: from.actual / SECOND,
      error_s: from.error / SECOND,
      error_share: from.share,
    };
  const { difference, meanWait, makespan, offset, worst } = rest;
  return {
    compared,
    identical,
    identical_share: identical / compared,
    started_in_one: startedInOne,
    missing,
    extra,
    offset_s: offset / SECOND,
    start_difference: { median_s: difference.median / SECOND, p95_s: difference.p95 / SECOND, max_s: difference.max / SECOND },
    inversions,
    pairs,
    mean_wait: deviation(meanWait),
    makespan: deviation(makespan),
    worst: worst.map(({ id, expected, actual }) => ({ job: id, expected_s: expected / SECOND, actual_s: actual / SECOND })),
  };
}

function verdictInSeconds({ what, value, limit, ok }: Verdict): object {
  const unit = what === 'median' || what === 'p95' || what === 'max' ? SECOND : 1;
  return { option: FLAGS[what], value: value / unit, limit: limit / unit, ok };
}
