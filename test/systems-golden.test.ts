// What is known of the real systems, as what must come out of runs of their models. The first words of each title say
// which system; sources stand in the files of scenarios/systems.
import { describe, expect, test } from 'vitest';
import { clogRun, completedOf, PODS } from '../src/systems/published/clog.ts';
import { mean } from '../src/systems/published/bench.ts';
import { speedOf } from '../src/systems/published/speed.ts';
import { BADPUT, CARRIER, ORPHAN, PASSED, RENDEZVOUS, START_UP, TAIL, UNREQUESTED, USEFUL } from '../src/systems/meter.ts';
import type { SystemRun } from '../src/systems/simulate-system.ts';
import type { Disturbance } from '../src/systems/system-workload.ts';
import { randomStream } from '../src/random.ts';
import { CANCELLED, COMPLETED, FAILED } from '../src/schedule.ts';
import type { QueuedJob } from './systems-runs.ts';
import { bench, queued, run, systemOf } from './systems-runs.ts';

const S = 1000;
const H = 3600 * S;

function account(result: SystemRun, manager: string, purpose: number): number {
  return result.levels.find((level) => level.manager === manager)!.purposes[purpose];
}

/** [ms] of one processor. */
const processorTime = (result: SystemRun, manager: string, purpose: number) => account(result, manager, purpose) / 1000;

/** Jobs of one processor that come at random over some hours, the same for every system. */
function arrivals(count: number, over: number, job: Omit<QueuedJob, 'submit'>, seed = 1): QueuedJob[] {
  const random = randomStream(seed, 'arrivals');
  const times = Array.from({ length: count }, (_, row) => (row === 0 ? 0 : Math.floor(random.uniform() * over))).sort(
    (a, b) => a - b,
  );
  return times.map((submit) => ({ ...job, submit }));
}

describe('ksi', () => {
  test.each([10, 68, 617, 1302, 14_400])('a job of %i s uses T / (T + 68.5) of its lease', (seconds) => {
    const system = systemOf('ksi', { 'managers.kube.exec.cpu.value': '1' });
    const jobs = Array.from({ length: 40 }, (_, row) => ({ submit: row * 5 * H, runtime: seconds * S, procs: 8 }));
    const result = run(system, jobs);
    const held = account(result, 'slurm', PASSED) + account(result, 'slurm', START_UP) + account(result, 'slurm', 8);
    expect(account(result, 'kube', USEFUL) / held / (seconds / (seconds + 68.5))).toBeCloseTo(1, 1);
  });

  test('a job that waits 5 % for the network takes 1.72 times as long with slirp4netns, and no longer without', () => {
    const mix = { network: 0.05, io: 0 };
    const without = (name: string) => systemOf(name, { 'managers.kube.exec.cpu.value': '1' });
    const slowdown = (name: string) => 1 / speedOf({ ...bench, system: without }, name, mix);
    expect(slowdown('ksi')).toBeCloseTo(1.72, 2);
    expect(slowdown('ksi-2025')).toBeCloseTo(1, 2);
  });
});

describe('hpk', () => {
  const gangs = (count: number, over: number, seed: number) =>
    arrivals(count, over, { runtime: 600 * S, procs: 6, request: WHOLE }, seed);
  const WHOLE = { cpu: 8000, memory: 0, gpu: 0 };

  test('gangs hold and wait the more the fuller the machine is', () => {
    const share = (load: number) => {
      // 6 of 16 nodes for 600 s each.
      const result = run(systemOf('hpk'), gangs(30, (30 * 600 * 6 * S) / 16 / load, 2), { until: 48 * H });
      return account(result, 'slurm', RENDEZVOUS) / (account(result, 'slurm', USEFUL) + 1);
    };
    const [low, middle, high] = [0.2, 0.6, 1.2].map(share);
    expect(low).toBeLessThan(middle);
    expect(middle).toBeLessThan(high);
  });

  test('gangs can lock each other up, as nobody gives back what he holds', () => {
    const stuck = [1, 2, 3].map((seed) => {
      const jobs = Array.from({ length: 4 }, () => ({ submit: 0, runtime: 600 * S, procs: 12, request: WHOLE }));
      return run(systemOf('hpk', { 'managers.slurm.walltime': 'unlimited' }), jobs, { seed, until: 3 * H });
    });
    expect(stuck.some(({ jobs }) => jobs.done < 4)).toBe(true);
  });
});

