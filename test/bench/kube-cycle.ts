// How many pods a second of processor time one scheduling cycle of kube-default places, without queue and clock around
// it: a cluster half full, 20 kinds of pods, and for each pod that is placed the oldest one goes. One line a case.
// To run it: npx esbuild test/bench/kube-cycle.ts --bundle --platform=node --format=esm --outfile=kube-cycle.mjs
// && node kube-cycle.mjs [part of a case's name]
import { readNode } from '../../src/kubernetes-read-cluster.ts';
import { readPod } from '../../src/kubernetes-read-pod.ts';
import type { Pod } from '../../src/kubernetes.ts';
import { BEHAVIOURS } from '../../src/policies/kube-default/behaviour.ts';
import { NO_NOMINATIONS } from '../../src/policies/kube-default/filter-run.ts';
import type { PodInfo } from '../../src/policies/kube-default/pod-info.ts';
import { preempt } from '../../src/policies/kube-default/post-filter.ts';
import { DEFAULT_PREEMPTION } from '../../src/policies/kube-default/preemption.ts';
import { defaultProfile } from '../../src/policies/kube-default/profile.ts';
import { schedulePod } from '../../src/policies/kube-default/schedule-pod.ts';
import type { CycleSetup } from '../../src/policies/kube-default/schedule-pod.ts';
import { CPU, Snapshot } from '../../src/policies/kube-default/snapshot.ts';
import { randomStream } from '../../src/random.ts';

type Json = Record<string, unknown>;

const KINDS = 20;
const behaviour = BEHAVIOURS['1.36'];
const HOST = 'kubernetes.io/hostname';
const ZONE = 'topology.kubernetes.io/zone';

/** What pods of a kind say beside their requests. */
type Extra = (kind: number) => Json;

interface Case {
  readonly name: string;
  readonly extra: Extra;
  /** How long it is measured [ms]. */
  readonly time?: number;
}

const app = (kind: number) => ({ matchLabels: { app: `app${kind}` } });
const required = (kind: number, topologyKey: string) => ({
  requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey, labelSelector: app(kind) }],
});
const preferred = (kind: number, topologyKey: string) => ({
  preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 10, podAffinityTerm: { topologyKey, labelSelector: app(kind) } }],
});
const spread = (kind: number, topologyKey: string, whenUnsatisfiable: string) => ({
  maxSkew: 1,
  topologyKey,
  whenUnsatisfiable,
  labelSelector: app(kind),
});

const CASES: readonly Case[] = [
  { name: 'plain', extra: () => ({}) },
  { name: 'required anti-affinity by host', extra: (kind) => ({ affinity: { podAntiAffinity: required(kind, HOST) } }) },
  { name: 'required affinity by zone', extra: (kind) => ({ affinity: { podAffinity: required(kind, ZONE) } }) },
  { name: 'preferred anti-affinity by host', extra: (kind) => ({ affinity: { podAntiAffinity: preferred(kind, HOST) } }) },
  {
    name: 'spread hard by zone, soft by host',
    extra: (kind) => ({
      topologySpreadConstraints: [spread(kind, ZONE, 'DoNotSchedule'), spread(kind, HOST, 'ScheduleAnyway')],
    }),
  },
];

function cluster(nodes: number): Snapshot {
  const snapshot = new Snapshot(behaviour);
  for (let i = 0; i < nodes; i++) {
    const labels = { [HOST]: `node-${i}`, [ZONE]: `zone-${i % 5}` };
    const allocatable = { cpu: '64', memory: '256Gi', pods: '110' };
    snapshot.addNode(readNode({ metadata: { name: `node-${i}`, labels }, spec: {}, status: { allocatable } }, 'node'));
  }
  return snapshot;
}

function kindsOf(extra: Extra, priority = 0): Pod[] {
  return Array.from({ length: KINDS }, (_, kind) => {
    const requests = { cpu: `${1 + (kind % 4)}`, memory: `${1 + kind}Gi` };
    const spec = { priority, containers: [{ name: 'main', resources: { requests } }], ...extra(kind) };
    return readPod({ metadata: { name: `kind${kind}`, namespace: 'default', labels: { app: `app${kind}` } }, spec }, 'pod');
  });
}

