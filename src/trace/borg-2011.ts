import { COMPLETES, FAILS, IS_CANCELLED } from '../workload.ts';
import type { Parameters } from '../parameters.ts';
import { BorgTasks, MACHINE } from './borg-tasks.ts';
import type { BorgEvents } from './borg-tasks.ts';
import { durationReader, readNumber } from './column-map-notations.ts';
import type { TraceFormat, TraceInput, TraceSink } from './format.ts';
import { readNamedTable, UNREADABLE } from './named-table.ts';
import type { NamedRow } from './named-table.ts';

const COLUMNS = [
  ...['time', 'missing info', 'job', 'task', 'machine', 'event', 'user', 'class', 'priority'],
  ...['cpu', 'memory', 'disk', 'different machine'],
];
const MICROSECONDS = durationReader('us', 'time');
const LINE = /^\d+,\d?,\d+,\d+,\d*,[0-8],[^,\n]*,[0-3]?,\d*,[^\n]*$/m;

/** 0 SUBMIT, 1 SCHEDULE, 2 EVICT, 3 FAIL, 4 FINISH, 5 KILL, 6 LOST, 7 and 8 UPDATE. */
const EVENTS: BorgEvents = { schedule: 1, ends: { 2: FAILS, 3: FAILS, 4: COMPLETES, 5: IS_CANCELLED, 6: FAILS } };
const LAST_EVENT = 8;

/** Every task is a job of its own: the trace binds them one by one. */
export const borg2011: TraceFormat = {
  name: 'borg-2011',
  summary: 'Tasks of Google Borg in 2011 (clusterdata-2011-2, task_events): each task is a job, as long as its last run.',
  source: 'Google clusterdata-2011-2; Reiss, Wilkes, Hellerstein, "Google cluster-usage traces: format + schema", 2011',
  extensions: [],
  parameters: { ...MACHINE, ...UNREADABLE },
  likelihood,
  read,
};

function likelihood(head: string): number {
  const first = head.replace(/^#[^\n]*\n/, '').split('\n', 1)[0];
  return LINE.test(head) && first.split(',').length === COLUMNS.length ? 1 : 0;
}

async function read(input: TraceInput, sink: TraceSink, parameters: Parameters): Promise<void> {
  const tasks = new BorgTasks(EVENTS, sink);
  const table = { needed: COLUMNS, columns: COLUMNS, ignored: COLUMNS };
  await readNamedTable(input, sink, table, parameters, (row) => takeEvent(row, tasks));
  tasks.finish(parameters);
}

function takeEvent(row: NamedRow, tasks: BorgTasks): void {
  const time = row.number('time', MICROSECONDS);
  const event = row.number('event', readNumber);
  if (!Number.isInteger(event) || event < 0 || event > LAST_EVENT || Number.isNaN(time)) {
    throw row.wrong(`"${row.text('event').slice(0, 60)}" is no event, or it has no time`);
  }
  tasks.take(`${row.text('job')}-${row.text('task')}`, event, time, row.line, () => ({
    user: row.label('user'),
    qos: row.label('class'),
    priority: row.number('priority', readNumber) || 0,
    cpu: partOf(row, 'cpu'),
    memory: partOf(row, 'memory'),
  }));
}

function partOf(row: NamedRow, column: string): number {
  const value = row.number(column, readNumber);
  if (value >= 0 && value <= 1) return value;
  if (Number.isNaN(value)) return 0;
  throw row.wrong(`${value} in column ${column} is no part of a machine`);
}
