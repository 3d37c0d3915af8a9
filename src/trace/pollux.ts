import { usageError } from '../errors.ts';
import type { Parameters } from '../parameters.ts';
import { addFound } from './found-job.ts';
import type { FoundJob } from './found-job.ts';
import type { TraceFormat, TraceInput, TraceSink } from './format.ts';
import { AMOUNT, hasColumns, readNamedTable, SECONDS, UNREADABLE } from './named-table.ts';
import { PolluxTables } from './pollux-tables.ts';

const NEEDED = ['name', 'time', 'application', 'num_replicas', 'batch_size'];

/** The workloads of Pollux, and those of Sia, which have the same columns. */
export const pollux: TraceFormat = {
  name: 'pollux',
  summary: 'Training jobs of the Pollux and Sia workloads: application, GPUs and batch size; tables give the run times.',
  source: 'petuum/adaptdl (osdi21), simulator/workloads; Qiao et al., OSDI 2021; Jayaram Subramanya et al. (Sia), SOSP 2023',
  extensions: [],
  parameters: {
    tables: { summary: 'folder with placements.csv and validation-BATCH.csv of each application', type: 'text', default: '' },
    suffix: {
      summary: 'of the tables of a type of GPU, such as aws, rtx or dgx for placements-rtx.csv',
      type: 'text',
      default: '',
    },
    'gpus-per-node': { summary: 'of the nodes that a job is packed on', type: 'integer', default: 4, min: 1, max: 9 },
    runtime: { summary: 'of every job, where there are no tables; 0 = not given', type: 'duration', default: 0, min: 0 },
    ...UNREADABLE,
  },
  likelihood: (head) => (hasColumns(head, NEEDED) ? 1 : 0),
  read,
};

interface Asked {
  readonly job: Omit<FoundJob, 'runtime'>;
  readonly application: string;
  readonly gpus: number;
  readonly batch: number;
  readonly line: number;
}

async function read(input: TraceInput, sink: TraceSink, parameters: Parameters): Promise<void> {
  const [folder, given] = [String(parameters.tables), Number(parameters.runtime)];
  if (folder === '' && given === 0) {
    const hint = "give tables= the folder simulator/traces of Pollux' repository, or runtime=1h for all";
    throw usageError('these jobs do not say how long they run', 'format pollux, tables', hint);
  }
  const tables = new PolluxTables(folder, String(parameters.suffix), Number(parameters['gpus-per-node']));
  const asked: Asked[] = [];
  await readNamedTable(input, sink, { needed: NEEDED }, parameters, (row) => {
    const gpus = row.number('num_replicas', AMOUNT);
    const batch = row.number('batch_size', AMOUNT) / 1000;
    const application = row.text('application');
    const job = { id: row.label('name') ?? row.line, submit: row.number('time', SECONDS), queue: application, size: { gpus } };
    asked.push({ job, application, gpus: gpus / 1000, batch, line: row.line });
  });
  for (const { job, application, gpus, batch, line } of asked) {
    const sized = Number.isInteger(gpus) && gpus > 0 && batch > 0;
    const runtime = folder === '' ? given : sized ? await tables.runtime(application, gpus, batch) : 'has no size';
    if (typeof runtime === 'string') sink.skip(runtime, line);
    else addFound({ ...job, runtime }, line, sink);
  }
  sink.warn('queues are applications; each GPU is taken with one processor: the table has none');
}
