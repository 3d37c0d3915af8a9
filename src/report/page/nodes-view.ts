import { countOf, formatDuration, grouped } from '../../units.ts';
import { instantText, spanText, zeroOf } from '../calendar.ts';
import type { Zero } from '../calendar.ts';
import { nameOf } from '../../workload.ts';
import type { ChartData, TableRun } from '../chart.ts';
import { withTables } from '../chart.ts';
import { shortName } from '../chart-text.ts';
import { csvText } from '../csv-text.ts';
import { percent, shortNumber } from '../number-text.ts';
import { entriesWithin, loadGrid, nodeHolds } from '../node-load.ts';
import type { NodeHolds, NodeRange } from '../node-load.ts';
import { lastTime } from '../run-steps.ts';
import { currentTheme, widthOf } from './appearance.ts';
import { announce, download, make, makeSelect } from './elements.ts';
import { BOTTOM, drawBars, drawFrame, drawGrid, LEFT, TOP } from './node-canvas.ts';
import type { Frame } from './node-canvas.ts';
import { enableDragging } from './node-drag.ts';
import type { TimeZoom } from './time-zoom.ts';
import type { ViewPart } from './views.ts';
import { watchVisibility } from './visibility.ts';

/** Up to so many pieces of jobs are drawn one by one; more as how full nodes were. */
const MOST_BARS = 4000;
const TALLEST = 520;

/** Nodes by time: how full they were, and the jobs themselves where few enough are looked at. */
export class NodesView implements ViewPart {
  readonly name = 'nodes';
  readonly title = 'Nodes';
  readonly element: HTMLElement;
  readonly #zoom: TimeZoom;
  readonly #canvas = make('canvas', { class: 'nodes', tabindex: '0', role: 'img' });
  readonly #sentence = make('p', { class: 'sentence' });
  readonly #choices = make('div', { class: 'choices' });
  #runs: TableRun[] = [];
  #run = '';
  #range: NodeRange | undefined;
  #bars: readonly number[] | undefined;
  #inView = false;
  /** What is drawn is not what is to be shown. */
  #isStale = true;
  #zero: Zero;

