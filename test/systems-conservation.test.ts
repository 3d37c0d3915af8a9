// Whatever the managers do to each other: no unit has two holders, no job is lost between them, and the waterfall is
// what the ledgers gave out, to the last millicore-millisecond. The runs check themselves at every instant.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PASSED, PURPOSES } from '../src/systems/meter.ts';
import type { SystemRun } from '../src/systems/simulate-system.ts';
import type { SystemWorkload } from '../src/systems/system-workload.ts';
import type { System } from '../src/systems/system.ts';
import type { Costs } from '../src/engine/simulate.ts';
import { COMPLETED, UNFINISHED } from '../src/schedule.ts';
import { queued, run, systemIn, systemNames, systemOf } from './systems-runs.ts';
import type { QueuedJob } from './systems-runs.ts';

const S = 1000;
const oneOf = <Value>(...values: Value[]) => fc.constantFrom(...values);

const job: fc.Arbitrary<QueuedJob> = fc.record({
  // Some go straight to the manager at the bottom, among what it holds for the others.
  queue: oneOf('default', 'default', 'direct'),
  submit: fc.nat(6).map((time) => time * S),
  runtime: fc.nat(8).map((time) => time * S),
  walltime: oneOf(3 * S, 6 * S, 20 * S, Infinity),
  procs: fc.integer({ min: 1, max: 6 }),
  priority: fc.nat(2),
  // By id, which is the place among those that are drawn: on itself, or round in a circle, nobody waits for anything real.
  after: fc.array(fc.record({ id: fc.nat(7), kind: fc.nat(3), think: oneOf(NaN, NaN, 1000, 3000) }), { maxLength: 1 }),
  outcome: oneOf(0, 0, 0, 1, 2, 3),
});
/** How the machine bears on work; `failures` come as often as jobs do. */
const conditions = fc.record({
  seed: fc.nat(5),
  dependencies: oneOf('ignore' as const, 'hold' as const, 'feedback' as const),
  onNodeFailure: oneOf('requeue' as const, 'requeue' as const, 'fail' as const),
  maxRestarts: oneOf(0, 2, 100),
  costs: oneOf<Costs>({}, {}, { launch: 1000 }, { release: 2000 }, { killScan: 3000, launchQuantiles: [0, 500, 4000] }),
  failures: oneOf(undefined, undefined, { mtbf: 40 * S, mttr: 3 * S }),
});
const moment = oneOf(NaN, NaN, NaN, NaN, 0, 2 * S, 4 * S, 5 * S, 9 * S);
const disturbance = fc.record({
  node: fc.nat(1),
  at: fc.nat(12),
  length: oneOf(0, 1, 3, 7),
  how: oneOf('drain' as const, 'loss' as const),
});

/** Dense workloads, some of whose users cancel or delete what they submitted. */
function workloads(manager: string, most = 8): fc.Arbitrary<SystemWorkload> {
  return fc
    .record({
      jobs: fc.array(fc.tuple(job, moment, moment, fc.integer({ min: 1, max: 3 })), { minLength: 1, maxLength: most }),
      disturbances: fc.array(disturbance, { maxLength: 2 }),
    })
    .map(({ jobs, disturbances }) => {
      // Rows are sorted by submission: what belongs to a job must be sorted with it.
      const sorted = jobs.map(([one, ...rest], id) => [{ ...one, id }, ...rest] as const).sort(([a], [b]) => a.submit - b.submit);
      const first = sorted[0][0].submit;
      return {
        jobs: queued(sorted.map(([one]) => ({ ...one, submit: one.submit - first }))),
        cancelAt: Float64Array.from(sorted, ([, at]) => at),
        deleteAt: Float64Array.from(sorted, ([, , at]) => at),
        steps: Int32Array.from(sorted, ([, , , steps]) => steps),
        disturbances: disturbances.map(({ node, at, length, how }) => ({
          manager,
          node,
          at: at * S,
          until: (at + length) * S,
          how,
        })),
      };
    });
}

