// Experiments in one process: sweeps, hashes, shared memory, folders that verify, parts that are merged.
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { openExperiment, runExperiment } from '../src/experiment/experiment.ts';
import type { Experiment } from '../src/experiment/experiment.ts';
import { judge } from '../src/experiment/expectations.ts';
import { fingerprint } from '../src/experiment/fingerprint.ts';
import { loadInputs } from '../src/experiment/inputs.ts';
import type { Inputs } from '../src/experiment/inputs.ts';
import { manifestOf, pointFolder } from '../src/experiment/manifest.ts';
import { mergeResults } from '../src/experiment/merge.ts';
import { planPoints } from '../src/experiment/plan.ts';
import type { Point } from '../src/experiment/point.ts';
import { verifiedPoint } from '../src/experiment/point-folder.ts';
import { pointInputs } from '../src/experiment/point-inputs.ts';
import { PointRunner } from '../src/experiment/run-point.ts';
import { runPoints, shardOf } from '../src/experiment/runner.ts';
import type { Execute } from '../src/experiment/runner.ts';
import { ownColumns, sharedColumns } from '../src/experiment/shared-columns.ts';
import { assignmentsOf } from '../src/experiment/sweep.ts';
import { processorPool } from '../src/cluster.ts';
import { scheduleDigest } from '../src/digest.ts';
import { simulate } from '../src/engine/simulate.ts';
import { easy } from '../src/policies/easy/easy.ts';
import { fcfs } from '../src/policies/fcfs.ts';
import { firstFit } from '../src/policies/first-fit.ts';
import { lublin } from '../src/trace/generate/lublin.ts';
import { readTrace } from '../src/trace/read.ts';
import { fillWalltimes } from '../src/trace/walltimes.ts';
import { readScenario } from '../src/scenario-file.ts';
import type { Sweep } from '../src/scenario.ts';
import { SMALL_SWF, temporaryFolder } from './cli-runner.ts';

const NEVER = new AbortController().signal;

describe('a sweep', () => {
  const sweep = (rest: Partial<Sweep>): Sweep => ({ method: 'grid', samples: 0, seed: 1, axes: [], at: '', ...rest });
  const axis = (name: string, values: Sweep['axes'][number]['values']) => ({ name, values, at: '' });
  const rows = (given: Sweep) => assignmentsOf(given).map((one) => [...one.values()]);

  test('as a grid is every combination, the last axis fastest', () => {
    const axes = [axis('a', [1, 2]), axis('b', ['x', 'y'])];
    expect(rows(sweep({ axes }))).toEqual([
      [1, 'x'],
      [1, 'y'],
      [2, 'x'],
      [2, 'y'],
    ]);
  });

  test('as a list goes through all axes together', () => {
    expect(rows(sweep({ method: 'list', axes: [axis('a', [1, 2]), axis('b', ['x', 'y'])] }))).toEqual([
      [1, 'x'],
      [2, 'y'],
    ]);
  });

  test('as a Latin hypercube uses each stratum of each axis once, whatever other axes there are', () => {
    const scale = fc.constantFrom('linear' as const, 'log' as const);
    const range = fc.record({ from: fc.integer({ min: 1, max: 5 }), length: fc.integer({ min: 1, max: 50 }), scale });
    fc.assert(
      fc.property(
        range,
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 0, max: 3 }),
        ({ from, length, scale }, samples, seed) => {
          const to = from + length;
          const a = axis('a', { from, to, step: 0, scale });
          const alone = rows(sweep({ method: 'latin-hypercube', samples, seed, axes: [a] })).flat() as number[];
          const share = (value: number) =>
            scale === 'log' ? Math.log(value / from) / Math.log(to / from) : (value - from) / length;
          // Six digits of a value may put it just over the edge of its stratum.
          const strata = alone.map((value) => share(value) * samples).sort((x, y) => x - y);
          strata.forEach((stratum, index) => {
            expect(stratum).toBeGreaterThanOrEqual(index - 1e-2);
            expect(stratum).toBeLessThanOrEqual(index + 1 + 1e-2);
          });
          const both = sweep({ method: 'latin-hypercube', samples, seed, axes: [axis('b', [1, 2, 3]), a] });
          expect(rows(both).map(([, value]) => value)).toEqual(alone);
          const twins = sweep({ method: 'latin-hypercube', samples, seed, axes: [a, { ...a, name: 'c' }] });
          if (samples > 20) expect(rows(twins).some(([one, other]) => one !== other)).toBe(true);
        },
      ),
    );
  });

  test('as a Latin hypercube uses the values of a list, and the steps of a range, equally often', () => {
    const axes = [axis('a', ['x', 'y', 'z']), axis('b', { from: 1, to: 4, step: 1, scale: 'linear' })];
    const drawn = rows(sweep({ method: 'latin-hypercube', samples: 12, axes }));
    const times = (column: number) => {
      const counts = new Map<unknown, number>();
      for (const row of drawn) counts.set(row[column], (counts.get(row[column]) ?? 0) + 1);
      return counts;
    };
    expect([...times(0).values()]).toEqual([4, 4, 4]);
    expect([...times(1).keys()].sort()).toEqual([1, 2, 3, 4]);
    expect([...times(1).values()]).toEqual([3, 3, 3, 3]);
  });
});

