import type { TimeWindow } from '../chart.ts';
import type { NodeRange } from '../node-load.ts';
import { LEFT, plotHeight, TOP } from './node-canvas.ts';
import type { Frame } from './node-canvas.ts';
import { make } from './elements.ts';

/** What the pointer does on the canvas of nodes. */
export interface DragTarget {
  frame(): Frame | undefined;
  /** A part was dragged over; without a range all nodes stay. */
  select(window: TimeWindow, range: NodeRange | undefined): void;
  all(): void;
  /** What stands at a place; empty = nothing. */
  at(node: number, time: number): string;
  choose(node: number, time: number): void;
}

/** Less than this is a click, or a drag along one axis only [pixels]. */
const LEAST = 6;
const TALL = 20;

export function enableDragging(canvas: HTMLCanvasElement, target: DragTarget): void {
  const box = make('div', { class: 'drag-box', hidden: true });
  const tip = make('div', { class: 'tip', hidden: true });
  queueMicrotask(() => canvas.after(box, tip));
  let from: { x: number; y: number } | undefined;
  const place = (event: PointerEvent | MouseEvent) => ({ x: event.offsetX, y: event.offsetY });
  canvas.addEventListener('pointerdown', (event) => {
    if (event.button !== 0 || event.pointerType === 'touch') return;
    from = place(event);
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener('pointermove', (event) => {
    const to = place(event);
    if (from !== undefined) showBox(box, canvas, from, to);
    else showTip(tip, canvas, target, to);
  });
  canvas.addEventListener('pointerleave', () => (tip.hidden = true));
  canvas.addEventListener('pointerup', (event) => {
    if (from === undefined) return;
    finish(target, from, place(event));
    from = undefined;
    box.hidden = true;
  });
  canvas.addEventListener('dblclick', () => target.all());
}

interface Place {
  readonly x: number;
  readonly y: number;
}

function finish(target: DragTarget, a: Place, b: Place): void {
  const frame = target.frame();
  if (frame === undefined) return;
  const [left, right] = [timeAt(frame, Math.min(a.x, b.x)), timeAt(frame, Math.max(a.x, b.x))];
  if (Math.abs(a.x - b.x) < LEAST) {
    target.choose(nodeAt(frame, b.y), timeAt(frame, b.x));
    return;
  }
  const isTall = Math.abs(a.y - b.y) >= TALL;
  const range = { from: nodeAt(frame, Math.min(a.y, b.y)), until: nodeAt(frame, Math.max(a.y, b.y)) + 1 };
  target.select({ from: left, until: right }, isTall ? range : undefined);
}

function timeAt({ width, window }: Frame, x: number): number {
  return window.from + (Math.max(0, x - LEFT) / (width - LEFT)) * (window.until - window.from);
}

function nodeAt(frame: Frame, y: number): number {
  const { from, until } = frame.range;
  const node = from + Math.floor(((y - TOP) / plotHeight(frame)) * (until - from));
  return Math.min(until - 1, Math.max(from, node));
}

function showBox(box: HTMLElement, canvas: HTMLCanvasElement, a: Place, b: Place): void {
  box.hidden = false;
  const tall = Math.abs(a.y - b.y) >= TALL;
  const top = tall ? Math.min(a.y, b.y) : 0;
  box.style.left = `${canvas.offsetLeft + Math.min(a.x, b.x)}px`;
  box.style.top = `${canvas.offsetTop + top}px`;
  box.style.width = `${Math.abs(a.x - b.x)}px`;
  box.style.height = `${tall ? Math.abs(a.y - b.y) : canvas.clientHeight}px`;
}

function showTip(tip: HTMLElement, canvas: HTMLCanvasElement, target: DragTarget, { x, y }: Place): void {
  const frame = target.frame();
  const text = frame === undefined || x < LEFT ? '' : target.at(nodeAt(frame, y), timeAt(frame, x));
  tip.hidden = text === '';
  tip.textContent = text;
  tip.style.left = `${canvas.offsetLeft + Math.min(x + 12, canvas.clientWidth - 240)}px`;
  tip.style.top = `${canvas.offsetTop + y + 16}px`;
}
