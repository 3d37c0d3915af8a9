// What jobs may want of their GPUs beside a number, memory and MIG instances: in tables, from the generator, and in a run.
//
// Planted, and seen to be caught: an instance counts as a whole GPU; a job of two instances is one task; memory and profiles
// come from one stream; a profile stands only at the first place of its device.
import { describe, expect, test } from 'vitest';
import { parseClusterSpec } from '../src/cluster-spec.ts';
import { simulate } from '../src/engine/simulate.ts';
import { MIG_GEOMETRIES, MIG_PROFILES, migShare, migShareOfProfile } from '../src/mig.ts';
import { readParameters } from '../src/parameters.ts';
import { firstFit } from '../src/placement/first-fit.ts';
import { firstFit as inOrder } from '../src/policies/first-fit.ts';
import { generatorNamed } from '../src/trace/generate/index.ts';
import type { Workload } from '../src/workload.ts';
import { readAs } from './table-read.ts';

const MAP = 'id:job+submit:at@s+runtime:runs@s+procs:cpus+gpus:gpus+mig:mig+gpu-memory:least+tasks:tasks';

async function read(rows: readonly string[], map = MAP) {
  return readAs('csv', `job,at,runs,cpus,gpus,mig,least,tasks\n${rows.join('\n')}\n`, { map });
}

/** Tasks and request of each group of each job. */
function asked({ count, firstGroup, groupTasks, groupRequest, requests }: Workload) {
  return Array.from({ length: count }, (_, job) => {
    const groups = Array.from({ length: firstGroup[job + 1] - firstGroup[job] }, (_, group) => firstGroup[job] + group);
    return groups.map((group) => ({ tasks: groupTasks[group], ...requests[groupRequest[group]] }));
  });
}

describe('a table says', () => {
  test('instances, one for each task, and memory of each GPU', async () => {
    const { workload, skipped } = await read([
      'one,0,5,2,,1g.10gb,,',
      'two,0,5,4,2,3g.40gb,,',
      'split,0,5,6,,2g.20gb,,3',
      'large,0,5,8,4,,40Gi,',
      'plain,0,5,8,4,,,',
    ]);
    expect(skipped).toEqual([]);
    const Gi = 2 ** 30;
    expect(asked(workload)).toEqual([
      [{ tasks: 1, cpu: 2000, memory: 0, gpu: 142, mig: '1g.10gb' }],
      [{ tasks: 2, cpu: 2000, memory: 0, gpu: 428, mig: '3g.40gb' }],
      [{ tasks: 3, cpu: 2000, memory: 0, gpu: 285, mig: '2g.20gb' }],
      [{ tasks: 4, cpu: 2000, memory: 0, gpu: 1000, gpuMemory: 40 * Gi }],
      [{ tasks: 4, cpu: 2000, memory: 0, gpu: 1000 }],
    ]);
  });

  test('why a job cannot be had', async () => {
    const { workload, skipped } = await read(['a,0,5,2,,1g.11gb,,', 'b,0,5,2,3,1g.10gb,,2', 'c,0,5,2,1,,,']);
    expect(workload.count).toBe(1);
    expect(skipped.map(({ what }) => what)).toEqual([
      'asks for the MIG profile 1g.11gb, which no GPU has',
      'asks for another number of MIG instances than one for each task',
    ]);
  });

  test('memory of each GPU, in no other count', async () => {
    const map = MAP.replace('gpu-memory:least', 'gpu-memory:least@Gi');
    expect(asked((await read(['a,0,5,2,1,,16,'], map)).workload)[0][0].gpuMemory).toBe(16 * 2 ** 30);
    await expect(read(['a,0,5,2,1,,16,'], map.replace('@Gi', '@Gi/task'))).rejects.toThrow('counts it otherwise');
  });
});

test('a profile counts as much on every kind of GPU that has it', () => {
  for (const geometry of MIG_GEOMETRIES) {
    for (const { name } of geometry.profiles) expect([name, migShareOfProfile(name)]).toEqual([name, migShare(geometry, name)]);
  }
  expect(MIG_PROFILES).toContain('1g.5gb');
  expect(migShareOfProfile('8g.80gb')).toBeUndefined();
});

describe('the generator', () => {
  const generator = generatorNamed('mix-gpu-ml', 'test');
  const make = (given: Record<string, unknown>) =>
    generator.generate(readParameters(generator.parameters, { jobs: 2000, ...given }, 'test'), 7);

  test('gives wishes to their parts of the jobs, and moves nothing else', () => {
    const plain = make({});
    const wishes = { mig: '1g.10gb:0.25+3g.40gb:0.25', 'gpu-memory': '40Gi:0.5' };
    const workload = make(wishes);
    expect([...workload.submit]).toEqual([...plain.submit]);
    expect([...workload.runtime]).toEqual([...plain.runtime]);
    const requests = asked(workload).map(([first]) => first);
    const ofOne = asked(plain).map(([first]) => first.gpu === 1000 && first.tasks === 1);
    const small = requests.filter((_, job) => ofOne[job]);
    expect(small.filter(({ mig }) => mig === '1g.10gb').length / small.length).toBeCloseTo(0.25, 1);
    expect(requests.filter((_, job) => !ofOne[job]).every(({ mig }) => mig === undefined)).toBe(true);
    const large = requests.filter(({ mig }) => mig === undefined);
    expect(large.filter(({ gpuMemory }) => gpuMemory === 40 * 2 ** 30).length / large.length).toBeCloseTo(0.5, 1);
    const withoutMig = asked(make({ 'gpu-memory': wishes['gpu-memory'] })).map(([first]) => first.gpuMemory);
    requests.forEach(({ mig, gpuMemory }, job) => mig !== undefined || expect(gpuMemory).toBe(withoutMig[job]));
  });

  test.each([
    [{ mig: '1g.11gb:0.5' }, '"1g.11gb" is no MIG profile'],
    [{ mig: '1g.10gb' }, '"1g.10gb" is no value with its part'],
    [{ mig: '1g.10gb:0.6+2g.20gb:0.6' }, 'sum up to 1.2'],
    [{ 'gpu-memory': 'much:0.5' }, 'much'],
    [{ mig: '1g.10gb:0.5', unit: 'procs' }, 'the jobs have no GPUs'],
  ])('refuses %o', (given, message) => {
    expect(() => make(given)).toThrow(message);
  });
});

test('instances stand where their profile may, and are turned away where no GPU can be cut', async () => {
  const rows = ['three,0,10,1,,3g.40gb,,', ...'abcde'.split('').map((id) => `${id},0,10,1,,1g.10gb,,`)];
  const { workload } = await read(rows);
  const options = { placement: firstFit, audit: true, explain: true };
  const start = (spec: string) => {
    const schedule = simulate(workload, parseClusterSpec(spec), inOrder, options);
    return { start: [...schedule.start].map((time) => time / 1000), rejections: schedule.rejections };
  };
  // Four slices are taken by the first: of the five instances behind it, four have a place at once.
  expect(start('nodes=1,cpus=64,gpus=1,mig=A100-80GB').start).toEqual([0, 0, 0, 0, 0, 10]);
  expect(start('nodes=1,cpus=64,gpus=1').rejections?.[0]).toMatchObject({ jobs: 6 });
});