describe('fingerprints', () => {
  const plain = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      fc.constantFrom(0, 1, NaN, Infinity, '', '1', 'ab', 'a', 'b', true, null),
      tie('list'),
      tie('object'),
    ),
    list: fc.array(tie('value'), { maxLength: 3 }),
    object: fc.dictionary(fc.constantFrom('a', 'b', 'ab'), tie('value'), { maxKeys: 3 }),
  })).value;

  test('are equal exactly if the data are', () => {
    const text = (value: unknown): string => {
      if (Array.isArray(value)) return `[${value.map(text).join()}]`;
      if (typeof value === 'object' && value !== null) {
        return `{${Object.entries(value)
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([key, one]) => `${JSON.stringify(key)}:${text(one)}`)
          .join()}}`;
      }
      return typeof value === 'string' ? JSON.stringify(value) : String(value);
    };
    fc.assert(
      fc.property(plain, plain, (a, b) => {
        expect(fingerprint(a) === fingerprint(b)).toBe(text(a) === text(b));
      }),
      { numRuns: 2000 },
    );
  });

  test('see columns, shared or not, and what they are made of', () => {
    const column = Float64Array.from({ length: 5000 }, (_, index) => index);
    expect(fingerprint(sharedColumns({ column }))).toBe(fingerprint({ column }));
    const other = column.slice();
    other[4999]++;
    expect(fingerprint({ column: other })).not.toBe(fingerprint({ column }));
    expect(fingerprint(Int32Array.of(1))).not.toBe(fingerprint(Uint8Array.of(1, 0, 0, 0)));
    expect(fingerprint({ a: undefined })).toBe(fingerprint({}));
    expect(fingerprint(['at', 'b'])).not.toBe(fingerprint(['a', 'tb']));
    expect(fingerprint(['ab', 'a'])).not.toBe(fingerprint(['a', 'ba']));
  });
});

test('shared columns are the same memory for all; own ones are not', () => {
  const data = sharedColumns({ deep: [{ column: new Float64Array(4096) }], small: Int32Array.of(1), text: 'a', none: undefined });
  const [{ column }] = structuredClone(data).deep;
  column[7] = 3;
  expect(data.deep[0].column[7]).toBe(3);
  const own = ownColumns(data);
  own.deep[0].column[7] = 4;
  expect(data.deep[0].column[7]).toBe(3);
  expect([own.small[0], own.text]).toEqual([1, 'a']);
});

