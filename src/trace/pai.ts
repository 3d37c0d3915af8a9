import { addFound } from './found-job.ts';
import type { TraceFormat } from './format.ts';
import { AMOUNT, hasColumns, readNamedTable, SECONDS, UNREADABLE } from './named-table.ts';

const NEEDED = ['job_id', 'num_inst', 'submit_time', 'num_cpu', 'num_gpu', 'gpu_type', 'duration', 'user'];

/** The table that the simulator of the PAI trace replays. Amounts are those of each instance; GPUs may be shares. */
export const pai: TraceFormat = {
  name: 'pai',
  summary: 'Jobs of Alibaba PAI (2020) as its simulator replays them: instances, with shares of GPUs and their types.',
  source: 'alibaba/clusterdata, cluster-trace-gpu-v2020, simulator; Weng et al., "MLaaS in the wild", NSDI 2022',
  extensions: [],
  parameters: UNREADABLE,
  likelihood: (head) => (hasColumns(head, NEEDED) ? 1 : 0),
  async read(input, sink, parameters) {
    await readNamedTable(input, sink, { needed: NEEDED }, parameters, (row) => {
      const times = { submit: row.number('submit_time', SECONDS), runtime: row.number('duration', SECONDS) };
      const gpu = row.number('num_gpu', AMOUNT);
      const type = row.text('gpu_type');
      // A machine without GPUs has the type CPU.
      const models = gpu > 0 && type !== '' && type !== 'CPU' ? { gpuModels: [type] } : {};
      const request = { cpu: row.number('num_cpu', AMOUNT), memory: 0, gpu, ...models };
      const known = { id: row.label('job_id') ?? row.line, user: row.label('user'), account: row.label('group') };
      addFound({ ...known, ...times, request, tasks: row.number('num_inst', AMOUNT) / 1000 }, row.line, sink);
    });
  },
};
