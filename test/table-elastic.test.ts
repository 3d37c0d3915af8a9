// Elastic trainings of a user's own tables: what a row says is what the job can do, and what makes no sense is refused with its
// line and a remedy.
//
// Planted, and seen to be caught: a row that takes over the speed or the most of the one before; run times told of one GPU; speeds
// beyond the last one that go on rising; min-gpus read in thousandths.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Cluster } from '../src/cluster.ts';
import { simulate } from '../src/engine/simulate.ts';
import { InputError } from '../src/errors.ts';
import { loadLinearSolver } from '../src/linear-program.ts';
import { firstFit } from '../src/placement/first-fit.ts';
import { optimus } from '../src/policies/elastic/optimus.ts';
import { pollux } from '../src/policies/elastic/pollux.ts';
import { sia } from '../src/policies/elastic/sia.ts';
import type { PolicySpec } from '../src/policy.ts';
import { COMPLETED } from '../src/schedule.ts';
import { formatSpeedup, parseSpeedup, speedWith } from '../src/speedup.ts';
import { csv } from '../src/trace/csv.ts';
import { mostTasks } from '../src/workload.ts';
import type { Workload } from '../src/workload.ts';
import { readAs, written } from './table-read.ts';

await loadLinearSolver();

const MAP =
  'id:job+submit:submit@s+runtime:run@s+procs:cpus+gpus:gpus+min-gpus:least+max-gpus:most+speedup:speedup+reload:load@s';
const HEADER = 'job,submit,run,cpus,gpus,least,most,speedup,load\n';
const read = (rows: string, options = {}) => readAs('csv', `${HEADER}${rows}\n`, { map: MAP, ...options });

function shapeOf(workload: Workload, job = 0) {
  const group = workload.firstGroup[job];
  return [workload.groupMinimum[group], workload.groupTasks[group], mostTasks(workload, group)];
}

describe('a row', () => {
  test('tells fewest, asked and most GPUs, the speed with each, and what a change takes', async () => {
    const { workload } = await read('a,0,100,16,4,2,8,1=10/4=30/8=40,20');
    expect(shapeOf(workload)).toEqual([2, 4, 8]);
    expect(workload.requests[workload.groupRequest[0]]).toMatchObject({ cpu: 4000, gpu: 1000 });
    const { model, models } = workload.speeds!;
    expect(models[model[0]].training).toMatchObject({ restart: 20_000, phases: [{ until: 1, usual: 30 }] });
  });

  test('that leaves bounds out means the GPUs it asks for, and the next one is not what it was', async () => {
    const { workload } = await read('a,0,9,,4,1,8,0.9,\nb,0,9,,4,,8,0.9,5\nc,0,9,,4,2,,0.9,\nd,0,9,4,4,,,,7\ne,0,9,3,,,,,');
    expect([0, 1, 2, 3, 4].map((job) => shapeOf(workload, job))).toEqual([
      [1, 4, 8],
      [4, 4, 8],
      [2, 4, 4],
      [4, 4, 4],
      [3, 3, 3],
    ]);
    expect([...workload.speeds!.model].map((model) => model >= 0)).toEqual([true, true, true, false, false]);
  });

  test('without a speedup may have bounds that are what it asks for', async () => {
    const { workload } = await read('a,0,9,,4,4,4,,\nb,0,9,6,4,,4,,\nc,0,9,,0.5,0.5,,,\nd,0,9,4,,0,0,,\ne,0,9,,4,1,8,1,');
    expect([...workload.speeds!.model].map((model) => model >= 0)).toEqual([false, false, false, false, true]);
  });

  test.each([
    ['a,0,9,,4,1,8,,', 'does not say how fast it is', 'give its speedup'],
    ['a,0,9,,4,5,8,1,', 'for 5 at least and 8 at most', 'min-gpus is a whole number from 1 to gpus'],
    ['a,0,9,,4,1,3,1,', 'for 1 at least and 3 at most', 'max-gpus one from gpus on'],
    ['a,0,9,,4,0,4,1,', 'for 0 at least', 'from 1'],
    ['a,0,9,,4,1.5,4,1,', 'for 1.5 at least', 'whole number'],
    ['a,0,9,4,,,,1,', 'asks for no GPUs', 'in gpus'],
    ['a,0,9,,2.5,1,4,1,', 'not equal tasks with one whole GPU each', 'whole number'],
    ['a,0,9,6,4,1,4,1,', 'not equal tasks with one whole GPU each', 'as many processors for each'],
    ['a,0,9,,4,1,4,1=0/2=0,', '"1=0/2=0" in column speedup is no speedup', 'all above 0'],
    ['a,0,9,,4,1,4,2=1/1=2,', 'is no speedup', 'ascending'],
    ['a,0,9,,4,1,4,1.2,', 'is no speedup', 'a part from 0 to 1'],
    ['a,0,9,,4,1,4,1,-3', '"-3" in column load is no reload', 'unreadable=skip'],
    ['a,0,9,,4,x,4,1,', '"x" in column least is no min-gpus', 'unreadable=skip'],
  ])('%s is refused: %s', async (row, what, hint) => {
    const error: unknown = await read(`ok,0,9,,1,,,,\n${row}`).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(InputError);
    expect(String((error as InputError).message)).toContain(what);
    expect(`${(error as InputError).message} ${(error as InputError).hint ?? ''}`).toContain(hint);
    expect((error as InputError).where).toMatch(/:3$/);
    const left = await read(`ok,0,9,,1,,,,\n${row}`, { unreadable: 'skip' });
    expect([left.workload.count, left.skipped.map(({ where }) => where)]).toEqual([1, [[3]]]);
  });

  test('comes back as it was written, bounds, speed and all', async () => {
    const { workload } = await read('a,0,100,16,4,2,8,1=10/4=30/8=40,20\nb,1,50,,1,1,4,0.95,');
    const { bytes, lost } = written(csv, workload);
    expect(lost).toEqual([]);
    const again = (await readAs('csv', bytes)).workload;
    expect([0, 1].map((job) => shapeOf(again, job))).toEqual([0, 1].map((job) => shapeOf(workload, job)));
    expect(again.speeds).toEqual(workload.speeds);
  });
});

