// Slurm and interactive pods on the same nodes: what each way of sharing costs either of them. The questions are those of
// Tripp, Davidson and Telfer (StackHPC), 2025.
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { quantile } from '../src/systems/published/bench.ts';
import { BADPUT, USEFUL } from '../src/systems/meter.ts';
import type { SystemRun } from '../src/systems/simulate-system.ts';
import { randomStream } from '../src/random.ts';
import type { QueuedJob } from './systems-runs.ts';
import { queued, run, systemIn, systemOf } from './systems-runs.ts';

const S = 1000;
const H = 3600 * S;
const WHOLE = { cpu: 8000, memory: 0, gpu: 0 };

/** More Slurm jobs of 1 to 4 h than the nodes can take, and 2.5 interactive sessions of 2 h in each hour. */
function sharedWork(hours: number): QueuedJob[] {
  const random = randomStream(1, 'sharing');
  const batch = Array.from({ length: Math.ceil((16 * hours) / 2) }, () => {
    const runtime = Math.round((1 + 3 * random.uniform()) * H);
    return { submit: 0, runtime, walltime: 5 * H, procs: 1, request: WHOLE };
  });
  const sessions: QueuedJob[] = [];
  for (let at = random.exponential(H / 2.5); at < hours * H; at += random.exponential(H / 2.5)) {
    sessions.push({ submit: Math.round(at), runtime: 2 * H, procs: 1, request: WHOLE, queue: 'interactive' });
  }
  return [...batch, ...sessions];
}

describe('sharing sixteen nodes', () => {
  const HOURS = 60;
  const work = sharedWork(HOURS);
  const figures = (name: string) => {
    const result = run(systemOf(name), work, { until: HOURS * H });
    const waits = work.flatMap(({ submit, queue }, row) =>
      queue === 'interactive' && !Number.isNaN(result.jobs.start[row]) ? [(result.jobs.start[row] - submit) / S] : [],
    );
    const sum = (purpose: number) => result.levels.reduce((total, { purposes }) => total + purposes[purpose], 0);
    const offered = 16 * 8000 * HOURS * H;
    const preemptions = result.carrierPreemptions / waits.length;
    return { median: quantile(waits, 0.5), useful: sum(USEFUL) / offered, lost: sum(BADPUT) / offered, preemptions };
  };
  const [split, drain, preempt] = ['static-split', 'slinky-drain', 'slinky-operator'].map(figures);

  test('both ways of sharing use the nodes better than a split for good', () => {
    expect(drain.useful).toBeGreaterThan(split.useful);
    expect(preempt.useful).toBeGreaterThan(split.useful);
  });

  test('draining makes sessions wait for jobs to end, and loses nothing', () => {
    expect(drain.lost).toBe(0);
    expect(drain.median).toBeGreaterThan(600);
  });

  test('preempting lets them start after the grace period, and loses work', () => {
    expect(preempt.median).toBeLessThan(60);
    expect(preempt.lost).toBeGreaterThan(0.02);
    expect(preempt.lost).toBeLessThan(0.25);
    expect(preempt.preemptions).toBeLessThanOrEqual(1);
  });
});

describe('sharing sixteen nodes by one queue, that of Slurm', () => {
  const HOURS = 30;
  const work = sharedWork(HOURS);
  const sessions = work.flatMap(({ queue }, row) => (queue === 'interactive' ? [row] : []));
  const shared = (name: string) => run(systemOf(name), work, { until: HOURS * H });
  const waits = ({ jobs }: SystemRun) =>
    sessions.flatMap((row) => (Number.isNaN(jobs.start[row]) ? [] : [(jobs.start[row] - work[row].submit) / S]));

  test('without preemption a session waits as any job does: behind all that came before', () => {
    const result = shared('slurm-bridge');
    expect(waits(result)).toEqual([]);
    expect(result.jobs.restarts.reduce((sum, one) => sum + one, 0)).toBe(0);
  });

  test('with it, each takes one node from one job, within 70 s, and none goes round in a loop', () => {
    const result = shared('slurm-bridge-preempt');
    const all = waits(result);
    // The last ones may have come just before the end.
    expect(all.length).toBeGreaterThanOrEqual(sessions.length - 2);
    expect(Math.max(...all)).toBeLessThan(70);
    const preempted = result.jobs.restarts.reduce((sum, one) => sum + one, 0);
    expect(preempted / all.length).toBeGreaterThan(0.5);
    expect(preempted / all.length).toBeLessThanOrEqual(1);
    expect(sessions.every((row) => result.jobs.restarts[row] === 0)).toBe(true);
  });
});

