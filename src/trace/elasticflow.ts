import { addFound } from './found-job.ts';
import type { TraceFormat } from './format.ts';
import { AMOUNT, hasColumns, readNamedTable, SECONDS, UNREADABLE } from './named-table.ts';

const NEEDED = ['job_id', 'submission_time', 'duration', 'num_gpu'];

/** Ten clusters of Microsoft (ITP), as recorded, or with the models and deadlines that ElasticFlow made up for them. */
export const elasticflow: TraceFormat = {
  name: 'elasticflow',
  summary: 'Jobs of ten Microsoft ITP clusters of 2021, as recorded or with the models and deadlines of ElasticFlow.',
  source: 'microsoft/elasticflow-traces; Gu et al., "ElasticFlow", ASPLOS 2023',
  extensions: [],
  parameters: UNREADABLE,
  likelihood: (head) => (hasColumns(head, NEEDED) ? 1 : 0),
  async read(input, sink, parameters) {
    await readNamedTable(input, sink, { needed: NEEDED }, parameters, (row) => {
      const job = { submit: row.number('submission_time', SECONDS), runtime: row.number('duration', SECONDS) };
      addFound({ ...job, id: row.label('job_id') ?? row.line, size: { gpus: row.number('num_gpu', AMOUNT) } }, row.line, sink);
    });
    sink.warn('each GPU is taken with one processor: the table has none');
  },
};