const folder = temporaryFolder();
const SCENARIO = `
workloads: [small.swf, { generate: lublin, parameters: { procs: 16, jobs: 40 } }]
policies: [fcfs, easy, { name: ./mine.js, label: mine }]
seeds: 2
sweep: { axes: { load: [1, 2] } }
explain: true
metrics: [wait, makespan]
expect:
  - { figure: jobs.rejected, max: 0 }
  - { figure: wait.mean, policy: easy, against: fcfs, max: 1 }
  - { figure: wait.mean, policy: fcfs, workload: lublin, max: 0 }
`;
let inputs: Inputs;
let points: Point[];
let scenario: ReturnType<typeof readScenario>;

beforeAll(async () => {
  writeFileSync(join(folder, 'small.swf'), SMALL_SWF);
  // It starts what fits, and tries to make all jobs look small: no other policy may see that.
  const mine = `export default { name: 'mine', create: ({ jobs, warn }) => (warn?.('wears rose glasses'), { schedule(cycle) {
    for (let job = cycle.pending.first(); job >= 0; job = cycle.pending.after(job)) if (cycle.free.fits(job)) cycle.start(job);
    jobs.submit.fill(0);
  } }) };`;
  writeFileSync(join(folder, 'mine.js'), mine);
  scenario = readScenario(SCENARIO, join(folder, 'scenario.yaml'));
  inputs = await loadInputs(scenario);
  points = planPoints(scenario, inputs, { version: '0', code: 'test' });
});

const experimentIn = (out: string, rest: Partial<Experiment> = {}): Experiment => ({
  out,
  points,
  manifest: manifestOf(scenario, inputs, points, { version: '0', code: 'test' }),
  ...rest,
});

/** As threads do, one after the other in this one; a runner for each, so that nothing is shared but the inputs. */
function executeIn(out: string, workers: number, ran: string[] = []): Execute {
  const shared = pointInputs(inputs);
  const runners = Array.from({ length: workers }, () => new PointRunner(shared));
  let next = 0;
  return async (point) => {
    ran.push(point.key);
    await runners[next++ % workers].run(point, join(out, pointFolder(point.key)));
    return { state: 'done' };
  };
}

async function runIn(
  out: string,
  { workers = 1, existing = 'keep' as 'keep' | 'replace', rest = {} as Partial<Experiment>, ran = [] as string[] } = {},
) {
  const experiment = experimentIn(out, rest);
  const { todo, kept } = openExperiment(experiment, existing);
  return runExperiment(experiment, todo, kept, {
    execute: executeIn(out, workers, ran),
    workers,
    dropped: NEVER,
    drained: NEVER,
  });
}

/** Every file below a folder with its content. */
function contentOf(out: string): Record<string, string> {
  const files = readdirSync(out, { recursive: true, encoding: 'utf8' }).filter((name) => statSync(join(out, name)).isFile());
  return Object.fromEntries(files.sort().map((name) => [name, readFileSync(join(out, name), 'utf8')]));
}

