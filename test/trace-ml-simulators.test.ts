import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { traceInMemory } from '../src/trace/input.ts';
import type { Trace } from '../src/trace/format.ts';
import { readStored } from '../src/trace/read.ts';
import { gpusOf } from '../src/workload.ts';

const SHARED = '../shared/traces/gpu';

/** id, submit [s], run time [s] and GPUs of each job. */
export function jobsOf({ workload }: Trace): (readonly [id: unknown, submit: number, runtime: number, gpus: number])[] {
  const { ids, origin, submit, runtime } = workload;
  return Array.from(submit, (time, job) => [ids[job], (time + origin) / 1000, runtime[job] / 1000, gpusOf(workload, job) / 1000]);
}

/** A file out of an archive. */
function packed(archive: string, path: string): string {
  return execFileSync('tar', ['-xOf', `${SHARED}/${archive}`, '--wildcards', path], { encoding: 'utf8', maxBuffer: 2 ** 28 });
}

const read = (text: string, parameters = {}) => readStored(traceInMemory(text, 'made.csv'), { parameters });

describe('a small table', () => {
  test('of Tiresias is in seconds', async () => {
    const trace = await read('job_id,num_gpu,submit_time,iterations,model_name,duration,interval\n7,2,3,9,vgg19,164.5,30\n');
    expect(trace.format).toBe('tiresias');
    expect(jobsOf(trace)).toEqual([[7, 3, 164.5, 2]]);
    expect(trace.warnings).toContain('these columns are not read: iterations, model_name, interval');
  });

  test('of Muri is in milliseconds', async () => {
    const header =
      'job_id,num_gpu,submit_time,iterations,model_name,batch_size,duration,interval,iteration_time,resource_time_0,resource_time_1,resource_time_2,priority';
    const trace = await read(`${header}\n0,4,1456000,10,bert,4,927475000,0,190,0.5,163,18,1\n`);
    expect(trace.format).toBe('muri');
    expect(jobsOf(trace)).toEqual([[0, 1456, 927475, 4]]);
  });

  test('of ITP clusters may have models or not', async () => {
    const raw = await read('job_id,submission_time,duration,num_gpu\na-1,3793,1183,1\na-2,3794,1215,16\n');
    expect(raw.format).toBe('elasticflow');
    const made = await read(
      'job_id,submission_time,num_iteration,model_name,deadline,batch_size,num_gpu,duration\na-1,3793,4847,gpt2,4573,256,1,1183\na-2,3794,1,vgg,9999,1,16,1215\n',
    );
    expect(made.format).toBe('elasticflow');
    expect(jobsOf(made)).toEqual(jobsOf(raw));
  });

  test('of Shockwave has its times in the last two columns', async () => {
    const line =
      'LM (batch size 10)\tpython3 x --d %s/a\tlanguage_modeling\t--steps\t1\t134583\t2\tgns\t1\t-1.000000\t1418\t55\n';
    const trace = await read(line);
    expect(trace.format).toBe('shockwave');
    expect(jobsOf(trace)).toEqual([[1, 55, 1418, 2]]);
    expect(trace.workload.queue.names).toEqual(['gns']);
  });

  test.each([
    { what: 'a negative run time', row: '1,1,0,9,m,-5,0', reason: 'ends before it starts' },
    { what: 'no submission', row: '1,1,,9,m,5,0', reason: 'no submit time' },
    { what: 'no GPU', row: '1,0,0,9,m,5,0', reason: 'asks for no processors' },
  ])('leaves out and counts a job with $what', async ({ row, reason }) => {
    const trace = await read(`job_id,num_gpu,submit_time,iterations,model_name,duration,interval\n0,1,0,1,m,5,0\n${row}\n`);
    expect(trace.skipped).toEqual([{ what: reason, count: 1, where: [3] }]);
  });

  test('stops at what cannot be read, or leaves it out', async () => {
    const text = 'job_id,num_gpu,submit_time,model_name,duration\n0,1,0,m,5\n1,two,0,m,5\n2,1,0,m\n';
    await expect(read(text)).rejects.toThrow(/made\.csv:3: "two" in column num_gpu cannot be read\n.*unreadable=skip/);
    const { skipped } = await read(text, { unreadable: 'skip' });
    expect(skipped).toEqual([{ what: 'has values that cannot be read', count: 2, where: [3, 4] }]);
  });
});

describe.skipIf(!existsSync(SHARED))('published workloads (skipped where ../shared is absent)', () => {
  test('the 60 jobs of Tiresias', async () => {
    const jobs = jobsOf(await read(packed('tiresias-workloads.tar.xz', '*/60_job.csv')));
    expect(jobs).toHaveLength(60);
    expect(jobs[2]).toEqual([2, 53, 127, 2]);
  });

  test('the first cluster of Muri: submissions over 125 days', async () => {
    const { workload } = await read(packed('muri-workloads.tar.xz', '*/trace-data/trace1.csv'));
    expect(Math.max(...workload.submit) / 86_400_000).toBeLessThan(126);
    expect(workload.runtime[0]).toBe(2_868_294_000);
  });

  test('ten clusters of ITP: jobs of each and GPU hours of all', async () => {
    const counts: number[] = [];
    let hours = 0;
    for (let cluster = 1; cluster <= 10; cluster++) {
      const name = `*cluster${String(cluster).padStart(2, '0')}.csv`;
      const trace = await read(packed('microsoft-itp-elasticflow-raw-traces.tar.gz', name));
      counts.push(trace.workload.count);
      for (const [, , runtime, gpus] of jobsOf(trace)) hours += (runtime * gpus) / 3600;
    }
    expect(counts).toEqual([1595, 5778, 3011, 15802, 3629, 2396, 12699, 13047, 11134, 260]);
    expect(hours).toBeCloseTo(1_632_719.7, 1);
  });

  test.each([120, 220, 460])('the %i jobs of Shockwave', async (count) => {
    expect(jobsOf(await read(packed('shockwave-workloads.tar.xz', `*/reproduce/${count}_*.trace`)))).toHaveLength(count);
  });
});
