import { InputError } from '../errors.ts';
import { COMPLETES, FAILS, IS_CANCELLED } from '../workload.ts';
import type { Parameters } from '../parameters.ts';
import { BorgTasks, MACHINE } from './borg-tasks.ts';
import type { BorgEvents } from './borg-tasks.ts';
import type { TraceFormat, TraceInput, TraceSink } from './format.ts';
import { readJsonRows } from './json-rows.ts';
import type { JsonObject } from './json-document.ts';
import { UNREADABLE } from './named-table.ts';

/** 0 SUBMIT, 1 QUEUE, 2 ENABLE, 3 SCHEDULE, 4 EVICT, 5 FAIL, 6 FINISH, 7 KILL, 8 LOST, 9 and 10 UPDATE. */
const EVENTS: BorgEvents = { schedule: 3, ends: { 4: FAILS, 5: FAILS, 6: COMPLETES, 7: IS_CANCELLED, 8: FAILS } };
const NAMES = [
  ...['SUBMIT', 'QUEUE', 'ENABLE', 'SCHEDULE', 'EVICT', 'FAIL', 'FINISH', 'KILL', 'LOST'],
  ...['UPDATE_PENDING', 'UPDATE_RUNNING'],
];
/** Something that happened after the trace ended [us]. */
const AFTER_THE_END = '9223372036854775807';

/** Instances of jobs and of alloc sets; int64 values are text in the JSON of BigQuery. */
export const borg2019: TraceFormat = {
  name: 'borg-2019',
  summary:
    'Instances of Google Borg in 2019 (clusterdata-2019, instance_events as JSON): each is a job, as long as its last run.',
  source: 'Google clusterdata-2019; Wilkes, "Google cluster-usage traces v3", 2020',
  extensions: [],
  parameters: { ...MACHINE, ...UNREADABLE },
  likelihood: (head) =>
    /^\s*\[?\s*\{/.test(head) && /"collection_id"\s*:/.test(head) && /"instance_index"\s*:/.test(head) ? 1 : 0,
  read,
};

async function read(input: TraceInput, sink: TraceSink, parameters: Parameters): Promise<void> {
  const tasks = new BorgTasks(EVENTS, sink);
  await readJsonRows(input, sink, parameters.unreadable === 'skip', (row, line) => {
    takeEvent(row, line, `${input.name}:${line}`, tasks, sink);
  });
  tasks.finish(parameters);
}

function takeEvent(row: JsonObject, line: number, where: string, tasks: BorgTasks, sink: TraceSink): void {
  const wrong = (key: string) =>
    new InputError(`${key} is ${JSON.stringify(row[key])?.slice(0, 60) ?? 'not there'}`, where, REMEDY);
  // Those beyond 2^53 would be rounded as numbers.
  const id = ['collection_id', 'instance_index'].map((key) => {
    const value = row[key];
    if (Number.isSafeInteger(value) || (typeof value === 'string' && /^\d{1,19}$/.test(value))) return String(value);
    throw wrong(key);
  });
  if (String(row.time) === AFTER_THE_END) return sink.noJob('event after the end of the trace');
  const time = Number(row.time ?? NaN);
  if (!(Number.isSafeInteger(time) && time >= 0) || row.time === '') throw wrong('time');
  const event = NAMES.indexOf(String(row.type)) >= 0 ? NAMES.indexOf(String(row.type)) : Number(row.type ?? NaN);
  if (!Number.isInteger(event) || event < 0 || event >= NAMES.length) throw wrong('type');
  tasks.take(id.join('-'), event, Math.round(time / 1000), line, () => {
    const request = row.resource_request;
    const parts = typeof request === 'object' && request !== null ? (request as JsonObject) : {};
    const part = (key: string) => {
      const value = Number(parts[key] ?? 0);
      if (value >= 0 && value <= 1) return value;
      throw wrong('resource_request');
    };
    const priority = Number(row.priority ?? 0);
    if (!Number.isSafeInteger(priority)) throw wrong('priority');
    return { qos: bandOf(priority), priority, cpu: part('cpus'), memory: part('memory') };
  });
}

const REMEDY = 'correct the event, or leave such events out with unreadable=skip';

/** The bands of priority that the description of the trace names. */
function bandOf(priority: number): string {
  if (priority < 100) return 'free';
  if (priority < 116) return 'best-effort-batch';
  if (priority < 120) return 'mid';
  return priority < 360 ? 'production' : 'monitoring';
}