const policy = oneOf('fcfs', 'easy', 'first-fit', 'sjf', 'kube-default', 'gang');
const time = oneOf('0s', '0s', '1s', '2s', '{uniform: [0s, 3s]}');
const stages = fc
  .array(fc.tuple(oneOf('boot', 'pull', 'join'), time, oneOf('0s', '2s'), fc.boolean()), { maxLength: 2 })
  .map(
    (list) =>
      `[${list.map(([name, one, quantum, cached]) => `{name: ${name}, time: ${one}, quantum: ${quantum}, cached: ${cached}}`).join(', ')}]`,
  );
const effect = oneOf('cancel', 'orphan', 'duplicate');
const status = oneOf('{watch: 0s}', '{watch: {uniform: [0s, 2s]}}', '{poll: 3s}', '{ladder: [1s, 2s, 4s]}');
const cancel = oneOf('{signal: 1s}', '{signal: 0s}', 'next-poll', 'never');
const exec = oneOf('{}', '{cpu: 0.5}', '{cpu: 0.97}');

const bridge = fc
  .record({
    effect,
    lost: effect,
    status,
    cancel,
    submit: time,
    unit: oneOf('job', 'pod'),
    carrier: fc.boolean(),
    exclusive: fc.boolean(),
    deleted: oneOf('cancel', 'orphan'),
    back: fc.boolean(),
  })
  .map(
    (one) =>
      `{unit: ${one.unit}, submit: ${one.submit}, status: ${one.status}, cancel: ${one.cancel}, exclusive: ${one.exclusive}, on-delete: ${one.deleted}` +
      `${one.carrier ? `, carrier: {cpus: 1}, on-carrier-loss: {evicted: ${one.effect}, lost: ${one.lost}}` : ''}${one.back ? ', bind-back: {tries: [1s, 2s], revoke: 2s}' : ''}}`,
  );
const scale = oneOf(
  '{metric: fixed}',
  '{metric: fixed, max: 2}',
  '{metric: pending, poll: 2s, cooldown: 3s}',
  '{metric: pending, min: 1, poll: 1s, cooldown: 0s}',
  '{metric: yield, poll: 1s, cooldown: 2s}',
);

const POOLS = ['nodes=3,cpus=2', 'nodes=2,cpus=2', 'nodes=1,cpus=3', 'nodes=2,cpus=1'];

/** Chains of one to four managers, each of which leases nodes from, or hands work to, the one before. */
const compositions: fc.Arbitrary<{ text: string; owner: string }> = fc
  .record({
    edges: fc.array(fc.tuple(oneOf('lease', 'lease', 'standing', 'bridge'), bridge, stages, stages, scale), { maxLength: 3 }),
    policies: fc.array(policy, { minLength: 4, maxLength: 4 }),
    starts: stages,
    ends: stages,
    exec,
    loss: oneOf('requeue', 'fail'),
  })
  .map(({ edges, policies, starts, ends, exec: profile, loss }) => {
    const managers = [
      `m0: {owns: p0, policy: ${policies[0]}, on-loss: ${loss}, start: ${starts}, end: ${ends}, exec: ${profile}}`,
    ];
    const leases: string[] = [];
    const bridges: string[] = [];
    const pools = [`p0: '${POOLS[0]}'`];
    edges.forEach(([kind, over, acquire, release, scaled], index) => {
      const [below, own] = [`m${index}`, `m${index + 1}`];
      // A standing lease stands on nodes that do not come and go with jobs.
      const lasts = edges.slice(0, index).findLast(([before]) => before === 'lease' || before === 'bridge')?.[0] !== 'lease';
      const isStanding = kind === 'standing' && lasts;
      if (kind === 'standing' && !lasts) edges[index][0] = 'lease';
      managers.push(
        `${own}: {policy: ${policies[index + 1]}, on-loss: ${loss}, start: ${starts}, exec: ${profile}${kind === 'bridge' ? `, owns: p${index + 1}` : ''}}`,
      );
      if (kind === 'bridge') pools.push(`p${index + 1}: '${POOLS[index + 1]}'`);
      if (kind === 'bridge') bridges.push(`${own}->${below}: ${over}`);
      else
        leases.push(
          `${below}->${own}: {scope: ${isStanding ? 'standing' : 'job'}, acquire: ${acquire}, release: ${release}${isStanding ? `, priority: -1, scale: ${scaled}` : ''}}`,
        );
    });
    const text = `{pools: {${pools.join(', ')}}, managers: {${managers.join(', ')}}, leases: {${leases.join(', ')}}, bridges: {${bridges.join(', ')}}, entry: {default: m${edges.length}, direct: m0}}`;
    return { text, owner: 'm0' };
  });

