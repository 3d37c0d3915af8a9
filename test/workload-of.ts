/** Workloads for tests, written as rows. Times are ms, as inside; a test that wants seconds multiplies. */
import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { WorkloadBuilder } from '../src/workload-builder.ts';
import type { DependencyRow, Label } from '../src/workload-builder.ts';
import { ONE_PROCESSOR } from '../src/workload.ts';
import type { TaskRequest, Workload } from '../src/workload.ts';

export interface TestJob {
  /** Its row number if absent. */
  readonly id?: string | number;
  readonly submit: number;
  readonly runtime: number;
  /** Infinity if absent. */
  readonly walltime?: number;
  /** Tasks of one processor, or of `request`. */
  readonly procs: number;
  readonly request?: TaskRequest;
  readonly after?: readonly DependencyRow[];
  readonly user?: Label;
  readonly priority?: number;
  readonly outcome?: number;
}

export function workloadOf(jobs: readonly TestJob[], name = 'test'): Workload {
  const builder = new WorkloadBuilder();
  jobs.forEach(({ id, procs, request = ONE_PROCESSOR, walltime = Infinity, ...job }, row) => {
    builder.add({ id: id ?? row, ...job, walltime, tasks: procs, request: builder.request(request) });
  });
  return builder.finish(name);
}

/** Where records of other simulators lie, beside the project. */
export const RECORDS = '../shared/truth/schedules';

/** For `describe.skipIf`: the records are not part of the project. */
export const NO_RECORDS = !existsSync(RECORDS);

/** A trace of the records, read by its description alone: submit, run time, walltime and processors of each line. */
export function recordedWorkload(trace: string): Workload {
  const lines = readRecord(`${trace}.swf.gz`).filter((line) => line !== '' && !line.startsWith(';'));
  return workloadOf(
    lines.map((line) => {
      const [id, submit, , run, used, , , asked, limit] = line.trim().split(/\s+/).map(Number);
      const runtime = Math.max(1, Math.round(run));
      const walltime = limit > 0 ? Math.max(limit, runtime) : runtime;
      return { id, submit: submit * 1000, runtime: runtime * 1000, walltime: walltime * 1000, procs: asked > 0 ? asked : used };
    }),
    trace,
  );
}

/** The start of each job in a record, by its id [s]. */
export function recordedStarts(record: string): Map<number, number> {
  const starts = new Map<number, number>();
  for (const line of readRecord(`${record}.csv.gz`).slice(1)) {
    if (line === '') continue;
    const [id, , start] = line.split(',').map(Number);
    starts.set(id, start);
  }
  return starts;
}

function readRecord(file: string): string[] {
  return gunzipSync(readFileSync(`${RECORDS}/${file}`))
    .toString('utf8')
    .split('\n');
}
