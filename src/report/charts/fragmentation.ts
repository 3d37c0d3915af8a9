import type { PoolFacts } from '../../results/pool-facts.ts';
import { instantText, spanText } from '../calendar.ts';
import { withTables } from '../chart.ts';
import type { ChartData, ChartSpec, Choice, DataTable, Figure, TableRun, TimeWindow, View } from '../chart.ts';
import { decimate, firstAfter, integralsOf, meansOver, stepsWithin } from '../decimate.ts';
import { freeSteps } from '../free-nodes.ts';
import type { FreeSteps, Resource } from '../free-nodes.ts';
import { madeOncePerKey } from '../known.ts';
import { listed, percent, shortNumber } from '../number-text.ts';
import type { PageTable } from '../page-table.ts';
import { stripAxis, stripsHeight, stripsLayout } from '../strips.ts';
import { wholeTime } from './utilization.ts';
import { countOf, grouped } from '../../units.ts';

export const fragmentation: ChartSpec = {
  name: 'fragmentation',
  title: 'Fragmentation',
  question: 'How much of what was free could a larger request have used on one node?',
  axis: 'time',
  isThere: (data) => resourcesIn(data).length > 0,
  choices: (data): readonly Choice[] => [{ name: 'resource', label: 'Of', options: resourcesIn(data) }],
  draw(data, view) {
    const window = view.window ?? wholeTime(data);
    const resource = resourceOf(data, view.chosen.resource);
    const runs = runsWith(data, resource);
    return {
      traces: runs.flatMap((run, strip) => tracesOf(run, strip, window, view)),
      layout: layoutOf(runs, window, view),
      height: stripsHeight(runs.length, STRIP),
      sentence: sentenceOf(runs, window, view),
      table: () => tableOf(runs, window),
    };
  },
};

const INTERRUPTED = ' Nodes that are down count as free, and of an interrupted job only its last run is placed.';
const RESIZED = ' Of a job that was resized only what it held last is placed: what it held before counts as free.';

const RESOURCES = [
  { value: 'gpus', label: 'GPUs', one: 'GPU' },
  { value: 'processors', label: 'processors', one: 'processor' },
] as const;

interface FreeRun extends TableRun {
  readonly free: FreeSteps;
  readonly one: string;
}

/** As long as the trace, so it is made once. */
const freeOnce = {
  gpus: madeOncePerKey((table: PageTable, pools: readonly PoolFacts[]) => freeSteps(table, pools, 'gpus')),
  processors: madeOncePerKey((table: PageTable, pools: readonly PoolFacts[]) => freeSteps(table, pools, 'processors')),
};

function freeOf({ table, facts: { pools } }: TableRun, resource: Resource): FreeSteps | undefined {
  return pools && freeOnce[resource](table, pools);
}

/** What nodes have more than one of: one alone is free or held, and never in pieces. */
function resourcesIn(data: ChartData): { value: Resource; label: string }[] {
  const runs = withTables(data).filter(({ table }) => table.placements !== undefined);
  const most = (of: 'gpus' | 'cpus') =>
    Math.max(0, ...runs.flatMap(({ facts: { pools = [] } }) => pools.map((pool) => pool[of])));
  return RESOURCES.filter(({ value }) => most(value === 'gpus' ? 'gpus' : 'cpus') > 1);
}

function resourceOf(data: ChartData, name: string | undefined): Resource {
  const there = resourcesIn(data);
  return (there.find(({ value }) => value === name) ?? there[0]).value;
}

function runsWith(data: ChartData, resource: Resource): FreeRun[] {
  const one = RESOURCES.find(({ value }) => value === resource)?.one ?? resource;
  return withTables(data).flatMap((run) => {
    const free = freeOf(run, resource);
    return free === undefined ? [] : [{ ...run, free, one }];
  });
}

/** Height of the strip of a policy [pixels]. */
const STRIP = 110;
/** Pixels that a mean is taken over where there are more steps than pixels. */
const MEAN_OVER = 3;