function expectConserved(system: System, work: SystemWorkload, result: SystemRun, until: number): void {
  for (const { manager, idle, purposes } of result.levels) {
    expect(idle, `idle of ${manager}`).toBeGreaterThanOrEqual(0);
    purposes.forEach((account, purpose) => expect(account, `${PURPOSES[purpose]} of ${manager}`).toBeGreaterThanOrEqual(0));
  }
  // What is passed on below is what is there above.
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const leased = result.levels.filter(({ manager }) => system.managers.find(({ name }) => name === manager)?.owns === undefined);
  expect(sum(leased.map(({ offered }) => offered))).toBe(sum(result.levels.map(({ purposes }) => purposes[PASSED])));
  // Accounts of jobs are those of the managers, where nothing is held for none of them.
  const isForJobs = system.leases.every(({ scope }) => scope === 'job');
  const rows = Array.from({ length: work.jobs.count }, (_, row) => row);
  PURPOSES.forEach((_, purpose) => {
    const ofJobs = sum(rows.map((row) => result.waterfall.ofJob(row, purpose)));
    const ofAll = sum(result.levels.map(({ purposes }) => purposes[purpose]));
    if (isForJobs) expect(ofJobs).toBe(ofAll);
    else expect(ofJobs).toBeLessThanOrEqual(ofAll);
  });
  for (let row = 0; row < work.jobs.count; row++) {
    const isOver = !Number.isNaN(result.jobs.seen[row]);
    expect(isOver || result.stoodStill || result.until === until, `job ${row} is lost`).toBe(true);
    if (isOver) expect(result.jobs.state[row]).not.toBe(UNFINISHED);
    if (result.jobs.state[row] === COMPLETED && result.jobs.orphans[row] === 0) {
      expect(result.jobs.seen[row]).toBeGreaterThanOrEqual(result.jobs.end[row]);
      expect(result.jobs.start[row]).toBeGreaterThanOrEqual(result.jobs.submit[row]);
      expect(result.jobs.end[row] - result.jobs.start[row]).toBeGreaterThanOrEqual(0);
    }
  }
}

test('a node that is away for two reasons is back when both are over', () => {
  const system = systemIn("{pools: {p0: 'nodes=1,cpus=1'}, managers: {m0: {owns: p0, policy: fcfs}}, entry: {default: m0}}");
  const away = (at: number, until: number) => ({ manager: 'm0', node: 0, at: at * S, until: until * S, how: 'loss' as const });
  const jobs = queued([{ submit: 0, runtime: 2 * S, procs: 1 }]);
  const { start, end } = run(system, { jobs, disturbances: [away(1, 6), away(3, 4), away(5, 9)] }, { audit: true }).jobs;
  expect([start[0], end[0]]).toEqual([0, 11 * S]);
});

describe('conservation', () => {
  test('over random compositions and workloads', () => {
    fc.assert(
      fc.property(compositions, workloads('m0'), conditions, ({ text }, work, { failures, ...options }) => {
        const system = systemIn(text, { failures });
        const result = run(system, work, { ...options, audit: true, until: 900 * S });
        expectConserved(system, work, result, 900 * S);
        expect(run(system, work, { ...options, until: 900 * S }).digest).toBe(result.digest);
      }),
      { numRuns: Number(process.env.RUNS ?? 1000) },
    );
  }, 300_000);

  test.each(systemNames)(
    'of %s',
    (name) => {
      fc.assert(
        fc.property(
          workloads(systemOf(name).managers.find(({ owns }) => owns !== undefined)!.name, 6),
          conditions,
          (work, { failures, ...options }) => {
            const system = systemOf(name, {}, { failures: failures && { mtbf: 3600 * S, mttr: 60 * S } });
            expectConserved(system, work, run(system, work, { ...options, audit: true, until: 7200 * S }), 7200 * S);
          },
        ),
        { numRuns: 10 },
      );
    },
    60_000,
  );
});
