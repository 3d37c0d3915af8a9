import type { ChartData, ChartSpec, Choice, Figure, View } from '../chart.ts';
import { zeroOf } from '../calendar.ts';
import { csvText } from '../csv-text.ts';
import { currentTheme, widthOf } from './appearance.ts';
import { announce, download, make, makeSelect, unbroken } from './elements.ts';
import { watchVisibility } from './visibility.ts';
import type { PlotElement, Plotly } from './plotly.ts';
import type { TimeZoom } from './time-zoom.ts';
import type { ViewPart } from './views.ts';

const CONFIG = { displayModeBar: false, responsive: false, scrollZoom: false, doubleClick: false };

/** Rows of data that the page lists; the file has all. */
const LISTED = 100;

/** A chart with its title, question, choices, sentence and data. It is drawn when it comes into view. */
export class ChartView implements ViewPart {
  readonly name: string;
  readonly title: string;
  readonly element: HTMLElement;
  readonly #spec: ChartSpec;
  readonly #zoom: TimeZoom;
  readonly #loadPlotly: () => Promise<Plotly>;
  readonly #plot: HTMLElement;
  readonly #sentence = make('p', { class: 'sentence' });
  readonly #choices = make('div', { class: 'choices' });
  readonly #rows = make('div', { class: 'scroll', role: 'region', tabindex: '0' });
  #chosen: Record<string, string> = {};
  #data: ChartData | undefined;
  #figure: Figure | undefined;
  #plotly: Plotly | undefined;
  #inView = false;
  /** What is drawn is not what is to be shown. */
  #isStale = true;
  #listens = false;
  #shownChoices = '';

