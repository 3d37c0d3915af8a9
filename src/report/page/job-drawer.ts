import { PASSED, PURPOSES } from '../../node-time.ts';
import { STATE_NAMES } from '../../schedule.ts';
import { countOf, formatDuration, grouped, HOUR } from '../../units.ts';
import { nameOf } from '../../workload.ts';
import { instantText } from '../calendar.ts';
import type { TableRun } from '../chart.ts';
import { shortName } from '../chart-text.ts';
import { percent, shortNumber } from '../number-text.ts';
import type { PageTable } from '../page-table.ts';
import { boundedSlowdown } from '../job-figures.ts';
import { lastTime } from '../run-steps.ts';
import { waitingOf } from '../waiting.ts';
import type { Waiting } from '../waiting.ts';
import { byId, make } from './elements.ts';
import { jobTimeline } from './job-timeline.ts';

/** Jobs and reasons of one kind that are listed. */
const LISTED = 8;

/** What became of one job under each policy, and why it waited. */
export class JobDrawer {
  readonly #dialog = byId('drawer') as HTMLDialogElement;

  constructor() {
    this.#dialog.addEventListener('click', (event) => {
      // A click beside the drawer is a click on the dialog itself.
      if (event.target === this.#dialog) this.#dialog.close();
    });
    this.#dialog.addEventListener('close', () => history.replaceState(null, '', location.pathname + location.search));
  }

  open(runs: readonly TableRun[], row: number): void {
    const [{ table }] = runs;
    const close = make('button', { type: 'button', class: 'close', 'aria-label': 'Close' }, '×');
    close.addEventListener('click', () => this.#dialog.close());
    const id = String(table.ids[row]);
    this.#dialog.replaceChildren(
      make(
        'div',
        { class: 'drawer' },
        close,
        make('h2', { id: 'drawer-title' }, `Job ${shortName(id)}`),
        requestFacts(runs[0], row),
        jobTimeline(runs, row),
        ...runs.map((run) => this.#runPart(runs, run, row)),
      ),
    );
    if (!this.#dialog.open) this.#dialog.showModal();
    this.#dialog.scrollTop = 0;
    // Pages opened from some places may not change their address.
    try {
      history.replaceState(null, '', `#job=${encodeURIComponent(id)}`);
    } catch {
      // It is only a convenience.
    }
  }

  #runPart(runs: readonly TableRun[], { facts, table }: TableRun, row: number): HTMLElement {
    const waiting = waitingOf(table, row, lastTime(table), LISTED);
    const part = make('section', {}, make('h3', {}, facts.label), make('p', {}, whatHappened(table, row)));
    for (const sentence of whyItWaited(table, waiting, facts.processors)) part.append(make('p', {}, sentence));
    const lists = [
      this.#jobs(runs, table, 'Overtook it, those that held most meanwhile first', waiting.largestOvertakers, waiting.overtakers),
      this.#jobs(runs, table, 'Held most processor time while it waited', waiting.until > waiting.from ? waiting.holders : []),
      reasonList(table, row),
      attemptList(table, row),
      resizeList(table, row),
      nodeTimeList(table, row),
    ];
    part.append(...lists.filter((list) => list !== undefined));
    return part;
  }

  /** Jobs as links to their own explanation. */
  #jobs(
    runs: readonly TableRun[],
    table: PageTable,
    title: string,
    jobs: readonly number[],
    all = jobs.length,
  ): HTMLElement | undefined {
    if (jobs.length === 0) return undefined;
    const items = jobs.map((job) => {
      const button = make('button', { type: 'button', class: 'link' }, shortName(String(table.ids[job])));
      button.addEventListener('click', () => this.open(runs, job));
      return make('li', {}, button, ` ${describe(table, job)}`);
    });
    const rest = all - items.length;
    const more = rest > 0 ? [make('li', { class: 'fine' }, `and ${grouped(rest)} more`)] : [];
    return make('div', {}, make('h4', {}, title), make('ul', {}, ...items, ...more));
  }
}

