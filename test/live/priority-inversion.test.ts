// Pods that give way and come back at once (scenarios/priority-inversion.yaml) on a real kube-scheduler, beside what is
// simulated of them: where the scheduler of the application also places those pods, its nomination keeps them off the node
// that it frees; a second scheduler does not know of it. LIVE_INVERSION_GRACES=5,10,30,31 LIVE_INVERSION_SECONDS=300 is the
// whole sweep: all periods of grace side by side, each on nodes of its own. A kube-scheduler of today that has nothing else
// to do tries a pod before its back-off is over, so that the application is soon lucky; before 1.33 it was not so:
// LIVE_INVERSION_GATES=SchedulerPopFromBackoffQ=false LIVE_INVERSION_VERSION=1.26 lays that beside the old one, simulated.
// There the application is tried every 11 s: 10 s of back-off, and the next look at the queue, once a second. A grace of 10 s
// or 30 s is over a second before a try, so on a machine that lets pods go more than that second late, every other eviction
// is missing: at 10 s 11 of them, where there are 22 to 27 otherwise. A ReplicaSet makes the next pod before the old one has
// gone, which then waits, as the application does; simulated, it is made when that has gone, as a StatefulSet's is.
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ClusterFolder } from '../../src/live/cluster/folder.ts';
import { freePorts } from '../../src/live/cluster/ports.ts';
import { start } from '../../src/live/cluster/processes.ts';
import { temporaryFile, temporaryFolder, yardmaster } from '../cli-runner.ts';
import { MISSING, SKIPPED, startControlPlane } from './control-plane.ts';
import type { ControlPlane } from './control-plane.ts';

const GRACES = (process.env.LIVE_INVERSION_GRACES ?? '5').split(',').map(Number);
/** Of both schedulers, such as SchedulerPopFromBackoffQ=false: a pod that backs off is not tried before its time then. */
const GATES = process.env.LIVE_INVERSION_GATES;
/** Another kube-scheduler in place of the one that was built, and the version that is simulated beside it. */
const PROGRAM = process.env.LIVE_INVERSION_SCHEDULER;
const VERSION = process.env.LIVE_INVERSION_VERSION ?? '1.36';
/** How long is looked once the applications have come [s]. */
const SECONDS = Number(process.env.LIVE_INVERSION_SECONDS ?? 60);
/** When they come [s]: by then everything else runs. */
const COMES = 10;
const SECOND_SCHEDULER = 'slurm-scheduler';

/** One period of grace under one of the two arrangements. */
interface Case {
  readonly name: string;
  readonly grace: number;
  readonly second: boolean;
  /** A StatefulSet makes the next pod when the last one is gone, a ReplicaSet as soon as it is told to go. */
  readonly controller: 'StatefulSet' | 'ReplicaSet';
}

/** What became of its application. */
interface Outcome {
  /** Pods that were taken off for it [count]. */
  evictions: number;
  /** From its arrival until it was bound [s]; NaN = it was not. */
  wait: number;
}

const CASES: readonly Case[] = GRACES.flatMap((grace) =>
  (['StatefulSet', 'ReplicaSet'] as const).flatMap((controller) =>
    [false, true].map((second) => {
      const name = `${second ? 'two' : 'one'}-${controller === 'StatefulSet' ? 'later' : 'at-once'}-${grace}`;
      return { name, grace, second, controller };
    }),
  ),
);

const PRIORITY_CLASSES = [
  { name: 'slurmd', value: -10 },
  { name: 'application', value: 1000 },
].map(({ name, value }) => ({ apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name }, value }));

/** Two nodes with GPUs, and one without where the short pods run. */
const poolsOf = (group: string) => [
  { ...{ name: group, nodes: 2, cpus: 64, memory: '512Gi', labels: { group } }, ...{ gpus: 8, 'gpu-model': 'A100' } },
  { name: `${group}-busy`, nodes: 1, cpus: 8, memory: '32Gi', labels: { group, busy: group } },
];

const container = (name: string, cpu: number, gpus = 0) => ({
  ...{ name, image: 'none' },
  resources: { requests: { cpu: `${cpu}` }, limits: gpus > 0 ? { 'nvidia.com/gpu': `${gpus}` } : {} },
});

/** Two node pods that give way, and stop as late as they may; their controller makes them anew when they are gone. */
const slurmd = ({ name, grace, second, controller }: Case) => ({
  ...{ apiVersion: 'apps/v1', kind: controller, metadata: { name: `slurmd-${name}`, namespace: 'default' } },
  spec: {
    replicas: 2,
    ...(controller === 'StatefulSet' ? { podManagementPolicy: 'Parallel' } : {}),
    selector: { matchLabels: { case: name, app: 'slurmd' } },
    template: {
      metadata: { labels: { case: name, app: 'slurmd' }, annotations: { 'yardmaster.dev/stop': 'grace' } },
      spec: {
        ...{ priorityClassName: 'slurmd', nodeSelector: { group: name }, terminationGracePeriodSeconds: grace },
        ...(second ? { schedulerName: SECOND_SCHEDULER } : {}),
        containers: [container('slurmd', 48, 8)],
      },
    },
  },
});

