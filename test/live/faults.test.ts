// The same troubles as in test/live-faults.test.ts on a real API server: it is killed and started again, etcd stands still,
// calls are refused or their answers lost, watches expire, nodes and pods are deleted, the driver is cut off at any moment.
// An observer of its own sees every version of every pod, and counts what must not happen. LIVE_FAULT_RUNS=200 makes
// so many runs.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openKubeconfig } from '../../src/live/kubernetes/access.ts';
import type { ClusterAccess } from '../../src/live/kubernetes/access.ts';
import { wallClock } from '../../src/live/kubernetes/clock.ts';
import { randomStream } from '../../src/random.ts';
import type { Random } from '../../src/random.ts';
import { COMPLETED } from '../../src/schedule.ts';
import type { Workload } from '../../src/workload.ts';
import { liveRun } from '../live-rig.ts';
import type { ConnectionFault } from '../live-rig.ts';
import { workloadOf } from '../workload-of.ts';
import { MISSING, SKIPPED, startControlPlane } from './control-plane.ts';
import type { ControlPlane } from './control-plane.ts';
import { PodObserver } from './pod-observer.ts';

const RUNS = Number(process.env.LIVE_FAULT_RUNS ?? 6);
/** No run is begun after this time [s]. */
const SECONDS = Number(process.env.LIVE_FAULT_SECONDS ?? Infinity);
const LEASE = { duration: 3000, deadline: 2000, retry: 500 };
const WATCH = { timeout: 20, staleAfter: 6000, page: 10 };
const POLICIES = ['easy', 'gang', 'kube-default'];
const NODES = 3;

describe.skipIf(MISSING)(`the driver under faults ${SKIPPED}`, () => {
  let plane: ControlPlane;
  let access: ClusterAccess;

  beforeAll(async () => {
    plane = await startControlPlane({ name: 'faults', cluster: `nodes=${NODES},cpus=2,memory=8Gi` });
    access = await openKubeconfig(plane.state.context, plane.kubeconfig);
  });
  afterAll(() => plane.stop());

  test(`${RUNS} random runs`, { timeout: RUNS * 90_000 }, async () => {
    const seed = process.env.LIVE_FAULT_SEED ?? String(Date.now());
    const bad: string[] = [];
    const counts: Record<string, number> = {};
    const until = Date.now() + SECONDS * 1000;
    let run = 0;
    for (; run < RUNS && Date.now() < until; run++) {
      const random = randomStream(`${seed}/${run}`, 'faults');
      const story = await oneRun(run, random, counts);
      if (story.length > 0) bad.push(`run ${run} of seed ${seed}: ${story.join('; ')}`);
    }
    console.log(`${run} runs with ${JSON.stringify(counts)}: ${bad.length} with violations`);
    expect(bad).toEqual([]);
  });

  async function oneRun(number: number, random: Random, counts: Record<string, number>): Promise<string[]> {
    const policy = POLICIES[number % POLICIES.length];
    const workload = randomWorkload(random, policy === 'kube-default' ? 1 : 4);
    const observer = new PodObserver(access, `f${number}`);
    await observer.start();
    const troubles = new Troubles(plane, random, counts, `f${number}`);
    const said: string[] = [];
    const making = troubles.run();
    try {
      const state = await runThrough(workload, policy, `f${number}`, troubles, said);
      const lost = state.filter((one) => one !== COMPLETED).length;
      return [...observer.violations, ...(lost > 0 ? [`${lost} jobs have not completed`] : [])];
    } catch (error) {
      return [`${String(error)} (${said.join(', ')})`, ...observer.violations];
    } finally {
      troubles.stop();
      await making;
      await observer.stop();
      await plane.api.send(
        'DELETE',
        `/api/v1/namespaces/default/pods?gracePeriodSeconds=0&labelSelector=yardmaster.dev/run%3Df${number}`,
      );
    }
  }

  async function runThrough(
    workload: Workload,
    policy: string,
    run: string,
    troubles: Troubles,
    said: string[],
  ): Promise<number[]> {
    const until = Date.now() + 80_000;
    for (let instance = 0; Date.now() < until; instance++) {
      const cut = new AbortController();
      troubles.kill = () => cut.abort();
      const late = AbortSignal.timeout(Math.max(1, until - Date.now()));
      try {
        const rig = { access, clock: wallClock, workload, policy, run, said, lease: LEASE, watch: WATCH, timeScale: 5 };
        const own = { cut: AbortSignal.any([cut.signal, late]), instance: `${run}-${instance}`, fault: troubles.connectionFault };
        const { outcome } = await liveRun({ ...rig, ...own });
        return [...outcome.schedule.state];
      } catch (error) {
        const name = error instanceof Error ? error.name : '';
        said.push(`driver ${instance} ended: ${String(error).slice(0, 300)}`);
        if (!['LiveTrouble', 'ApiError', 'ConnectionError', 'Aborted'].includes(name)) throw error;
        await wallClock.sleep(200);
      }
    }
    throw new Error('it hangs');
  }
});

