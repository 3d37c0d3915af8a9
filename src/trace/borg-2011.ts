import { COMPLETES, FAILS, IS_CANCELLED } from '../workload.ts';
import type { Parameters } from '../parameters.ts';
import { durationReader, readNumber } from './column-map-notations.ts';
import { addFound } from './found-job.ts';
import type { TraceFormat, TraceInput, TraceSink } from './format.ts';
import { readNamedTable, UNREADABLE } from './named-table.ts';
import type { NamedRow } from './named-table.ts';

const COLUMNS = [
  ...['time', 'missing info', 'job', 'task', 'machine', 'event', 'user', 'class', 'priority'],
  ...['cpu', 'memory', 'disk', 'different machine'],
];
const MICROSECONDS = durationReader('us', 'time');
const LINE = /^\d+,\d?,\d+,\d+,\d*,[0-8],[^,\n]*,[0-3]?,\d*,[^\n]*$/m;

/** Numbers of events; those of 2019 mean other things. */
const [SUBMIT, SCHEDULE, EVICT, FAIL, FINISH, KILL, LOST] = [0, 1, 2, 3, 4, 5, 6];
const OUTCOME: Readonly<Record<number, number>> = { [FAIL]: FAILS, [FINISH]: COMPLETES, [KILL]: IS_CANCELLED };

/** Every task is a job of its own: the trace binds them one by one. */
export const borg2011: TraceFormat = {
  name: 'borg-2011',
  summary: 'Tasks of Google Borg in 2011 (clusterdata-2011-2, task_events): each task is a job, as long as its last run.',
  source: 'Google clusterdata-2011-2; Reiss, Wilkes, Hellerstein, "Google cluster-usage traces: format + schema", 2011',
  extensions: [],
  parameters: {
    'machine-cpus': {
      summary: 'processors of the largest machine, of which requests are parts',
      type: 'integer',
      default: 64,
      min: 1,
      max: 100_000,
    },
    'machine-memory-gib': { summary: 'its memory [GiB]', type: 'integer', default: 256, min: 1, max: 1_000_000 },
    ...UNREADABLE,
  },
  likelihood: (head) =>
    LINE.test(head) &&
    head
      .replace(/^#[^\n]*\n/, '')
      .split('\n', 1)[0]
      .split(',').length === COLUMNS.length
      ? 1
      : 0,
  read,
};

/** A task while its events are read. Times [ms]; NaN = not yet. */
interface Task {
  readonly line: number;
  readonly submit: number;
  readonly cells: { user?: string; priority: number; cpu: number; memory: number; class?: string };
  first: number;
  start: number;
  end: number;
  outcome: number;
  runs: number;
}

async function read(input: TraceInput, sink: TraceSink, parameters: Parameters): Promise<void> {
  const tasks = new Map<string, Task>();
  await readNamedTable(input, sink, { needed: COLUMNS, columns: COLUMNS, ignored: COLUMNS }, parameters, (row) =>
    take(row, tasks, sink),
  );
  const cpus = Number(parameters['machine-cpus']) * 1000;
  const bytes = Number(parameters['machine-memory-gib']) * 2 ** 30;
  for (const [id, task] of tasks) {
    const { cells, submit, first, start, end, outcome, runs, line } = task;
    if (Number.isNaN(start)) sink.skip('was never scheduled', line);
    else if (Number.isNaN(end)) sink.skip('has no end in the trace', line);
    else {
      if (runs > 1) sink.repair('was interrupted: its last run is its run time', line);
      const request = { cpu: Math.max(1, Math.ceil(cells.cpu * cpus)), memory: Math.ceil(cells.memory * bytes), gpu: 0 };
      const known = { id, user: cells.user, priority: cells.priority, qos: cells.class, outcome };
      addFound({ ...known, submit, start: first, runtime: end - start, request }, line, sink);
    }
  }
  sink.warn(`requests are parts of a machine of ${Number(parameters['machine-cpus'])} processors`);
}

function take(row: NamedRow, tasks: Map<string, Task>, sink: TraceSink): void {
  const time = row.number('time', MICROSECONDS);
  const event = row.number('event', readNumber);
  const id = `${row.text('job')}-${row.text('task')}`;
  const known = tasks.get(id);
  const isKnown = Number.isInteger(event) && event >= SUBMIT && event <= 8;
  if (!isKnown || Number.isNaN(time)) throw row.wrong(`"${row.text('event').slice(0, 60)}" is no event, or it has no time`);
  if (known === undefined) {
    const amounts = { priority: row.number('priority', readNumber) || 0, cpu: part(row, 'cpu'), memory: part(row, 'memory') };
    const cells = { ...amounts, user: row.label('user'), class: row.label('class') };
    const task: Task = { line: row.line, submit: time, cells, first: NaN, start: NaN, end: NaN, outcome: COMPLETES, runs: 0 };
    tasks.set(id, task);
    happen(task, event, time);
    return;
  }
  sink.noJob('further event of a task');
  happen(known, event, time);
}

function happen(task: Task, event: number, time: number): void {
  if (event === SCHEDULE) {
    task.first = Number.isNaN(task.first) ? time : task.first;
    task.start = time;
    task.end = NaN;
    task.runs++;
  } else if (event >= EVICT && event <= LOST && !Number.isNaN(task.start)) {
    task.end = time;
    task.outcome = OUTCOME[event] ?? FAILS;
  }
}

function part(row: NamedRow, column: string): number {
  const value = row.number(column, readNumber);
  if (value >= 0 && value <= 1) return value;
  if (Number.isNaN(value)) return 0;
  throw row.wrong(`${value} in column ${column} is no part of a machine`);
}