describe('bridge-operator', () => {
  const jobs = arrivals(500, 20 * H, { runtime: 31_234, procs: 1 });

  test.each([5, 20, 120])('with a poll each %i s the end is seen late by half of that', (poll) => {
    const work = jobs.map((job, row) => ({ ...job, runtime: 10 * S + row * 480 }));
    const { end, seen } = run(systemOf('bridge-operator', { 'bridges.kube->slurm.status.poll': `${poll}s` }), work).jobs;
    const lags = Array.from(end, (time, row) => seen[row] - time);
    expect(Math.max(...lags)).toBeLessThanOrEqual(poll * S);
    expect(Math.min(...lags)).toBeGreaterThanOrEqual(0);
    expect(mean(lags) / (poll * S)).toBeGreaterThan(0.45);
    expect(mean(lags) / (poll * S)).toBeLessThan(0.55);
  });

  test('as many orphans as objects are deleted while their jobs run', () => {
    const work = queued(jobs.map((job) => ({ ...job, runtime: 600 * S })));
    const deleteAt = Float64Array.from(work.submit, (submit, row) => (row % 10 === 0 ? submit + 120 * S : NaN));
    const result = run(systemOf('bridge-operator'), { jobs: work, deleteAt });
    expect(result.jobs.orphans.reduce((sum, one) => sum + one, 0)).toBe(50);
    expect(processorTime(result, 'slurm', ORPHAN)).toBe(50 * 600 * S);
    expect(result.jobs.state[0]).toBe(CANCELLED);
  });

  test('a cancelled job goes on for half a poll', () => {
    const work = queued(jobs.map((job) => ({ ...job, runtime: 3600 * S, submit: job.submit * 5 })));
    const cancelAt = Float64Array.from(work.submit, (submit, row) => submit + 120 * S + row * 40);
    const result = run(systemOf('bridge-operator'), { jobs: work, cancelAt });
    const late = Array.from(result.jobs.end, (end, row) => end - cancelAt[row]);
    expect(Math.max(...late)).toBeLessThanOrEqual(20 * S);
    expect(mean(late)).toBeGreaterThan(8 * S);
    expect(mean(late)).toBeLessThan(12 * S);
  });

  test('a quarter of a processor is held for each job from its submission to when its end is seen', () => {
    const result = run(systemOf('bridge-operator'), jobs);
    const inFlight = Array.from(result.jobs.seen, (seen, row) => seen - jobs[row].submit).reduce((sum, one) => sum + one, 0);
    expect(processorTime(result, 'kube', CARRIER) / (0.25 * inFlight)).toBeCloseTo(1, 2);
  });
});

describe('hpc-connector', () => {
  const jobs = Array.from({ length: 40 }, (_, row) => ({ submit: row * 60 * S, runtime: 4 * H, procs: 1 }));
  const nodes = (how: Disturbance['how']): Disturbance[] =>
    [0, 1, 2, 3].map((node) => ({ manager: 'kube', node, at: H, until: H + 600 * S, how }));

  test('a cancellation is through in 3 s', () => {
    const cancelAt = Float64Array.from(jobs, ({ submit }) => submit + 600 * S);
    const result = run(systemOf('hpc-connector'), { jobs: queued(jobs), cancelAt });
    result.jobs.end.forEach((end, row) => expect(end - cancelAt[row]).toBeLessThanOrEqual(3 * S));
    expect(processorTime(result, 'slurm', ORPHAN)).toBe(0);
  });

  test('draining cloud nodes cancels jobs of the other machine', () => {
    const result = run(systemOf('hpc-connector'), { jobs: queued(jobs), disturbances: nodes('drain') });
    expect([...new Set(result.jobs.state)]).toEqual([CANCELLED]);
    expect(processorTime(result, 'slurm', BADPUT)).toBeGreaterThan(0);
  });

  test('losing them makes duplicates, while the first copies go on as orphans', () => {
    const result = run(systemOf('hpc-connector'), { jobs: queued(jobs), disturbances: nodes('loss') });
    expect([...result.jobs.duplicates]).toEqual(jobs.map(() => 1));
    expect([...result.jobs.orphans]).toEqual(jobs.map(() => 1));
    expect([...new Set(result.jobs.state)]).toEqual([COMPLETED]);
    expect(processorTime(result, 'slurm', ORPHAN)).toBe(40 * 4 * H);
  });

  test('a bridge that orphans fails them instead', () => {
    const result = run(systemOf('bridge-operator'), { jobs: queued(jobs), disturbances: nodes('loss') });
    expect([...new Set(result.jobs.state)]).toEqual([FAILED]);
    expect(processorTime(result, 'slurm', ORPHAN)).toBe(40 * 4 * H);
  });
});