/** From the smallest request, in the faintest colour, to the largest: each area lies within the one before. */
function tracesOf({ free, one }: FreeRun, strip: number, window: TimeWindow, { width, theme, zero }: View): Figure['traces'] {
  const columns = Math.max(100, Math.floor(width));
  return free.sizes.map((size, index) => {
    const steps = { time: free.time, value: free.usable[index] };
    const few = stepsWithin(steps, window) <= columns;
    const drawn = few
      ? decimate(steps, window, columns)
      : meansOver(steps, integralsOf(steps), window, Math.floor(columns / MEAN_OVER));
    const color = theme.sequential[2 + Math.round((index * (theme.sequential.length - 4)) / Math.max(1, free.sizes.length - 1))];
    return {
      type: 'scatter',
      mode: 'lines',
      name: size === 1 ? `free` : `for ${countOf(size, one)}`,
      legendgroup: String(size),
      showlegend: strip === 0,
      yaxis: stripAxis(strip),
      x: Array.from(drawn.time),
      y: Array.from(drawn.value),
      customdata: Array.from(drawn.time, (at) => instantText(at, zero)),
      hovertemplate: `%{y:,.0f} ${size === 1 ? 'free' : `usable by requests of ${size}`}<extra>%{customdata}</extra>`,
      line: { color, width: 0.8, shape: 'hv' },
      fill: 'tozeroy',
      fillcolor: color,
    };
  });
}

function layoutOf(runs: readonly FreeRun[], window: TimeWindow, view: View): Record<string, unknown> {
  const most = Math.max(1, ...runs.map(({ free }) => mostWithin(free, window)));
  const axis = { range: [0, 1.05 * most], nticks: 4 };
  const strips = runs.map(({ facts: { label }, one }) => ({ label, what: `free ${one}s`, axis }));
  return stripsLayout(strips, STRIP, window, view);
}

function mostWithin({ time, usable: [all] }: FreeSteps, { from, until }: TimeWindow): number {
  let most = 0;
  for (let at = Math.max(0, firstAfter(time, from) - 1); at < time.length && time[at] <= until; at++)
    most = Math.max(most, all[at]);
  return most;
}

function sentenceOf(runs: readonly FreeRun[], window: TimeWindow, { zero }: View): string {
  if (runs.length === 0) return 'The nodes that jobs held are not those that the results say the cluster has.';
  const words = runs.map(({ facts, free, one }) => {
    const { time, usable, sizes, total } = free;
    const own = { from: window.from, until: Math.min(window.until, time[time.length - 1]) };
    if (own.until <= own.from) return `${facts.label} was done before`;
    const means = usable.map((value) => meansOver({ time, value }, integralsOf({ time, value }), own, 1).value[0]);
    const parts = sizes
      .slice(1)
      .map((size, index) => `${percent(means[0] > 0 ? means[index + 1] / means[0] : NaN)} by requests of ${size}`);
    const which = parts.length === 0 ? '' : `, usable ${listed(parts)}`;
    return `under ${facts.label} ${shortNumber(means[0])} of ${grouped(total)} ${one}s were free${which}`;
  });
  const isRough = runs.some(({ table }) => table.attempts !== undefined);
  const isResized = runs.some(({ table }) => table.resizes !== undefined);
  const caveat = `${isRough ? INTERRUPTED : ''}${isResized ? RESIZED : ''}`;
  return `On average over ${spanText(window, zero)}: ${words.join('; ')}. A node with 7 free takes one request of 4: 4 of the 7 are usable by it.${caveat}`;
}

function tableOf(runs: readonly FreeRun[], window: TimeWindow): DataTable {
  const sizes = [...new Set(runs.flatMap(({ free }) => free.sizes))].sort((a, b) => a - b);
  const rows: (string | number)[][] = [];
  for (const { facts, table, free } of runs) {
    const { time } = free;
    for (let at = Math.max(0, firstAfter(time, window.from) - 1); at < time.length && time[at] <= window.until; at++) {
      const usable = sizes.map((size) => free.usable[free.sizes.indexOf(size)]?.[at] ?? '');
      rows.push([facts.label, (table.origin + time[at]) / 1000, ...usable]);
    }
  }
  return { header: ['policy', 'time_s', ...sizes.map((size) => `usable_by_${size}`)], rows };
}
