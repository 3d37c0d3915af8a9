// The plugins that count pods over the whole cluster, against their definitions: written down plainly from the rules,
// on lists of pods and nodes, without snapshot, numbers for labels or anything kept.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileRequiredNodes } from '../src/kubernetes-node-selectors.ts';
import { compileLabelSelector } from '../src/kubernetes-selectors.ts';
import { untoleratedTaint } from '../src/kubernetes-tolerations.ts';
import type { LabelSelector, Node, Pod, PodAffinityTerm, TopologySpreadConstraint } from '../src/kubernetes.ts';
import { FilterRun, NO_NOMINATIONS } from '../src/policies/kube-default/filter-run.ts';
import { DEFAULT_INTER_POD_AFFINITY, interPodAffinity } from '../src/policies/kube-default/inter-pod-affinity.ts';
import type { FilterPlugin, ScorePlugin } from '../src/policies/kube-default/plugin.ts';
import { DEFAULT_SPREAD, podTopologySpread } from '../src/policies/kube-default/pod-topology-spread.ts';
import { selectVictims } from '../src/policies/kube-default/preemption.ts';
import { defaultProfile } from '../src/policies/kube-default/profile.ts';
import { pluginScores } from '../src/policies/kube-default/score-run.ts';
import { makeNode, makePod, NAMESPACES, node, nodeJson, pod, podJson, rowOf, snapshotOf, V136 } from './kube-objects.ts';

interface Placed {
  readonly pod: Pod;
  readonly node: Node;
}

const matches = (selector: LabelSelector | undefined, pod: Pod) => compileLabelSelector(selector).matches(pod.labels);

const clusters = fc.record({
  nodes: fc.array(nodeJson, { minLength: 1, maxLength: 5 }),
  pods: fc.array(fc.record({ on: fc.nat(4), pod: podJson }), { maxLength: 10 }),
  probe: podJson,
});

/** The plugin's answers and the definition's, node by node, for many clusters; `judge` compares them. */
function forClusters(judge: (cluster: { nodes: Node[]; placed: Placed[]; pod: Pod }) => void): void {
  fc.assert(
    fc.property(clusters, ({ nodes: given, pods, probe }) => {
      const nodes = given.map((one, i) => makeNode(`n${i}`, one));
      const placed = pods.map(({ on, pod }, i) => ({ pod: makePod(`p${i}`, pod), node: nodes[on % nodes.length] }));
      judge({ nodes, placed, pod: makePod('probe', probe) });
    }),
    { numRuns: 400 },
  );
}

function snapshotFor(nodes: Node[], placed: Placed[]) {
  const snapshot = snapshotOf(nodes);
  for (const { pod, node } of placed) snapshot.addPod(snapshot.podInfo(pod), rowOf(snapshot, node.name));
  return snapshot;
}

/** By node: does the plugin let the pod pass? */
function passes(plugin: FilterPlugin, nodes: Node[], placed: Placed[], pod: Pod): boolean[] {
  const snapshot = snapshotFor(nodes, placed);
  const { status, check } = plugin.preFilter(snapshot.podInfo(pod), snapshot);
  if (check === undefined) return nodes.map(() => status.code === 'Skip');
  return nodes.map(({ name }) => check.filter(rowOf(snapshot, name)).code === 'Success');
}

function raw(plugin: ScorePlugin, nodes: Node[], placed: Placed[], pod: Pod): number[] | undefined {
  const snapshot = snapshotFor(nodes, placed);
  const rows = nodes.map(({ name }) => rowOf(snapshot, name));
  const found = pluginScores(plugin, snapshot.podInfo(pod), snapshot, rows);
  return found && [...found.raw];
}

/** The namespaces and the selector of a term, for a term of `owner`. */
function termMatches(term: PodAffinityTerm, owner: Pod, other: Pod, coming: 'owner' | 'other'): boolean {
  const known = NAMESPACES.find(({ name }) => name === other.namespace);
  const own = term.namespaces.length === 0 && term.namespaceSelector === undefined;
  const selector = compileLabelSelector(term.namespaceSelector);
  const bySelector = selector.empty
    ? true
    : (known !== undefined || coming === 'other') && selector.matches(known?.labels ?? new Map());
  const inNamespace = own ? other.namespace === owner.namespace : term.namespaces.includes(other.namespace) || bySelector;
  return inNamespace && matches(term.labelSelector, other);
}

const sameDomain = (key: string, one: Node, other: Node) => one.labels.has(key) && one.labels.get(key) === other.labels.get(key);

