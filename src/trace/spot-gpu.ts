import { addFound } from './found-job.ts';
import type { TraceFormat } from './format.ts';
import { AMOUNT, hasColumns, readNamedTable, SECONDS, UNREADABLE } from './named-table.ts';

const NEEDED = [
  'job_name',
  'organization',
  'gpu_model',
  'cpu_request',
  'gpu_request',
  'worker_num',
  'submit_time',
  'duration',
  'job_type',
];

/** Jobs of a cluster that sells what high-priority jobs (HP) leave over as spot capacity. */
export const spotGpu: TraceFormat = {
  name: 'spot-gpu',
  summary: 'Jobs of the spot GPU cluster of Alibaba (v2026): workers of one GPU model, of high priority or spot.',
  source: 'alibaba/clusterdata, cluster-trace-v2026-spot-gpu; Duan et al., ASPLOS 2026',
  extensions: [],
  parameters: UNREADABLE,
  likelihood: (head) => (hasColumns(head, NEEDED) ? 1 : 0),
  async read(input, sink, parameters) {
    await readNamedTable(input, sink, { needed: NEEDED }, parameters, (row) => {
      const gpu = row.number('gpu_request', AMOUNT);
      const model = row.text('gpu_model');
      const models = gpu > 0 && model !== '' ? { gpuModels: [model] } : {};
      const request = { cpu: row.number('cpu_request', AMOUNT), memory: 0, gpu, ...models };
      const times = { submit: row.number('submit_time', SECONDS), runtime: row.number('duration', SECONDS) };
      const type = row.text('job_type');
      if (type !== 'HP' && type !== 'Spot') throw row.wrong(`"${type.slice(0, 60)}" in column job_type is neither HP nor Spot`);
      const known = { id: row.label('job_name') ?? row.line, user: row.label('organization'), qos: type };
      const rank = { priority: type === 'HP' ? 1 : 0, tasks: row.number('worker_num', AMOUNT) / 1000 };
      addFound({ ...known, ...times, ...rank, request }, row.line, sink);
    });
  },
};
