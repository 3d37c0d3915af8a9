import { addFound } from './found-job.ts';
import type { TraceFormat } from './format.ts';
import { AMOUNT, hasColumns, MILLISECONDS, readNamedTable, UNREADABLE } from './named-table.ts';

const NEEDED = ['job_id', 'num_gpu', 'submit_time', 'duration', 'model_name', 'iteration_time'];

/** The columns of Tiresias with those of an iteration behind them. */
export const muri: TraceFormat = {
  name: 'muri',
  summary: 'Jobs of the Muri simulator: the columns of Tiresias in milliseconds, with the times of one iteration.',
  // The unit is not stated; duration = iterations x iteration_time, and the largest submission is 125 days.
  source:
    'Muri artifact, simulator/trace-data; Zhao et al., "Multi-resource interleaving for deep learning training", SIGCOMM 2022',
  extensions: [],
  parameters: UNREADABLE,
  likelihood: (head) => (hasColumns(head, NEEDED) ? 1 : 0),
  async read(input, sink, parameters) {
    await readNamedTable(input, sink, { needed: NEEDED }, parameters, (row) => {
      const job = { submit: row.number('submit_time', MILLISECONDS), runtime: row.number('duration', MILLISECONDS) };
      addFound({ ...job, id: row.label('job_id') ?? row.line, size: { gpus: row.number('num_gpu', AMOUNT) } }, row.line, sink);
    });
    sink.warn('each GPU is taken with one processor: the table has none');
  },
};
