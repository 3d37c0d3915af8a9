import type { ChartData, TableRun } from '../chart.ts';
import { withTables } from '../chart.ts';
import { csvText } from '../csv-text.ts';
import { jobColumns, sortRows } from '../job-columns.ts';
import type { JobColumn } from '../job-columns.ts';
import { searchJobs } from '../job-search.ts';
import { announce, byId, download, make } from './elements.ts';
import { JobDrawer } from './job-drawer.ts';
import type { ViewPart } from './views.ts';
import { countOf } from '../../units.ts';

/** Height of a row [pixels]; the style sheet says the same. */
const ROW = 30;
/** Elements cannot be of any height: beyond this, rows are passed faster than they would scroll by [pixels]. */
const TALLEST = 8_000_000;
/** Rows of a CSV at most. */
const MOST_ROWS = 1_000_000;

/** All jobs, to be searched and sorted; only the rows in view are in the page. */
export class JobsView implements ViewPart {
  readonly name = 'jobs';
  readonly title = 'Jobs';
  readonly element: HTMLElement;
  readonly #search = make('input', { type: 'search', placeholder: 'id, user:7, queue:batch, state:killed', autocomplete: 'off' });
  readonly #count = make('p', { class: 'sentence', role: 'status' });
  readonly #scroller = make('div', { class: 'jobs', role: 'region', tabindex: '0', 'aria-label': 'Jobs; arrow keys scroll' });
  readonly #head = make('thead');
  readonly #body = make('tbody');
  readonly #table = make('table', { class: 'jobs-table' }, this.#head, this.#body);
  readonly #spacer = make('div', { class: 'spacer' });
  readonly #drawer = new JobDrawer();
  #runs: TableRun[] = [];
  #columns: JobColumn[] = [];
  #found: Uint32Array = new Uint32Array();
  #rows: Uint32Array = new Uint32Array();
  #sorted: { name: string; descending: boolean } | undefined;
  #waiting = false;