describe('an experiment', () => {
  test('has the same bytes whatever the number of workers', async () => {
    const [one, three] = [join(folder, 'one'), join(folder, 'three')];
    await runIn(one);
    await runIn(three, { workers: 3 });
    expect(contentOf(three)).toEqual(contentOf(one));
    expect(Object.keys(contentOf(one)).length).toBeGreaterThan(2 + 3 * points.length);
  });

  test('runs what its points say: each digest is that of a simulation put together by hand', async () => {
    const { finished } = await runIn(join(folder, 'by-hand'));
    const { workload: small } = await readTrace(join(folder, 'small.swf'));
    const digests = points.map(({ workload: { trace, model, changes }, policy, seed }) => {
      const jobs = trace >= 0 ? small : lublin.generate(model?.parameters ?? {}, seed);
      const faster = { ...jobs, submit: jobs.submit.map((time) => Math.round(time / (changes.load ?? 1))) };
      const { workload } = fillWalltimes(faster, { kind: 'runtime' });
      const spec = [fcfs, easy, firstFit].find(({ name }) => name === (policy.name === 'mine' ? 'first-fit' : policy.name));
      return spec && scheduleDigest(simulate(workload, processorPool(trace >= 0 ? 4 : 16), spec, { seed }));
    });
    expect(finished.map(({ point }) => point.digest)).toEqual(digests);
    expect(new Set(digests).size).toBeGreaterThan(points.length / 3);
  });

  test('notes what policies warn of, at their points only', async () => {
    const { finished } = await runIn(join(folder, 'warned'));
    for (const { point, notes } of finished) {
      expect(notes.includes('mine: wears rose glasses')).toBe(point.policy === 'mine');
    }
    expect(finished.filter(({ notes }) => notes.includes('mine: wears rose glasses')).length).toBeGreaterThan(0);
  });

  test('lets no policy from a file change what the others see, though they share memory', async () => {
    const lines = Array.from({ length: 3000 }, (_, job) => `${job + 1} ${10 * job} 0 60 1 -1 -1 1 60 -1 1 7 -1 -1 1 -1 -1 -1\n`);
    writeFileSync(join(folder, 'long.swf'), `; MaxProcs: 4\n${lines.join('')}`);
    const long = readScenario('workloads: [long.swf]\npolicies: [./mine.js, fcfs]\nmetrics: [wait]\n', join(folder, 'long.yaml'));
    const loaded = await loadInputs(long);
    const shared = pointInputs(loaded);
    expect(shared.traces[0]?.submit.buffer).toBeInstanceOf(SharedArrayBuffer);
    const before = fingerprint(shared.traces);
    const runner = new PointRunner(shared);
    for (const point of planPoints(long, loaded, { version: '0', code: 'test' }))
      await runner.run(point, join(folder, 'long', point.key));
    expect(fingerprint(shared.traces)).toBe(before);
  });

  test('keeps what verifies, runs anew what does not, and ends with the same bytes', async () => {
    const out = join(folder, 'damaged');
    await runIn(out);
    const whole = contentOf(out);
    const [a, b, c, d, e] = points.map(({ key }) => join(out, pointFolder(key)));
    appendFileSync(join(a, 'jobs.csv'), '\n');
    rmSync(join(b, 'summary.json'));
    rmSync(join(c, 'point.json'));
    writeFileSync(join(d, 'point.json'), '{ "key"');
    renameSync(e, `${e}-gone`);
    rmSync(`${e}-gone`, { recursive: true });
    writeFileSync(join(out, pointFolder(points[5].key), 'jobs.csv.4711.part'), 'half');
    writeFileSync(join(c, 'jobs.csv.4711.part'), 'half');
    writeFileSync(join(out, 'manifest.json.4711.part'), 'half');
    const ran: string[] = [];
    await runIn(out, { ran });
    expect(ran).toEqual(points.slice(0, 5).map(({ key }) => key));
    expect(contentOf(out)).toEqual(whole);
  });

  test('takes no point for another, though all its files are whole', async () => {
    const out = join(folder, 'swapped');
    await runIn(out);
    const [a, b] = points.map(({ key }) => join(out, pointFolder(key)));
    rmSync(b, { recursive: true });
    renameSync(a, b);
    expect([verifiedPoint(a, points[0].key), verifiedPoint(b, points[1].key)]).toEqual([undefined, undefined]);
  });

  test('without --resume runs everything, and removes what is of another plan', async () => {
    const out = join(folder, 'again');
    const ran: string[] = [];
    await runIn(out);
    const stale = join(out, 'points', '0'.repeat(24));
    mkdirSync(stale);
    await runIn(out);
    expect(existsSync(stale)).toBe(true);
    await runIn(out, { existing: 'replace', ran });
    expect(ran).toHaveLength(points.length);
    expect(existsSync(stale)).toBe(false);
  });

  test('in parts, in one folder or several, comes to the same', async () => {
    const whole = join(folder, 'whole');
    await runIn(whole);
    const shared = join(folder, 'shared');
    for (const index of [3, 1, 2]) await runIn(shared, { rest: { shard: { index, count: 3 } } });
    rmSync(join(shared, 'manifest.json'), { force: true });
    expect(mergeResults([shared], shared).missing).toEqual([]);
    rmSync(join(shared, 'shards'), { recursive: true });
    expect(contentOf(shared)).toEqual(contentOf(whole));
    const parts = [1, 2].map((index) => join(folder, `part${index}`));
    for (const [index, part] of parts.entries()) await runIn(part, { rest: { shard: { index: index + 1, count: 2 } } });
    const joined = join(folder, 'joined');
    expect(mergeResults(parts, joined).missing).toEqual([]);
    expect(contentOf(joined)).toEqual(contentOf(whole));
  });

  test('merged names what is missing, and how to run it', async () => {
    const out = join(folder, 'lacking');
    await runIn(out, { rest: { shard: { index: 1, count: 2 } } });
    const { missing, command } = mergeResults([out], out);
    expect(missing.map(({ key }) => key)).toEqual(shardOf(points, { index: 2, count: 2 }).map(({ key }) => key));
    expect(command).toMatch(/^yardmaster run .*scenario\.yaml --out .*lacking --resume$/);
    expect(existsSync(join(out, 'results.csv'))).toBe(true);
  });

  test('merges nothing that is of another experiment', async () => {
    const [out, other] = [join(folder, 'mine'), join(folder, 'other')];
    await runIn(out);
    mkdirSync(other);
    const foreign = manifestOf(scenario, inputs, planPoints(scenario, inputs, { version: '0', code: 'new' }), {
      version: '0',
      code: 'new',
    });
    writeFileSync(join(other, 'manifest.json'), JSON.stringify(foreign));
    expect(() => mergeResults([out, other], out)).toThrow(/two versions of yardmaster/);
    expect(() => mergeResults([join(folder, 'nothing')], out)).toThrow(/holds no results/);
  });

  test('is held against what is expected of it', async () => {
    const { finished } = await runIn(join(folder, 'judged'));
    const judgements = judge(scenario.expectations, finished);
    expect(judgements.map(({ runs }) => runs)).toEqual([points.length, points.length / 3, points.length / 6]);
    expect(judgements.map(({ failures }) => failures.length > 0)).toEqual([false, false, true]);
    const noAccount = judge([{ ...scenario.expectations[0], figure: 'wait-by-account.nobody.mean' }], finished);
    expect(noAccount[0].failures).toHaveLength(points.length);
    const nobody = judge([{ ...scenario.expectations[0], policy: 'nobody' }], finished);
    expect(nobody[0].failures).toHaveLength(1);
  });
});

