import { memoryReader } from './column-map-notations.ts';
import type { TraceFormat } from './format.ts';
import { hasColumns, UNREADABLE } from './named-table.ts';
import type { NamedRow } from './named-table.ts';
import { readRecordedJobs } from './recorded-jobs.ts';

const NEEDED = ['job_id', 'node_num', 'gpu_num', 'cpu_num', 'type', 'state', 'submit_time', 'start_time', 'end_time', 'gpu_time'];
const { read: GIGABYTES } = memoryReader('G', 'mem_per_pod_GB');

/** Two clusters of the Shanghai AI Laboratory. Kalos has columns that Seren has not, so they are read by name. */
export const acme: TraceFormat = {
  name: 'acme',
  summary: 'Jobs of the Acme clusters Seren and Kalos (trace_seren.csv, trace_kalos.csv): development of large language models.',
  source: 'InternLM/AcmeTrace; Hu et al., "Characterization of large language model development", NSDI 2024',
  extensions: [],
  parameters: UNREADABLE,
  likelihood: (head) => (hasColumns(head, NEEDED) ? 1 : 0),
  async read(input, sink, parameters) {
    // gpu_time and queue follow from columns that are read; the times say their zone themselves.
    const table = { needed: NEEDED, ignored: ['gpu_time', 'queue'], zone: 'UTC', belongs, memory };
    await readRecordedJobs(input, sink, table, parameters);
  },
};

const belongs = (row: NamedRow) => ({ queue: row.label('type') });

/** Of a pod; there is one on each node of a job. */
const memory = (row: NamedRow) => row.number('mem_per_pod_GB', GIGABYTES);
