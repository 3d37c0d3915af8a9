import { readTrace } from '../trace/read.ts';
import { InputError } from '../errors.ts';
import { readScheduleTable } from '../verify/schedule-table.ts';
import type { ScheduleTable } from '../verify/schedule-table.ts';
import { jobId } from '../workload.ts';

/** A schedule from a CSV file, or what really happened from a trace that tells when its jobs started. */
export async function readSchedule(path: string): Promise<ScheduleTable> {
  return /\.csv(\.\w+)?$/i.test(path) ? readScheduleTable(path) : readRecorded(path);
}

async function readRecorded(path: string): Promise<ScheduleTable> {
  const { workload } = await readTrace(path);
  const { count, origin, recordedStart, runtime } = workload;
  if (recordedStart === undefined) {
    throw new InputError('this trace does not tell when its jobs started', path, 'give one that does, or a CSV file');
  }
  const start = recordedStart.map((time) => origin + time);
  return {
    name: path,
    ids: Array.from({ length: count }, (_, job) => jobId(workload, job)),
    submit: workload.submit.map((time) => origin + time),
    start,
    end: start.map((time, job) => time + runtime[job]),
  };
}
