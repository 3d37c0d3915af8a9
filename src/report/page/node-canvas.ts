import type { TableRun, Theme, TimeWindow } from '../chart.ts';
import { oneLine } from '../chart-text.ts';
import type { NodeHolds, NodeRange } from '../node-load.ts';
import { timeTicks } from '../time-axis.ts';

/** What is looked at, and how large it is drawn [pixels]. */
export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly window: TimeWindow;
  readonly range: NodeRange;
  /** Unix time of the first submission [ms]; undefined where it is not known. */
  readonly zero?: number;
}

/** Room for names at the left, and above [pixels]. */
export const LEFT = 74;
export const TOP = 6;
export const BOTTOM = 38;

export function plotHeight({ height }: Frame): number {
  return height - TOP - BOTTOM;
}

/** Clears the canvas and draws names and times; undefined if there is nothing to draw on. */
export function drawFrame(
  canvas: HTMLCanvasElement,
  frame: Frame,
  names: readonly string[],
  theme: Theme,
): CanvasRenderingContext2D | undefined {
  const context = canvas.getContext('2d');
  if (context === null) return undefined;
  const dots = devicePixelRatio || 1;
  canvas.style.height = `${frame.height}px`;
  canvas.width = Math.round(frame.width * dots);
  canvas.height = Math.round(frame.height * dots);
  context.setTransform(dots, 0, 0, dots, 0, 0);
  context.clearRect(0, 0, frame.width, frame.height);
  context.font = '12px system-ui, sans-serif';
  context.fillStyle = theme.muted;
  drawNames(context, frame, names);
  drawTimes(context, frame);
  return context;
}

function drawNames(context: CanvasRenderingContext2D, frame: Frame, names: readonly string[]): void {
  const { from, until } = frame.range;
  const each = plotHeight(frame) / (until - from);
  const step = Math.max(1, Math.ceil(16 / each));
  context.textAlign = 'right';
  context.textBaseline = 'middle';
  for (let node = from; node < until; node += step) {
    context.fillText(shortened(context, names[node]), LEFT - 8, TOP + (node - from + 0.5) * Math.max(each, 0));
  }
}

/** [characters] */
const LONGEST_NAME = 20;

function shortened(context: CanvasRenderingContext2D, name: string): string {
  // Its end tells a node from its neighbours; every character less is measured anew.
  let text = name.length > LONGEST_NAME ? `…${oneLine(name.slice(-LONGEST_NAME))}` : oneLine(name);
  while (text.length > 3 && context.measureText(text).width > LEFT - 12) text = `…${text.slice(2)}`;
  return text;
}

function drawTimes(context: CanvasRenderingContext2D, frame: Frame): void {
  context.textBaseline = 'top';
  for (const { at, text, below } of timeTicks(frame.window, frame.width - LEFT, frame.zero)) {
    const x = xOf(frame, at);
    // What would stick out at the right is left out, at the left it begins at the edge.
    if (x + context.measureText(text).width / 2 > frame.width) continue;
    context.textAlign = 'center';
    context.fillText(text, x, frame.height - BOTTOM + 7);
    if (below === undefined || x + context.measureText(below).width / 2 > frame.width) continue;
    context.fillText(below, x, frame.height - BOTTOM + 22);
  }
}

function xOf({ width, window }: Frame, time: number): number {
  return LEFT + ((time - window.from) / (window.until - window.from)) * (width - LEFT);
}

/** Shares as colours, a cell a row and pixel. */
export function drawGrid(context: CanvasRenderingContext2D, frame: Frame, grid: Float64Array, rows: number, theme: Theme): void {
  const columns = grid.length / rows;
  const image = new ImageData(columns, rows);
  const colors = theme.sequential.map(rgbOf);
  for (let cell = 0; cell < grid.length; cell++) {
    const [red, green, blue] = between(colors, Math.min(1, grid[cell]));
    image.data.set([red, green, blue, 255], 4 * cell);
  }
  const picture = new OffscreenCanvas(columns, rows);
  picture.getContext('2d')?.putImageData(image, 0, 0);
  context.imageSmoothingEnabled = false;
  context.drawImage(picture, LEFT, TOP, frame.width - LEFT, plotHeight(frame));
}

function rgbOf(hex: string): readonly [number, number, number] {
  return [parseInt(hex.slice(1, 3), 16), parseInt(hex.slice(3, 5), 16), parseInt(hex.slice(5, 7), 16)];
}

function between(colors: readonly (readonly [number, number, number])[], share: number): readonly number[] {
  const place = share * (colors.length - 1);
  const low = Math.min(colors.length - 2, Math.floor(place));
  return colors[low].map((part, index) => part + (place - low) * (colors[low + 1][index] - part));
}

/** Each job on each node, coloured by its user. */
export function drawBars(
  context: CanvasRenderingContext2D,
  frame: Frame,
  { run, holds, bars }: { readonly run: TableRun; readonly holds: NodeHolds; readonly bars: readonly number[] },
  theme: Theme,
): void {
  const each = plotHeight(frame) / (frame.range.until - frame.range.from);
  context.fillStyle = theme.grid;
  context.globalAlpha = 0.35;
  context.fillRect(LEFT, TOP, frame.width - LEFT, plotHeight(frame));
  context.globalAlpha = 1;
  context.textAlign = 'left';
  context.textBaseline = 'middle';
  const lanes = lanesOf(holds, bars);
  bars.forEach((bar, index) => {
    const { lane, of } = lanes[index];
    const height = each / of;
    const x = Math.max(LEFT, xOf(frame, holds.from[bar]));
    const right = Math.min(frame.width, xOf(frame, holds.until[bar]));
    const y = TOP + (holds.node[bar] - frame.range.from) * each + lane * height;
    const gap = height > 4 ? 1 : 0;
    const user = run.table.user.code[holds.job[bar]];
    context.fillStyle = theme.series[1 + (Math.max(0, user) % (theme.series.length - 1))];
    context.fillRect(x, y, Math.max(1, right - x - gap), Math.max(0.5, height - gap));
    if (height >= 13 && right - x >= 44)
      drawLabel(context, String(run.table.ids[holds.job[bar]]).slice(0, 2 * LONGEST_NAME), x + 4, y + height / 2, right - x - 8);
  });
}

function drawLabel(context: CanvasRenderingContext2D, text: string, x: number, y: number, room: number): void {
  if (context.measureText(text).width > room) return;
  context.fillStyle = '#111417';
  context.fillText(text, x, y);
}

/** Jobs that share a node are drawn beside each other, as many lanes as it ever has at once here. */
function lanesOf(holds: NodeHolds, bars: readonly number[]): { lane: number; of: number }[] {
  const ends = new Map<number, number[]>();
  const order = bars.map((_, index) => index).sort((a, b) => holds.from[bars[a]] - holds.from[bars[b]] || a - b);
  const lane = new Int32Array(bars.length);
  for (const index of order) {
    const bar = bars[index];
    const free = ends.get(holds.node[bar]) ?? [];
    const found = free.findIndex((end) => end <= holds.from[bar]);
    lane[index] = found < 0 ? free.length : found;
    free[lane[index]] = holds.until[bar];
    ends.set(holds.node[bar], free);
  }
  return bars.map((bar, index) => ({ lane: lane[index], of: ends.get(holds.node[bar])?.length ?? 1 }));
}
