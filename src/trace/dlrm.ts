import { memoryReader } from './column-map-notations.ts';
import { addFound } from './found-job.ts';
import type { TraceFormat, TraceSink } from './format.ts';
import { AMOUNT, hasColumns, readNamedTable, SECONDS, UNREADABLE } from './named-table.ts';
import type { NamedRow } from './named-table.ts';

const NEEDED = [
  'instance_sn',
  'role',
  'app_name',
  'cpu_request',
  'gpu_request',
  'rdma_request',
  'creation_time',
  'deletion_time',
];
const { read: GIBIBYTES } = memoryReader('Gi', 'memory_request');

/** Instances of recommendation services, of processors (CN) and of GPUs (HN). Who was there before is there from the start. */
export const dlrm: TraceFormat = {
  name: 'dlrm',
  summary: 'Instances of disaggregated recommendation services at Alibaba (v2025): those never deleted are services without end.',
  source: 'alibaba/clusterdata, cluster-trace-gpu-v2025; Yang et al., "GPU-disaggregated serving", NSDI 2025',
  extensions: [],
  parameters: UNREADABLE,
  likelihood: (head) => (hasColumns(head, NEEDED) ? 1 : 0),
  async read(input, sink, parameters) {
    // A limit bounds what an instance uses, and no scheduler asks for it.
    const ignored = ['cpu_limit', 'gpu_limit', 'rdma_limit', 'memory_limit', 'disk_limit'];
    await readNamedTable(input, sink, { needed: NEEDED, ignored }, parameters, (row) => addInstance(row, sink));
  },
};

function addInstance(row: NamedRow, sink: TraceSink): void {
  const [created, scheduled, deleted] = ['creation_time', 'scheduled_time', 'deletion_time'].map((name) =>
    row.number(name, SECONDS),
  );
  const amount = (column: string) => row.number(column, AMOUNT);
  const rdma = Math.ceil(amount('rdma_request') / 1000);
  const disk = Math.ceil(amount('disk_request') / 1000);
  const other = { ...(rdma > 0 && { rdma }), ...(disk > 0 && { disk }) };
  const request = {
    cpu: amount('cpu_request'),
    memory: row.number('memory_request', GIBIBYTES) || 0,
    gpu: amount('gpu_request') || 0,
    ...(Object.keys(other).length > 0 && { other }),
  };
  if (Number.isNaN(created)) sink.repair('was created before the trace begins: taken as created with it', row.line);
  const submit = Number.isNaN(created) ? 0 : created;
  const start = scheduled >= submit ? scheduled : submit;
  const known = { id: row.label('instance_sn') ?? row.line, queue: row.label('app_name'), qos: row.label('role') };
  const times = { submit, runtime: deleted - start, service: Number.isNaN(deleted), start: scheduled };
  addFound({ ...known, ...times, request }, row.line, sink);
}