  constructor(spec: ChartSpec, zoom: TimeZoom, loadPlotly: () => Promise<Plotly>) {
    this.#spec = spec;
    this.#zoom = zoom;
    this.#loadPlotly = loadPlotly;
    this.name = spec.name;
    this.title = spec.title;
    this.#plot = make('div', { class: 'plot', role: 'img', 'aria-label': spec.title });
    this.#rows.setAttribute('aria-label', `Data of ${spec.title}`);
    this.element = this.#section();
    watchVisibility(this.element, (inView) => {
      this.#inView = inView;
      if (inView && this.#isStale) void this.drawNow();
    });
    new ResizeObserver(() => this.#redrawIfSized()).observe(this.#plot);
    if (spec.axis === 'time') {
      zoom.onChange(() => this.#redraw());
      this.#enableKeys();
    }
  }

  isThere(data: ChartData): boolean {
    return this.#spec.isThere(data);
  }

  show(data: ChartData): void {
    this.#data = data;
    this.#showChoices(this.#spec.choices?.(data) ?? []);
    this.#redraw();
  }

  async drawNow(): Promise<void> {
    // On the way to paper nothing can be waited for.
    this.#plotly ??= window.Plotly;
    this.#plotly ??= await this.#loadPlotly();
    return this.#draw();
  }

  #section(): HTMLElement {
    const { name, title, question, axis } = this.#spec;
    const heading = make('h2', { id: `${name}-title` }, title);
    const csv = make('button', { type: 'button', class: 'csv' }, 'Download CSV');
    csv.addEventListener('click', () => this.#download());
    const data = make('details', {}, make('summary', {}, 'Data'), this.#rows);
    data.addEventListener('toggle', () => {
      if (data.open) this.#listRows();
    });
    const tools = make('div', { class: 'tools' }, this.#choices, ...(axis === 'time' ? [this.#zoomButtons()] : []), csv);
    const figure = make('figure', {}, this.#plot, make('figcaption', {}, this.#sentence));
    return make(
      'section',
      { id: name, class: 'chart', 'aria-labelledby': `${name}-title` },
      heading,
      make('p', { class: 'question' }, question),
      tools,
      figure,
      data,
    );
  }

  #zoomButtons(): HTMLElement {
    const button = (label: string, text: string, act: () => void) => {
      const made = make('button', { type: 'button', 'aria-label': label, title: label }, text);
      made.addEventListener('click', act);
      return made;
    };
    return make(
      'div',
      { class: 'zoom', role: 'group', 'aria-label': 'Time' },
      button('Earlier', '←', () => this.#zoom.move(-0.5)),
      button('Closer', '+', () => this.#zoom.move(0, 0.5)),
      button('Wider', '−', () => this.#zoom.move(0, 2)),
      button('Later', '→', () => this.#zoom.move(0.5)),
      button('All of the time', 'All', () => this.#zoom.set(undefined)),
    );
  }

  #showChoices(choices: readonly Choice[]): void {
    // Controls that stay the same keep the focus.
    if (JSON.stringify(choices) === this.#shownChoices) return;
    this.#shownChoices = JSON.stringify(choices);
    const kept = choices.map(({ name, options }) => {
      const known = options.some(({ value }) => value === this.#chosen[name]);
      return [name, known ? this.#chosen[name] : (options[0]?.value ?? '')] as const;
    });
    this.#chosen = Object.fromEntries(kept);
    const selects = choices.map(({ name, label, options }) =>
      makeSelect(label, options, this.#chosen[name], (value) => {
        this.#chosen[name] = value;
        this.#redraw();
      }),
    );
    this.#choices.replaceChildren(...selects);
  }

  /** At once if it is in view; else when it comes into view: what nobody sees must not hold up what is looked at. */
  #redraw(): void {
    this.#isStale = true;
    this.#figure = undefined;
    if (this.#inView) void this.#draw();
  }

  async #draw(): Promise<void> {
    const plotly = this.#plotly;
    if (plotly === undefined || this.#data === undefined || this.element.hidden) return;
    this.#isStale = false;
    const theme = currentTheme();
    const width = Math.max(280, widthOf(this.#plot));
    const view: View = { width, theme, chosen: this.#chosen, window: this.#zoom.window, zero: zeroOf(this.#data) };
    const figure = this.#spec.draw(this.#data, view);
    this.#figure = figure;
    this.#sentence.textContent = unbroken(figure.sentence);
    this.#plot.setAttribute('aria-label', `${this.#spec.title}. ${figure.sentence}`);
    this.#plot.style.height = `${figure.height}px`;
    // The room that was kept for it may be more than it needs.
    this.#plot.style.minHeight = '0';
    const drawn = await plotly.react(this.#plot, figure.traces, layoutFor(figure, view), CONFIG);
    if (!this.#listens) this.#listen(drawn);
    this.#plot.dataset.drawn = String(Number(this.#plot.dataset.drawn ?? 0) + 1);
  }

  #listen(plot: PlotElement): void {
    this.#listens = true;
    if (this.#spec.axis !== 'time') return;
    plot.on('plotly_relayout', (change) => {
      const from = Number(change['xaxis.range[0]']);
      const until = Number(change['xaxis.range[1]']);
      if (Number.isFinite(from) && Number.isFinite(until)) this.#zoom.set({ from, until });
    });
    plot.on('plotly_doubleclick', () => this.#zoom.set(undefined));
  }

  #redrawIfSized(): void {
    const { width } = this.#plot.getBoundingClientRect();
    if (width > 0 && Math.round(width) !== Number(this.#plot.dataset.width)) {
      this.#plot.dataset.width = String(Math.round(width));
      this.#redraw();
    }
  }

  #enableKeys(): void {
    this.#plot.tabIndex = 0;
    this.#plot.title = 'Arrow keys move, + and − zoom, 0 shows all';
    const acts: Record<string, () => void> = {
      ArrowLeft: () => this.#zoom.move(-0.25),
      ArrowRight: () => this.#zoom.move(0.25),
      '+': () => this.#zoom.move(0, 0.5),
      '-': () => this.#zoom.move(0, 2),
      '0': () => this.#zoom.set(undefined),
    };
    this.#plot.addEventListener('keydown', (event) => {
      if (!Object.hasOwn(acts, event.key) || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      acts[event.key]();
      announce(this.#sentence.textContent);
    });
  }

  #download(): void {
    const table = this.#tableNow();
    if (table !== undefined) download(`${this.#spec.name}.csv`, [csvText(table)], 'text/csv');
  }

  /** The data do not wait for the drawing. */
  #tableNow() {
    const data = this.#data;
    if (data === undefined) return undefined;
    const view = { width: 800, theme: currentTheme(), chosen: this.#chosen, window: this.#zoom.window, zero: zeroOf(data) };
    return (this.#figure ??= this.#spec.draw(data, view)).table();
  }

  #listRows(): void {
    const table = this.#tableNow();
    if (table === undefined) return;
    const head = make('tr', {}, ...table.header.map((name) => make('th', { scope: 'col' }, name)));
    const rows = table.rows.slice(0, LISTED).map((row) => make('tr', {}, ...row.map((cell) => make('td', {}, String(cell)))));
    const list = make('table', { class: 'plain' }, make('thead', {}, head), make('tbody', {}, ...rows));
    const rest = table.rows.length - rows.length;
    this.#rows.replaceChildren(list, ...(rest > 0 ? [make('p', { class: 'fine' }, `${rest} more rows are in the CSV.`)] : []));
  }
}

function layoutFor(figure: Figure, { theme, width }: View): object {
  const font = { family: 'system-ui, sans-serif', size: 12, color: theme.muted };
  return {
    autosize: false,
    width,
    height: figure.height,
    margin: { l: 62, r: 12, t: 28, b: 46 },
    paper_bgcolor: 'rgba(0,0,0,0)',
    plot_bgcolor: 'rgba(0,0,0,0)',
    font,
    legend: { orientation: 'h', x: 0, y: 1.02, yanchor: 'bottom', font: { color: theme.ink, size: 12 } },
    hoverlabel: { bgcolor: theme.paper, bordercolor: theme.grid, font: { color: theme.ink, size: 12 }, namelength: 24 },
    ...figure.layout,
  };
}