const application = ({ name }: Case) => ({
  ...{ apiVersion: 'v1', kind: 'Pod' },
  metadata: { name: `application-${name}`, namespace: 'default', labels: { case: name, app: 'application' } },
  spec: {
    ...{ priorityClassName: 'application', nodeSelector: { group: name }, terminationGracePeriodSeconds: 0 },
    containers: [container('application', 32, 8)],
  },
});

/** Short pods, one after the other, on a node beside: the queue of the scheduler is never quiet, and each end may concern it. */
const busy = ({ name }: Case) => ({
  ...{ apiVersion: 'batch/v1', kind: 'Job', metadata: { name: `short-${name}`, namespace: 'default' } },
  spec: {
    ...{ completions: 2000, parallelism: 1 },
    template: {
      metadata: { annotations: { 'yardmaster.dev/runtime': '2s' } },
      spec: { restartPolicy: 'Never', nodeSelector: { busy: name }, containers: [container('short', 1)] },
    },
  },
});

const PATHS: Readonly<Record<string, string>> = {
  PriorityClass: '/apis/scheduling.k8s.io/v1/priorityclasses',
  StatefulSet: '/apis/apps/v1/namespaces/default/statefulsets',
  ReplicaSet: '/apis/apps/v1/namespaces/default/replicasets',
  Job: '/apis/batch/v1/namespaces/default/jobs',
  Pod: '/api/v1/namespaces/default/pods',
};

interface PodJson {
  readonly metadata: {
    readonly uid: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly deletionTimestamp?: string;
  };
  readonly spec: { readonly nodeName?: string };
}

describe.skipIf(MISSING)(`priority inversion ${SKIPPED}`, () => {
  let plane: ControlPlane;
  let real: Map<string, Outcome>;

  beforeAll(
    async () => {
      const pools = CASES.flatMap(({ name }) => poolsOf(name));
      const cluster = temporaryFile('cluster.json', JSON.stringify({ name: 'inversion', pools }));
      plane = await startControlPlane({ name: 'inversion', cluster });
      if (PROGRAM !== undefined || GATES !== undefined) {
        plane.signal('kube-scheduler');
        startScheduler(plane, 'first-scheduler', 'default-scheduler', await freePorts(1));
      }
      startScheduler(plane, 'second-scheduler', SECOND_SCHEDULER, await freePorts(1));
      real = await observe(plane);
    },
    300_000 + SECONDS * 1000,
  );
  afterAll(() => plane?.stop());

  test.each(CASES.filter(({ second }) => !second))('a nomination is honoured: $controller, grace $grace s', ({ name, grace }) => {
    const { evictions, wait } = real.get(name)!;
    expect(evictions).toBe(1);
    // The grace, and what is left of a back-off of at most 10 s on a machine that may be busy.
    expect(wait).toBeGreaterThanOrEqual(grace);
    expect(wait).toBeLessThan(grace + 15);
  });

  test.runIf(VERSION === '1.26')('a second scheduler circumvents it: those that give way come back first', () => {
    const { evictions, wait } = real.get('two-later-5') ?? { evictions: 3, wait: NaN };
    expect(wait).toBeNaN();
    expect(evictions).toBeGreaterThan(2);
  });

  test('simulated beside it', { timeout: 300_000 }, async () => {
    const simulated = new Map<string, Outcome>();
    for (const one of CASES) simulated.set(one.name, await simulate(plane, one));
    const seconds = (wait: number) => (Number.isNaN(wait) ? `not within ${SECONDS} s` : `${wait.toFixed(1)} s`);
    const lines = CASES.map(({ name, grace, second, controller }) => {
      const [live, model] = [real.get(name)!, simulated.get(name)!];
      return `| ${grace} s | ${controller} | ${second ? 'a second scheduler' : 'one scheduler'} | ${live.evictions} | ${model.evictions} | ${seconds(live.wait)} | ${seconds(model.wait)} |`;
    });
    console.log(
      ['| grace | victims of a | placed by | evictions | simulated | application waits | simulated |', ...lines].join('\n'),
    );
    for (const { name } of CASES.filter(({ second }) => !second)) {
      expect(simulated.get(name)?.evictions).toBe(1);
      // One step of the back-off apart, at most.
      expect(Math.abs(real.get(name)!.wait - simulated.get(name)!.wait)).toBeLessThan(12);
    }
  });
});

/** A kube-scheduler with one profile: a second one sees the same pods, and knows nothing of what the first one intends. */
function startScheduler(plane: ControlPlane, name: string, schedulerName: string, [port]: readonly number[]): void {
  const first = plane.state.processes.find((process) => process.name === 'kube-scheduler');
  if (first === undefined) throw new Error('the control plane has no kube-scheduler');
  const folder = new ClusterFolder(dirname(plane.kubeconfig));
  const configuration = {
    ...{ apiVersion: 'kubescheduler.config.k8s.io/v1', kind: 'KubeSchedulerConfiguration' },
    ...{ leaderElection: { leaderElect: false }, clientConnection: { kubeconfig: plane.kubeconfig } },
    profiles: [{ schedulerName }],
  };
  const config = join(folder.path, `${name}.json`);
  writeFileSync(config, JSON.stringify(configuration));
  const args = first.args.map((arg) =>
    arg.replace(/^--config=.*/, `--config=${config}`).replace(/^--secure-port=.*/, `--secure-port=${port}`),
  );
  if (GATES !== undefined) args.push(`--feature-gates=${GATES}`);
  start({ name, program: PROGRAM ?? first.program, args }, folder, plane.state);
}

