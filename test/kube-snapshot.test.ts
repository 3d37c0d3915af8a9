// The snapshot is kept up to date step by step. Whatever happened to it, it must look as if it had been made at once
// from what is there in the end: to every plugin, for every pod.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Node, Pod } from '../src/kubernetes.ts';
import { FilterRun, NO_NOMINATIONS } from '../src/policies/kube-default/filter-run.ts';
import type { PodInfo } from '../src/policies/kube-default/pod-info.ts';
import { dryRunPreemption } from '../src/policies/kube-default/preemption.ts';
import { defaultProfile } from '../src/policies/kube-default/profile.ts';
import { pluginScores } from '../src/policies/kube-default/score-run.ts';
import { Snapshot } from '../src/policies/kube-default/snapshot.ts';
import { makeNode, makePod, NAMESPACES, nodeJson, podJson, rowOf, V136 } from './kube-objects.ts';

const NAMES = ['n0', 'n1', 'n2', 'n3'];
const name = fc.constantFrom(...NAMES);

const step = fc.oneof(
  { weight: 2, arbitrary: fc.record({ what: fc.constant('node'), name, node: nodeJson }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('no-node'), name }) },
  { weight: 6, arbitrary: fc.record({ what: fc.constant('pod'), name, pod: podJson, spec: fc.nat(2) }) },
  { weight: 2, arbitrary: fc.record({ what: fc.constant('no-pod'), which: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('terminate'), which: fc.nat(20) }) },
);

type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

/** What is there, kept as plainly as possible: zones with their nodes in order, and pods by node in the cache's order. */
class Model {
  readonly snapshot = new Snapshot(V136, NAMESPACES);
  readonly zones: { zone: string; nodes: Node[] }[] = [];
  readonly pods = new Map<string, Pod[]>();
  readonly #infos = new Map<Pod, PodInfo>();
  #count = 0;

  apply(one: Step): void {
    if ('node' in one) this.#putNode(makeNode(one.name, one.node));
    else if ('pod' in one) this.#putPod(one.name, makePod(`p${this.#count++}`, one.pod));
    else if ('name' in one) this.#dropNode(one.name);
    else if (one.what === 'no-pod') this.#change(one.which, () => undefined);
    else this.#change(one.which, (pod) => ({ ...pod, deletionTimestamp: 1 }));
  }

  rebuilt(): Snapshot {
    const snapshot = new Snapshot(V136, NAMESPACES);
    for (const { nodes } of this.zones) for (const node of nodes) snapshot.addNode(node);
    for (const [node, pods] of this.pods) for (const pod of pods) snapshot.addPod(snapshot.podInfo(pod), rowOf(snapshot, node));
    return snapshot;
  }

  #putNode(node: Node): void {
    const zone = node.labels.get('topology.kubernetes.io/zone') ?? '';
    const there = this.zones.find(({ nodes }) => nodes.some((other) => other.name === node.name));
    if (there === undefined) this.snapshot.addNode(node);
    else this.snapshot.updateNode(node);
    if (there?.zone === zone) {
      there.nodes[there.nodes.findIndex((other) => other.name === node.name)] = node;
      return;
    }
    this.#takeOut(node.name);
    const to = this.zones.find((other) => other.zone === zone);
    if (to === undefined) this.zones.push({ zone, nodes: [node] });
    else to.nodes.push(node);
    if (!this.pods.has(node.name)) this.pods.set(node.name, []);
  }

  #dropNode(node: string): void {
    if (!this.pods.has(node)) return;
    this.snapshot.removeNode(node);
    this.#takeOut(node);
    this.pods.delete(node);
  }

  #takeOut(node: string): void {
    for (const one of this.zones) one.nodes = one.nodes.filter((other) => other.name !== node);
    const empty = this.zones.findIndex(({ nodes }) => nodes.length === 0);
    if (empty >= 0) this.zones.splice(empty, 1);
  }

  #putPod(node: string, pod: Pod): void {
    const pods = this.pods.get(node);
    if (pods === undefined) return;
    const info = this.snapshot.podInfo(pod);
    this.snapshot.addPod(info, rowOf(this.snapshot, node));
    this.#infos.set(pod, info);
    pods.push(pod);
  }

  #change(which: number, into: (pod: Pod) => Pod | undefined): void {
    const all = [...this.pods].flatMap(([node, pods]) => pods.map((pod) => ({ node, pod })));
    if (all.length === 0) return;
    const { node, pod } = all[which % all.length];
    const pods = this.pods.get(node) ?? [];
    const info = this.#infos.get(pod);
    if (info === undefined) throw new Error(`pod ${pod.name} is not known`);
    // The last pod takes the place of the one that goes.
    const last = pods.pop();
    const place = pods.indexOf(pod);
    if (last !== undefined && last !== pod) pods[place] = last;
    const changed = into(pod);
    const row = rowOf(this.snapshot, node);
    if (changed === undefined) return this.snapshot.removePod(info, row);
    this.#infos.set(changed, this.snapshot.updatePod(info, changed, row));
    pods.push(changed);
  }
}