describe('the runner', () => {
  test('begins no point after it was told to stop, and waits for those that run', async () => {
    for (const how of ['dropped', 'drained'] as const) {
      const stop = new AbortController();
      const began: string[] = [];
      const execute: Execute = async (point) => {
        began.push(point.key);
        if (began.length === 3) stop.abort();
        await Promise.resolve();
        return how === 'dropped' && stop.signal.aborted ? { state: 'missing' } : { state: 'done' };
      };
      const results = await runPoints(points, { execute, workers: 2, dropped: NEVER, drained: NEVER, [how]: stop.signal });
      expect(began).toHaveLength(3);
      expect(results.size).toBe(points.length);
      expect([...results.values()].filter(({ state }) => state === 'done').length).toBe(how === 'drained' ? 3 : 2);
    }
  });

  test('runs as many at a time as there are workers, each point once', async () => {
    let [running, most] = [0, 0];
    const began: string[] = [];
    const execute: Execute = async (point) => {
      began.push(point.key);
      most = Math.max(most, ++running);
      await Promise.resolve();
      running--;
      return { state: 'done' };
    };
    await runPoints(points, { execute, workers: 4, dropped: NEVER, drained: NEVER });
    expect([most, began]).toEqual([4, points.map(({ key }) => key)]);
  });

  test('parts are a partition of the points', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 1, max: 8 }), (length, count) => {
        const all = Array.from({ length }, (_, index) => index);
        const parts = Array.from({ length: count }, (_, index) => shardOf(all, { index: index + 1, count }));
        expect(parts.flat().sort((a, b) => a - b)).toEqual(all);
        const sizes = parts.map((part) => part.length);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
      }),
    );
  });
});