describe('wlm-operator', () => {
  /** The first partition is full for hours; then jobs come that could go to either. */
  const jobs: QueuedJob[] = [
    ...Array.from({ length: 8 }, () => ({ submit: 0, runtime: 4 * H, walltime: 5 * H, procs: 8, queue: 'direct' })),
    ...Array.from({ length: 200 }, (_, row) => ({
      submit: 600 * S + row * 10 * S,
      runtime: 60 * S,
      walltime: 120 * S,
      procs: 1,
    })),
  ];
  const waiting = (route: string) => {
    const { start } = run(systemOf('wlm-operator', { 'managers.kube.route': route }), jobs).jobs;
    return jobs.filter(({ submit, queue }, row) => queue === undefined && start[row] - submit > 2 * H).length / 200;
  };

  test('half of the jobs wait for the full partition, as limits say nothing of what is free', () => {
    expect(waiting('blind')).toBeGreaterThan(0.4);
    expect(waiting('blind')).toBeLessThan(0.6);
  });

  test('one that looks at the queues sends there next to none', () => {
    expect(waiting('shortest-queue')).toBeLessThan(0.05);
  });
});

describe('kube-slurm', () => {
  test('pull, init and up to 10 s until the end is seen are billed', () => {
    const jobs = Array.from({ length: 100 }, (_, row) => ({ submit: row * 600 * S, runtime: 60 * S + row * 100, procs: 1 }));
    const result = run(systemOf('kube-slurm'), jobs);
    // One node is filled first: it pulls once.
    expect(processorTime(result, 'slurm', START_UP) / 100 / S).toBeCloseTo(3.3, 0);
    const tail = processorTime(result, 'slurm', TAIL) / 100 / S;
    expect(tail).toBeGreaterThan(4);
    expect(tail).toBeLessThan(6);
  });
});

describe('slurm-bridge', () => {
  const pods = Array.from({ length: 16 }, (_, row) => ({ submit: row * S, runtime: 2 * H, procs: 1, queue: 'pods' }));

  test('a pod of one processor takes a node of eight', () => {
    const result = run(systemOf('slurm-bridge'), pods);
    const useful = account(result, 'slurm', USEFUL);
    expect(account(result, 'slurm', UNREQUESTED) / (account(result, 'slurm', UNREQUESTED) + useful)).toBeCloseTo(7 / 8, 3);
    expect(result.jobs.restarts.every((count) => count === 0)).toBe(true);
  });

  test('after Slurm takes a node back, the pod goes on for 30 to 60 s', () => {
    const result = run(systemOf('slurm-bridge', { 'managers.slurm.walltime': '1h' }), pods);
    const hazard = result.hazard / 1000 / S / 16;
    expect(hazard).toBeGreaterThan(30);
    expect(hazard).toBeLessThan(60);
  });
});

describe('fluence', () => {
  test('fifty gangs get through where pods one by one lock up', () => {
    expect(completedOf(clogRun(bench, 'fluence'))).toBe(50);
    expect(completedOf(clogRun(bench, 'kube-default', PODS))).toBeLessThanOrEqual(5);
  });

  test('the largest gang starves while small ones keep coming', () => {
    const small = Array.from({ length: 300 }, (_, row) => ({ submit: row * 30 * S, runtime: 300 * S, procs: 8 }));
    const large = { submit: 1, runtime: 60 * S, procs: 128 };
    const { start } = run(systemOf('fluence'), [small[0], large, ...small.slice(1)]).jobs;
    expect(start[1]).toBeGreaterThan(small.at(-1)!.submit);
  });
});

