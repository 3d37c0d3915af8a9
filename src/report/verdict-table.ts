import { figureWords } from '../experiment/statistics/sentence.ts';
import { escapeHtml } from './html.ts';
import type { ReportFacts, RunFacts, VerdictFacts } from './model.ts';
import { changeText, percent, quantity } from './number-text.ts';
import { grouped } from '../units.ts';

/** A row of the table: a figure of each policy. */
interface Line {
  readonly title: string;
  /** Flat name of the figure. */
  readonly figure: string;
  readonly unit: string;
  readonly better: 'lower' | 'higher' | 'neither';
  /** Left out if no run has any. */
  readonly ifAny?: boolean;
}

const LINES: readonly Line[] = [
  { title: 'Mean wait', figure: 'wait.mean', unit: 's', better: 'lower' },
  { title: 'Median wait', figure: 'wait.median', unit: 's', better: 'lower' },
  { title: 'p95 wait', figure: 'wait.p95', unit: 's', better: 'lower' },
  { title: 'Mean bounded slowdown', figure: 'bounded-slowdown.mean', unit: 'ratio', better: 'lower' },
  { title: 'Utilization', figure: 'utilization', unit: 'share', better: 'higher' },
  { title: 'GPU utilization', figure: 'gpu-utilization', unit: 'share', better: 'higher', ifAny: true },
  { title: 'Makespan', figure: 'makespan', unit: 's', better: 'lower' },
  { title: 'Fairness of slowdowns (Jain)', figure: 'jain-bounded-slowdown', unit: 'ratio', better: 'higher', ifAny: true },
  { title: 'Restarts', figure: 'restarts', unit: '', better: 'neither', ifAny: true },
  { title: 'Core-hours lost', figure: 'core-hours-lost', unit: 'core-hours', better: 'lower', ifAny: true },
];

/** Where nobody measured waits, as scenarios of systems may choose. */
const SEEN_FROM_OUTSIDE: readonly Line[] = [
  { title: 'Mean visible stretch', figure: 'visible-stretch.mean', unit: 'ratio', better: 'lower' },
  { title: 'Mean visible turnaround', figure: 'visible-turnaround.mean', unit: 's', better: 'lower' },
  { title: 'Useful node time', figure: 'node-time.useful', unit: 'share', better: 'higher' },
];

/** Beyond this many policies each has a row, and each figure a column. */
const MOST_COLUMNS = 4;

interface Cell {
  readonly value: number;
  readonly best: boolean;
  readonly verdict?: VerdictFacts;
  /** Relative to the baseline [ratio]; NaN for the baseline itself. */
  readonly change: number;
}

/** The table that decides: figures by policy, differences to the baseline, the best of each in words. */
export function verdictTable(facts: ReportFacts): string {
  const lines = linesOf(facts);
  const cells = lines.map((line) => cellsOf(line, facts));
  return facts.contenders.length <= MOST_COLUMNS ? byFigure(facts, lines, cells) : byPolicy(facts, lines, cells);
}

/** What verdicts are on beside the usual leads. A figure that no run was asked for is no line of dashes. */
function linesOf({ runs, verdicts }: ReportFacts): readonly Line[] {
  const measured = ({ figure }: Line) => runs.some((run) => figure in run.figures);
  const above = ({ figure }: Line) => runs.some((run) => (run.figures[figure] ?? 0) > 0);
  const seen = measured(LINES[0]) ? [] : SEEN_FROM_OUTSIDE.filter(measured);
  const usual = [...seen, ...LINES.filter((line) => measured(line) && (!line.ifAny || above(line)))];
  const judged = new Map(verdicts.map((verdict) => [nameOf(verdict), verdict]));
  for (const { figure } of usual) judged.delete(figure);
  return [...[...judged].map(([figure, verdict]) => lineOf(figure, verdict)), ...usual];
}

function lineOf(figure: string, { metric, figure: own, unit, better }: VerdictFacts): Line {
  const words = figureWords({ name: metric, ...(own !== '' && { figure: own }) });
  return { title: `${words.charAt(0).toUpperCase()}${words.slice(1)}`, figure, unit, better };
}

