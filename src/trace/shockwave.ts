import { readNumber } from './column-map-notations.ts';
import { addFound } from './found-job.ts';
import type { TraceFormat } from './format.ts';
import { AMOUNT, readNamedTable, SECONDS, UNREADABLE } from './named-table.ts';

const COLUMNS = [
  'job type',
  'command',
  'working directory',
  'step option',
  'needs data',
  'total steps',
  'scale factor',
  'mode',
  'priority weight',
  'SLO',
  'duration',
  'arrival',
];

/** Modes of changing the batch size, as the trace writes them. */
const LINE = /^[^\t\n]+\(batch size \d+\)(\t[^\t\n]*){6}\t(static|accordion|gns)\t/;

/** Gavel's table with the mode of each job and its run time. Commands are text, and never run. */
export const shockwave: TraceFormat = {
  name: 'shockwave',
  summary: 'Jobs of the Shockwave simulator: tab-separated, with run time, scale factor and mode of batch sizes.',
  source: 'uw-mad-dash/shockwave, scheduler/traces; Zheng et al., "Shockwave", NSDI 2023',
  extensions: [],
  parameters: UNREADABLE,
  likelihood: (head) => (LINE.test(head) ? 1 : 0),
  async read(input, sink, parameters) {
    const table = {
      needed: COLUMNS,
      columns: COLUMNS,
      delimiter: '\t',
      ignored: ['command', 'working directory', 'step option'],
    };
    await readNamedTable(input, sink, table, parameters, (row) => {
      const times = { submit: row.number('arrival', SECONDS), runtime: row.number('duration', SECONDS) };
      const weight = row.number('priority weight', readNumber);
      // The mode decides how a job's batch size moves, and so its class in the published tables.
      const known = { id: row.line, queue: row.label('mode'), ...(!Number.isNaN(weight) && { priority: weight }) };
      addFound({ ...times, ...known, size: { gpus: row.number('scale factor', AMOUNT) } }, row.line, sink);
    });
    sink.warn('each GPU is taken with one processor: the table has none; jobs are named after their lines, queues after modes');
  },
};
