import type { Parameters } from '../parameters.ts';
import { instantReader } from './column-map-notations.ts';
import { zoneNamed } from './column-map-zones.ts';
import { addFound } from './found-job.ts';
import type { TraceFormat, TraceInput, TraceSink } from './format.ts';
import { hasColumns, readNamedTable, SECONDS, UNREADABLE } from './named-table.ts';
import { stateLookup } from './table-states.ts';

const IMAGES = ['gmt_create', 'predict_type', 'predict_status', 'exec_time_seconds', 'groupId'];
const stateOf = stateLookup({ SUCCEED: 'completes', PROCESSING: 'skip' });

/** Requests for images, with the time that each took. */
export const genai: TraceFormat = {
  name: 'genai',
  summary: 'Requests for images to the services of Alibaba (v2026-GenAI): each is a batch job of one GPU, as long as it took.',
  source: 'alibaba/clusterdata, cluster-trace-v2026-GenAI',
  extensions: [],
  parameters: UNREADABLE,
  likelihood: (head) => (hasColumns(head, IMAGES) ? 1 : 0),
  read: readImages,
};

async function readImages(input: TraceInput, sink: TraceSink, parameters: Parameters): Promise<void> {
  const instant = instantReader('iso', zoneNamed('Asia/Shanghai', input.name), input.name).read;
  await readNamedTable(input, sink, { needed: IMAGES }, parameters, (row) => {
    const submit = row.number('gmt_create', instant);
    const runtime = row.number('exec_time_seconds', SECONDS);
    const state = stateOf(row.text('predict_status'));
    if (state === undefined) throw row.wrong(`"${row.text('predict_status').slice(0, 60)}" is no status that is known`);
    if ('skip' in state) return sink.skip(state.skip, row.line);
    const known = { id: row.line, queue: row.label('predict_type'), user: row.label('groupId'), outcome: state.outcome };
    addFound({ ...known, submit, runtime, size: { gpus: 1000 } }, row.line, sink);
  });
  sink.declare({ epoch: 0, timeZone: 'Asia/Shanghai' });
  sink.warn('times say no zone and are taken as those of China');
}