function setupFor(snapshot: Snapshot): CycleSetup {
  const random = randomStream(1, 'bench');
  return { profile: defaultProfile(behaviour), snapshot, nominations: NO_NOMINATIONS, start: { next: 0 }, random };
}

/** Pods placed a second. `fill`: pods on each node, on the average, before it is measured. */
function placing({ extra, time = 1500 }: Case, nodes: number, fill: number): number {
  const snapshot = cluster(nodes);
  const setup = setupFor(snapshot);
  const kinds = kindsOf(extra);
  const there: { info: PodInfo; row: number }[] = [];
  let made = 0;
  const next = () => {
    const kind = kinds[(made * 7919) % KINDS];
    made++;
    return snapshot.podInfo({ ...kind, name: `pod${made}`, uid: `${made}` });
  };
  for (let i = 0; i < nodes * fill; i++) {
    const info = next();
    snapshot.addPod(info, i % nodes);
    there.push({ info, row: i % nodes });
  }
  let oldest = 0;
  let placed = 0;
  const step = () => {
    const info = next();
    const found = schedulePod(info, setup);
    if (found.placed) {
      snapshot.addPod(info, found.row);
      there.push({ info, row: found.row });
      placed++;
    }
    const gone = there[oldest++];
    snapshot.removePod(gone.info, gone.row);
  };
  for (let i = 0; i < 200; i++) step();
  return bestRate(time, () => {
    placed = 0;
    for (let i = 0; i < 20; i++) step();
    return placed;
  });
}

/** Per second of the processor, which other programs disturb less than the clock; the best of ten parts of the time. */
function bestRate(time: number, work: () => number): number {
  let best = 0;
  for (let part = 0; part < 10; part++) {
    const before = process.cpuUsage();
    const spent = () => {
      const { user, system } = process.cpuUsage(before);
      return (user + system) / 1000;
    };
    let done = 0;
    while (spent() < time / 10) done += work();
    best = Math.max(best, (done * 1000) / spent());
  }
  return best;
}

/** Pods a second that preempt: the cluster is full of small pods of no importance, and large important ones come. */
function preempting(nodes: number, time = 1500): number {
  const snapshot = cluster(nodes);
  const setup = setupFor(snapshot);
  const small = kindsOf(() => ({}));
  for (let row = 0; row < nodes; row++) {
    for (let i = 0; i < 32; i++) snapshot.addPod(snapshot.podInfo({ ...small[(i * 4 + 1) % KINDS], uid: `${row}-${i}` }), row);
  }
  const large = kindsOf(() => ({}), 100);
  let made = 0;
  const step = () => {
    const info = snapshot.podInfo({ ...large[made % KINDS], uid: `large${made}` });
    made++;
    const found = schedulePod(info, setup);
    if (found.placed) throw new Error('the cluster is not full');
    const trial = { snapshot, run: found.run, nominations: NO_NOMINATIONS, budgets: [] };
    const { candidate } = preempt(info, found, trial, DEFAULT_PREEMPTION, setup.random, 0);
    if (candidate === undefined) return 0;
    const { row } = candidate;
    for (const victim of candidate.victims) snapshot.removePod(victim, row);
    snapshot.addPod(info, row);
    // What the victims leave over is filled up, so that the next pod meets a full cluster again.
    for (const kind of [small[1], small[0]]) {
      const cpu = kind.spec.containers[0].requests.get('cpu') ?? 0;
      while (snapshot.requested(CPU)[row] + cpu <= 64_000) snapshot.addPod(snapshot.podInfo({ ...kind, uid: `f${made}` }), row);
    }
    return 1;
  };
  for (let i = 0; i < 1000; i++) step();
  return bestRate(time, step);
}

const wanted = process.argv[2] ?? '';
for (const nodes of [100, 1000, 5000]) {
  const tell = (name: string, rate: () => number) => {
    const title = `${nodes} nodes, ${name}`;
    if (title.includes(wanted)) console.log(`${title}: ${Math.round(rate())} pods/s`);
  };
  for (const one of CASES) tell(one.name, () => placing(one, nodes, one.name.startsWith('required anti') ? 4 : 13));
  tell('preemption', () => preempting(nodes));
}
