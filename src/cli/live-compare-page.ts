/** One page, without any other file: the figures of "live compare", and processors held over time on both sides. */
import type { Overlay } from '../live/compare/occupation.ts';
import { divergenceLines, figureRows, latencyLines } from './live-compare-text.ts';
import type { LiveComparison } from './live-compare.ts';

const [WIDTH, HEIGHT, MARGIN] = [900, 220, 40];

const STYLE = `
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #222; }
table { border-collapse: collapse; } td, th { padding: .15rem 1rem .15rem 0; text-align: left; font-variant-numeric: tabular-nums; }
pre { white-space: pre-wrap; background: #f5f5f5; padding: .6rem; } svg { width: 100%; height: auto; }
.a { stroke: #0072b2; } .b { stroke: #d55e00; } path { fill: none; stroke-width: 1.5; } text { font-size: 11px; fill: #444; }
`;

export function comparisonPage(comparisons: readonly LiveComparison[]): string {
  const title = 'Live against simulated';
  return (
    `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>${title}</title><style>${STYLE}</style></head>` +
    `<body><h1>${title}</h1>${comparisons.map(section).join('')}</body></html>\n`
  );
}

function section(comparison: LiveComparison): string {
  const { policy, model, simulated, live } = comparison;
  const rows = figureRows(comparison).map((cells) => `<tr>${cells.map((cell) => `<td>${escaped(cell)}</td>`).join('')}</tr>`);
  const text = [...latencyLines(comparison), ...divergenceLines(simulated.divergence, simulated.tolerance)].join('\n');
  return (
    `<h2>${escaped(policy)} against ${escaped(model)}</h2><p>Time scale ${live.time_scale}.</p>` +
    `<table><tr><th></th><th>live &minus; simulated</th><th>repeat &minus; live</th></tr>${rows.join('')}</table>` +
    `<h3>Processors held: simulated (blue), live (orange)</h3>${chart(simulated.occupation)}<pre>${escaped(text)}</pre>`
  );
}

function chart({ time, a, b }: Overlay): string {
  if (time.length === 0) return '<p>No job ran.</p>';
  const [first, last] = [time[0], time[time.length - 1]];
  const top = Math.max(1, ...a, ...b);
  const x = (at: number) => MARGIN + ((at - first) / Math.max(1, last - first)) * (WIDTH - MARGIN);
  const y = (value: number) => HEIGHT - 20 - (value / top) * (HEIGHT - 30);
  const steps = (values: readonly number[]) =>
    values
      .map(
        (value, index) =>
          `${index === 0 ? 'M' : 'H'}${x(time[index]).toFixed(1)}${index === 0 ? ' ' : 'V'}${y(value).toFixed(1)}`,
      )
      .join('');
  return (
    `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="processors held over time">` +
    `<text x="0" y="${y(top) + 4}">${top}</text><text x="0" y="${y(0)}">0</text>` +
    `<text x="${MARGIN}" y="${HEIGHT - 4}">${first / 1000} s</text>` +
    `<text x="${WIDTH}" y="${HEIGHT - 4}" text-anchor="end">${last / 1000} s</text>` +
    `<path class="a" d="${steps(a)}"/><path class="b" d="${steps(b)}"/></svg>`
  );
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
