import type { ChartData, ShownRun } from '../chart.ts';
import { charts } from '../charts/index.ts';
import type { ReportFacts } from '../model.ts';
import type { PageTable } from '../page-table.ts';
import { onThemeChange } from './appearance.ts';
import { ChartView } from './chart-view.ts';
import { byId, make } from './elements.ts';
import { JobsView } from './jobs-view.ts';
import { NodesView } from './nodes-view.ts';
import { enablePrinting } from './printing.ts';
import { RunChoice } from './run-choice.ts';
import { TimeZoom } from './time-zoom.ts';
import type { Plotly } from './plotly.ts';

/** A part of the page that shows the runs that were chosen. */
export interface ViewPart {
  readonly name: string;
  readonly title: string;
  readonly element: HTMLElement;
  isThere(data: ChartData): boolean;
  /** Other runs, or another appearance. */
  show(data: ChartData): void;
  /** Draws at once what is still to be drawn, as for paper. */
  drawNow(): Promise<void>;
}

/** Fills the page. */
export function showViews(facts: ReportFacts, tables: readonly PageTable[], loadPlotly: () => Promise<Plotly>): void {
  const views = byId('views');
  const zoom = new TimeZoom();
  const parts: ViewPart[] = [...charts.map((spec) => new ChartView(spec, zoom, loadPlotly)), new NodesView(zoom), new JobsView()];
  // Sweeps come after what one run shows, the table of jobs last.
  const choice = new RunChoice(facts, () => update());
  const update = () => {
    const data = dataOf(facts, tables, choice);
    zoom.reset(data);
    for (const part of parts) {
      part.element.hidden = !part.isThere(data);
      if (!part.element.hidden) part.show(data);
    }
  };
  views.replaceChildren(choice.element, ...parts.map(({ element }) => element));
  views.removeAttribute('aria-busy');
  update();
  listContents(parts);
  onThemeChange(update);
  enablePrinting(parts);
}

function dataOf(facts: ReportFacts, tables: readonly PageTable[], { group, isChosen }: RunChoice): ChartData {
  const shown = facts.groups[group].runs.flatMap((index): ShownRun[] => {
    const run = facts.runs[index];
    if (!isChosen(run.label)) return [];
    const table = run.table === undefined ? undefined : tables[run.table];
    return [{ facts: run, style: facts.labels.indexOf(run.label), table }];
  });
  return { facts, shown };
}

function listContents(parts: readonly ViewPart[]): void {
  const contents = byId('contents');
  for (const { name, title, element } of parts) {
    if (!element.hidden) contents.append(make('li', {}, make('a', { href: `#${name}` }, title)));
  }
}
