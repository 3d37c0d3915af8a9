// What cycles keep of earlier ones. However pods and nodes have come, gone and changed: verdicts, scores, totals, the
// nodes found and the one chosen are those of a snapshot made anew from the same objects, of which nothing is kept.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { JsonField } from '../src/kubernetes-json.ts';
import { readReplicator } from '../src/kubernetes-read-cluster.ts';
import type { Node, Pod } from '../src/kubernetes.ts';
import type { Behaviour } from '../src/policies/kube-default/behaviour.ts';
import type { SpreadingObjects } from '../src/policies/kube-default/default-selector.ts';
import { FilterRun } from '../src/policies/kube-default/filter-run.ts';
import type { Nominations } from '../src/policies/kube-default/filter-run.ts';
import { fitErrorMessage } from '../src/policies/kube-default/fit-error.ts';
import { selectHost } from '../src/policies/kube-default/host-selection.ts';
import { KeptByClass } from '../src/policies/kube-default/kept-by-class.ts';
import type { PodInfo } from '../src/policies/kube-default/pod-info.ts';
import { selectVictims } from '../src/policies/kube-default/preemption.ts';
import { readProfile } from '../src/policies/kube-default/profile.ts';
import type { Profile } from '../src/policies/kube-default/profile.ts';
import { numFeasibleNodesToFind } from '../src/policies/kube-default/sampling.ts';
import { findNodes, schedulePod } from '../src/policies/kube-default/schedule-pod.ts';
import { pluginScores, totalScores } from '../src/policies/kube-default/score-run.ts';
import { Snapshot } from '../src/policies/kube-default/snapshot.ts';
import { randomStream } from '../src/random.ts';
import { makeNode, makePod, NAMESPACES, nodeJson, pod, podJson, rowOf, V126, V136 } from './kube-objects.ts';
import type { NodeJson, PodJson } from './kube-objects.ts';

const ZONE = 'topology.kubernetes.io/zone';
const GPU = 'nvidia.com/gpu';

const OBJECTS: SpreadingObjects = {
  services: [{ name: 'db', namespace: 'default', selector: new Map([['app', 'db']]) }],
  replicators: [
    readReplicator(
      {
        kind: 'ReplicaSet',
        metadata: { name: 'web', namespace: 'default' },
        spec: { selector: { matchLabels: { app: 'web' } } },
      },
      'web',
    ),
  ],
};

const args = (name: string, given: object) => ({ name, args: given });
const weighted = (...names: string[]) => names.map((name, i) => ({ name, weight: i + 1 }));

/** Profiles that between them set every argument of every plugin. */
const PROFILES: Record<string, object> = {
  default: {},
  packing: {
    pluginConfig: [
      args('NodeResourcesFit', {
        ignoredResourceGroups: ['example.com'],
        scoringStrategy: { type: 'MostAllocated', resources: weighted('cpu', GPU) },
      }),
      args('NodeResourcesBalancedAllocation', { resources: weighted('cpu', 'memory', GPU) }),
      args('PodTopologySpread', {
        defaultingType: 'List',
        defaultConstraints: [
          { maxSkew: 1, topologyKey: ZONE, whenUnsatisfiable: 'DoNotSchedule' },
          { maxSkew: 2, topologyKey: 'rack', whenUnsatisfiable: 'ScheduleAnyway' },
        ],
      }),
      args('InterPodAffinity', { hardPodAffinityWeight: 5, ignorePreferredTermsOfExistingPods: true }),
    ],
  },
  shaped: {
    percentageOfNodesToScore: 80,
    pluginConfig: [
      args('NodeResourcesFit', {
        scoringStrategy: {
          type: 'RequestedToCapacityRatio',
          resources: weighted('memory', 'cpu'),
          requestedToCapacityRatio: {
            shape: [
              { utilization: 0, score: 2 },
              { utilization: 50, score: 10 },
              { utilization: 100, score: 0 },
            ],
          },
        },
      }),
      args('NodeAffinity', {
        addedAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [{ matchExpressions: [{ key: 'rack', operator: 'NotIn', values: ['r2'] }] }],
          },
          preferredDuringSchedulingIgnoredDuringExecution: [
            { weight: 2, preference: { matchExpressions: [{ key: 'rack', operator: 'Exists' }] } },
          ],
        },
      }),
      args('InterPodAffinity', { hardPodAffinityWeight: 0 }),
    ],
    plugins: {
      score: { enabled: [{ name: 'ImageLocality', weight: 7 }], disabled: [{ name: 'NodeResourcesBalancedAllocation' }] },
    },
  },
};