  constructor() {
    const csv = make('button', { type: 'button', class: 'csv' }, 'Download CSV');
    csv.addEventListener('click', () => this.#download());
    this.#spacer.append(this.#table);
    this.#scroller.append(this.#spacer);
    this.element = make(
      'section',
      { id: this.name, class: 'chart', 'aria-labelledby': 'jobs-title' },
      make('h2', { id: 'jobs-title' }, this.title),
      make('p', { class: 'question' }, 'What became of one job, and why did it wait? Choose a job to see.'),
      make('div', { class: 'tools' }, make('label', { class: 'search' }, 'Search ', this.#search), csv),
      this.#count,
      this.#scroller,
    );
    this.#search.addEventListener('input', () => this.#later(() => this.#find()));
    this.#scroller.addEventListener('scroll', () => this.#later(() => this.#showRows()));
    this.#body.addEventListener('click', (event) => this.#choose(event));
    new ResizeObserver(() => this.#showRows()).observe(this.#scroller);
    addEventListener('hashchange', () => this.#openFromAddress());
    document.addEventListener('choose-job', (event) => this.#open((event as CustomEvent<number>).detail));
  }

  isThere(data: ChartData): boolean {
    return withTables(data).length > 0;
  }

  show(data: ChartData): void {
    this.#runs = withTables(data);
    this.#columns = jobColumns(this.#runs);
    this.#showHead();
    this.#find();
    this.#openFromAddress();
  }

  drawNow(): Promise<void> {
    this.#showRows();
    return Promise.resolve();
  }

  /** Once a frame is enough, however fast keys and wheels are. */
  #later(act: () => void): void {
    if (this.#waiting) return;
    this.#waiting = true;
    requestAnimationFrame(() => {
      this.#waiting = false;
      act();
    });
  }

  #showHead(): void {
    const cells = this.#columns.map((column) => {
      const button = make('button', { type: 'button' }, column.title);
      button.addEventListener('click', () => this.#sortBy(column));
      return make('th', { scope: 'col', class: classOf(column), 'aria-sort': this.#sortOf(column) }, button);
    });
    this.#head.replaceChildren(make('tr', {}, ...cells));
  }

  #sortOf({ name }: JobColumn): string {
    if (this.#sorted?.name !== name) return 'none';
    return this.#sorted.descending ? 'descending' : 'ascending';
  }

  #sortBy({ name, title, align }: JobColumn): void {
    const again = this.#sorted?.name === name;
    // Of numbers the largest are looked for first.
    const descending = again ? !this.#sorted!.descending : align === 'right';
    this.#sorted = { name, descending };
    const focused = this.#columns.findIndex((column) => column.name === name);
    this.#showHead();
    this.#head.querySelectorAll('button')[focused]?.focus();
    announce(`Sorted by ${title}, ${descending ? 'largest first' : 'smallest first'}`);
    this.#sort();
  }

  #find(): void {
    const [{ table }] = this.#runs;
    this.#found = searchJobs(table, this.#search.value);
    const of = this.#found.length === table.count ? '' : ` of ${countOf(table.count, 'job')}`;
    this.#count.textContent = `${countOf(this.#found.length, 'job')}${of}.`;
    this.#sort();
  }

  #sort(): void {
    const column = this.#columns.find(({ name }) => name === this.#sorted?.name);
    this.#rows = column === undefined ? this.#found : sortRows(this.#found, column, this.#sorted!.descending);
    this.#scroller.scrollTop = 0;
    this.#table.setAttribute('aria-rowcount', String(this.#rows.length + 1));
    this.#spacer.style.height = `${Math.min(TALLEST, (this.#rows.length + 1) * ROW)}px`;
    this.#showRows();
  }

  #showRows(): void {
    const height = this.#scroller.clientHeight;
    if (height === 0 || this.#runs.length === 0) return;
    const inView = Math.ceil(height / ROW) + 1;
    const last = Math.max(0, this.#rows.length + 2 - inView);
    const way = this.#spacer.offsetHeight - height;
    const { scrollTop } = this.#scroller;
    const isScaled = (this.#rows.length + 1) * ROW > TALLEST;
    const first = Math.min(last, Math.floor(isScaled && way > 0 ? (scrollTop / way) * last : scrollTop / ROW));
    this.#table.style.transform = `translateY(${isScaled ? scrollTop : Math.min(first * ROW, scrollTop)}px)`;
    const shown = this.#rows.subarray(first, first + inView);
    this.#body.replaceChildren(...Array.from(shown, (row, at) => this.#rowOf(row, first + at)));
  }

  #rowOf(row: number, at: number): HTMLElement {
    const cells = this.#columns.map((column, index) => {
      const text = column.text(row);
      if (index > 0) return make('td', { class: classOf(column) }, text);
      return make('th', { scope: 'row', class: classOf(column) }, make('button', { type: 'button', 'data-row': row }, text));
    });
    return make('tr', { 'aria-rowindex': at + 2, 'data-row': row }, ...cells);
  }

  #choose(event: MouseEvent): void {
    const row = (event.target as Element).closest<HTMLElement>('[data-row]')?.dataset.row;
    if (row !== undefined) this.#open(Number(row));
  }

  #open(row: number): void {
    this.#drawer.open(this.#runs, row);
  }

  /** A link to a job: the page's address with #job=ID. */
  #openFromAddress(): void {
    const id = /^#job=(.+)$/.exec(decodeURIComponent(location.hash))?.[1];
    if (id === undefined || this.#runs.length === 0 || (byId('drawer') as HTMLDialogElement).open) return;
    const { ids, count } = this.#runs[0].table;
    for (let row = 0; row < count; row++) {
      if (String(ids[row]) !== id) continue;
      this.#open(row);
      return;
    }
  }

  #download(): void {
    const header = this.#columns.map(({ name }) => name);
    const rows = this.#rows.subarray(0, MOST_ROWS);
    const pieces: string[] = [];
    for (let from = 0; from < rows.length || from === 0; from += 10_000) {
      const part = Array.from(rows.subarray(from, from + 10_000), (row) => this.#columns.map((column) => column.value(row)));
      const text = csvText({ header, rows: part });
      pieces.push(from === 0 ? text : text.slice(text.indexOf('\n') + 1));
    }
    download('jobs.csv', pieces, 'text/csv');
  }
}

function classOf({ align, minor }: JobColumn): string {
  return `${align}${minor ? ' minor' : ''}`;
}
