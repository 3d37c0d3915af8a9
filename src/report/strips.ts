/** Charts with a strip of its own for each policy, one below the other, over one axis of time. */
import { chartText } from './chart-text.ts';
import type { TimeWindow, View } from './chart.ts';
import { timeAxis } from './time-axis.ts';

export interface Strip {
  /** The policy. */
  readonly label: string;
  /** What is drawn of it. */
  readonly what: string;
  /** Options of its axis beside those of all strips. */
  readonly axis: Readonly<Record<string, unknown>>;
}

/** Between two strips: the lower half is for the title of the next one [pixels]. */
const GAP = 26;
/** Above all strips for the legend, and below them for the axis of time [pixels]. */
const MARGIN = { l: 62, r: 12, t: 40, b: 46 };

/** The axis of a strip, as traces name it. */
export function stripAxis(strip: number): string {
  return strip === 0 ? 'y' : `y${strip + 1}`;
}

/** Of a chart with so many strips of this height, margins included [pixels]. */
export function stripsHeight(strips: number, height: number): number {
  return strips * (height + GAP) + MARGIN.t + MARGIN.b;
}

/** The layout of such a chart. `height` is that of a strip [pixels]. */
export function stripsLayout(
  strips: readonly Strip[],
  height: number,
  window: TimeWindow,
  { width, theme, zero }: View,
): Record<string, unknown> {
  const whole = strips.length * (height + GAP);
  const font = { color: theme.ink, size: 12 };
  const layout: Record<string, unknown> = {
    xaxis: { ...timeAxis(window, width, theme, zero), anchor: stripAxis(Math.max(0, strips.length - 1)) },
    showlegend: true,
    dragmode: 'zoom',
    hovermode: 'x',
    margin: MARGIN,
    legend: { orientation: 'h', x: 1, xanchor: 'right', y: 1, yanchor: 'bottom', font },
  };
  const annotations = strips.map(({ label, what, axis }, strip) => {
    const top = whole - GAP / 2 - strip * (height + GAP);
    const domain = [(top - height) / whole, top / whole];
    layout[strip === 0 ? 'yaxis' : `yaxis${strip + 1}`] = {
      ...{ domain, gridcolor: theme.grid, zeroline: false, fixedrange: true },
      ...axis,
    };
    return {
      text: `<b>${chartText(label)}</b>: ${what}`,
      ...{ xref: 'paper', yref: 'paper', x: 0, y: top / whole, xanchor: 'left', yanchor: 'bottom', showarrow: false },
      font,
    };
  });
  return { ...layout, annotations };
}