async function make(plane: ControlPlane, object: { kind: string }): Promise<void> {
  await plane.api.create(PATHS[object.kind], object);
}

async function pods(plane: ControlPlane): Promise<readonly PodJson[]> {
  const { items } = (await plane.api.read(`${PATHS.Pod}?labelSelector=case`)) as { items: PodJson[] };
  return items;
}

/** All cases at once, until every application is bound or the time is over. */
async function observe(plane: ControlPlane): Promise<Map<string, Outcome>> {
  for (const object of [...PRIORITY_CLASSES, ...CASES.map(slurmd), ...CASES.map(busy)]) await make(plane, object);
  const isUp = async () => (await pods(plane)).filter(({ spec }) => spec.nodeName !== undefined).length === 2 * CASES.length;
  for (let tries = 0; !(await isUp()); tries++) {
    if (tries > 120) throw new Error('the slurmd pods are not bound');
    await sleep(500);
  }
  await sleep(COMES * 1000);
  const outcomes = new Map<string, Outcome>();
  /** Uids of pods that were told to go. */
  const stopped = new Map<string, Set<string>>();
  const came = new Map<string, number>();
  for (const one of CASES) {
    await make(plane, application(one));
    came.set(one.name, Date.now());
    outcomes.set(one.name, { evictions: 0, wait: NaN });
    stopped.set(one.name, new Set());
  }
  for (const end = Date.now() + SECONDS * 1000; Date.now() < end; await sleep(100)) {
    for (const { metadata, spec } of await pods(plane)) {
      const name = metadata.labels?.case ?? '';
      const outcome = outcomes.get(name);
      if (outcome === undefined) continue;
      if (metadata.labels?.app === 'slurmd') {
        if (metadata.deletionTimestamp !== undefined) stopped.get(name)?.add(metadata.uid);
      } else if (spec.nodeName !== undefined && Number.isNaN(outcome.wait)) outcome.wait = (Date.now() - came.get(name)!) / 1000;
    }
    if ([...outcomes.values()].every(({ wait }) => !Number.isNaN(wait))) break;
  }
  for (const [name, uids] of stopped) outcomes.get(name)!.evictions = uids.size;
  if (process.env.LIVE_INVERSION_EVENTS !== undefined) {
    const events = await plane.api.read('/api/v1/events?limit=3000');
    writeFileSync(process.env.LIVE_INVERSION_EVENTS, JSON.stringify(events));
  }
  return outcomes;
}

/** The same objects, simulated: a second scheduler is one that does not heed nominations. */
async function simulate(plane: ControlPlane, one: Case): Promise<Outcome> {
  const { items } = (await plane.api.read('/api/v1/nodes')) as { items: { metadata: { labels: Record<string, string> } }[] };
  const nodes = items
    .filter(({ metadata }) => metadata.labels.group === one.name)
    .map((node) => ({ apiVersion: 'v1', kind: 'Node', ...node }));
  const late = application(one);
  const annotated = { ...late, metadata: { ...late.metadata, annotations: { 'yardmaster.dev/submit': `${COMES}s` } } };
  const list = {
    apiVersion: 'v1',
    kind: 'List',
    items: [...nodes, ...PRIORITY_CLASSES, slurmd({ ...one, second: false }), busy(one), annotated],
  };
  const objects = temporaryFile('objects.json', JSON.stringify(list));
  const out = join(temporaryFolder(), 'out');
  // Without any time for calls, what takes whole seconds comes together: the application is tried at the instant at which its
  // node is free, which no real one ever is.
  const settings = { version: VERSION, grace: `${one.grace}s`, nominate: !one.second, costs: 'stock' };
  const policy = `kube-default:${Object.entries(settings)
    .map(([name, value]) => `${name}=${value}`)
    .join(',')}`;
  const ran = await yardmaster(['replay', objects, '--policy', policy, '--until', `${COMES + SECONDS}s`, '--out', out]);
  expect([0, 4], ran.stderr).toContain(ran.code);
  const manifest = JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8')) as { policies: { folder: string }[] };
  const [header, ...lines] = readFileSync(join(out, manifest.policies[0].folder, 'jobs.csv'), 'utf8')
    .trim()
    .split('\n');
  const columns = header.split(',');
  const rows = lines.map((line) => Object.fromEntries(line.split(',').map((cell, index) => [columns[index], cell])));
  const waiting = rows.find(({ job }) => job.includes('application'));
  const evictions = rows.reduce((sum, { job, restarts }) => sum + (job.includes('slurmd') ? Number(restarts) : 0), 0);
  const wait = waiting?.start_s === '' || waiting === undefined ? NaN : Number(waiting.start_s) - Number(waiting.submit_s);
  return { evictions, wait };
}