function profileOf(name: string, behaviour: Behaviour): Profile {
  return readProfile(new JsonField(PROFILES[name], name), behaviour, OBJECTS);
}

/** Mostly nodes with room, so that several pass and are scored. */
const roomyNode = fc.tuple(nodeJson, fc.nat(5)).map(([json, strict]): NodeJson => {
  if (strict === 0) return json;
  const taints = json.taints.map(({ key }) => ({ key, effect: 'PreferNoSchedule' as const }));
  return { ...json, unschedulable: false, taints, cpu: '4', pods: '110' };
});

/** Mostly pods with wishes of one kind only, for the same reason. */
const fewWishes = fc
  .tuple(podJson, fc.constantFrom('none', 'none', 'nodes', 'spread', 'required', 'preferred', 'preferred', 'all'))
  .map(([json, kind]): PodJson => {
    if (kind === 'all') return json;
    const { spec } = json;
    const { nodeAffinity, podAffinity, podAntiAffinity } = spec.affinity ?? {};
    const soft = (terms: typeof podAffinity) => terms && { ...terms, requiredDuringSchedulingIgnoredDuringExecution: [] };
    const affinities = {
      none: undefined,
      spread: undefined,
      nodes: { nodeAffinity, podAffinity: undefined, podAntiAffinity: undefined },
      required: { nodeAffinity: undefined, podAffinity, podAntiAffinity },
      preferred: { nodeAffinity: undefined, podAffinity: soft(podAffinity), podAntiAffinity: soft(podAntiAffinity) },
    };
    const constraints = kind === 'spread' ? spec.topologySpreadConstraints : [];
    return { ...json, spec: { ...spec, affinity: affinities[kind], topologySpreadConstraints: constraints } };
  });

const NAMES = ['n0', 'n1', 'n2', 'n3', 'n4'];
const name = fc.constantFrom(...NAMES);
/** Pods are made after a few patterns, so that there are several of a class. */
const PATTERNS = 4;
const pattern = fc.nat(PATTERNS - 1);
const which = fc.nat(30);

function rarely<Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> {
  return fc.oneof({ weight: 7, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value });
}

/** What a pod has beside its pattern: it is of the same class with or without. */
const own = fc.record({
  nodeName: rarely(name),
  nominated: rarely(name),
  owned: fc.boolean(),
});

const step = fc.oneof(
  { weight: 2, arbitrary: fc.record({ what: fc.constant('node' as const), name, node: roomyNode }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('relabel' as const), name, node: roomyNode }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('no-node' as const), name }) },
  { weight: 4, arbitrary: fc.record({ what: fc.constant('pod' as const), name, pattern, own }) },
  { weight: 2, arbitrary: fc.record({ what: fc.constant('no-pod' as const), which }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('terminate' as const), which }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('nominate' as const), name, pattern }) },
  { weight: 8, arbitrary: fc.record({ what: fc.constant('schedule' as const), pattern, own }) },
  { weight: 3, arbitrary: fc.record({ what: fc.constant('preempt' as const), pattern, own }) },
);

type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;
type Own = typeof own extends fc.Arbitrary<infer Value> ? Value : never;

interface Nominated {
  readonly node: string;
  readonly pod: Pod;
}

/** A cluster that goes through the steps; at each cycle it is compared with one made anew. */
class Pair {
  readonly snapshot: Snapshot;
  readonly start = { next: 0 };
  readonly #profile: Profile;
  readonly #profileName: string;
  readonly #behaviour: Behaviour;
  readonly #patterns: readonly Pod[];
  readonly #nodes = new Map<string, { json: NodeJson; node: Node }>();
  readonly #nominated: Nominated[] = [];
  readonly placed: { info: PodInfo; node: string }[] = [];
  /** How many cycles ended how. */
  readonly seen = new Map<string, number>();
  readonly #images: boolean;
  #made = 0;

  /** `images`: nodes tell of them; if none does, changes of nodes concern their own rows only. */
  constructor(profile: string, behaviour: Behaviour, patterns: readonly Pod[], images: boolean) {
    this.#images = images;
    this.#profileName = profile;
    this.#profile = profileOf(profile, behaviour);
    this.#behaviour = behaviour;
    this.#patterns = patterns;
    this.snapshot = new Snapshot(behaviour, NAMESPACES);
  }

