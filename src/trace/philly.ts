import { InputError } from '../errors.ts';
import type { Parameters } from '../parameters.ts';
import { instantReader } from './column-map-notations.ts';
import type { Cell, NumberReader } from './column-map-notations.ts';
import { zoneNamed } from './column-map-zones.ts';
import { addFound } from './found-job.ts';
import type { TraceFormat, TraceInput, TraceSink } from './format.ts';
import { readJsonRows } from './json-rows.ts';
import type { JsonObject } from './json-document.ts';
import { UNREADABLE } from './named-table.ts';
import { stateLookup } from './table-states.ts';

/** Local times without a zone; the files of utilization beside the log say PDT and PST. */
const ZONE = 'America/Los_Angeles';
/** `Killed` is what users did to their jobs. */
const stateOf = stateLookup({ Killed: 'cancelled' });

/** The log as it was published; what others made of it is in the format `csv`. */
export const philly: TraceFormat = {
  name: 'philly',
  summary: 'Jobs of Microsoft Philly as published (cluster_job_log): every attempt with its machines and GPUs.',
  source: 'msr-fiddle/philly-traces; Jeon et al., "Analysis of large-scale multi-tenant GPU clusters", USENIX ATC 2019',
  extensions: [],
  parameters: {
    runtime: {
      summary: 'attempts: the sum over them; span: from the first start to the last end, waits between attempts included',
      type: 'choice',
      choices: ['attempts', 'span'],
      default: 'attempts',
    },
    gpus: {
      summary: 'of a job whose attempts differ in size: those of the first one, or of the largest',
      type: 'choice',
      choices: ['first', 'largest'],
      default: 'first',
    },
    ...UNREADABLE,
  },
  likelihood: (head) =>
    /^\s*\[?\s*\{/.test(head) && ['"attempts"', '"vc"', '"jobid"'].every((key) => head.includes(key)) ? 1 : 0,
  read,
};

async function read(input: TraceInput, sink: TraceSink, parameters: Parameters): Promise<void> {
  const zone = zoneNamed(ZONE, input.name);
  const { read: instant } = instantReader('iso', zone, input.name);
  await readJsonRows(input, sink, parameters.unreadable === 'skip', (row, line) => {
    addJob(row, { instant, parameters, where: `${input.name}:${line}`, line, sink });
  });
  if (zone.doubtful > 0) sink.warn(`${zone.doubtful} local times occurred twice, when clocks were set back on 2017-11-05`);
  sink.warn(
    `run times are ${String(parameters.runtime)}, GPUs those of the ${String(parameters.gpus)} attempt; one processor a GPU`,
  );
  sink.declare({ epoch: 0, timeZone: ZONE });
}

interface Surroundings {
  readonly instant: NumberReader;
  readonly parameters: Parameters;
  readonly where: string;
  readonly line: number;
  readonly sink: TraceSink;
}

/** Times are Unix times [ms]; an end that is NaN had not come when the log was written. */
interface Attempt {
  readonly start: number;
  readonly end: number;
  readonly gpus: number;
}

function addJob(row: JsonObject, around: Surroundings): void {
  const { sink, line, parameters } = around;
  const state = stateOf(text(row.status));
  if (state === undefined) throw wrong(`"${text(row.status)}" is no status`, around);
  if ('skip' in state) return sink.skip(state.skip, line);
  const submit = time(row.submitted_time, 'submitted_time', around);
  const attempts = list(row.attempts, 'attempts', around).map((attempt) => readAttempt(attempt, around));
  const ran = attempts.filter(({ start }) => !Number.isNaN(start));
  if (ran.length === 0) return sink.skip('never ran', line);
  if (Number.isNaN(ran[ran.length - 1].end)) return sink.skip('was still running when the log was written', line);
  const known = ran.filter(({ end }) => !Number.isNaN(end));
  if (known.length < ran.length) sink.repair('has an attempt without an end, which is left out', line);
  const sizes = known.map(({ gpus }) => gpus);
  const gpus = parameters.gpus === 'largest' ? Math.max(...sizes) : sizes[0];
  if (sizes.some((size) => size !== gpus)) sink.repair('has attempts of several sizes: one of them is taken', line);
  const [{ start }] = known;
  const runtime =
    parameters.runtime === 'span'
      ? Math.max(...known.map(({ end }) => end)) - start
      : known.reduce((sum, attempt) => sum + attempt.end - attempt.start, 0);
  const owner = { user: text(row.user), queue: text(row.vc) };
  addFound(
    { id: text(row.jobid) || line, submit, start, runtime, outcome: state.outcome, size: { gpus: gpus * 1000 }, ...owner },
    line,
    sink,
  );
}

function readAttempt(value: unknown, around: Surroundings): Attempt {
  if (!isObject(value)) throw wrong('an attempt is no object', around);
  const detail = value.detail === undefined || value.detail === null ? [] : list(value.detail, 'detail', around);
  let gpus = 0;
  for (const machine of detail) gpus += isObject(machine) ? list(machine.gpus, 'gpus', around).length : 0;
  return { start: time(value.start_time, 'start_time', around), end: time(value.end_time, 'end_time', around), gpus };
}

function time(value: unknown, key: string, around: Surroundings): number {
  const read = around.instant(typeof value === 'object' && value !== null ? 'no time' : (value as Cell));
  if (read === undefined) throw wrong(`${key} is ${JSON.stringify(value).slice(0, 60)}`, around);
  return read;
}

function list(value: unknown, key: string, around: Surroundings): readonly unknown[] {
  if (Array.isArray(value)) return value as unknown[];
  throw wrong(`${key} is no list`, around);
}

function text(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function wrong(problem: string, { where }: Surroundings): InputError {
  return new InputError(problem, where, 'correct the job, or leave such jobs out with unreadable=skip');
}
