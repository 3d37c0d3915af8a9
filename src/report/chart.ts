import type { ReportFacts, RunFacts } from './model.ts';
import type { PageTable } from './page-table.ts';

/** A chart: one file under charts/ and one line in charts/index.ts. */
export interface ChartSpec {
  /** Part of links and of the names of files; the file bears the same name. */
  readonly name: string;
  readonly title: string;
  /** What it answers: its subtitle. */
  readonly question: string;
  /** `time`: its x axis is the time of the run, and is zoomed together with those of the others that have it. */
  readonly axis?: 'time';
  /** False if the data it needs are not there: it is left out then. */
  isThere(data: ChartData): boolean;
  /** What the reader may choose; the first option is chosen at first. */
  choices?(data: ChartData): readonly Choice[];
  draw(data: ChartData, view: View): Figure;
}

/** What charts read. */
export interface ChartData {
  readonly facts: ReportFacts;
  /** The runs to draw, the baseline first; those of one group, which share their jobs. */
  readonly shown: readonly ShownRun[];
}

export interface ShownRun {
  readonly facts: RunFacts;
  /** Which colour and dash it has, everywhere on the page. */
  readonly style: number;
  readonly table?: PageTable;
}

/** A run with its jobs. */
export interface TableRun extends ShownRun {
  readonly table: PageTable;
}

export interface Choice {
  readonly name: string;
  readonly label: string;
  readonly options: readonly { readonly value: string; readonly label: string }[];
}

/** How it is to be drawn. */
export interface View {
  /** [pixels] */
  readonly width: number;
  readonly theme: Theme;
  readonly chosen: Readonly<Record<string, string>>;
  /** The part of the time axis that is looked at [ms]; undefined = all. */
  readonly window?: TimeWindow;
  /** Unix time of the first submission [ms]; undefined where the trace's time base is its own. */
  readonly zero?: number;
}

export interface TimeWindow {
  readonly from: number;
  readonly until: number;
}

/** Colours of one of the two appearances. */
export interface Theme {
  readonly ink: string;
  readonly muted: string;
  readonly grid: string;
  readonly paper: string;
  /** Of the runs, by their style. */
  readonly series: readonly string[];
  /** From low to high. */
  readonly sequential: readonly string[];
  /** From better through equal to worse. */
  readonly diverging: readonly string[];
}

/** A picture for Plotly, and what it says in words and numbers. */
export interface Figure {
  readonly traces: readonly Readonly<Record<string, unknown>>[];
  readonly layout: Readonly<Record<string, unknown>>;
  /** [pixels] */
  readonly height: number;
  /** What it shows, in a sentence: its caption, and all that a screen reader has of it. */
  readonly sentence: string;
  /** The data behind it, made when they are asked for. */
  table(): DataTable;
}

export interface DataTable {
  readonly header: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

/** The runs that have their jobs in the page. */
export function withTables({ shown }: ChartData): TableRun[] {
  return shown.filter((run): run is TableRun => run.table !== undefined);
}