function cellsOf(line: Line, facts: ReportFacts): Cell[] {
  const values = facts.contenders.map(({ runs }) =>
    meanOf(
      runs.map((index) => facts.runs[index]),
      line.figure,
    ),
  );
  const best = bestOf(values, line.better);
  return values.map((value, at) => ({
    value,
    best: value === best,
    change: at === 0 ? NaN : (value - values[0]) / Math.abs(values[0]),
    verdict: facts.verdicts.find((one) => one.label === facts.contenders[at].label && nameOf(one) === line.figure),
  }));
}

function nameOf({ metric, figure }: VerdictFacts): string {
  return figure === '' ? metric : `${metric}.${figure}`;
}

function meanOf(runs: readonly RunFacts[], figure: string): number {
  const values = runs.flatMap((run) => run.figures[figure] ?? []);
  return values.length === 0 ? NaN : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** NaN if none is better than another. */
function bestOf(values: readonly number[], better: Line['better']): number {
  const present = values.filter((value) => !Number.isNaN(value));
  if (better === 'neither' || new Set(present).size < 2) return NaN;
  return better === 'lower' ? Math.min(...present) : Math.max(...present);
}

function byFigure({ contenders, baseline }: ReportFacts, lines: readonly Line[], cells: readonly Cell[][]): string {
  const head = contenders.map(
    ({ label }) => `<th scope="col">${escapeHtml(label)}${label === baseline ? baselineMark(contenders) : ''}</th>`,
  );
  const rows = lines.map(
    (line, at) =>
      `<tr><th scope="row">${escapeHtml(line.title)}</th>${cells[at].map((cell) => cellHtml(cell, line)).join('')}</tr>`,
  );
  return table(`<tr><td></td>${head.join('')}</tr>`, rows);
}

function byPolicy(
  { contenders, baseline, kind = 'policy' }: ReportFacts,
  lines: readonly Line[],
  cells: readonly Cell[][],
): string {
  const head = lines.map(({ title }) => `<th scope="col">${escapeHtml(title)}</th>`);
  const rows = contenders.map(
    ({ label }, at) =>
      `<tr><th scope="row">${escapeHtml(label)}${label === baseline ? baselineMark(contenders) : ''}</th>` +
      `${lines.map((line, row) => cellHtml(cells[row][at], line)).join('')}</tr>`,
  );
  return table(`<tr><th scope="col">${kind[0].toUpperCase()}${kind.slice(1)}</th>${head.join('')}</tr>`, rows);
}

function table(head: string, rows: readonly string[]): string {
  return (
    `<div class="scroll" role="region" tabindex="0" aria-label="Figures by policy"><table class="verdict">` +
    `<thead>${head}</thead><tbody>${rows.join('')}</tbody></table></div>`
  );
}

function baselineMark(contenders: readonly unknown[]): string {
  return contenders.length > 1 ? ' <span class="mark">baseline</span>' : '';
}

function cellHtml({ value, best, change, verdict }: Cell, { unit, better }: Line): string {
  const text = unit === '' || unit === 'core-hours' ? grouped(value) : quantity(Number.isNaN(value) ? null : value, unit);
  const mark = best ? ' <span class="best">best</span>' : '';
  return `<td><span class="value">${escapeHtml(text)}</span>${mark}${changeHtml(change, better, verdict)}</td>`;
}

/** How it differs from the baseline; faint where the statistics do not stand behind it. */
function changeHtml(change: number, better: Line['better'], verdict: VerdictFacts | undefined): string {
  if (!Number.isFinite(change)) return '';
  const good = better === 'neither' || change === 0 ? 'same' : change < 0 === (better === 'lower') ? 'better' : 'worse';
  const unsure = verdict === undefined || ['undecided', 'equivalent', 'equal'].includes(verdict.conclusion);
  const { low, high } = verdict?.change ?? { low: null, high: null };
  const interval =
    low === null || high === null
      ? ''
      : ` <span class="interval">[${percent(low)}, ${percent(high)}]</span>`.replaceAll('[-', '[−').replaceAll(', -', ', −');
  const judged = unsure ? verdict?.conclusion : good === 'same' ? undefined : good;
  const word = judged === undefined ? '' : `, ${judged}`;
  return `<span class="change ${unsure ? 'same' : good}">${changeText(change)}${word}${interval}</span>`;
}
