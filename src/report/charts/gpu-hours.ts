import type { ChartSpec, View } from '../chart.ts';
import { chartText } from '../chart-text.ts';
import type { ReportFacts } from '../model.ts';
import { listed, percent } from '../number-text.ts';

export const gpuHours: ChartSpec = {
  name: 'gpu-hours',
  title: 'Where the GPU-hours went',
  question: 'Of all that the GPUs could have done, how much became work, and what took the rest?',
  isThere: ({ facts }) => partsOf(facts).length > 0,
  draw({ facts, shown }, { theme, width }) {
    const labels = shown.map((run) => run.facts.label);
    const all = partsOf(facts);
    const some = all.filter(({ label }) => labels.includes(label));
    const parts = some.length > 0 ? some : all;
    return {
      // What happened to none of them needs no place in the legend.
      traces: WHERE.filter((what) => parts.some(({ shares }) => (shares.get(what) ?? 0) > 0)).map((what) => ({
        type: 'bar',
        orientation: 'h',
        name: what,
        y: parts.map((_, index) => index),
        x: parts.map(({ shares }) => shares.get(what) ?? 0),
        marker: { color: colorOf(what, theme), line: { width: 0 } },
        customdata: parts.map(
          ({ label, shares, hours }) =>
            `${chartText(label)}<br>${what}: ${(hours.get(what) ?? 0).toFixed(1)} GPU-hours (${percent(shares.get(what) ?? 0)})`,
        ),
        hovertemplate: '%{customdata}<extra></extra>',
      })),
      layout: {
        barmode: 'relative',
        bargap: 0.25,
        xaxis: { title: { text: 'share of all GPU-hours' }, tickformat: '.0%', gridcolor: theme.grid, fixedrange: true },
        yaxis: {
          tickvals: parts.map((_, index) => index),
          ticktext: parts.map(({ label }) => `${chartText(label, width < 500 ? 14 : 30)} `),
          autorange: 'reversed',
          automargin: true,
          fixedrange: true,
        },
        showlegend: true,
        legend: { orientation: 'h', x: 0, y: 1.02, yanchor: 'bottom', traceorder: 'normal', font: { color: theme.ink } },
        hovermode: 'closest',
      },
      height: 120 + 30 * parts.length,
      sentence: sentenceOf(all),
      table: () => ({
        header: ['policy', ...WHERE.map((what) => `${what}_gpu_hours`)],
        rows: all.map(({ label, hours }) => [label, ...WHERE.map((what) => hours.get(what) ?? 0)]),
      }),
    };
  },
};

/** As the metric has them, the best first. */
const WHERE = ['useful', 'slowed', 'reloading', 'preempted', 'failed', 'down', 'idle'] as const;
type Where = (typeof WHERE)[number];

/** The GPU time of one contender, means over its runs. */
interface Part {
  readonly label: string;
  readonly hours: ReadonlyMap<Where, number>;
  readonly shares: ReadonlyMap<Where, number>;
}

function partsOf({ labels, runs }: Pick<ReportFacts, 'labels' | 'runs'>): Part[] {
  return labels.flatMap((label) => {
    const own = runs.filter((run) => run.label === label && Number.isFinite(run.figures['gpu-hours.useful'] ?? NaN));
    if (own.length === 0) return [];
    const mean = (figure: string) => own.reduce((sum, run) => sum + (run.figures[`gpu-hours.${figure}`] ?? 0), 0) / own.length;
    const hours = new Map(WHERE.map((what) => [what, mean(what)] as const));
    return [{ label, hours, shares: new Map(WHERE.map((what) => [what, mean(`${what}-share`)] as const)) }];
  });
}

/** By what kind of thing it is: work, what slows it, what is lost, nobody's. */
function colorOf(what: Where, { series, grid, muted }: View['theme']): string {
  const colors: Readonly<Record<Where, string>> = {
    useful: series[3],
    slowed: series[5],
    reloading: series[1],
    preempted: series[2],
    failed: series[4],
    down: muted,
    idle: grid,
  };
  return colors[what];
}

function sentenceOf(parts: readonly Part[]): string {
  const words = parts.slice(0, 6).map(({ label, shares }) => {
    const lost = WHERE.slice(1).filter((what) => (shares.get(what) ?? 0) > 0);
    const most = lost.sort((a, b) => (shares.get(b) ?? 0) - (shares.get(a) ?? 0))[0];
    const rest = most === undefined ? '' : ` and loses most to ${most} (${percent(shares.get(most) ?? 0)})`;
    return `${label} turns ${percent(shares.get('useful') ?? 0)} into work${rest}`;
  });
  const more = parts.length > words.length ? `; ${parts.length - words.length} more are in the data` : '';
  return `Of all GPU-hours from the first submission to the last end, ${listed(words)}${more}. Means over all runs.`;
}