const profile = defaultProfile(V136);

/** All that plugins say of a snapshot for a pod, by node name. */
function verdicts(snapshot: Snapshot, pod: Pod): unknown {
  const info = snapshot.podInfo(pod);
  const rows = snapshot.order;
  const names = [...rows].map((row) => snapshot.node(row).name);
  const filters = profile.filters.map((plugin) => {
    const { status, check } = plugin.preFilter(info, snapshot);
    return [plugin.name, status, check === undefined ? [] : [...rows].map((row) => check.filter(row))];
  });
  const scores = profile.scores.map(({ plugin }) => {
    const found = pluginScores(plugin, info, snapshot, rows);
    return [plugin.name, found && [...found.raw], found && [...found.normalized]];
  });
  return { names, filters, scores };
}

function contents(snapshot: Snapshot): unknown {
  return [...snapshot.order].map((row) => ({
    node: snapshot.node(row).name,
    pods: snapshot.pods[row].map(({ pod }) => pod.name),
    requested: ['cpu', 'memory', 'nvidia.com/gpu'].map((one) => snapshot.requested(snapshot.resources.id(one))[row]),
    allocatable: ['cpu', 'memory', 'nvidia.com/gpu', 'pods'].map((one) => snapshot.allocatable(snapshot.resources.id(one))[row]),
    nonZero: [snapshot.nonZeroCpu[row], snapshot.nonZeroMemory[row]],
    affinity: snapshot.affinityRows.has(row),
    antiAffinity: snapshot.antiAffinityRows.has(row),
  }));
}

const history = fc.array(step, { minLength: 4, maxLength: 30 });

describe('a snapshot kept up to date', () => {
  test('is as one made at once, to every plugin', () => {
    fc.assert(
      fc.property(history, fc.array(podJson, { minLength: 1, maxLength: 3 }), (steps, probes) => {
        const model = new Model();
        for (const one of steps) {
          model.apply(one);
          // Topologies and classes that are asked for early must follow what comes later.
          verdicts(model.snapshot, makePod('early', probes[0]));
        }
        const rebuilt = model.rebuilt();
        expect(contents(model.snapshot)).toEqual(contents(rebuilt));
        for (const probe of probes) {
          const pod = makePod('probe', probe);
          expect(verdicts(model.snapshot, pod)).toEqual(verdicts(rebuilt, pod));
        }
      }),
      { numRuns: 300 },
    );
  });

  test('is as before after a trial of preemption', () => {
    fc.assert(
      fc.property(history, podJson, (steps, probe) => {
        const model = new Model();
        for (const one of steps) model.apply(one);
        const { snapshot } = model;
        const state = () => ({
          contents: contents(snapshot),
          versions: [...snapshot.order].map((row) => snapshot.versions[row]),
        });
        const before = state();
        const run = FilterRun.start(profile.filters, snapshot.podInfo(makePod('probe', probe)), snapshot);
        dryRunPreemption(snapshot.order, 0, 100, { snapshot, run, nominations: NO_NOMINATIONS, budgets: [] });
        expect(state()).toEqual(before);
      }),
      { numRuns: 300 },
    );
  });
});
