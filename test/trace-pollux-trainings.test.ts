// Elastic jobs as the reader of Pollux and Sia finds them, from small tables that are made here.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { trainingOf } from '../src/speeds.ts';
import { traceInMemory } from '../src/trace/input.ts';
import { readStored } from '../src/trace/read.ts';
import { mostTasks } from '../src/workload.ts';

const folder = mkdtempSync(join(tmpdir(), 'pollux-tables-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Two epochs of 100 iterations of 12 samples; a pass takes 1 s, and 1 s more if GPUs exchange gradients. */
function writeTables(suffix: string, slower: number): void {
  mkdirSync(join(folder, 'bert'), { recursive: true });
  const placed = ['1', '2', '4', '11', '44'].flatMap((placement) =>
    [4, 12].map(
      (samples) => `${placement},${samples},${slower * (placement === '1' ? 1 : 2)},${slower * (placement === '1' ? 0 : 1)}`,
    ),
  );
  writeFileSync(join(folder, `bert/placements${suffix}.csv`), ['placement,local_bsz,step_time,sync_time', ...placed].join('\n'));
  const scaled = [6, 16].map((gpus) => `${gpus},${gpus},4,${2 * slower},${slower}`);
  writeFileSync(
    join(folder, `bert/scalability${suffix}.csv`),
    ['num_nodes,num_replicas,local_bsz,step_time,sync_time', ...scaled].join('\n'),
  );
}

writeTables('', 1);
writeTables('-fast', 0.5);
for (const batch of [12, 24, 48, 96, 192, 384]) {
  // The noise is as large as the first batch: one twice as large is worth 2 * 2 / 3 of it.
  const epochs = [100, 200].map((progress) => `${progress},${progress},0,1,1`);
  writeFileSync(
    join(folder, `bert/validation-${batch}.csv`),
    ['progress,iteration,metric,grad_sqr,grad_var', ...epochs].join('\n'),
  );
}

const read = (parameters: object) =>
  readStored(traceInMemory('name,time,application,num_replicas,batch_size\nbert-0,0,bert,2,24\n'), {
    format: 'pollux',
    parameters: { tables: folder, ...parameters },
  });

describe('elastic jobs of Pollux', () => {
  test('hold from one to as many GPUs as their batch can be split over, and take what the goodput says', async () => {
    const { workload } = await read({ elastic: 'gpus' });
    expect(workload.groupTasks[0]).toBe(2);
    expect(workload.groupMinimum[0]).toBe(1);
    expect(mostTasks(workload, 0)).toBe(6);
    // 200 first batches of 12, at 24 / 2 s, of which every sample is worth (12 + 12) / (12 + 24).
    expect(workload.runtime[0]).toBe(300_000);
    expect(trainingOf(workload.speeds!, 0)).toMatchObject({ batch: 24, restart: 30_000, phases: [{ until: 0.5 }, { until: 1 }] });
  });

  test('choose their batches if they are to, and take the constants of Sia', async () => {
    const { workload } = await read({ elastic: 'batch', constants: 'sia' });
    const training = trainingOf(workload.speeds!, 0);
    expect(training).not.toHaveProperty('batch');
    expect(training?.restart).toBe(120_000);
    expect(mostTasks(workload, 0)).toBe(64);
    // No slower than with the batch of the trace, but for the calibration.
    expect(workload.runtime[0]).toBeLessThanOrEqual(1.2 * 300_000);
  });

  test('have a speed on each model of GPU', async () => {
    const { workload } = await read({ elastic: 'gpus', models: 'A=fast/B=fast' });
    expect(trainingOf(workload.speeds!, 0)).toMatchObject({ steps: { A: expect.anything(), B: expect.anything() } });
    expect(workload.runtime[0]).toBe(150_000);
  });

  test('complain of models without tables', async () => {
    await expect(read({ elastic: 'gpus', models: 'A' })).rejects.toThrow('names no model and suffix');
  });

  test('are what they ask for if they are not to be elastic', async () => {
    const { workload } = await read({});
    expect([workload.groupTasks[0], workload.groupMinimum[0], mostTasks(workload, 0)]).toEqual([2, 2, 2]);
    expect(workload.speeds).toBeUndefined();
    // 200 iterations of 2 s.
    expect(workload.runtime[0]).toBe(400_000);
  });
});
