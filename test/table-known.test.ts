import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { inspectTrace } from '../src/trace/inspect.ts';
import { readTrace } from '../src/trace/read.ts';
import { gpusOf, jobId, nameOf } from '../src/workload.ts';
import { accounted, readAs } from './table-read.ts';

const TRACES = '../shared/traces';
const ABSENT = !existsSync(TRACES);

test('a schedule (jobs.csv) can be replayed as a trace', async () => {
  const text = [
    'job,submit_s,start_s,end_s,state,wait_s,user,queue,cpus,gpus,nodes,placement,restarts',
    '7,100.5,101,161.25,completed,0.5,ada,short,4,2,1,n0,0',
    '8,101,110,170,killed,9,ben,,1,0,1,n1,0',
    '9,102,,,rejected,,ben,,1000,0,,,0',
    '10,103,,,unfinished,,ben,,1,0,,,0',
    '11,104,120,180,failed,16,ben,,1,0,,,2',
    '',
  ].join('\n');
  const trace = await readAs('csv', text);
  const { workload, skipped, repaired, warnings } = trace;
  expect([workload.origin, ...workload.runtime]).toEqual([100_500, 60_250, 60_000, 60_000]);
  expect([workload.procs[0], gpusOf(workload, 0), nameOf(workload.queue, 0)]).toEqual([4, 2000, 'short']);
  expect(skipped.map(({ what, count }) => [what, count])).toEqual([['is rejected', 1], ['is unfinished', 1]]); // prettier-ignore
  expect(repaired[0]).toMatchObject({ count: 1, where: [6] });
  expect(warnings[0]).toContain('limits');
  expect(accounted(trace)).toBe(6);
});

test('a bare schedule is read as serial jobs, and says so', async () => {
  const { workload, warnings } = await readAs('csv', 'id,submit,start,end\n1,0,5,9\n');
  expect([workload.procs[0], workload.runtime[0], workload.recordedStart?.[0]]).toEqual([1, 4000, 5000]);
  expect(warnings).toEqual(['read as a bare schedule: it holds no sizes, so each job is taken as one processor']);
  await expect(readAs('csv', 'id,submit,start,end,cpus\n1,0,5,9,2\n')).rejects.toThrow(/header of this table is not known/);
});

describe.skipIf(ABSENT)('published tables (skipped without the folder of traces beside the project)', () => {
  test('NREL Eagle', async () => {
    const trace = await readTrace(`${TRACES}/slurm/nrel-eagle-sample.csv.gz`);
    const { workload } = trace;
    expect([trace.format, workload.count, accounted(trace)]).toEqual(['csv', 1000, 1001]);
    expect([workload.epoch, new Date(workload.origin).toISOString()]).toEqual([0, '2019-01-01T08:55:55.000Z']);
    const job = (workload.ids as Float64Array).indexOf(532875);
    expect([jobId(workload, job), nameOf(workload.user, job), workload.procs[job]]).toEqual(['532875', 'user0002', 17]);
    expect([workload.runtime[job], workload.walltime[job]]).toEqual([395_000, 1_800_000]);
    expect(inspectTrace(trace).recordedWait?.count).toBe(1000);
  });

  test('SURF Lisa: 194,917 tasks of 16 cores, median 191 s, mean 6,579 s, 5.70 million core-hours', async () => {
    const { jobs, runtime, procs, load, arrivals } = inspectTrace(
      await readTrace(`${TRACES}/swf/SURF-Lisa-halfyear-tasks.csv.gz`),
    );
    expect([jobs, procs.min, procs.max, runtime.median]).toEqual([194_917, 16, 16, 191_000]);
    expect(runtime.mean / 1000).toBeCloseTo(6579, 0);
    expect(load.coreHours / 1e6).toBeCloseTo(5.7, 2);
    expect(arrivals?.byHour.reduce((sum, count) => sum + count)).toBe(194_917);
  });

  test('Philly: 82,247 jobs, median 1,144 s, mean 13,136 s, 978,078 GPU-hours, GPU counts as published', async () => {
    const trace = await readTrace(`${TRACES}/gpu/philly-pollux.csv.gz`);
    const { jobs, runtime, load } = inspectTrace(trace);
    expect([jobs, runtime.median, Math.round(runtime.mean / 1000)]).toEqual([82_247, 1_144_000, 13_136]);
    expect(Math.round(load.gpuHours)).toBe(978_078);
    const counts = new Map<number, number>();
    for (let job = 0; job < jobs; job++) {
      const gpus = gpusOf(trace.workload, job) / 1000;
      counts.set(gpus, (counts.get(gpus) ?? 0) + 1);
    }
    expect(Object.fromEntries(counts)).toEqual({
      1: 76_627, 2: 1818, 4: 1870, 8: 1643, 12: 7, 16: 199, 24: 7, 32: 67, 64: 6, 128: 3,
    }); // prettier-ignore
    expect(trace.warnings.some((warning) => warning.includes('twice or never'))).toBe(true);
  });

  test('schedules of other simulators', async () => {
    const folder = '../shared/truth/schedules';
    const { workload } = await readTrace(`${folder}/textbook-easy-sdsc4k.csv.gz`);
    expect([workload.count, workload.runtime[0]]).toEqual([4606, 172_830_000]);
  });
});