  apply(one: Step): void {
    switch (one.what) {
      case 'node':
        return this.putNode(one.name, one.node);
      case 'relabel': {
        const old = this.#nodes.get(one.name)?.json;
        if (old !== undefined) this.putNode(one.name, { ...old, labels: one.node.labels, taints: one.node.taints });
        return;
      }
      case 'no-node':
        return this.#dropNode(one.name);
      case 'pod':
        if (this.#nodes.has(one.name)) this.#put(this.snapshot.podInfo(this.#make(one.pattern, one.own)), one.name);
        return;
      case 'no-pod':
        return this.#change(one.which, () => undefined);
      case 'terminate':
        return this.#change(one.which, (pod) => ({ ...pod, deletionTimestamp: 1 }));
      case 'nominate':
        this.#nominated.push({ node: one.name, pod: { ...this.#make(one.pattern), nominatedNodeName: one.name } });
        return;
      case 'schedule':
        return this.schedule(this.#make(one.pattern, one.own));
      case 'preempt':
        return this.#preempt(this.#make(one.pattern, one.own));
    }
  }

  putNode(name: string, given: NodeJson): void {
    const json = this.#images ? given : { ...given, images: [] };
    const node = makeNode(name, json);
    if (this.#nodes.has(name)) this.snapshot.updateNode(node);
    else this.snapshot.addNode(node);
    this.#nodes.set(name, { json, node });
  }

  /** One cycle here and one from scratch; the pod is placed where both want it. */
  schedule(pod: Pod): void {
    const { snapshot, start } = this;
    const fresh = this.#rebuilt();
    this.#comparePlugins(pod, fresh);
    const expected = this.#cycleFromScratch(pod, fresh);
    const info = snapshot.podInfo(pod);
    const random = randomStream(this.#made, 'ties');
    const found = schedulePod(info, {
      profile: this.#profile,
      snapshot,
      nominations: this.#nominations(snapshot),
      start,
      random,
    });
    const names = (rows: ArrayLike<number>) => Array.from(rows, (row) => snapshot.node(row).name);
    expect({
      feasible: names(found.feasible),
      statuses: new Map(found.statuses),
      message: fitErrorMessage(found, snapshot.nodeCount),
      rejectors: found.rejectors,
      totals: found.placed && found.totals !== undefined ? [...found.totals] : undefined,
      node: found.placed ? snapshot.node(found.row).name : undefined,
      next: start.next,
    }).toEqual(expected);
    const ending = !found.placed ? 'nowhere' : found.totals === undefined ? 'alone' : 'scored';
    this.seen.set(ending, (this.seen.get(ending) ?? 0) + 1);
    if (found.placed) this.#put(info, snapshot.node(found.row).name);
  }

  #make(pattern: number, { nodeName, nominated, owned }: Own = { nodeName: undefined, nominated: undefined, owned: false }): Pod {
    const made = `p${this.#made++}`;
    const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web', uid: 'web', controller: true };
    return {
      ...this.#patterns[pattern],
      name: made,
      uid: made,
      nodeName,
      nominatedNodeName: nominated,
      owners: owned ? [owner] : [],
    };
  }

  #put(info: PodInfo, node: string): void {
    this.snapshot.addPod(info, rowOf(this.snapshot, node));
    this.placed.push({ info, node });
  }

  #change(which: number, into: (pod: Pod) => Pod | undefined): void {
    if (this.placed.length === 0) return;
    const place = which % this.placed.length;
    const [{ info, node }] = this.placed.splice(place, 1);
    const row = rowOf(this.snapshot, node);
    const changed = into(info.pod);
    if (changed === undefined) this.snapshot.removePod(info, row);
    else this.placed.push({ info: this.snapshot.updatePod(info, changed, row), node });
  }

  #dropNode(name: string): void {
    if (!this.#nodes.delete(name)) return;
    this.snapshot.removeNode(name);
    for (let i = this.placed.length - 1; i >= 0; i--) if (this.placed[i].node === name) this.placed.splice(i, 1);
  }

  #rebuilt(): Snapshot {
    const { snapshot } = this;
    const fresh = new Snapshot(this.#behaviour, NAMESPACES);
    for (const { node } of this.#nodes.values()) fresh.addNode(node);
    for (const row of snapshot.order) {
      const { name } = snapshot.node(row);
      const there = snapshot.pods[row].map((info) => info.pod);
      expect(new Set(there)).toEqual(new Set(this.placed.filter(({ node }) => node === name).map(({ info }) => info.pod)));
      for (const pod of there) fresh.addPod(fresh.podInfo(pod), rowOf(fresh, name));
    }
    return fresh;
  }

  #nominations(snapshot: Snapshot): Nominations {
    const on = (node: string) => this.#nominated.filter((one) => one.node === node).map((one) => snapshot.podInfo(one.pod));
    // Every other cycle tells where there are any.
    return this.#made % 2 === 0 ? { on } : { on, nodes: new Set(this.#nominated.map(({ node }) => node)) };
  }

  #order(): string[] {
    return Array.from(this.snapshot.order, (row) => this.snapshot.node(row).name);
  }

