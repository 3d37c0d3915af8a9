import { readHeliosCapacity } from '../cluster-helios.ts';
import type { Parameters } from '../parameters.ts';
import { zoneNamed } from './column-map-zones.ts';
import type { TraceFormat, TraceInput, TraceSink } from './format.ts';
import { hasColumns, UNREADABLE } from './named-table.ts';
import type { NamedRow } from './named-table.ts';
import { readRecordedJobs } from './recorded-jobs.ts';
import { readSideFile } from './side-file.ts';

const NEEDED = ['job_id', 'vc', 'gpu_num', 'cpu_num', 'node_num', 'state', 'submit_time', 'start_time', 'end_time'];

/** Four clusters of SenseTime. Virtual clusters are partitions: a job runs on the nodes of its own. */
export const helios: TraceFormat = {
  name: 'helios',
  summary: 'Jobs of the Helios clusters of SenseTime (cluster_log.csv); with capacity= also their nodes, day by day.',
  source: 'S-Lab-System-Group/HeliosData; Hu et al., "Characterization and prediction of deep learning workloads", SC 2021',
  extensions: [],
  parameters: {
    capacity: { summary: 'cluster_gpu_number.csv: GPUs of each virtual cluster by day', type: 'text', default: '' },
    zone: { summary: 'of the clock times, which say none', type: 'text', default: 'Asia/Shanghai' },
    ...UNREADABLE,
  },
  likelihood: (head) => (hasColumns(head, NEEDED) ? 1 : 0),
  read,
};

async function read(input: TraceInput, sink: TraceSink, parameters: Parameters): Promise<void> {
  const path = String(parameters.capacity);
  const capacity = path === '' ? undefined : await readSideFile(path, 'format helios, capacity');
  const zone = String(parameters.zone);
  const belongs = (row: NamedRow) => ({ queue: row.label('vc'), partition: row.label('vc') });
  // The wait is the difference of two columns that are read.
  const first = await readRecordedJobs(input, sink, { needed: NEEDED, ignored: ['queue'], zone, belongs }, parameters);
  if (capacity === undefined || first === Infinity) return;
  const clock = zoneNamed(zone, 'format helios, zone');
  sink.declare({ cluster: readHeliosCapacity(capacity, path, (date) => clock.toUnix(date) - first) });
}