function randomWorkload(random: Random, most: number): Workload {
  const jobs = Array.from({ length: 4 + random.integer(4) }, () => ({
    submit: random.integer(4) * 1000,
    runtime: 2000 + random.integer(4) * 1000,
    procs: 1 + random.integer(most),
  }));
  return workloadOf(jobs);
}

const KINDS = [
  'kill api',
  'stop etcd',
  'refuse',
  'lose answers',
  'lose calls',
  'expire watches',
  'kill driver',
  'delete pod',
  'delete node',
];

class Troubles {
  readonly #plane: ControlPlane;
  readonly #random: Random;
  readonly #counts: Record<string, number>;
  readonly #run: string;
  #over = false;
  #fault: { until: number; share: number; fault: ConnectionFault } | undefined;
  #expiredUntil = 0;
  kill: () => void = () => undefined;

  constructor(plane: ControlPlane, random: Random, counts: Record<string, number>, run: string) {
    this.#plane = plane;
    this.#random = random;
    this.#counts = counts;
    this.#run = run;
  }

  stop(): void {
    this.#over = true;
  }

  readonly connectionFault = (path: string): ConnectionFault => {
    const now = Date.now();
    if (path.includes('watch=true') && now < this.#expiredUntil) return { status: 410 };
    if (this.#fault === undefined || now > this.#fault.until) return undefined;
    return this.#random.integer(this.#fault.share) === 0 ? this.#fault.fault : undefined;
  };

  async run(): Promise<void> {
    for (let left = 1 + this.#random.integer(3); left > 0 && !this.#over; left--) {
      await wallClock.sleep(200 + this.#random.integer(1200));
      const kind = KINDS[this.#random.integer(KINDS.length)];
      this.#counts[kind] = (this.#counts[kind] ?? 0) + 1;
      await this.#make(kind);
    }
  }

  async #make(kind: string): Promise<void> {
    const { signal, restart } = this.#plane;
    const fault = (what: ConnectionFault) =>
      (this.#fault = { until: Date.now() + 300 + this.#random.integer(2000), share: 2 + this.#random.integer(3), fault: what });
    if (kind === 'kill api') {
      signal('kube-apiserver');
      await restart('kube-apiserver');
    } else if (kind === 'stop etcd') {
      signal('etcd', 'SIGSTOP');
      await wallClock.sleep(300 + this.#random.integer(3000));
      signal('etcd', 'SIGCONT');
    } else if (kind === 'refuse') fault({ status: [409, 429, 500][this.#random.integer(3)] });
    else if (kind === 'lose answers') fault('drop after');
    else if (kind === 'lose calls') fault('drop before');
    else if (kind === 'expire watches') this.#expiredUntil = Date.now() + 500;
    else if (kind === 'kill driver') this.kill();
    else if (kind === 'delete pod') await this.#deletePod();
    else await this.#turnNode();
  }

  async #deletePod(): Promise<void> {
    const path = `/api/v1/namespaces/default/pods`;
    const list = (await this.#plane.api.read(`${path}?labelSelector=yardmaster.dev/run%3D${this.#run}`)) as {
      items: { metadata: { name: string }; status: { phase: string } }[];
    };
    const going = list.items.filter(({ status }) => status.phase === 'Pending' || status.phase === 'Running');
    if (going.length === 0) return;
    const { name } = going[this.#random.integer(going.length)].metadata;
    await this.#plane.api.send('DELETE', `${path}/${name}?gracePeriodSeconds=${this.#random.integer(2)}`);
  }

  async #turnNode(): Promise<void> {
    const { api } = this.#plane;
    const list = (await api.read('/api/v1/nodes')) as { items: Record<string, unknown>[] };
    const node = list.items[this.#random.integer(NODES)] as { metadata: { name: string } } | undefined;
    if (node === undefined) return;
    await api.send('DELETE', `/api/v1/nodes/${node.metadata.name}`);
    await wallClock.sleep(300 + this.#random.integer(1500));
    const { resourceVersion: _, uid: __, ...metadata } = node.metadata as Record<string, unknown>;
    await api.create('/api/v1/nodes', { apiVersion: 'v1', kind: 'Node', ...node, metadata });
  }
}