  /** What each plugin says of each node, and how it scores all of them. */
  #comparePlugins(pod: Pod, fresh: Snapshot): void {
    const made = profileOf(this.#profileName, this.#behaviour);
    const view = (snapshot: Snapshot, { filters, scores }: Profile) => {
      const info = snapshot.podInfo(pod);
      const rows = this.#order().map((node) => rowOf(snapshot, node));
      return {
        filters: filters.map(({ name, preFilter }) => {
          const { status, check } = preFilter(info, snapshot);
          return { name, status, verdicts: check && rows.map((row) => check.filter(row)) };
        }),
        scores: scores.map(({ plugin }) => {
          const found = pluginScores(plugin, info, snapshot, rows);
          return { name: plugin.name, raw: found && [...found.raw], normalized: found && [...found.normalized] };
        }),
      };
    };
    expect(view(this.snapshot, this.#profile)).toEqual(view(fresh, made));
  }

  /** A cycle as it is defined, with nothing kept. */
  #cycleFromScratch(pod: Pod, fresh: Snapshot): object {
    const profile = profileOf(this.#profileName, this.#behaviour);
    const info = fresh.podInfo(pod);
    const run = FilterRun.start(profile.filters, info, fresh);
    const nominations = this.#nominations(fresh);
    const nothing = { feasible: [], statuses: new Map(), rejectors: new Set(), totals: undefined, node: undefined };
    const { next } = this.start;
    const nodes = fresh.nodeCount;
    const absent = { code: 'UnschedulableAndUnresolvable', reasons: [] } as const;
    if (run.rejected !== undefined) {
      const { status, plugin } = run.rejected;
      const preFilter = status.reasons.join(', ');
      const message = fitErrorMessage({ statuses: new Map(), absent, preFilter }, nodes);
      return { ...nothing, message, rejectors: new Set([plugin]), next };
    }
    const judge = (node: string) => run.checkWithNominated(rowOf(fresh, node), nominations);
    const nominated = pod.nominatedNodeName;
    if (nominated !== undefined && this.#nodes.has(nominated) && judge(nominated).status.code === 'Success') {
      const message = fitErrorMessage({ statuses: new Map(), absent }, nodes);
      return { ...nothing, feasible: [nominated], message, node: nominated, next };
    }
    const order = this.#order().filter((node) => run.nodes?.has(node) ?? true);
    const enough = numFeasibleNodesToFind(order.length, profile.percentageOfNodesToScore);
    const feasible: string[] = [];
    const statuses = new Map<string, unknown>();
    const rejectors = new Set<string | undefined>(run.narrowedBy);
    const begin = order.length === 0 ? 0 : next % order.length;
    for (const node of [...order.slice(begin), ...order.slice(0, begin)]) {
      const { status, plugin } = judge(node);
      if (status.code !== 'Success') {
        statuses.set(node, status);
        rejectors.add(plugin);
      } else if (feasible.length === enough) break;
      else feasible.push(node);
    }
    const rows = feasible.map((node) => rowOf(fresh, node));
    const totals = feasible.length > 1 ? totalScores(profile.scores, info, fresh, rows) : undefined;
    const random = randomStream(this.#made, 'ties');
    return {
      feasible,
      statuses,
      message: this.#told(statuses, run, nodes),
      rejectors,
      totals: totals && [...totals],
      node: totals === undefined ? feasible[0] : feasible[selectHost(totals, profile.tieBreak, random)],
      next: nodes === 0 ? next : (next + feasible.length + statuses.size) % nodes,
    };
  }

  #told(statuses: Map<string, unknown>, run: FilterRun, nodes: number): string {
    const plain = new Map(statuses) as Parameters<typeof fitErrorMessage>[0]['statuses'];
    const reasons = run.nodes === undefined ? [] : [`node(s) didn't satisfy plugin(s) [${run.narrowedBy.join(' ')}]`];
    return fitErrorMessage({ statuses: plain, absent: { code: 'UnschedulableAndUnresolvable', reasons } }, nodes);
  }

  /** Trials on every node, here one after the other on what is kept, from scratch each on a snapshot of its own. */
  #preempt(pod: Pod): void {
    const trial = (snapshot: Snapshot, run: FilterRun): ((node: string) => unknown) => {
      if (run.rejected !== undefined) return () => run.rejected;
      const setup = { snapshot, run, nominations: this.#nominations(snapshot), budgets: [] };
      return (node: string) => {
        const found = selectVictims(rowOf(snapshot, node), setup);
        return 'victims' in found ? found.victims.map((victim) => victim.pod.name) : found;
      };
    };
    const { snapshot } = this;
    const random = randomStream(1, 'ties');
    const setup = { profile: this.#profile, snapshot, nominations: this.#nominations(snapshot), start: { next: 0 }, random };
    const here = trial(snapshot, findNodes(snapshot.podInfo(pod), setup).run);
    const kept = this.#order().map(here);
    const made = this.#order().map((node) => {
      const fresh = this.#rebuilt();
      const { filters } = profileOf(this.#profileName, this.#behaviour);
      return trial(fresh, FilterRun.start(filters, fresh.podInfo(pod), fresh))(node);
    });
    expect(kept).toEqual(made);
    // Once more: trials must have left no trace.
    expect(this.#order().map(here)).toEqual(made);
  }
}

/** Wants particular nodes by name, as pods of a DaemonSet do. */
function onlyOn(values: readonly string[] | undefined, json: PodJson): Pod {
  const made = makePod('pattern', json);
  if (values === undefined) return made;
  const term = { matchExpressions: [], matchFields: [{ key: 'metadata.name', operator: 'In', values }] };
  return { ...made, spec: { ...made.spec, nodeAffinity: { ...made.spec.nodeAffinity, required: [term] } } };
}

const patterns = fc.array(
  fc
    .tuple(rarely(fc.constantFrom(['n0'], ['n1', 'n2'], ['nowhere'])), fewWishes)
    .map(([values, json]) => onlyOn(values, { ...json, terminating: false })),
  { minLength: PATTERNS, maxLength: PATTERNS },
);

describe.each([
  { version: '1.26', behaviour: V126 },
  { version: '1.36', behaviour: V136 },
])('what cycles of $version keep', ({ behaviour }) => {
  const seen = new Map<string, number>();
  const history = (least: number) => fc.array(step, { minLength: least, maxLength: 30, size: 'max' });

  test.each(Object.keys(PROFILES))('is what is found from scratch, with the profile "%s"', (profile) => {
    const nodes = fc.array(roomyNode, { minLength: 3, maxLength: NAMES.length });
    fc.assert(
      fc.property(patterns, nodes, history(10), fc.boolean(), (made, given, steps, images) => {
        const pair = new Pair(profile, behaviour, made, images);
        given.forEach((json, i) => pair.putNode(NAMES[i], json));
        for (const one of steps) pair.apply(one);
        for (const [placement, times] of pair.seen) seen.set(placement, (seen.get(placement) ?? 0) + times);
      }),
      { numRuns: 100 },
    );
  });

  test('is what is found from scratch where only some of the nodes are looked at', () => {
    const crowd = fc.array(roomyNode, { minLength: 130, maxLength: 130, size: 'max' });
    fc.assert(
      fc.property(patterns, crowd, history(20), fc.boolean(), (made, nodes, steps, images) => {
        const pair = new Pair('default', behaviour, [pod('plain', { cpu: '1' }), ...made], images);
        nodes.forEach((json, i) => pair.putNode(`n${i}`, json));
        for (const one of steps) pair.apply(one);
      }),
      { numRuns: 5 },
    );
  });

  test('is met in all kinds of cycles', () => {
    for (const placement of ['scored', 'alone', 'nowhere']) expect(seen.get(placement)).toBeGreaterThan(100);
  });
});

describe('what is kept by class', () => {
  test('gives up what was used least recently when it takes too much', () => {
    const kept = new KeptByClass<{ bytes: number }>(1000);
    for (let id = 0; id < 10; id++) kept.keep(id, { bytes: 100 });
    expect(kept.count).toBe(10);
    kept.find(0);
    kept.keep(10, { bytes: 100 });
    // 1,100 are too much: it goes down to 750, so 1, 2, 3 and 4 go.
    expect(kept.bytes).toBe(700);
    expect([0, 1, 2, 3, 4, 5, 10].map((id) => kept.find(id) !== undefined)).toEqual([
      true,
      false,
      false,
      false,
      false,
      true,
      true,
    ]);
  });

  test('has room for one at least', () => {
    const kept = new KeptByClass<{ bytes: number }>(10);
    kept.keep(1, { bytes: 100 });
    kept.keep(2, { bytes: 100 });
    expect([kept.find(1) !== undefined, kept.find(2) !== undefined]).toEqual([false, true]);
  });
});
