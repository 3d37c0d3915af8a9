/** Logs of real machines, read whole, against what is known of them. Their data is not part of the project. */
import { existsSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { rowNumbers } from '../src/columns.ts';
import type { Tally, Trace } from '../src/trace/format.ts';
import { readTrace } from '../src/trace/read.ts';
import { jobId, nameOf, OUTLASTS } from '../src/workload.ts';
import type { Workload } from '../src/workload.ts';

const FOLDER = '../shared/traces/';
const NEEDS = `needs the logs in ${FOLDER}, which are not part of the project`;
const DAY = 86_400_000;
const ALLOCATED = { parameters: { procs: 'allocated' } };

const total = (tallies: readonly Tally[]) => tallies.reduce((sum, { count }) => sum + count, 0);

function median(values: ArrayLike<number>): number {
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

const mean = (values: ArrayLike<number>) => Float64Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;

/** Work offered over the submit span, as a share of the machine. */
function load({ count, submit, runtime, procs }: Workload, machine: number): number {
  let work = 0;
  for (let job = 0; job < count; job++) work += runtime[job] * procs[job];
  return work / (machine * submit[count - 1]);
}

const waits = ({ submit, recordedStart }: Workload) =>
  recordedStart?.map((start, job) => start - submit[job]) ?? new Float64Array(0);
const withoutWalltime = ({ walltime }: Workload) => walltime.reduce((count, limit) => count + (limit === Infinity ? 1 : 0), 0);
const past = ({ walltime, runtime }: Workload) => runtime.reduce((count, time, job) => count + (time > walltime[job] ? 1 : 0), 0);

interface Known {
  readonly file: string;
  readonly lines: number;
  readonly jobs: number;
  readonly comments: number;
  readonly machine: number;
  readonly load?: number;
  readonly medianRun_s?: number;
  readonly days?: number;
  readonly past?: number;
  readonly withoutWalltime?: number;
  readonly origin_s?: number;
}

/** From the description of the collection; `past` and `withoutWalltime` were counted with awk. */
const KNOWN: readonly Known[] = [
  {
    file: 'swf/KTH-SP2-1996-2.1-cln',
    lines: 28_500,
    comments: 24,
    jobs: 28_475,
    machine: 100,
    load: 0.7011,
    medianRun_s: 847,
    days: 332.9,
    past: 475,
    withoutWalltime: 0,
    origin_s: 599_850,
  },
  {
    file: 'swf/NASA-iPSC-1993-3.1-cln',
    lines: 18_271,
    comments: 32,
    jobs: 18_239,
    machine: 128,
    load: 0.4661,
    medianRun_s: 86,
    days: 92,
    past: 0,
    withoutWalltime: 18_239,
    origin_s: 0,
  },
  {
    file: 'swf/LCG-2005-1',
    lines: 188_229,
    comments: 188,
    jobs: 188_041,
    machine: 24_515,
    days: 11,
    past: 0,
    withoutWalltime: 0,
    origin_s: 0,
  },
  {
    file: 'swf/RICC-2010-2',
    lines: 447_814,
    comments: 20,
    jobs: 447_794,
    machine: 8192,
    load: 0.872,
    medianRun_s: 1218,
    days: 153,
    past: 7092,
    withoutWalltime: 2,
    origin_s: 0,
  },
  {
    file: 'swf/SDSC-SP2-1998-head5000',
    lines: 5000,
    comments: 39,
    jobs: 4606,
    machine: 128,
    past: 309,
    withoutWalltime: 0,
  },
  {
    file: 'swf/SDSC-SP2-1998-4.reconstructed',
    lines: 67_632,
    comments: 12,
    jobs: 67_620,
    machine: 128,
    load: 0.825,
    days: 731,
    past: 0,
    withoutWalltime: 0,
    origin_s: 399_264,
  },
  {
    file: 'swf/DOST-ASTI-COARE-Saliksik-2020-cln',
    lines: 19_779,
    comments: 19,
    jobs: 19_760,
    machine: 1728,
    load: 0.379,
    medianRun_s: 474,
    days: 182,
    past: 1375,
    withoutWalltime: 0,
    origin_s: 0,
  },
  {
    file: 'swf/ALCF-Mira-2018',
    lines: 22_512,
    comments: 4,
    jobs: 22_508,
    machine: 49_152,
    load: 0.861,
    days: 126,
    past: 4261,
    withoutWalltime: 0,
    origin_s: 1_535_348_017,
  },
  {
    file: 'swf/ALCF-Mira-2018.normalised',
    lines: 22_516,
    comments: 8,
    jobs: 22_508,
    machine: 49_152,
    load: 0.861,
    days: 126,
    past: 4261,
    withoutWalltime: 0,
    origin_s: 0,
  },
  {
    file: 'swf/ALCF-Theta-2022',
    lines: 23_391,
    comments: 4,
    jobs: 23_387,
    machine: 4392,
    load: 0.679,
    days: 253,
    past: 4647,
    withoutWalltime: 0,
    origin_s: 1_668_693_697,
  },
  {
    file: 'swf/ALCF-Theta-2022.normalised',
    lines: 23_395,
    comments: 8,
    jobs: 23_387,
    machine: 4392,
    load: 0.679,
    days: 253,
    past: 4647,
    withoutWalltime: 0,
    origin_s: 0,
  },
  {
    file: 'swf/CQGym-Theta-train3000',
    lines: 3003,
    comments: 3,
    jobs: 3000,
    machine: 4360,
    days: 28,
    past: 620,
    withoutWalltime: 0,
    origin_s: 806,
  },
  {
    file: 'swf/KIT-FH2-2016-1.reconstructed',
    lines: 25_334,
    comments: 8,
    jobs: 25_326,
    machine: 24_048,
    past: 0,
    withoutWalltime: 0,
    origin_s: 0,
  },
  {
    file: 'models/lublin99-256procs-10000jobs',
    lines: 10_007,
    comments: 7,
    jobs: 10_000,
    machine: 256,
    past: 0,
    withoutWalltime: 10_000,
  },
  {
    file: 'models/lublin99-256procs-10000jobs-b',
    lines: 10_007,
    comments: 7,
    jobs: 10_000,
    machine: 256,
    past: 0,
    withoutWalltime: 10_000,
  },
];

describe.skipIf(!existsSync(FOLDER))(`logs of real machines (${NEEDS})`, () => {
  describe.each(KNOWN)('$file', (known) => {
    let trace: Trace;
    // The loads on record were computed from the processors that jobs were allocated.
    beforeAll(async () => void (trace = await readTrace(`${FOLDER}${known.file}.swf.gz`, ALLOCATED)));

    test('every line is accounted for', () => {
      expect(trace.format).toBe('swf');
      expect(trace.workload.count).toBe(known.jobs);
      expect(trace.workload.count + total(trace.skipped) + total(trace.noJob)).toBe(known.lines);
      expect(trace.noJob.find(({ what }) => what === 'comments')?.count).toBe(known.comments);
    });

    test('is what is known of it', () => {
      const { workload } = trace;
      if (known.load !== undefined) expect(load(workload, known.machine)).toBeCloseTo(known.load, 2);
      if (known.medianRun_s !== undefined) expect(median(workload.runtime) / 1000).toBeCloseTo(known.medianRun_s, 0);
      if (known.days !== undefined) expect(Math.abs(workload.submit[workload.count - 1] / DAY - known.days)).toBeLessThan(1);
      if (known.origin_s !== undefined) expect(workload.origin).toBe(known.origin_s * 1000);
      expect(past(workload)).toBe(known.past);
      expect(withoutWalltime(workload)).toBe(known.withoutWalltime);
      expect(workload.submit.every((time, job) => job === 0 || time >= workload.submit[job - 1])).toBe(true);
    });
  });

  test('KTH: sizes and waits; a header that counts removed jobs is named', async () => {
    const { workload, warnings, skipped, declared } = await readTrace(`${FOLDER}swf/KTH-SP2-1996-2.1-cln.swf.gz`, ALLOCATED);
    expect([median(workload.procs), mean(workload.procs)]).toEqual([3, expect.closeTo(7.66, 2)]);
    expect([median(waits(workload)), mean(waits(workload))]).toEqual([300_000, expect.closeTo(15_296_000, -4)]);
    expect(mean(workload.runtime)).toBeCloseTo(8_871_900, -3);
    expect(skipped).toEqual([{ what: 'no processors', count: 1, where: [27323] }]);
    expect(warnings[0]).toMatch(/MaxJobs 28490, but there are 28476/);
    expect(declared).toMatchObject({ procs: 100, epoch: 843_480_031_000, timeZone: 'Europe/Stockholm' });
  });

  test('RICC: serial jobs, waits, memory; queues without names keep their numbers', async () => {
    const { workload } = await readTrace(`${FOLDER}swf/RICC-2010-2.swf.gz`, ALLOCATED);
    const serial = workload.procs.reduce((count, procs) => count + (procs === 1 ? 1 : 0), 0);
    expect(serial / workload.count).toBeCloseTo(0.773, 3);
    expect([median(waits(workload)), mean(waits(workload))]).toEqual([10_000, expect.closeTo(15_970_000, -4)]);
    expect(workload.requests[workload.groupRequest[0]]).toEqual({ cpu: 1000, memory: 1_200_000 * 1024, gpu: 0 });
    expect([...workload.queue.names].sort()).toEqual(['1', '2']);
  });

  test('SDSC: jobs cancelled in the queue are left out and counted; queues have names', async () => {
    const { workload, skipped } = await readTrace(`${FOLDER}swf/SDSC-SP2-1998-head5000.swf.gz`);
    expect(total(skipped)).toBe(355);
    expect(skipped).toEqual([{ what: 'cancelled before it started', count: 355, where: expect.any(Array) }]);
    expect(workload.queue.names).toContain('express');
    expect(workload.outcome.reduce((count, outcome) => count + (outcome === 2 ? 1 : 0), 0)).toBe(1436 - 355 - 291);
    // Its jobs that are cancelled within a minute and a half of their limit: nobody cancels so many by hand just then.
    expect(workload.outcome.filter((outcome) => outcome === OUTLASTS)).toHaveLength(291);
  });

  test('SDSC: the excerpt and the reconstruction agree job by job', async () => {
    const excerpt = (await readTrace(`${FOLDER}swf/SDSC-SP2-1998-head5000.swf.gz`)).workload;
    const whole = (await readTrace(`${FOLDER}swf/SDSC-SP2-1998-4.reconstructed.swf.gz`)).workload;
    const rowOf = new Map(Array.from({ length: whole.count }, (_, job) => [jobId(whole, job), job]));
    let compared = 0;
    for (let job = 0; job < excerpt.count; job++) {
      const other = rowOf.get(jobId(excerpt, job));
      if (other === undefined) continue;
      compared++;
      expect(whole.origin + whole.submit[other]).toBe(excerpt.origin + excerpt.submit[job]);
      expect(whole.procs[other]).toBe(excerpt.procs[job]);
      expect(whole.walltime[other]).toBe(excerpt.walltime[job]);
      expect(whole.runtime[other]).toBe(Math.min(excerpt.runtime[job], excerpt.walltime[job]));
    }
    expect(compared).toBeGreaterThan(4500);
  });

  test.each(['ALCF-Mira-2018', 'ALCF-Theta-2022'])('%s: as found and normalised by hand are the same', async (name) => {
    const found = await readTrace(`${FOLDER}swf/${name}.swf.gz`);
    const normalised = await readTrace(`${FOLDER}swf/${name}.normalised.swf.gz`);
    // Jobs of one second stand in another order there.
    const byId = ({ ids }: Workload) => rowNumbers(ids.length).sort((a, b) => Number(ids[a]) - Number(ids[b]));
    const [ours, theirs] = [byId(found.workload), byId(normalised.workload)];
    for (const column of ['submit', 'runtime', 'walltime', 'procs', 'recordedStart'] as const) {
      const values = (workload: Workload, rows: Int32Array) => Array.from(rows, (row) => workload[column]?.[row]);
      expect(values(found.workload, ours), column).toEqual(values(normalised.workload, theirs));
    }
    expect(found.workload.epoch + found.workload.origin).toBe(normalised.workload.epoch + normalised.workload.origin);
    expect(new Set(found.workload.user.names).size).toBe(new Set(normalised.workload.user.names).size);
    expect(found.warnings.join('\n')).toMatch(/field 6 holds whole minutes/);
    expect(found.warnings.some((warning) => /sorted by submission/.test(warning))).toBe(name.includes('Theta'));
  });

  test('CQGym: a column too many is named, long user ids stay apart', async () => {
    const { workload, warnings } = await readTrace(`${FOLDER}swf/CQGym-Theta-train3000.swf.gz`);
    expect(warnings.join('\n')).toMatch(/19 columns/);
    expect(nameOf(workload.user, 0)).toBe('92605928607567');
  });

  test('LCG: sites are partitions, all jobs are serial', async () => {
    const { workload } = await readTrace(`${FOLDER}swf/LCG-2005-1.swf.gz`);
    expect(workload.partition.names.length).toBe(170);
    expect(nameOf(workload.partition, 0)).toBe('grid.ici.ro');
    expect(workload.procs.every((procs) => procs === 1)).toBe(true);
  });

  test('COARE: allocated or requested processors', async () => {
    const path = `${FOLDER}swf/DOST-ASTI-COARE-Saliksik-2020-cln.swf.gz`;
    const requested = (await readTrace(path)).workload;
    const allocated = (await readTrace(path, ALLOCATED)).workload;
    expect(allocated.procs.reduce((more, procs, job) => more + (procs > requested.procs[job] ? 1 : 0), 0)).toBe(6445);
    expect([...requested.partition.names].sort()).toEqual(['batch', 'debug', 'gpu', 'serial']);
  });
});