test('pod affinity passes the nodes that its definition passes', () => {
  const plugin = interPodAffinity(DEFAULT_INTER_POD_AFFINITY);
  forClusters(({ nodes, placed, pod }) => {
    const { podAffinity, podAntiAffinity } = pod.spec;
    const friends = placed.filter(({ pod: other }) =>
      podAffinity.required.every((term) => termMatches(term, pod, other, 'owner')),
    );
    const expected = nodes.map((node) => {
      const near = podAffinity.required.every((term) =>
        friends.some((friend) => sameDomain(term.topologyKey, node, friend.node)),
      );
      const hasKeys = podAffinity.required.every(({ topologyKey }) => node.labels.has(topologyKey));
      // Nobody to be near to anywhere, and it would be near to itself.
      const nobody = podAffinity.required.every(
        ({ topologyKey }) => !friends.some((friend) => friend.node.labels.has(topologyKey)),
      );
      const self = podAffinity.required.every((term) => termMatches(term, pod, pod, 'owner'));
      const bothered = podAntiAffinity.required.some((term) =>
        placed.some((other) => sameDomain(term.topologyKey, node, other.node) && termMatches(term, pod, other.pod, 'owner')),
      );
      const bothers = placed.some((other) =>
        other.pod.spec.podAntiAffinity.required.some(
          (term) => sameDomain(term.topologyKey, node, other.node) && termMatches(term, other.pod, pod, 'other'),
        ),
      );
      return hasKeys && (near || (nobody && self)) && !bothered && !bothers;
    });
    expect(passes(plugin, nodes, placed, pod)).toEqual(expected);
  });
});

test('pod affinity scores by its definition', () => {
  const plugin = interPodAffinity(DEFAULT_INTER_POD_AFFINITY);
  forClusters(({ nodes, placed, pod }) => {
    let matched = false;
    const weigh = (node: Node, other: Placed) => {
      const count = (term: PodAffinityTerm, owner: Pod, target: Pod, weight: number) => {
        if (!termMatches(term, owner, target, owner === pod ? 'owner' : 'other')) return 0;
        if (other.node.labels.has(term.topologyKey)) matched = true;
        return sameDomain(term.topologyKey, node, other.node) ? weight : 0;
      };
      const there = other.pod.spec;
      return [
        ...pod.spec.podAffinity.preferred.map(({ term, weight }) => count(term, pod, other.pod, weight)),
        ...pod.spec.podAntiAffinity.preferred.map(({ term, weight }) => count(term, pod, other.pod, -weight)),
        ...there.podAffinity.required.map((term) => count(term, other.pod, pod, 1)),
        ...there.podAffinity.preferred.map(({ term, weight }) => count(term, other.pod, pod, weight)),
        ...there.podAntiAffinity.preferred.map(({ term, weight }) => count(term, other.pod, pod, -weight)),
      ].reduce((sum, weight) => sum + weight, 0);
    };
    const expected = nodes.map((node) => placed.reduce((sum, other) => sum + weigh(node, other), 0));
    expect(raw(plugin, nodes, placed, pod)).toEqual(matched ? expected : undefined);
  });
});

function takesPart({ nodeAffinityPolicy, nodeTaintsPolicy }: TopologySpreadConstraint, { spec }: Pod, node: Node): boolean {
  const accepted = compileRequiredNodes(spec.nodeSelector, spec.nodeAffinity)?.(node) ?? true;
  if (nodeAffinityPolicy !== 'Ignore' && !accepted) return false;
  return nodeTaintsPolicy !== 'Honor' || untoleratedTaint(spec.tolerations, node.taints) === undefined;
}

/** How many pods on a node count for a constraint. An empty selector counts none when pods are there already. */
function countOn(node: Node, placed: Placed[], { labelSelector }: TopologySpreadConstraint, pod: Pod): number {
  if (compileLabelSelector(labelSelector).empty) return 0;
  return placed.filter(
    ({ node: on, pod: other }) =>
      on === node && other.deletionTimestamp === undefined && other.namespace === pod.namespace && matches(labelSelector, other),
  ).length;
}

test('spread constraints pass the nodes that their definition passes', () => {
  const plugin = podTopologySpread(DEFAULT_SPREAD, { services: [], replicators: [] });
  forClusters(({ nodes, placed, pod }) => {
    const hard = pod.spec.topologySpreadConstraints.filter(({ whenUnsatisfiable }) => whenUnsatisfiable === 'DoNotSchedule');
    const complete = nodes.filter(({ labels }) => hard.every(({ topologyKey }) => labels.has(topologyKey)));
    const expected = nodes.map((node) =>
      hard.every((constraint) => {
        const { topologyKey: key, maxSkew, minDomains = 1 } = constraint;
        if (!node.labels.has(key)) return false;
        const taking = complete.filter((one) => takesPart(constraint, pod, one));
        const domains = [...new Set(taking.map(({ labels }) => labels.get(key)))];
        const count = (domain: string | undefined) =>
          taking
            .filter(({ labels }) => labels.get(key) === domain)
            .reduce((sum, one) => sum + countOn(one, placed, constraint, pod), 0);
        const smallest = domains.length < minDomains ? 0 : Math.min(...domains.map(count));
        return count(node.labels.get(key)) + (matches(constraint.labelSelector, pod) ? 1 : 0) - smallest <= maxSkew;
      }),
    );
    expect(passes(plugin, nodes, placed, pod)).toEqual(expected);
  });
});

