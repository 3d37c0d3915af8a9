// Systems of resource managers as contenders of a scenario: what is read, what is refused, and that a point comes to what
// the same run by itself comes to.
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadInputs } from '../src/experiment/inputs.ts';
import { markInteractive } from '../src/experiment/interactive-jobs.ts';
import { planPoints } from '../src/experiment/plan.ts';
import { pointInputs } from '../src/experiment/point-inputs.ts';
import { PointRunner } from '../src/experiment/run-point.ts';
import { PURPOSES } from '../src/node-time.ts';
import { readScenario } from '../src/scenario-file.ts';
import { machineOf, scheduleOfSystem } from '../src/systems/system-schedule.ts';
import { metrics } from '../src/metrics/index.ts';
import { measure } from '../src/metrics/measure.ts';
import { mix } from '../src/trace/generate/mix.ts';
import { temporaryFolder } from './cli-runner.ts';
import { queued, run, systemOf } from './systems-runs.ts';

const MODEL =
  'workloads: [{ name: w, generate: mix, parameters: { capacity: 32, jobs: 12, sizes: "1:0.5+8:0.5" }, estimates: factor=9 }]\nclusters: ["nodes=4,cpus=8"]\n';

async function planned(text: string) {
  const scenario = readScenario(MODEL + text, 'test.yaml');
  const inputs = await loadInputs(scenario);
  return { inputs, points: planPoints(scenario, inputs, { version: 'test', code: 'test' }) };
}

/** Every point run into a folder of its own: what its files hold. */
async function outcomesOf(text: string) {
  const { inputs, points } = await planned(text);
  const runner = new PointRunner(pointInputs(inputs));
  const out = temporaryFolder();
  const found = [];
  for (const point of points) {
    const folder = join(out, String(point.index));
    mkdirSync(folder, { recursive: true });
    await runner.run(point, folder);
    const read = (name: string) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Json;
    found.push({ point, record: read('point.json'), summary: read('summary.json') });
  }
  return found;
}

type Json = Record<string, never> & { digest: string; notes: string[]; jobs: Record<string, number>; metrics: Metrics };
type Metrics = Record<string, { value?: number; figures: Record<string, { value: number | null }>; groups?: { name: string }[] }>;

