import { existsSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { inspectTrace } from '../src/trace/inspect.ts';
import { distributionOf } from '../src/trace/inspect-distribution.ts';
import { readTrace } from '../src/trace/read.ts';
import { readAs } from './table-read.ts';

const TRACES = '../shared/traces/swf';

describe('a hand-made trace', () => {
  const text = [
    'job,submit_s,start_s,runtime_s,walltime_s,procs,groups,outcome,user,queue,epoch_s',
    '1,100,110,60,120,1,,completes,ada,q,0',
    '2,160,160,120,120,4,,fails,ben,q,',
    '3,160,,240,,3,,cancelled,ada,,',
    '4,400,430,0,60,8,8*cpu=1/gpu=0.5,completes,,q,',
    '',
  ].join('\n');

  test('is told as it is', async () => {
    const found = inspectTrace(await readAs('csv', text), 10);
    expect(found).toMatchObject({
      jobs: 4,
      firstSubmit: 100_000,
      lastSubmit: 400_000,
      firstSubmitUnix: 100_000,
      procs: { count: 4, mean: 4, min: 1, median: 3.5, max: 8 },
      runtime: { mean: 105_000, median: 90_000 },
      walltime: { count: 3, median: 120_000 },
      interarrival: { count: 3, min: 0, median: 60_000, max: 240_000 },
      accuracy: { count: 3, min: 0, median: 0.5, max: 1 },
      serialShare: 0.25,
      powerOfTwoShare: 0.75,
      withoutWalltime: 1,
      beyondWalltime: 0,
      gpuJobs: 1,
      outcomes: { completes: 2, fails: 1, cancelled: 1, timeout: 0 },
      recordedWait: { count: 3, mean: 40_000 / 3, median: 10_000 },
    });
    // 60 + 480 + 720 processor-seconds, over 10 processors and 300 s.
    expect(found.load).toMatchObject({
      procs: 10,
      procsFrom: 'given',
      load: 1260 / 3000,
      coreHours: 1260 / 3600,
      jobsTooLarge: 0,
    });
    expect(found.users).toMatchObject({ names: 2, unknown: 1 });
    expect(found.users.top.map(({ name, jobs }) => [name, jobs])).toEqual([['ada', 2], ['ben', 1]]); // prettier-ignore
    expect(found.users.top[0].coreHourShare).toBeCloseTo(780 / 1260);
    expect(found.queues.unknown).toBe(1);
    // The first of January 1970 was a Thursday.
    expect(found.arrivals?.byHour[0]).toBe(4);
    expect(found.arrivals?.byWeekday).toEqual([0, 0, 0, 4, 0, 0, 0]);
  });

  test('takes the machine from what is declared, else from the largest job', async () => {
    expect(inspectTrace(await readAs('csv', text)).load).toMatchObject({ procs: 8, procsFrom: 'largest job' });
    const swf = '; MaxProcs: 16\n1 0 0 10 32 -1 -1 32 20 -1 1 1 1 1 1 1 -1 -1\n';
    expect(inspectTrace(await readAs('swf', swf)).load).toMatchObject({ procs: 16, procsFrom: 'declared', jobsTooLarge: 1 });
  });

  test('of one job has no load and no time between submissions', async () => {
    const { load, interarrival } = inspectTrace(await readAs('csv', text.split('\n').slice(0, 2).join('\n')));
    expect([load.load, interarrival.count, interarrival.median]).toEqual([NaN, 0, NaN]);
  });
});

test('quantiles are those of the definition', () => {
  const slow = (values: number[], p: number) => {
    const sorted = [...values].sort((a, b) => a - b);
    const position = p * (sorted.length - 1);
    const [low, high] = [sorted[Math.floor(position)], sorted[Math.ceil(position)]];
    return (
      low * (Math.ceil(position) - position) + high * (position - Math.floor(position)) + (Number.isInteger(position) ? low : 0)
    );
  };
  fc.assert(
    fc.property(fc.array(fc.nat(6), { minLength: 1, maxLength: 30 }), (values) => {
      const { p5, p25, median, p95, min, max, mean } = distributionOf(Float64Array.from([...values, NaN, Infinity]));
      expect(p5).toBeCloseTo(slow(values, 0.05));
      expect(p25).toBeCloseTo(slow(values, 0.25));
      expect(median).toBeCloseTo(slow(values, 0.5));
      expect(p95).toBeCloseTo(slow(values, 0.95));
      expect([min, max]).toEqual([Math.min(...values), Math.max(...values)]);
      expect(mean).toBeCloseTo(values.reduce((sum, value) => sum + value, 0) / values.length);
    }),
  );
});

// Figures as measured independently when the logs were collected; they count allocated processors.
describe.skipIf(!existsSync(TRACES))('published logs (skipped without the folder of traces beside the project)', () => {
  test.each([
    { log: 'KTH-SP2-1996-2.1-cln', load: 0.7011, runtime: 847, wait: [300, 15_296], days: 332.9 },
    { log: 'NASA-iPSC-1993-3.1-cln', load: 0.4661, runtime: 86, wait: undefined, days: 92 },
    { log: 'RICC-2010-2', load: 0.872, runtime: 1218, wait: [10, 15_970], days: 153 },
    { log: 'SDSC-SP2-1998-4.reconstructed', load: 0.825, runtime: 514, wait: undefined, days: 731.3 },
    { log: 'DOST-ASTI-COARE-Saliksik-2020-cln', load: 0.379, runtime: 474, wait: [1, 7183], days: 182.3 },
  ])('$log: load $load, median run time $runtime s', async ({ log, load, runtime, wait, days }) => {
    const trace = await readTrace(`${TRACES}/${log}.swf.gz`, { parameters: { procs: 'allocated' } });
    const found = inspectTrace(trace);
    expect(Math.abs(found.load.load - load)).toBeLessThan(0.0005);
    expect(found.runtime.median).toBe(runtime * 1000);
    expect((found.lastSubmit - found.firstSubmit) / 86_400_000).toBeCloseTo(days, 0);
    const { recordedWait } = found;
    expect(recordedWait && [recordedWait.median / 1000, Math.round(recordedWait.mean / 1000 / 10)]).toEqual(
      wait && [wait[0], Math.round(wait[1] / 10)],
    );
  });

  test('Mira: 99.4 % powers of two, median 512 nodes, 4,261 jobs beyond their limit', async () => {
    const found = inspectTrace(await readTrace(`${TRACES}/ALCF-Mira-2018.normalised.swf.gz`));
    expect([found.jobs, found.procs.median, found.beyondWalltime]).toEqual([22_508, 512, 4261]);
    expect(found.powerOfTwoShare).toBeCloseTo(0.994, 3);
    expect(found.load.load).toBeCloseTo(0.861, 3);
  });
});
