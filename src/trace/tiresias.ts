import { addFound } from './found-job.ts';
import type { TraceFormat } from './format.ts';
import { AMOUNT, hasColumns, readNamedTable, SECONDS, UNREADABLE } from './named-table.ts';

const NEEDED = ['job_id', 'num_gpu', 'submit_time', 'duration', 'model_name'];

/** What the simulator of Tiresias replays, and those that came after it. */
export const tiresias: TraceFormat = {
  name: 'tiresias',
  summary: 'Jobs of the Tiresias simulator: GPUs, submission and run time in seconds.',
  source: 'SymbioticLab/Tiresias, simulator/*_job.csv; Gu et al., "Tiresias", NSDI 2019',
  extensions: [],
  parameters: UNREADABLE,
  // Muri has the same columns and more, and another unit.
  likelihood: (head) => (hasColumns(head, NEEDED) && !hasColumns(head, ['iteration_time']) ? 1 : 0),
  async read(input, sink, parameters) {
    await readNamedTable(input, sink, { needed: NEEDED }, parameters, (row) => {
      const job = { submit: row.number('submit_time', SECONDS), runtime: row.number('duration', SECONDS) };
      addFound({ ...job, id: row.label('job_id') ?? row.line, size: { gpus: row.number('num_gpu', AMOUNT) } }, row.line, sink);
    });
    sink.warn('each GPU is taken with one processor: the table has none');
  },
};