describe('a scenario with systems', () => {
  test('has them after its policies, as contenders like others', async () => {
    const { points } = await planned('policies: [easy]\nsystems: [slurm-native, { name: ksi, label: mine, assumed: 3 }]\n');
    expect(points.map(({ policy }) => [policy.label, policy.parameters])).toEqual([
      ['easy', expect.anything()],
      ['slurm-native', {}],
      ['mine', { assumed: 3 }],
    ]);
  });

  test.each([
    { what: 'what costs come on top of', text: 'costs: { launch: 5s }', said: ['costs: come on top of its own figures'] },
    { what: 'that placement is for policies', text: 'placement: best-fit', said: ['placement: best-fit is that of policies'] },
    { what: 'nothing of the placement that it has', text: 'placement: first-fit', said: [] },
    { what: 'nothing of failures, which it bears', text: 'failures: { mtbf: 1d, mttr: 1h }', said: [] },
  ])('says $what', async ({ text, said }) => {
    const [{ record }] = await outcomesOf(`systems: [slurm-native]\n${text}\n`);
    const notes = (record.notes as readonly string[]).filter((note) => /fail|costs:|placement:/.test(note));
    expect(notes).toEqual(said.map((start) => expect.stringContaining(`slurm-native: ${start}`) as string));
  });

  test('loses nodes at the same times as a policy, and what ran there', async () => {
    const found = await outcomesOf(
      'policies: [first-fit]\nsystems: [{ name: slurm-native, set: { managers.slurm.policy: first-fit, managers.slurm.start.launch.time: 0s } }]\n' +
        'failures: { mtbf: 3h, mttr: 10min }\ncosts: { launch: 5s, release: 3s, kill-scan: 1min }\nuntil: 12h\n',
    );
    const [policy, system] = found.map(({ summary }) => summary.metrics);
    expect(system.utilization).toEqual(policy.utilization);
    expect(system.wait.figures).toEqual(policy.wait.figures);
    expect(policy.restarts.figures.total.value).toBeGreaterThan(0);
  });

  test('starts over too often on failing nodes only as often as it may', async () => {
    const [{ summary }] = await outcomesOf(
      'systems: [slurm-native]\nfailures: { mtbf: 1h, mttr: 10min, max-restarts: 0 }\nuntil: 2d\n',
    );
    expect(summary.jobs.failed).toBeGreaterThan(0);
  });

  test('needs no policies', async () => {
    expect((await planned('systems: [hpk]\n')).points).toHaveLength(1);
  });

  test.each([
    { what: 'a system that is not there', text: 'systems: [kis]\n', at: 'test.yaml:3:11', problem: 'no system "kis"' },
    { what: 'a key that is not there', text: 'systems: [{ name: ksi, sett: {} }]\n', at: 'test.yaml:3:24', problem: '"sett"' },
    {
      what: 'a figure that is not there',
      text: 'systems: [{ name: ksi, set: { managers.cube.walltime: 1h } }]\n',
      at: 'test.yaml:3:11',
      problem: '"cube"',
    },
    {
      what: 'a share above 1',
      text: 'systems: [ksi]\nsweep: { axes: { network: [2] } }\n',
      at: 'test.yaml:4',
      problem: 'no share',
    },
    {
      what: 'nothing to vary',
      text: 'systems: [ksi]\nsweep: { axes: { policy.managers.x.walltime: [1h] } }\n',
      at: 'test.yaml:4',
      problem: 'nothing',
    },
    {
      what: 'a value that will not do',
      text: 'systems: [bridge-operator]\nsweep: { axes: { "policy.bridges.kube->slurm.status.poll": [-5s] } }\n',
      at: 'test.yaml:4',
      problem: 'bridges.kube->slurm.status.poll cannot be -5s',
    },
    {
      what: 'nodes for a pool that is not there',
      text: 'systems: [{ name: ksi, pools: { hcp: "nodes=4,cpus=8" } }]\n',
      at: 'test.yaml:3:11',
      problem: 'no pool "hcp"',
    },
    {
      what: 'pools to vary that are nowhere',
      text: 'systems: [ksi]\nsweep: { axes: { policy.pools.hcp: ["nodes=4,cpus=8"] } }\n',
      at: 'test.yaml:4',
      problem: 'nothing',
    },
    { what: 'two of one label', text: 'systems: [ksi, ksi]\n', at: 'test.yaml:3:16', problem: 'two policies called' },
  ])('with $what is refused, with the place', async ({ text, at, problem }) => {
    const error = await planned(text).catch((caught: unknown) => caught as { where: string; problem: string });
    expect(error).toMatchObject({ where: expect.stringContaining(at), problem: expect.stringContaining(problem) });
  });

  test('varies figures by their paths, assumptions, and what jobs do', async () => {
    const { points } = await planned(
      'systems: [bridge-operator, slurm-native]\nsweep: { axes: { "policy.bridges.kube->slurm.status.poll": [5s, 60s], assumed: [1, 3], network: [0, 0.5] } }\n',
    );
    // The poll bears on one of them only; what is assumed, on both.
    expect(points).toHaveLength(2 * 2 * 2 + 2 * 2);
    expect(points[0].policy).toMatchObject({
      label: 'bridge-operator:poll=5s,assumed=1',
      parameters: { 'bridges.kube->slurm.status.poll': '5s', assumed: 1 },
    });
    expect(points[0].workload.name).toBe('w @ network=0');
  });

  test('gives the cluster of the point to the only pool of a system, and what is said to others', async () => {
    const [native, bridge] = await outcomesOf(
      'systems: [slurm-native, { name: bridge-operator, pools: { hpc: cluster } }]\nmetrics: [wait]\n',
    );
    const sizes = ({ record }: typeof native) => (record.cluster as { nodes: number; processors: number }).nodes;
    expect([sizes(native), sizes(bridge)]).toEqual([4, 4 + 4]);
  });

  test('shows what is assumed with every result', async () => {
    const [{ record }] = await outcomesOf('systems: [hpk]\nmetrics: [wait]\n');
    expect(record.notes).toContainEqual(expect.stringContaining('bridges.kube->slurm.cancel.signal = 0.5s is assumed'));
  });

  test('comes to what each run by itself comes to', async () => {
    const [{ record, summary, point }] = await outcomesOf('systems: [slurm-native]\nseeds: [7]\n');
    const generated = mix.generate(point.workload.model!.parameters, 7);
    const jobs = { ...generated, walltime: generated.runtime.map((time) => 9 * time) };
    const alone = run(systemOf('slurm-native', { 'pools.hpc': 'nodes=4,cpus=8' }), { jobs }, { seed: 7 });
    expect(record.digest).toBe(alone.digest);
    expect(summary.jobs.completed).toBe(12);
  });

  test('splits jobs into steps that a system submits one by one', async () => {
    const [one, eight] = await outcomesOf('systems: [hpk]\nsweep: { axes: { steps: [1, 8] } }\nmetrics: [wait, node-time]\n');
    for (const { summary } of [one, eight]) expect(summary.jobs.completed).toBe(12);
    const useful = ({ summary }: typeof one) =>
      summary.metrics['node-time'].groups as unknown as Record<string, { figures: Record<string, { value: number }> }>;
    expect(useful(one)).not.toEqual(useful(eight));
    expect(one.record.digest).not.toBe(eight.record.digest);
  });
});