  constructor(zoom: TimeZoom) {
    this.#zoom = zoom;
    this.element = this.#section();
    watchVisibility(this.element, (inView) => {
      this.#inView = inView;
      if (inView && this.#isStale) this.#draw();
    });
    new ResizeObserver(() => this.#redraw()).observe(this.#canvas);
    zoom.onChange(() => this.#redraw());
    enableDragging(this.#canvas, {
      frame: () => this.#frame(),
      select: (window, range) => {
        this.#range = range ?? this.#range;
        this.#zoom.set(window);
      },
      all: () => this.#showAll(),
      at: (node, time) => this.#point(node, time),
      choose: (node, time) => this.#choose(node, time),
    });
    this.#enableKeys();
  }

  isThere(data: ChartData): boolean {
    return withTables(data).some(({ table }) => table.placements !== undefined);
  }

  show(data: ChartData): void {
    this.#runs = withTables(data).filter(({ table }) => table.placements !== undefined);
    this.#zero = zeroOf(data);
    const labels = this.#runs.map(({ facts }) => facts.label);
    if (!labels.includes(this.#run)) this.#run = labels[0];
    const options = labels.map((label) => ({ value: label, label }));
    const select = makeSelect('Policy', options, this.#run, (label) => {
      this.#run = label;
      this.#draw();
    });
    this.#choices.replaceChildren(...(labels.length > 1 ? [select] : []));
    this.#redraw();
  }

  drawNow(): Promise<void> {
    this.#draw();
    return Promise.resolve();
  }

  #section(): HTMLElement {
    const csv = make('button', { type: 'button', class: 'csv' }, 'Download CSV');
    csv.addEventListener('click', () => this.#download());
    const all = make('button', { type: 'button' }, 'All');
    all.addEventListener('click', () => this.#showAll());
    return make(
      'section',
      { id: this.name, class: 'chart', 'aria-labelledby': 'nodes-title' },
      make('h2', { id: 'nodes-title' }, this.title),
      make('p', { class: 'question' }, 'Which nodes were full and which stood idle, and whose jobs were where?'),
      make(
        'div',
        { class: 'tools' },
        this.#choices,
        make('div', { class: 'zoom', role: 'group', 'aria-label': 'Nodes' }, all),
        csv,
      ),
      make('figure', {}, this.#canvas, make('figcaption', {}, this.#sentence)),
      make(
        'p',
        { class: 'fine' },
        'Drag over a part to look closer; with few enough jobs in it each is drawn, and can be chosen.',
      ),
    );
  }

  #holds(): { run: TableRun; holds: NodeHolds } | undefined {
    const run = this.#runs.find(({ facts }) => facts.label === this.#run);
    const holds = run && nodeHolds(run.table, lastTime(run.table));
    return run && holds && { run, holds };
  }

  #frame(): Frame | undefined {
    const found = this.#holds();
    if (found === undefined || this.#canvas.clientWidth === 0) return undefined;
    const { length } = found.holds.nodes;
    const range = this.#rangeWithin(length);
    const height = Math.min(TALLEST, Math.max(120, (range.until - range.from) * 18)) + TOP + BOTTOM;
    return { width: widthOf(this.#canvas), height, window: this.#zoom.window ?? this.#zoom.whole, range, zero: this.#zero };
  }

  #rangeWithin(nodes: number): NodeRange {
    if (this.#range === undefined || this.#range.from >= nodes) return { from: 0, until: nodes };
    return { from: this.#range.from, until: Math.min(nodes, this.#range.until) };
  }

  #redraw(): void {
    this.#isStale = true;
    if (this.#inView) this.#draw();
  }

  #draw(): void {
    const found = this.#holds();
    const frame = this.#frame();
    if (found === undefined || frame === undefined) return;
    this.#isStale = false;
    const { run, holds } = found;
    const theme = currentTheme();
    const context = drawFrame(this.#canvas, frame, holds.nodes, theme);
    if (context === undefined) return;
    this.#bars = entriesWithin(holds, frame.window, frame.range, MOST_BARS);
    const grid = () => loadGrid(holds, frame.window, frame.range, rowsOf(frame), Math.floor(frame.width - LEFT));
    if (this.#bars === undefined) drawGrid(context, frame, grid(), rowsOf(frame), theme);
    else drawBars(context, frame, { run, holds, bars: this.#bars }, theme);
    const rough = loadGrid(holds, frame.window, frame.range, 1, 1)[0];
    const isResized = run.table.resizes !== undefined;
    this.#sentence.textContent = sentenceOf(this.#run, frame, rough, this.#bars?.length, holds, isResized);
    this.#canvas.setAttribute('aria-label', `${this.title}. ${this.#sentence.textContent}`);
    this.#canvas.dataset.drawn = String(Number(this.#canvas.dataset.drawn ?? 0) + 1);
  }

  #showAll(): void {
    this.#range = undefined;
    this.#zoom.set(undefined);
  }

  /** The bar under a place. */
  #barAt(node: number, time: number): number | undefined {
    const holds = this.#holds()?.holds;
    return holds && this.#bars?.find((bar) => holds.node[bar] === node && holds.from[bar] <= time && holds.until[bar] > time);
  }

  #point(node: number, time: number): string {
    const found = this.#holds();
    if (found === undefined || !(node in found.holds.nodes)) return '';
    const bar = this.#barAt(node, time);
    const where = `${shortName(found.holds.nodes[node])}, ${this.#zero === undefined ? 'after ' : ''}${instantText(Math.max(0, Math.round(time)), this.#zero)}`;
    if (bar === undefined) return where;
    const { table } = found.run;
    const job = found.holds.job[bar];
    const user = nameOf(table.user, job);
    return `${where}: job ${shortName(String(table.ids[job]))}${user === undefined ? '' : `, user ${shortName(user)}`}, ${shortNumber(found.holds.held[bar])} processors here, ${formatDuration(found.holds.until[bar] - found.holds.from[bar])}`;
  }

  #choose(node: number, time: number): void {
    const bar = this.#barAt(node, time);
    const holds = this.#holds()?.holds;
    if (bar === undefined || holds === undefined) return;
    document.dispatchEvent(new CustomEvent('choose-job', { detail: holds.job[bar] }));
  }

  #enableKeys(): void {
    const acts: Record<string, () => void> = {
      ArrowLeft: () => this.#zoom.move(-0.25),
      ArrowRight: () => this.#zoom.move(0.25),
      ArrowUp: () => this.#moveNodes(-0.25, 1),
      ArrowDown: () => this.#moveNodes(0.25, 1),
      '+': () => this.#zoom.move(0, 0.5),
      '-': () => this.#zoom.move(0, 2),
      '[': () => this.#moveNodes(0, 0.5),
      ']': () => this.#moveNodes(0, 2),
      '0': () => this.#showAll(),
    };
    this.#canvas.title = 'Arrow keys move, + and − zoom in time, [ and ] in nodes, 0 shows all';
    this.#canvas.addEventListener('keydown', (event) => {
      if (!Object.hasOwn(acts, event.key) || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      acts[event.key]();
      announce(this.#sentence.textContent);
    });
  }

  #moveNodes(by: number, times: number): void {
    const nodes = this.#holds()?.holds.nodes.length ?? 0;
    const { from, until } = this.#rangeWithin(nodes);
    const length = Math.max(1, Math.min(nodes, Math.round(times * (until - from))));
    const middle = (from + until) / 2 + by * (until - from);
    const start = Math.min(nodes - length, Math.max(0, Math.round(middle - length / 2)));
    this.#range = { from: start, until: start + length };
    this.#draw();
  }

  #download(): void {
    const found = this.#holds();
    const frame = this.#frame();
    if (found === undefined || frame === undefined) return;
    const { run, holds } = found;
    const entries = entriesWithin(holds, frame.window, frame.range, Infinity) ?? [];
    const { ids, origin } = run.table;
    const rows = entries.map((entry) => [
      run.facts.label,
      String(ids[holds.job[entry]]),
      holds.nodes[holds.node[entry]],
      (origin + holds.from[entry]) / 1000,
      (origin + holds.until[entry]) / 1000,
      holds.held[entry],
    ]);
    download('nodes.csv', [csvText({ header: ['policy', 'job', 'node', 'from_s', 'until_s', 'processors'], rows })], 'text/csv');
  }
}

function rowsOf({ range, height }: Frame): number {
  return Math.min(range.until - range.from, height - TOP - BOTTOM);
}

const RESIZED = ' Of a job that was resized only what it held last is shown.';

function sentenceOf(
  label: string,
  { window, range, zero }: Frame,
  load: number,
  bars: number | undefined,
  { nodes }: NodeHolds,
  isResized: boolean,
): string {
  const what = bars === undefined ? 'how full each was' : `${countOf(bars, 'piece')} of jobs, coloured by user`;
  const which =
    range.until - range.from === nodes.length ? '' : `, ${shortName(nodes[range.from])} to ${shortName(nodes[range.until - 1])}`;
  return `${label}: ${grouped(range.until - range.from)} of ${countOf(nodes.length, 'node')} that ever held a job${which}, over ${spanText(window, zero)}: ${what}. They held ${percent(load)} of the most each ever held.${isResized ? RESIZED : ''}`;
}
