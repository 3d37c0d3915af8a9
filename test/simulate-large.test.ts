// Ten seeds of failures and preemptions on a generated workload of 2,000 jobs.
import { describe, expect, test } from 'vitest';
import { processorPool } from '../src/cluster.ts';
import type { Cluster } from '../src/cluster.ts';
import { scheduleDigest } from '../src/digest.ts';
import { simulate } from '../src/engine/simulate.ts';
import type { SimulationOptions } from '../src/engine/simulate.ts';
import { easy } from '../src/policies/easy/easy.ts';
import type { Cycle, PolicySpec } from '../src/policy.ts';
import { randomStream } from '../src/random.ts';
import { KILLED, NODE_FAILED, PREEMPTED, SUSPENDED, UNFINISHED } from '../src/schedule.ts';
import type { Workload } from '../src/workload.ts';
import { HOUR, MINUTE } from '../src/units.ts';
import { mix, runningOf } from './engine-views.ts';
import { workloadOf } from './workload-of.ts';

const PROCS = 64;
const JOBS = 2000;

/** Arrivals at a load of about 0.9, sizes that are powers of two, run times of minutes to hours, some too short walltimes. */
function generated(seed: number): Workload {
  const random = randomStream(seed, 'generated');
  let submit = 0;
  const jobs = Array.from({ length: JOBS }, () => {
    submit += Math.round(random.exponential(7 * MINUTE));
    const runtime = Math.round(Math.min(20 * HOUR, Math.exp(random.normal(Math.log(40 * MINUTE), 1))));
    const walltime = Math.ceil((runtime * (0.8 + 2 * random.uniform())) / MINUTE) * MINUTE;
    return { submit, runtime, walltime, procs: 2 ** random.integer(5) };
  });
  const column = (...values: number[]) => Float64Array.from(jobs, () => values[random.integer(values.length)]);
  return {
    ...workloadOf(jobs),
    checkpoints: { interval: column(10 * MINUTE, HOUR, Infinity), cost: column(0, MINUTE), restart: column(0, MINUTE) },
  };
}

const cluster: Cluster = {
  ...processorPool(PROCS),
  pools: [{ ...processorPool(PROCS).pools[0], failures: { mtbf: 400 * HOUR, mttr: 2 * HOUR, shape: 0.8 } }],
  outages: [{ firstNode: 48, nodes: 16, from: 50 * HOUR, until: 58 * HOUR }],
};

/** EASY, but now and then a running job is preempted, in each of the ways in turn. */
function restless(seed: number): PolicySpec {
  const hows = ['requeue', 'suspend', 'checkpoint'] as const;
  return {
    ...easy,
    name: 'restless',
    create(setup) {
      const policy = easy.create(setup);
      return {
        ...policy,
        schedule(cycle: Cycle) {
          for (const job of runningOf(cycle)) {
            const whim = mix(seed, cycle.now / 1000, job);
            if (whim % 200 !== 0 || !cycle.running.mayPreempt(job)) continue;
            cycle.preempt(job, { how: hows[(whim >> 8) % 3], grace: whim % 3 === 0 ? 0 : MINUTE });
          }
          policy.schedule(cycle);
          if (cycle.pending.size > 0) cycle.wakeAt((Math.floor(cycle.now / HOUR) + 1) * HOUR);
        },
      };
    },
  };
}

describe('with failures, an outage and preemptions, the books are right at every event, and a repetition is the same', () => {
  test.each(Array.from({ length: 10 }, (_, seed) => seed))('seed %d', (seed) => {
    const workload = generated(seed);
    const run = (options: SimulationOptions) =>
      simulate(workload, cluster, restless(seed), {
        seed,
        costs: { launch: 5000, release: 30_000, killScan: 30_000 },
        ...options,
      });
    const schedule = run({ audit: true });
    expect(scheduleDigest(run({}))).toBe(scheduleDigest(schedule));
    const { attempts, state } = schedule;
    expect(state).not.toContain(UNFINISHED);
    expect(state).toContain(KILLED);
    for (const why of [PREEMPTED, NODE_FAILED, SUSPENDED]) expect(attempts.why).toContain(why);
    expect(attempts.count).toBeGreaterThan(100);
  });
});