describe('a Slurm whose jobs share cores', () => {
  test('is refused: the books of a system give each core to one holder', () => {
    const conf = 'SelectType=select/cons_tres\nPartitionName=batch Nodes=ALL Default=YES OverSubscribe=FORCE:2';
    const system = systemIn(
      stringify({
        managers: { slurm: { owns: 'all', policy: 'slurm-backfill', conf } },
        pools: { all: 'nodes=2,cpus=4' },
        entry: { default: 'slurm' },
      }),
    );
    expect(() => run(system, [{ submit: 0, runtime: S, procs: 1 }])).toThrow(
      'manager slurm: jobs would share cores of its partitions\n  hint: leave OverSubscribe out, or run slurm-backfill under policies:',
    );
  });
});

describe('scaling Slurm by its pending jobs', () => {
  const wide = (count: number): QueuedJob[] =>
    Array.from({ length: count }, () => ({ submit: 0, runtime: 600 * S, walltime: H, procs: 4, request: WHOLE }));
  const after = (work: readonly QueuedJob[]) => run(systemOf('slinky-operator'), work, { until: 24 * H });

  test('a job of four nodes alone waits for ever, since one job that waits wants one node', () => {
    const { jobs, stoodStill, holding } = after(wide(1));
    expect({ done: jobs.done, stoodStill, holding }).toEqual({ done: 0, stoodStill: true, holding: 0 });
  });

  test('four of them get four nodes, and the last one by the nodes that are still there', () => {
    expect(after(wide(4)).jobs.done).toBe(4);
  });
});

describe('one session on four nodes full of Slurm', () => {
  /** Pods that need nothing come and go every 2 s: each moves the queue. */
  const background = Array.from({ length: 290 }, (_, row) => ({
    submit: 600 * S + 1 + row * 2 * S,
    runtime: 1,
    procs: 1,
    request: { cpu: 0, memory: 0, gpu: 0 },
    queue: 'interactive',
    priority: 0,
  }));
  const work = queued([
    ...Array.from({ length: 4 }, () => ({ submit: 0, runtime: 4 * H, walltime: 5 * H, procs: 8 })),
    { submit: 600 * S, runtime: 600 * S, procs: 1, request: WHOLE, queue: 'interactive', priority: 10 },
    ...background,
  ]);
  const session = (version: string, nominate: boolean, grace: number): { start: number; run: SystemRun } => {
    const set = {
      'managers.kube.parameters.version': version,
      'managers.kube.parameters.nominate': String(nominate),
      'managers.kube.parameters.grace': `${grace}s`,
      'leases.kube->slurm.scale.metric': 'fixed',
    };
    const pools = { pools: new Map([['cloud', 'nodes=4,cpus=8,memory=64Gi']]) };
    const result = run(systemOf('slinky-operator', set, pools), { jobs: work }, { until: 1180 * S });
    return { start: result.jobs.start[4] / S - 600, run: result };
  };

  test.each([5, 10, 28, 30, 31, 33])('takes one preemption and a grace period of %i s if nominations count', (grace) => {
    for (const version of ['1.26', '1.36']) {
      const { start, run: result } = session(version, true, grace);
      expect(result.carrierPreemptions).toBe(1);
      expect(start).toBeGreaterThan(grace);
      // The last backoff may go on for up to 10 s.
      expect(start).toBeLessThan(grace + 13);
    }
  });

  test.each([5, 28, 31, 33])('never begins without nominations and with a grace period of %i s, under v1.26', (grace) => {
    const { start, run: result } = session('1.26', false, grace);
    expect(start).toBeNaN();
    expect(result.carrierPreemptions).toBeGreaterThan(10);
  });

  test.each([10, 30])('begins late with one of %i s: one second more decides', (grace) => {
    const { start, run: result } = session('1.26', false, grace);
    expect(start).toBeLessThan(120);
    expect(result.carrierPreemptions).toBeGreaterThan(1);
  });

  test.each([5, 28, 31, 33])(
    'begins with one of %i s under v1.36, which pops pods from backoff when it has nothing else to do',
    (grace) => {
      expect(session('1.36', false, grace).start).toBeLessThan(grace + 5);
    },
  );
});

test('nodes that drain and are wanted again meanwhile come back once, and none is lost', () => {
  // Sessions come and go in waves: carriers are wanted again while the last ones are on their way out.
  const waves = Array.from({ length: 40 }, (_, row) => ({
    submit: (600 + 700 * Math.floor(row / 4)) * S + (row % 4) * 1000,
    runtime: 90 * S,
    procs: 1,
    request: WHOLE,
    queue: 'interactive',
  }));
  const batch = Array.from({ length: 120 }, (_, row) => ({
    submit: 0,
    runtime: (100 + 37 * (row % 7)) * S,
    walltime: 2 * H,
    procs: 8,
  }));
  const system = systemOf(
    'slinky-drain',
    { 'leases.kube->slurm.scale.cooldown': '30s' },
    { pools: new Map([['cloud', 'nodes=4,cpus=8,memory=64Gi']]) },
  );
  const { jobs, levels } = run(system, [...batch, ...waves], { audit: true });
  expect(jobs.done).toBe(jobs.count);
  expect(levels.map(({ manager }) => manager)).toEqual(['kube', 'slurm']);
});
