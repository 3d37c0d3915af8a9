// The driver as a process of its own on a real API server, while all goes wrong: it is killed, the API server is killed, etcd
// stands still and is compacted, calls are refused, lost and late, watches end or fall silent, nodes and pods are deleted.
// Every run is judged by what etcd was given. YARDMASTER_FAULT_RUNS=200 makes so many runs, YARDMASTER_FAULT_SEED the same
// ones again, YARDMASTER_FAULT_FIRST=50 from that one on; without any there is one of each kind of trouble.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { setTimeout as sleep } from 'node:timers/promises';
import { randomStream } from '../../src/random.ts';
import type { Random } from '../../src/random.ts';
import type { Api } from '../../src/live/cluster/requests.ts';
import { COMPLETED, KILLED } from '../../src/schedule.ts';
import type { TestJob } from '../workload-of.ts';
import { MISSING, SKIPPED, startControlPlane } from './control-plane.ts';
import type { ControlPlane } from './control-plane.ts';
import { Etcd } from './etcd.ts';
import { FaultProxy } from './fault-proxy.ts';
import { DriverProgram, KilledDriver } from './killed-driver.ts';
import type { DriverTask } from './killed-driver.ts';
import { PodJudge } from './pod-judge.ts';
import { TROUBLES } from './troubles.ts';

const KINDS = Object.keys(TROUBLES);
const RUNS = Number(process.env.YARDMASTER_FAULT_RUNS ?? KINDS.length);
/** The number of the first one. */
const FIRST = Number(process.env.YARDMASTER_FAULT_FIRST ?? 0);
/** No run is begun after this time [s]. */
const SECONDS = Number(process.env.YARDMASTER_FAULT_SECONDS ?? Infinity);
const SEED = process.env.YARDMASTER_FAULT_SEED ?? '1';
/** A run that takes longer hangs [ms]. */
const LONGEST = 120_000;
const TIMES = {
  timeScale: 5,
  lease: { duration: 3000, deadline: 2000, retry: 500 },
  watch: { timeout: 20, staleAfter: 6000, page: 10 },
};
const POLICIES: readonly Pick<DriverTask, 'policy' | 'given'>[] = [
  { policy: 'easy' },
  { policy: 'gang' },
  { policy: 'kube-default' },
  { policy: 'srtf', given: { stop: 'requeue' } },
];
const PODS = '/api/v1/namespaces/default/pods';

describe.skipIf(MISSING)(`the driver under faults ${SKIPPED}`, () => {
  const program = new DriverProgram();
  let plane: ControlPlane;
  let etcd: Etcd;
  const made: Record<string, number> = {};
  let [bindings, kills, longestHalf] = [0, 0, 0];

  beforeAll(async () => {
    await program.make();
    plane = await startControlPlane({ name: 'faults', cluster: 'nodes=3,cpus=2,memory=8Gi' });
    etcd = await Etcd.open(plane);
  });
  afterAll(async () => {
    program.remove();
    await plane?.stop();
  });

  test(`${RUNS} random runs, seed ${SEED}`, { timeout: RUNS * (LONGEST + 30_000) }, async () => {
    const bad: string[] = [];
    const until = Date.now() + SECONDS * 1000;
    let run = FIRST;
    for (; run < FIRST + RUNS && Date.now() < until; run++) {
      const violations = await oneRun(run, randomStream(`${SEED}/${run}`, 'faults'));
      if (violations.length > 0) bad.push(`run ${run} of seed ${SEED}: ${violations.join('; ')}`);
      if (violations.length > 0) console.log(bad.at(-1));
    }
    const counts = KINDS.map((kind) => `  ${kind}: ${made[kind] ?? 0}`).join('\n');
    console.log(
      `${run - FIRST} runs, ${bad.length} with violations; ${bindings} bindings, ${kills} drivers killed, ` +
        `gangs half bound for at most ${(longestHalf / 1000).toFixed(1)} s; troubles made:\n${counts}`,
    );
    expect(bad).toEqual([]);
  });

  async function oneRun(number: number, random: Random): Promise<string[]> {
    const run = `f${number}`;
    const scheduler = POLICIES[number % POLICIES.length];
    const jobs = randomJobs(random, scheduler.policy === 'kube-default' ? 1 : 4);
    const limits = new Map(
      jobs.flatMap(({ walltime }, job) => (walltime === undefined ? [] : [[job, walltime / TIMES.timeScale]])),
    );
    const judge = new PodJudge({
      run,
      sizes: jobs.map(({ procs }) => procs),
      gangs: scheduler.policy !== 'kube-default',
      limits,
    });
    const end = new AbortController();
    const { over } = await etcd.follow('/registry/pods/', (written) => judge.see(written), end.signal);
    const proxy = new FaultProxy(plane);
    const driver = new KilledDriver(program, { ...TIMES, ...scheduler, server: await proxy.listen(), jobs, run });
    let isOver = false;
    const troubles = (async () => {
      for (let left = 1 + random.integer(3), first = true; left > 0 && !isOver; left--, first = false) {
        await sleep(300 + random.integer(2500));
        if (isOver) return;
        const kind = KINDS[first ? number % KINDS.length : random.integer(KINDS.length)];
        if (await TROUBLES[kind]({ plane, etcd, proxy, driver, random, run })) made[kind] = (made[kind] ?? 0) + 1;
      }
    })();
    try {
      const states = await driver.run(Date.now() + LONGEST);
      isOver = true;
      await troubles;
      // What was written takes its time until it is told.
      for (let waited = 0; waited < 10_000 && judge.missing.length > 0; waited += 100) await sleep(100);
      judge.finish();
      const wrong = states.flatMap((state, job) =>
        state === (limits.has(job) ? KILLED : COMPLETED) ? [] : [`${job}: ${state}`],
      );
      return [
        ...judge.violations,
        ...(wrong.length > 0 ? [`states of jobs are not what they must be: ${wrong.join(', ')}`] : []),
      ];
    } catch (error) {
      return [`${String(error)} (${driver.said.join(', ')})`, ...judge.violations];
    } finally {
      isOver = true;
      await troubles;
      [bindings, kills, longestHalf] = [
        bindings + judge.bindings,
        kills + driver.kills,
        Math.max(longestHalf, judge.longestHalf),
      ];
      proxy.close();
      await removePods(plane.api, run);
      end.abort();
      await over;
    }
  }
});

/** Those that a driver which was killed for good has left are held still. */
async function removePods(api: Api, run: string): Promise<void> {
  const selected = `${PODS}?labelSelector=yardmaster.dev/run%3D${run}`;
  await api.send('DELETE', `${selected}&gracePeriodSeconds=0`);
  const { items } = (await api.read(selected)) as { items: { metadata: { name: string } }[] };
  for (const { metadata } of items) {
    const free = { metadata: { finalizers: null } };
    await api.send('PATCH', `${PODS}/${metadata.name}`, free, 'application/merge-patch+json');
  }
}

/** In the order in which they come: their rows are counted so. */
function randomJobs(random: Random, most: number): TestJob[] {
  const jobs = Array.from({ length: 4 + random.integer(4) }, () => {
    const procs = 1 + random.integer(most);
    const job = { submit: random.integer(6) * 2000, runtime: 3000 + random.integer(6) * 1500, procs };
    // Of more than one pod, some may run for long before the job does.
    return procs > 1 || random.integer(2) === 0 ? job : { ...job, runtime: 600_000, walltime: 3000 + random.integer(3) * 1500 };
  });
  return jobs.sort((a, b) => a.submit - b.submit);
}