function describe(table: PageTable, job: number): string {
  const user = nameOf(table.user, job);
  const length = table.end[job] - table.start[job];
  return [
    countOf(table.cpus[job] / 1000, 'processor'),
    Number.isNaN(length) ? STATE_NAMES[table.state[job]] : formatDuration(length),
    ...(user === undefined ? [] : [`user ${shortName(user)}`]),
  ].join(', ');
}

function requestFacts({ table, facts: { epoch } }: TableRun, row: number): HTMLElement {
  const facts: [string, string | undefined][] = [
    ['user', nameOf(table.user, row)],
    ['account', table.account && nameOf(table.account, row)],
    ['queue', nameOf(table.queue, row)],
    ['processors', shortNumber(table.cpus[row] / 1000)],
    ['GPUs', table.gpus[row] > 0 ? shortNumber(table.gpus[row] / 1000) : undefined],
    ['submitted', submittedText(table, row, epoch)],
  ];
  const list = make('dl', { class: 'facts' });
  for (const [name, value] of facts)
    if (value !== undefined) list.append(make('div', {}, make('dt', {}, name), make('dd', {}, value)));
  return list;
}

function submittedText({ submit, origin }: PageTable, row: number, epoch: number | undefined): string {
  const trace = shortSeconds(origin + submit[row]);
  if (epoch !== undefined) return `${instantText(submit[row], epoch + origin)} UTC (${trace})`;
  return `after ${formatDuration(submit[row])} (${trace})`;
}

function shortSeconds(ms: number): string {
  return Number.isNaN(ms) ? 'never' : `${ms / 1000} s in the trace`;
}

function whatHappened(table: PageTable, row: number): string {
  const { submit, start, end, state } = table;
  const name = STATE_NAMES[state[row]];
  if (Number.isNaN(start[row])) return `It never started: ${name}.`;
  const waited = start[row] - submit[row];
  const began = waited === 0 ? 'It started at once' : `It waited ${formatDuration(waited)}`;
  if (Number.isNaN(end[row])) return `${began} and was not over at the end.`;
  const slowdown = shortNumber(boundedSlowdown.of(table)(row));
  return `${began}, then took ${formatDuration(end[row] - start[row])} (${name}; bounded slowdown ${slowdown}).`;
}

function whyItWaited(table: PageTable, waiting: Waiting, processors: number | undefined): string[] {
  if (!(waiting.until > waiting.from)) return [];
  const { busyAtSubmit, gpusAtSubmit, queuedBefore, overtakers, overtakenBy, freedBy } = waiting;
  const share = processors === undefined ? '' : ` of ${grouped(processors)} (${percent(busyAtSubmit / processors)})`;
  const gpus = gpusAtSubmit > 0 ? ` and ${gpusText(gpusAtSubmit)}` : '';
  const said = [
    `When it was submitted, others held ${grouped(busyAtSubmit)} processors${share}${gpus}, and ${countOf(queuedBefore, 'job')} stood in the queue before it.`,
    overtakers === 0
      ? 'Nobody overtook it.'
      : `${countOf(overtakers, 'job')} that came later started before it, and held ${shortNumber(overtakenBy)} core-hours while it waited.`,
  ];
  if (freedBy.length > 0) {
    const freed = freedBy.reduce((sum, job) => sum + table.cpus[job] / 1000, 0);
    const first = freedBy.slice(0, 3).map((job) => String(table.ids[job]));
    const names = freedBy.length > 3 ? `${first.join(', ')} and ${freedBy.length - 3} more` : first.join(', ');
    said.push(
      `It started at the instant ${freedBy.length === 1 ? 'job' : 'jobs'} ${names} ended and gave back ${countOf(freed, 'processor')}.`,
    );
  }
  return said;
}

