import type { FinishedRun } from './run.ts';
import { renderTable } from './table.ts';
import { colorsFor } from './terminal.ts';
import { countOf, grouped } from '../units.ts';

/** A row of the comparison: one number of each run. */
interface Line {
  readonly title: string;
  of(run: FinishedRun): number;
  show(value: number): string;
  /** Which way is better, if the difference to the baseline is worth showing. */
  readonly better?: 'lower' | 'higher';
}

const seconds = (value: number) => (Number.isNaN(value) ? '-' : value.toFixed(1));
const ratio = (value: number) => (Number.isNaN(value) ? '-' : value.toFixed(3));
const percent = (value: number) => (Number.isNaN(value) ? '-' : `${(100 * value).toFixed(2)} %`);

const LINES: readonly Line[] = [
  { title: 'wait, mean [s]', of: figure('wait', 'mean'), show: seconds, better: 'lower' },
  { title: 'wait, median [s]', of: figure('wait', 'median'), show: seconds, better: 'lower' },
  { title: 'wait, p95 [s]', of: figure('wait', 'p95'), show: seconds, better: 'lower' },
  { title: 'bounded slowdown, mean', of: figure('bounded-slowdown', 'mean'), show: ratio, better: 'lower' },
  { title: 'utilization', of: value('utilization'), show: percent, better: 'higher' },
  { title: 'GPU utilization', of: value('gpu-utilization'), show: percent, better: 'higher' },
  { title: 'makespan [s]', of: value('makespan'), show: seconds, better: 'lower' },
  { title: 'jobs completed', of: ({ states }) => states.completed, show: grouped },
  { title: 'jobs failed', of: ({ states }) => states.failed, show: grouped },
  { title: 'jobs cancelled', of: ({ states }) => states.cancelled, show: grouped },
  { title: 'jobs killed', of: ({ states }) => states.killed, show: grouped },
  { title: 'jobs rejected', of: ({ states }) => states.rejected, show: grouped },
  { title: 'jobs unfinished', of: ({ states, serving }) => states.unfinished - serving, show: grouped },
  { title: 'services running', of: ({ serving }) => serving, show: grouped },
  { title: 'restarts', of: value('restarts'), show: grouped },
  { title: 'core-hours lost', of: value('core-hours-lost'), show: (hours) => hours.toFixed(2), better: 'lower' },
];

/** Lines that are left out where no run has any. */
const ONLY_IF_ANY = new Set([
  'GPU utilization',
  'jobs failed',
  'jobs cancelled',
  'services running',
  'restarts',
  'core-hours lost',
]);

/** Shown together: that restarts cost nothing is worth knowing too. */
const OF_INTERRUPTIONS = new Set(['restarts', 'core-hours lost']);

/** The comparison of the runs, a column each, with the difference to the baseline; then their digests. */
export function comparisonTable(runs: readonly FinishedRun[], baseline: number, until?: string): string {
  const interrupted = runs.some((run) => value('restarts')(run) > 0);
  const shown = LINES.filter(
    ({ title, of }) => (interrupted && OF_INTERRUPTIONS.has(title)) || !ONLY_IF_ANY.has(title) || runs.some((run) => of(run) > 0),
  );
  const columns = runs.flatMap((run, index) => [
    { title: run.policy.label + (run.oracle ? ' (oracle)' : ''), align: 'right' as const },
    ...(index === baseline ? [] : [{ title: '', align: 'left' as const }]),
  ]);
  const rows = shown.map((line) => [
    line.title,
    ...runs.flatMap((run, index) => [
      line.show(line.of(run)),
      ...(index === baseline ? [] : [difference(line, line.of(run), line.of(runs[baseline]))]),
    ]),
  ]);
  const table = renderTable([{ title: '' }, ...columns], rows);
  const width = Math.max(...runs.map(({ policy }) => policy.label.length));
  const digests = runs.map(({ policy, digest }) => `digest of ${policy.label.padEnd(width)}  ${digest}\n`).join('');
  const oracles = runs.some(({ oracle }) => oracle)
    ? 'oracle: a policy that was told true run times, which no real scheduler is\n'
    : '';
  const cut =
    until !== undefined && runs.some(({ states }) => states.unfinished > 0)
      ? `stopped ${until} after the first submission: figures of jobs cover only those that were over by then\n`
      : '';
  return `${table}\n${cut}${runs.map(waitingNote).join('')}${oracles}${digests}`;
}

/** A mean over those that started flatters a policy under which the others wait. */
function waitingNote({ policy, waiting, measurements }: FinishedRun): string {
  if (waiting.jobs === 0) return '';
  const wait = measurements.find(({ name }) => name === 'wait');
  const mean = wait?.figures?.find(({ name }) => name === 'mean')?.value ?? NaN;
  const started = wait?.jobs ?? 0;
  const known = started === 0 ? 0 : started * mean;
  const atLeast = (known + waiting.seconds) / (started + waiting.jobs);
  const soFar = (waiting.seconds / waiting.jobs).toFixed(1);
  return `${policy.label}: ${countOf(waiting.jobs, 'job')} had not started, after ${soFar} s on average; the mean wait of all is at least ${atLeast.toFixed(1)} s\n`;
}

function difference({ better }: Line, value: number, baseline: number): string {
  if (better === undefined || Number.isNaN(value) || Number.isNaN(baseline)) return '';
  const { green, red } = colorsFor(process.stdout);
  if (value === baseline) return '=';
  if (!(baseline > 0 && value >= 0)) return '';
  const share = (100 * (value - baseline)) / baseline;
  // Beyond a factor of ten a percentage is hard to read.
  const text =
    share >= 900
      ? `x ${(value / baseline).toPrecision(3)}`
      : `${share > 0 ? '+' : ''}${share.toFixed(Math.abs(share) < 10 ? 2 : 1)} %`;
  return value < baseline === (better === 'lower') ? green(text) : red(text);
}

function value(metric: string): (run: FinishedRun) => number {
  return ({ measurements }) => measurements.find(({ name }) => name === metric)?.value ?? NaN;
}

function figure(metric: string, name: string): (run: FinishedRun) => number {
  return ({ measurements }) =>
    measurements.find((one) => one.name === metric)?.figures?.find((one) => one.name === name)?.value ?? NaN;
}
