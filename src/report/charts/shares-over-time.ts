import { instantText, spanText } from '../calendar.ts';
import { withTables } from '../chart.ts';
import type { ChartData, ChartSpec, DataTable, Figure, TableRun, TimeWindow, View } from '../chart.ts';
import { chartText, shortName } from '../chart-text.ts';
import { heldTime } from '../held-time.ts';
import type { HeldTime } from '../held-time.ts';
import { JOB_FIGURES } from '../job-figures.ts';
import { listed, percent } from '../number-text.ts';
import { ownerChosen, ownersIn } from '../owners.ts';
import type { Owner } from '../owners.ts';
import { stripAxis, stripsHeight, stripsLayout } from '../strips.ts';
import { colorOf } from '../theme.ts';
import { byOwner } from './fairness.ts';
import { wholeTime } from './utilization.ts';

export const sharesOverTime: ChartSpec = {
  name: 'shares-over-time',
  title: 'Who held the machine',
  question: 'Whose jobs held how much of what was in use, and was it what they are entitled to?',
  axis: 'time',
  isThere: (data) => ownersIn(data).length > 0,
  choices: (data) => [{ name: 'owner', label: 'By', options: [...ownersIn(data)].sort(entitledFirst(data)) }],
  draw(data, view) {
    const window = view.window ?? wholeTime(data);
    const owner = ownerChosen(data, view.chosen.owner ?? [...ownersIn(data)].sort(entitledFirst(data))[0].value);
    const names = largestOwners(data, owner);
    const runs = withTables(data).map((run): SharedRun => ({ ...run, time: heldTime(run.table, owner, window, PARTS) }));
    const entitled = data.facts.entitlements?.[owner] ?? {};
    return {
      traces: runs.flatMap((run, strip) => tracesOf(run, strip, { names, entitled, window, owner }, view)),
      layout: layoutOf(runs, window, view),
      height: stripsHeight(runs.length, STRIP),
      sentence: sentenceOf(runs, { names, entitled, window, owner }, view),
      table: () => tableOf(runs, owner, entitled, window),
    };
  },
};

/** Parts of the window that shares are taken in. */
const PARTS = 60;
/** Owners that are drawn: more lines are not told apart. */
const SHOWN = 5;

interface SharedRun extends TableRun {
  readonly time: HeldTime;
}

interface Shown {
  readonly names: readonly string[];
  /** Of the whole, by name [ratio]. */
  readonly entitled: Readonly<Record<string, number>>;
  readonly window: TimeWindow;
  readonly owner: Owner;
}

/** Those first that entitlements are known of. */
function entitledFirst({ facts: { entitlements = {} } }: ChartData) {
  const rank = ({ value }: { value: Owner }) => (entitlements[value] === undefined ? 1 : 0);
  return (a: { value: Owner }, b: { value: Owner }) => rank(a) - rank(b);
}

/** Under the first policy, over the whole run, so that they stay the same while the window moves. */
function largestOwners(data: ChartData, owner: Owner): string[] {
  const [{ table }] = withTables(data);
  return byOwner(table, owner, JOB_FIGURES[0])
    .filter(({ coreHours }) => coreHours > 0)
    .slice(0, SHOWN)
    .map(({ name }) => name);
}

/** Accounts of Slurm are kept in lower case. */
function entitledTo(entitled: Shown['entitled'], name: string): number | undefined {
  const key = [name, name.toLowerCase()].find((one) => Object.hasOwn(entitled, one));
  return key === undefined ? undefined : entitled[key];
}

/** In each part; NaN where nobody held anything. */
function sharesOf({ owners, parts, held, all }: HeldTime, name: string): number[] {
  const first = owners.indexOf(name) * parts;
  return Array.from(all, (total, part) => (total > 0 ? (first < 0 ? 0 : held[first + part]) / total : NaN));
}

/** Over the whole window; NaN where nobody held anything. */
function shareOf({ owners, parts, held, all }: HeldTime, name: string): number {
  const sum = (values: Float64Array) => values.reduce((total, value) => total + value, 0);
  const first = owners.indexOf(name) * parts;
  return (first < 0 ? 0 : sum(held.subarray(first, first + parts))) / sum(all);
}

/** The last level holds until the end. */
function steps(levels: readonly number[]): number[] {
  return [...levels, levels[levels.length - 1]];
}

/** Height of the strip of a policy [pixels]. */
const STRIP = 130;

function tracesOf(
  run: SharedRun,
  strip: number,
  { names, entitled, window, owner }: Shown,
  { theme, zero }: View,
): Figure['traces'] {
  const yaxis = stripAxis(strip);
  const width = (window.until - window.from) / PARTS;
  const x = Array.from({ length: PARTS + 1 }, (_, part) => window.from + part * width);
  return names.flatMap((name, index) => {
    const color = colorOf(theme, index + 1);
    const common = { type: 'scatter', mode: 'lines', name: `${owner} ${chartText(name, 20)}`, legendgroup: String(index), yaxis };
    const shares = {
      ...common,
      showlegend: strip === 0,
      x,
      y: steps(sharesOf(run.time, name)),
      customdata: x.map((at) => instantText(at, zero)),
      hovertemplate: `${owner} ${chartText(name)}: %{y:.1%}<extra>%{customdata}</extra>`,
      line: { color, width: 1.6, shape: 'hv' },
    };
    const right = entitledTo(entitled, name);
    if (right === undefined) return [shares];
    const line = { color, width: 1.2, dash: 'dot' };
    const ends = [window.from, window.until];
    return [shares, { ...common, showlegend: false, x: ends, y: ends.map(() => right), hoverinfo: 'skip', line }];
  });
}

function layoutOf(runs: readonly SharedRun[], window: TimeWindow, view: View): Record<string, unknown> {
  const axis = { range: [0, 1.02], tickvals: [0, 0.5, 1], tickformat: '.0%' };
  const strips = runs.map(({ facts: { label } }) => ({ label, what: 'share of the processor time held', axis }));
  return stripsLayout(strips, STRIP, window, view);
}

function sentenceOf(runs: readonly SharedRun[], { names, entitled, window, owner }: Shown, { zero }: View): string {
  if (names.length === 0) return `No job of any ${owner} ran.`;
  const words = runs.map(({ facts, time }) => {
    const parts = names.slice(0, 3).map((name) => {
      const right = entitledTo(entitled, name);
      const claim = right === undefined ? '' : ` (entitled to ${percent(right)})`;
      return `${owner} ${shortName(name)} ${percent(shareOf(time, name))}${claim}`;
    });
    return `${facts.label} gave ${listed(parts)}`;
  });
  const lines = Object.keys(entitled).length > 0 ? ' Dotted: what each is entitled to.' : '';
  return `Of the processor time held over ${spanText(window, zero)}, ${words.join('; ')}.${lines}`;
}

function tableOf(runs: readonly SharedRun[], owner: Owner, entitled: Shown['entitled'], window: TimeWindow): DataTable {
  const width = (window.until - window.from) / PARTS;
  const rows = runs.flatMap(({ facts, table, time: { owners, held, all } }) =>
    owners.flatMap((name, code) =>
      Array.from(all, (total, part) => {
        const hours = held[code * PARTS + part];
        const right = entitledTo(entitled, name) ?? '';
        return [
          facts.label,
          name,
          (table.origin + window.from + part * width) / 1000,
          hours,
          total > 0 ? hours / total : '',
          right,
        ];
      }),
    ),
  );
  return { header: ['policy', owner, 'from_s', 'core_hours', 'share', 'entitled_share'], rows };
}