test('an unknown header gets a proposal for every column that it has a guess for', async () => {
  const header = 'job_id,submitted,run_time,num_gpus,gpu_model,gpu_mem,min_gpus,max_gpus,speedup,mem_gb,account,qos,priority';
  await expect(readAs('csv', `${header}\n1,0,1,1,A,1,1,1,1,1,x,y,1\n`)).rejects.toThrow(/is not known/);
  const error: unknown = await readAs('csv', `${header}\n`).catch((thrown: unknown) => thrown);
  expect((error as InputError).hint).toContain('gpus:num_gpus');
  for (const part of ['gpu-model:gpu_model', 'gpu-memory:gpu_mem', 'min-gpus:min_gpus', 'max-gpus:max_gpus', 'memory:mem_gb'])
    expect((error as InputError).hint).toContain(part);
});

const seen = fc
  .uniqueArray(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 4 })
  .chain((sizes) =>
    fc.record({
      sizes: fc.constant([...sizes].sort((a, b) => a - b)),
      speeds: fc.array(fc.constantFrom(1, 2, 2.5, 7), { minLength: sizes.length, maxLength: sizes.length }),
    }),
  )
  .map(({ sizes, speeds }) => sizes.map((gpus, at) => ({ gpus, speed: speeds[at] })));

/** By looking at all pairs. */
function speedByDefinition(points: readonly { gpus: number; speed: number }[], gpus: number): number {
  for (const { gpus: at, speed } of points) if (at === gpus) return speed;
  for (const low of points)
    for (const high of points) {
      const isNext = !points.some((other) => other.gpus > low.gpus && other.gpus < high.gpus);
      if (low.gpus < gpus && gpus < high.gpus && isNext)
        return (low.speed * (high.gpus - gpus) + high.speed * (gpus - low.gpus)) / (high.gpus - low.gpus);
    }
  const first = points[0];
  return gpus < first.gpus ? (first.speed / first.gpus) * gpus : points[points.length - 1].speed;
}

test('speeds are those that were seen, and between them on a line', () => {
  fc.assert(
    fc.property(seen, fc.integer({ min: 1, max: 16 }), (points, gpus) => {
      expect(speedWith(points, gpus)).toBeCloseTo(speedByDefinition(points, gpus), 12);
      expect(parseSpeedup(formatSpeedup(points))).toEqual(points);
    }),
  );
  for (const shared of [0, 0.5, 0.95, 1]) {
    expect(parseSpeedup(formatSpeedup(shared))).toBe(shared);
    for (const gpus of [1, 2, 8]) expect(1 / speedWith(shared, gpus)).toBeCloseTo(1 - shared + shared / gpus, 12);
  }
});

const CLUSTER: Cluster = {
  name: 'test',
  interchangeable: false,
  pools: [{ name: 'n', count: 2, cpu: 16_000, memory: Infinity, gpus: 4, gpuModel: 'A' }],
  partitions: [],
  outages: [],
};

describe.each([pollux, sia, optimus])('$name shares GPUs out among them', (spec: PolicySpec) => {
  test('all come to their end, with never more than they can use', async () => {
    const rows = ['a,0,900,,4,1,8,1=1/2=1.9/4=3.5/8=6,20', 'b,30,900,,2,2,4,0.9,5', 'c,60,60,,1,1,1,1,', 'd,90,300,,3,3,6,1,1'];
    const { workload } = await read(rows.join('\n'));
    const schedule = simulate(workload, CLUSTER, spec, { placement: firstFit, audit: true });
    expect([...schedule.state]).toEqual(rows.map(() => COMPLETED));
    const { job = [], gpu = [] } = schedule.holdings ?? {};
    expect(job.length).toBeGreaterThan(0);
    for (let row = 0; row < job.length; row++) {
      const [least, , most] = shapeOf(workload, job[row]);
      expect(gpu[row]).toBeGreaterThanOrEqual(1000 * least);
      expect(gpu[row]).toBeLessThanOrEqual(1000 * most);
    }
  });
});

test('run times are told of the GPUs that a job asks for', async () => {
  const ends = async (row: string) => [...simulate((await read(row)).workload, CLUSTER, optimus, { placement: firstFit }).end];
  expect(await ends('a,0,1200,,4,4,4,1=1/4=3/8=6,10')).toEqual([1_210_000]);
  expect(await ends('a,0,1200,,4,1,8,1=1/4=3/8=6,10')).toEqual([610_000]);
  expect(await ends('a,0,1200,,4,1,8,0,')).toEqual([1_200_000]);
});
