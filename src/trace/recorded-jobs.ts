/** Tables of what ran on a cluster, with clock times and states: what Helios and Acme have in common. */
import type { Parameters } from '../parameters.ts';
import { instantReader } from './column-map-notations.ts';
import { zoneNamed } from './column-map-zones.ts';
import { addFound } from './found-job.ts';
import type { FoundJob } from './found-job.ts';
import type { TraceInput, TraceSink } from './format.ts';
import { AMOUNT, readNamedTable, SECONDS } from './named-table.ts';
import type { NamedRow, NamedTable } from './named-table.ts';
import { stateLookup } from './table-states.ts';

const stateOf = stateLookup();

export interface RecordedTable extends NamedTable {
  /** Of times that say none. */
  readonly zone: string;
  /** Which columns say where a job belongs. */
  belongs(row: NamedRow): Pick<FoundJob, 'queue' | 'partition'>;
  /** Memory of each task [bytes]; NaN = the row does not say. */
  memory?(row: NamedRow): number;
}

/**
 * Reads job_id, user, state, submit_time, start_time, end_time, duration, node_num, cpu_num and gpu_num. Answers the first
 * submission [Unix ms]; Infinity if there is none.
 */
export async function readRecordedJobs(
  input: TraceInput,
  sink: TraceSink,
  table: RecordedTable,
  parameters: Parameters,
): Promise<number> {
  const zone = zoneNamed(table.zone, input.name);
  const instant = instantReader('iso', zone, input.name).read;
  let first = Infinity;
  await readNamedTable(input, sink, table, parameters, (row) => {
    const state = stateOf(row.text('state'));
    if (state === undefined) throw row.wrong(`"${row.text('state').slice(0, 60)}" in column state is no state that is known`);
    const start = row.number('start_time', instant);
    const end = row.number('end_time', instant);
    const submit = row.number('submit_time', instant);
    const duration = row.number('duration', SECONDS);
    if ('skip' in state) return sink.skip(state.skip, row.line);
    if (Number.isNaN(start)) return sink.skip('never ran', row.line);
    const runtime = Number.isNaN(duration) ? end - start : duration;
    const known = { id: row.label('job_id') ?? row.line, user: row.label('user'), outcome: state.outcome, ...table.belongs(row) };
    const { jobs } = sink;
    const before = jobs.count;
    const memory = table.memory?.(row) ?? NaN;
    addFound({ ...known, submit, start, runtime, size: { ...sizeOf(row), memory }, per: { memory: 'task' } }, row.line, sink);
    if (jobs.count > before) first = Math.min(first, submit);
  });
  sink.declare({ epoch: 0, timeZone: table.zone });
  return first;
}

/** As many tasks as nodes, if that many can have a GPU or processor each; else as the totals can be divided. */
function sizeOf(row: NamedRow): FoundJob['size'] {
  const nodes = row.number('node_num', AMOUNT) / 1000;
  const [gpus, procs] = [row.number('gpu_num', AMOUNT), row.number('cpu_num', AMOUNT)];
  const parts = (gpus > 0 ? gpus : procs) / 1000;
  return { gpus, procs, ...(nodes >= 1 && nodes <= parts && { tasks: nodes }) };
}
