// The schedules of Tiresias' own simulator on its 60 jobs and 12 GPUs (scheme "count": any free GPUs will do), job by job.
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { simulate } from '../src/engine/simulate.ts';
import { readParameters } from '../src/parameters.ts';
import { firstFit } from '../src/placement/first-fit.ts';
import { loadPolicy } from '../src/policies/index.ts';
import type { Cluster } from '../src/cluster.ts';
import { restartsOf } from '../src/schedule.ts';
import { WorkloadBuilder } from '../src/workload-builder.ts';
import type { Workload } from '../src/workload.ts';

const RECORDS = '../shared/truth/ml/tiresias-60job-12gpu-';
const SECOND = 1000;

const THREE_NODES: Cluster = {
  name: '3 nodes of 4 GPUs',
  interchangeable: false,
  pools: [{ name: 'n', count: 3, cpu: 128_000, memory: Infinity, gpus: 4 }],
  partitions: [],
  outages: [],
};

interface Row {
  readonly job: string;
  /** [count] */
  readonly gpus: number;
  /** [s] */
  readonly submit: number;
  readonly start: number;
  readonly end: number;
  readonly runs: number;
  /** [count] */
  readonly preempted: number;
}

function readRecord(name: string): Row[] {
  const [head, ...lines] = readFileSync(`${RECORDS}${name}.csv`, 'utf8').trim().split('\n');
  const columns = head.split(',');
  return lines.map((line) => {
    const cells = line.split(',');
    const number = (column: string) => Number(cells[columns.indexOf(column)]);
    const [submit, start, end, runs] = ['submit_time', 'start_time', 'end_time', 'duration'].map(number);
    const preempted = number('preempt');
    return { job: cells[columns.indexOf('job_id')], gpus: number('num_gpu'), submit, start, end, runs, preempted };
  });
}

/** One GPU a task, so that a job of 8 may lie on several nodes of 4. Jobs stand in the order of their ids in the trace. */
function workloadOf(rows: readonly Row[]): Workload {
  const builder = new WorkloadBuilder();
  const request = builder.request({ cpu: 1000, memory: 0, gpu: 1000 });
  for (const { job, gpus, submit, runs } of [...rows].sort((a, b) => Number(a.job) - Number(b.job))) {
    const times = { submit: submit * SECOND, runtime: runs * SECOND, walltime: Infinity };
    builder.add({ id: Number(job), ...times, tasks: gpus, request });
  }
  return builder.finish('60 jobs');
}

/** Their name for the policy, ours, and the average time from submission to end that the record shows [s]. */
const CASES = [
  { record: 'fifo', policy: 'fcfs', given: {}, average: 423.483 },
  { record: 'fjf', policy: 'first-fit', given: {}, average: 310.417 },
  { record: 'sjf', policy: 'smallest-first', given: {}, average: 413.433 },
  { record: 'shortest', policy: 'srtf', given: {}, average: 273.5 },
  { record: 'shortest-gpu', policy: 'srsf', given: {}, average: 353.433 },
  { record: 'dlas-gpu', policy: 'las-2d', given: {}, average: 310.417 },
  { record: 'dlas-gpu', policy: 'las-2d', given: { service: 'time' }, average: 310.417 },
];

describe.skipIf(!existsSync(`${RECORDS}fifo.csv`))('records of Tiresias (skipped where the records are absent)', () => {
  test.each(CASES)(
    '$record: $policy $given starts, stops and ends all 60 jobs as recorded',
    async ({ record, policy, given, average }) => {
      const rows = readRecord(record);
      const workload = workloadOf(rows);
      const spec = (await loadPolicy(policy))!;
      const parameters = readParameters(spec.parameters ?? {}, given, policy);
      const schedule = simulate(workload, THREE_NODES, spec, { parameters, placement: firstFit, audit: true });
      const stops = restartsOf(schedule);
      const found = rows.map(({ job }) => {
        const row = (workload.ids as Float64Array).indexOf(Number(job));
        const [start, end] = [schedule.start, schedule.end].map((column) => column[row] / SECOND);
        return { job, start, end, preempted: stops[row] };
      });
      expect(found).toEqual(rows.map(({ job, start, end, preempted }) => ({ job, start, end, preempted })));
      const sum = found.reduce((total, { end }, index) => total + end - rows[index].submit, 0);
      expect(sum / rows.length).toBeCloseTo(average, 3);
    },
  );
});