/** What the policy itself said, where it was kept. */
function reasonList(table: PageTable, row: number): HTMLElement | undefined {
  const { explanations } = table;
  if (explanations === undefined) return undefined;
  const { job, time, reason } = explanations;
  const items: HTMLElement[] = [];
  let rest = 0;
  for (let at = 0; at < job.length; at++) {
    if (job[at] !== row) continue;
    if (items.length === 4 * LISTED) rest++;
    else
      items.push(make('li', {}, `after ${formatDuration(time[at] - table.submit[row])}: ${reason.names[reason.code[at]] ?? ''}`));
  }
  if (items.length === 0) return undefined;
  if (rest > 0) items.push(make('li', { class: 'fine' }, `and ${grouped(rest)} more`));
  return make('div', {}, make('h4', {}, 'What the policy said, in order'), make('ol', {}, ...items));
}

const WHY = ['preempted', 'stopped by the failure of a node', 'suspended', 'ended'];

function attemptList(table: PageTable, row: number): HTMLElement | undefined {
  const { attempts } = table;
  if (attempts === undefined) return undefined;
  const items: HTMLElement[] = [];
  for (let at = 0; at < attempts.job.length; at++) {
    if (attempts.job[at] !== row) continue;
    const [start, end, kept] = [attempts.start[at], attempts.end[at], attempts.kept[at]];
    items.push(
      make('li', {}, `ran ${formatDuration(end - start)}, ${WHY[attempts.why[at]]}, kept ${formatDuration(Math.max(0, kept))}`),
    );
  }
  return items.length === 0 ? undefined : make('div', {}, make('h4', {}, 'Its runs'), make('ol', {}, ...items));
}

/** What it held from when on, if that is not what it asked for, or changed. */
function resizeList({ resizes, start }: PageTable, row: number): HTMLElement | undefined {
  if (resizes === undefined) return undefined;
  const items: HTMLElement[] = [];
  let rest = 0;
  for (let at = 0; at < resizes.job.length; at++) {
    if (resizes.job[at] !== row) continue;
    const gpus = resizes.gpus[at] > 0 ? ` and ${gpusText(resizes.gpus[at] / 1000)}` : '';
    const held = `${countOf(resizes.cpus[at] / 1000, 'processor')}${gpus}`;
    if (items.length === 4 * LISTED) rest++;
    else items.push(make('li', {}, `${formatDuration(resizes.time[at] - start[row])} after its first start: ${held}`));
  }
  if (items.length === 0) return undefined;
  if (rest > 0) items.push(make('li', { class: 'fine' }, `and ${grouped(rest)} more`));
  return make(
    'div',
    {},
    make('h4', {}, 'What it held, whenever that was not what it asked for, or changed'),
    make('ol', {}, ...items),
  );
}

/** What it held of the nodes was for, in a system of resource managers; what was passed on is told of where it was used. */
function nodeTimeList({ nodeTime }: PageTable, row: number): HTMLElement | undefined {
  if (nodeTime === undefined) return undefined;
  const { job, purpose, coreTime } = nodeTime;
  const own = PURPOSES.map(() => 0);
  for (let at = 0; at < job.length; at++) if (job[at] === row && purpose[at] !== PASSED) own[purpose[at]] += coreTime[at];
  const all = own.reduce((sum, time) => sum + time, 0);
  if (all === 0) return undefined;
  const items = own.flatMap((time, at) =>
    time === 0 ? [] : [make('li', {}, `${PURPOSES[at]}: ${shortNumber(time / HOUR)} core-hours (${percent(time / all)})`)],
  );
  return make('div', {}, make('h4', {}, 'What its share of the nodes was for'), make('ul', {}, ...items));
}

/** `1 GPU`, `0.5 GPUs`. */
function gpusText(gpus: number): string {
  return `${shortNumber(gpus)} GPU${gpus === 1 ? '' : 's'}`;
}