describe('flux-operator', () => {
  test('over pods one by one, two MiniClusters lock each other up; over whole groups they do not', () => {
    const jobs = Array.from({ length: 2 }, () => ({
      submit: 0,
      runtime: 60 * S,
      procs: 5,
      request: { cpu: 94_000, memory: 0, gpu: 0 },
    }));
    const pools = { pools: new Map([['cloud', 'nodes=8,cpus=94']]) };
    expect(run(systemOf('flux-operator', {}, pools), jobs, { until: 24 * H }).jobs.done).toBe(0);
    expect(run(systemOf('flux-operator', { 'managers.kube.policy': 'first-fit' }, pools), jobs).jobs.done).toBe(2);
  });

  test('an ensemble pays for its MiniCluster once, a third of a second for each step more', () => {
    const system = systemOf('flux-operator', {
      'managers.flux.start.launch.time': '0s',
      'managers.flux.start.launch.per-node': '0s',
    });
    const makespan = (steps: number) => {
      const work = queued([{ submit: 0, runtime: 20 * S, procs: 8, request: { cpu: 94_000, memory: 0, gpu: 0 } }]);
      return run(system, { jobs: work, steps: Int32Array.of(steps) }).jobs.end[0];
    };
    const each = (makespan(11) - makespan(1)) / 10 - 20 * S;
    expect(each).toBeGreaterThan(0);
    expect(each).toBeLessThan(350);
  });
});

describe('static-split', () => {
  /** Gangs of a quarter of the half that is Kubernetes', or of all of it, that come faster than they go. */
  const gangs = (seed: number) => {
    const random = randomStream(seed, 'gangs');
    return Array.from({ length: 20 }, (_, row) => ({
      submit: row * 300 * S + random.integer(200 * S),
      runtime: Math.round(random.exponential(900 * S)),
      procs: random.uniform() < 0.5 ? 16 : 64,
      queue: 'interactive',
    }));
  };

  test('pods of gangs hold a part of the half each until nothing moves any more; not with a policy that knows gangs', () => {
    const runs = [1, 2, 3, 4].map((seed) => run(systemOf('static-split'), gangs(seed), { seed, until: 100 * H }));
    const stuck = runs.filter(({ stoodStill }) => stoodStill);
    expect(stuck.length).toBeGreaterThan(0);
    for (const { holding, jobs } of stuck) {
      expect(holding).toBeGreaterThanOrEqual(2);
      expect(jobs.done).toBeLessThan(20);
    }
    for (const seed of [1, 2, 3, 4]) {
      const whole = run(systemOf('static-split', { 'managers.kube.policy': 'gang' }), gangs(seed), { seed, until: 100 * H });
      expect(whole).toMatchObject({ stoodStill: false, holding: 0 });
      expect(whole.jobs.done).toBe(20);
    }
  });
});

describe('turducken', () => {
  const work = [{ submit: 0, runtime: 600 * S, procs: 32 }];

  test('all levels come up in one allocation, without a second queue for nodes', () => {
    const { start } = run(systemOf('turducken'), work).jobs;
    expect(start[0]).toBeGreaterThan((60 + 22.9) * S);
    expect(start[0]).toBeLessThan((120 + 24) * S);
  });

  test('a limit of 10 of 16 processors makes it 1.6 times as slow', () => {
    const { start, end } = run(systemOf('turducken', { 'managers.flux.exec.cpu.value': '0.625' }), work).jobs;
    expect((end[0] - start[0]) / (600 * S)).toBeCloseTo(1.6, 3);
  });
});

describe('shoc', () => {
  const flood = Array.from({ length: 200 }, () => ({ submit: 0, runtime: 300 * S, procs: 8, user: 'a' }));
  const jobs = [...flood, ...Array.from({ length: 10 }, () => ({ submit: 60 * S, runtime: 300 * S, procs: 8, user: 'b' }))];
  const waits = (values: Record<string, string>) => {
    const { start } = run(systemOf('shoc', values), jobs).jobs;
    return mean(Array.from(start.slice(200), (time) => time - 60 * S)) / S;
  };

  test('who comes second waits for all of the first, unlike with fair shares', () => {
    const first = waits({ 'bridges.shoc->kube.map.user': 'keep' });
    expect(first).toBeGreaterThan(((200 * 300) / 16) * 0.95);
    expect(waits({ 'bridges.shoc->kube.map.user': 'keep', 'managers.kube.policy': 'drf' })).toBeLessThan(first / 3);
  });

  test('reports are at most 120 s late, and 5 s for jobs below half a minute', () => {
    const work = arrivals(200, 100 * H, { runtime: 0, procs: 1 }).map((job, row) => ({ ...job, runtime: 5 * S + row * 9 * S }));
    const { end, seen } = run(systemOf('shoc'), work).jobs;
    const lags = Array.from(end, (time, row) => seen[row] - time);
    expect(Math.max(...lags)).toBeLessThanOrEqual(120 * S);
    expect(Math.max(...lags)).toBeGreaterThan(60 * S);
    expect(Math.max(...lags.slice(0, 2))).toBeLessThanOrEqual(5 * S);
  });
});