test('spread constraints score by their definition', () => {
  const plugin = podTopologySpread(DEFAULT_SPREAD, { services: [], replicators: [] });
  const host = 'kubernetes.io/hostname';
  forClusters(({ nodes, placed, pod }) => {
    const soft = pod.spec.topologySpreadConstraints.filter(({ whenUnsatisfiable }) => whenUnsatisfiable === 'ScheduleAnyway');
    const scored = nodes.filter(({ labels }) => soft.every(({ topologyKey }) => labels.has(topologyKey)));
    const expected = nodes.map((node) => {
      if (!scored.includes(node)) return 0;
      const parts = soft.map((constraint) => {
        const { topologyKey: key, maxSkew } = constraint;
        const size = key === host ? scored.length : new Set(scored.map(({ labels }) => labels.get(key))).size;
        const counted =
          key === host ? [node] : scored.filter((one) => sameDomain(key, node, one) && takesPart(constraint, pod, one));
        const count = counted.reduce((sum, one) => sum + countOn(one, placed, constraint, pod), 0);
        return count * Math.log(size + 2) + (maxSkew - 1);
      });
      return Math.round(parts.reduce((sum, part) => sum + part, 0));
    });
    expect(raw(plugin, nodes, placed, pod)).toEqual(soft.length === 0 ? undefined : expected);
  });
});

const zoneKey = 'topology.kubernetes.io/zone';
const web = { matchLabels: { app: 'web' } };

/** Pods that differ in what trials of preemption count by, and in nothing else: so trials meet their counts. */
const countedPod = fc.record({
  namespace: fc.constantFrom('default', 'default', 'other'),
  labels: fc.constantFrom({ app: 'web' }, { app: 'db' }),
  spec: fc.record({
    priority: fc.integer({ min: 0, max: 1 }),
    affinity: fc.constantFrom({}, { podAntiAffinity: requiring(zoneKey) }, { podAntiAffinity: requiring('rack') }),
  }),
});

function requiring(topologyKey: string) {
  return { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey, labelSelector: web }] };
}

type CountedPod = typeof countedPod extends fc.Arbitrary<infer Value> ? Value : never;

const trials = fc.record({
  nodes: fc.array(fc.record({ zone: fc.constantFrom('a', 'b'), rack: fc.constantFrom('1', '2', '3') }), {
    minLength: 2,
    maxLength: 4,
  }),
  pods: fc.array(fc.record({ on: fc.nat(3), pod: countedPod }), { minLength: 2, maxLength: 8 }),
  probe: fc.constantFrom(
    { podAffinity: requiring(zoneKey) },
    { podAntiAffinity: requiring('rack') },
    { podAntiAffinity: requiring(zoneKey) },
    {},
  ),
  maxSkew: fc.integer({ min: 1, max: 2 }),
});

test('victims are those that the definition finds with counts made anew at each step', () => {
  const { filters } = defaultProfile(V136);
  const judge = (nodes: Node[], placed: Placed[], pod: Pod) => {
    const fits = (there: Placed[], node: Node) => {
      const snapshot = snapshotFor(nodes, there);
      const run = FilterRun.start(filters, snapshot.podInfo(pod), snapshot);
      return run.rejected === undefined && run.check(rowOf(snapshot, node.name)).status.code === 'Success';
    };
    const expected = nodes.map((node) => {
      const lower = placed.filter((one) => one.node === node && one.pod.spec.priority < pod.spec.priority);
      let left = placed.filter((one) => !lower.includes(one));
      if (lower.length === 0 || !fits(left, node)) return undefined;
      const victims: string[] = [];
      // None has started: the most important priority first, and of equals the last.
      const order = [...lower].reverse().sort((one, other) => other.pod.spec.priority - one.pod.spec.priority);
      for (const one of order) {
        if (fits([...left, one], node)) left = [...left, one];
        else victims.push(one.pod.name);
      }
      return victims.length === 0 ? undefined : victims;
    });
    const snapshot = snapshotFor(nodes, placed);
    const run = FilterRun.start(filters, snapshot.podInfo(pod), snapshot);
    if (run.rejected !== undefined) return;
    const setup = { snapshot, run, nominations: NO_NOMINATIONS, budgets: [] };
    const found = nodes.map(({ name }) => {
      const candidate = selectVictims(rowOf(snapshot, name), setup);
      return 'victims' in candidate ? candidate.victims.map((victim) => victim.pod.name) : undefined;
    });
    expect(found).toEqual(expected);
  };
  const make = (name: string, { namespace, labels, spec }: CountedPod) =>
    pod(name, {}, { metadata: { namespace, labels }, spec });
  fc.assert(
    fc.property(trials, ({ nodes: given, pods, probe, maxSkew }) => {
      const nodes = given.map(({ zone, rack }, i) => node(`n${i}`, {}, { labels: { [zoneKey]: zone, rack } }));
      const placed = pods.map(({ on, pod: one }, i) => ({ pod: make(`p${i}`, one), node: nodes[on % nodes.length] }));
      const constraint = { maxSkew, topologyKey: zoneKey, whenUnsatisfiable: 'DoNotSchedule', labelSelector: web };
      const spec = { priority: 2, affinity: probe, topologySpreadConstraints: [constraint] };
      judge(nodes, placed, pod('probe', {}, { metadata: { labels: { app: 'web' } }, spec }));
    }),
    { numRuns: 1000 },
  );
});