describe('the schedule of a system', () => {
  const jobs = queued([
    ...Array.from({ length: 8 }, (_, row) => ({ submit: row * 1000, runtime: 600_000, walltime: 4_000_000, procs: 8 })),
    { submit: 300_000, runtime: 60_000, procs: 1, request: { cpu: 8000, memory: 0, gpu: 0 }, queue: 'interactive', priority: 10 },
  ]);
  const system = systemOf('slinky-operator', {
    'pools.cloud': 'nodes=4,cpus=8,memory=64Gi',
    'leases.kube->slurm.scale.metric': 'fixed',
  });
  const result = run(system, { jobs });
  const schedule = scheduleOfSystem(system, jobs, result);

  test('has each broken-off run as an attempt, in the bounds of its job', () => {
    expect(schedule.attempts.count).toBe([...result.jobs.restarts].reduce((sum, count) => sum + count, 0));
    expect(schedule.attempts.count).toBeGreaterThan(0);
    for (let row = 0; row < schedule.attempts.count; row++) {
      const job = schedule.attempts.job[row];
      expect(schedule.attempts.start[row]).toBeGreaterThanOrEqual(schedule.start[job]);
      expect(schedule.attempts.end[row]).toBeLessThanOrEqual(schedule.lastStart[job]);
    }
  });

  test('loses what the meters say was lost', () => {
    const measurements = measure({ workload: jobs, cluster: machineOf(system), schedule });
    const of = (name: string, figure: string) =>
      measurements.find((one) => one.name === name)?.figures?.find((one) => one.name === figure)?.value ?? NaN;
    // Start-up of runs that were broken off is start-up, not lost work: the two agree but for that.
    expect(of('node-time', 'lost-core-hours')).toBeCloseTo(of('core-hours-lost', 'total'), 1);
    const shares = ['useful', 'idle', 'lost', 'overhead'].map((figure) => of('node-time', figure));
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
    expect(measurements).toHaveLength(metrics.length);
  });

  test('has accounts of jobs that are no more than those of the managers', () => {
    const { ofJobs, levels } = schedule.nodeTime!;
    PURPOSES.forEach((_, purpose) => {
      let jobsHeld = 0;
      for (let job = 0; job < jobs.count; job++) jobsHeld += ofJobs[job * PURPOSES.length + purpose];
      expect(jobsHeld).toBeLessThanOrEqual(levels.reduce((sum, { purposes }) => sum + purposes[purpose], 0));
    });
  });
});

test('interactive jobs are drawn, the same for the same seed, and others keep their queue', () => {
  const jobs = queued(
    Array.from({ length: 400 }, (_, row) => ({ submit: row, runtime: 1, procs: 1, queue: row % 2 ? 'a' : 'b' })),
  );
  const names = (seed: number, share: number) => {
    const { workload } = markInteractive(jobs, share, seed);
    return Array.from(workload.queue.code, (code) => workload.queue.names[code]);
  };
  expect(names(1, 0.3)).toEqual(names(1, 0.3));
  expect(names(1, 0.3)).not.toEqual(names(2, 0.3));
  const marked = names(1, 0.3).filter((name) => name === 'interactive').length;
  expect(marked).toBeGreaterThan(80);
  expect(marked).toBeLessThan(160);
  names(1, 0.3).forEach((name, row) => expect(['interactive', row % 2 ? 'a' : 'b']).toContain(name));
  expect(names(1, 0)).not.toContain('interactive');
  expect(new Set(names(1, 1))).toEqual(new Set(['interactive']));
});

test('every scenario about systems that is shipped can be planned', async () => {
  for (const name of ['decision-map', 'dynamic-sharing', 'livelock', 'systems-loads']) {
    const path = `scenarios/${name}.yaml`;
    const scenario = readScenario(readFileSync(path, 'utf8'), path);
    const points = planPoints(scenario, await loadInputs(scenario), { version: 'test', code: 'test' });
    expect(points.length, name).toBeGreaterThan(40);
  }
});
