// Each plugin on cases small enough to reckon by hand; the arithmetic stands beside the expectation.
import { describe, expect, test } from 'vitest';
import { JsonField } from '../src/kubernetes-json.ts';
import { readReplicator } from '../src/kubernetes-read-cluster.ts';
import type { Node, Pod } from '../src/kubernetes.ts';
import type { Behaviour } from '../src/policies/kube-default/behaviour.ts';
import type { SpreadingObjects } from '../src/policies/kube-default/default-selector.ts';
import { createPlugin } from '../src/policies/kube-default/plugin-list.ts';
import { pluginScores } from '../src/policies/kube-default/score-run.ts';
import { node, pod, rowOf, snapshotOf, V126, V136 } from './kube-objects.ts';

interface Case {
  nodes: Node[];
  pods?: Record<string, Pod[]>;
  pod: Pod;
  args?: object;
  behaviour?: Behaviour;
  objects?: SpreadingObjects;
}

const NONE: SpreadingObjects = { services: [], replicators: [] };

/** The score of each node by name; undefined if the plugin is skipped. */
function scores(name: string, { nodes, pods, pod: one, args = {}, behaviour = V136, objects = NONE }: Case) {
  const snapshot = snapshotOf(nodes, pods, behaviour);
  const plugin = createPlugin(name, new JsonField(args, 'args'), objects);
  const rows = nodes.map((there) => rowOf(snapshot, there.name));
  const { preScore, scoreReads } = plugin;
  if (preScore === undefined || scoreReads === undefined) throw new Error(`${name} does not score`);
  const found = pluginScores({ name, preScore, scoreReads }, snapshot.podInfo(one), snapshot, rows);
  return found && Object.fromEntries(nodes.map((there, index) => [there.name, found.normalized[index]]));
}

/** Why a node does not pass, by name; `yes` if it does. */
function filter(name: string, { nodes, pods, pod: one, args = {}, behaviour = V136, objects = NONE }: Case) {
  const snapshot = snapshotOf(nodes, pods, behaviour);
  const { preFilter } = createPlugin(name, new JsonField(args, 'args'), objects);
  const { status, check } = preFilter?.(snapshot.podInfo(one), snapshot) ?? {};
  if (check === undefined) return status?.code;
  const verdicts = nodes.map((there) => {
    const { code, reasons } = check.filter(rowOf(snapshot, there.name));
    return [there.name, code === 'Success' ? 'yes' : `${code === 'Unschedulable' ? '' : 'never: '}${reasons.join(', ')}`];
  });
  return Object.fromEntries(verdicts) as Record<string, string>;
}

const zoned = (name: string, zone?: string) =>
  node(name, {}, { labels: zone === undefined ? {} : { 'topology.kubernetes.io/zone': zone } });
const labelled = (name: string, app: string) => pod(name, {}, { metadata: { labels: { app } } });

describe('NodeResourcesFit scores', () => {
  const strategy = (type: string, more = {}) => ({ scoringStrategy: { type, ...more } });
  const ratio = strategy('RequestedToCapacityRatio', {
    requestedToCapacityRatio: {
      shape: [
        { utilization: 0, score: 0 },
        { utilization: 100, score: 10 },
      ],
    },
  });
  const eight = node('n', { cpu: '8', memory: '1000' });
  test.each([
    // cpu 5000 of 8000 left: 62; memory 500 of 1000 left: 50; (62 + 50) / 2 = 56.
    { what: 'least', args: {}, requests: { cpu: '3', memory: '500' }, score: 56 },
    // cpu 37, memory 50; 87 / 2 = 43.
    { what: 'most', args: strategy('MostAllocated'), requests: { cpu: '3', memory: '500' }, score: 43 },
    // The same 37 and 50, but their mean 43.5 is rounded.
    { what: 'ratio', args: ratio, requests: { cpu: '3', memory: '500' }, score: 44 },
    // An explicit 0 counts 0: in the mean for most, out of the mean for ratio.
    { what: 'most with nothing', args: strategy('MostAllocated'), requests: { cpu: '3', memory: '0' }, score: 18 },
    { what: 'ratio with nothing', args: ratio, requests: { cpu: '3', memory: '0' }, score: 37 },
    // 200 MiB, for a container that does not say, are more than the node has: 0. cpu: 7900 of 8000 left: 98. 98 / 2.
    { what: 'least with silence', args: {}, requests: {}, score: 49 },
    { what: 'least over capacity', args: {}, requests: { cpu: '9', memory: '0' }, score: 50 },
  ])('$what: $score', ({ args, requests, score }) => {
    expect(scores('NodeResourcesFit', { nodes: [eight], pod: pod('p', requests), args })).toEqual({ n: score });
  });

  test('a scalar resource counts for pods that request it only', () => {
    const nodes = [node('n', { cpu: '10', 'nvidia.com/gpu': '8' })];
    const resources = [
      { name: 'cpu', weight: 1 },
      { name: 'nvidia.com/gpu', weight: 3 },
    ];
    const args = strategy('MostAllocated', { resources });
    expect(scores('NodeResourcesFit', { nodes, pod: pod('p', { cpu: '4' }), args })).toEqual({ n: 40 });
    // (40 + 3 * 50) / 4 = 47.5
    const gpus = pod('p', { cpu: '4', 'nvidia.com/gpu': '4' });
    expect(scores('NodeResourcesFit', { nodes, pod: gpus, args })).toEqual({ n: 47 });
  });

  test('a broken line is followed in whole numbers', () => {
    const shape = [
      { utilization: 20, score: 3 },
      { utilization: 50, score: 10 },
      { utilization: 100, score: 0 },
    ];
    const args = strategy('RequestedToCapacityRatio', { resources: [{ name: 'cpu' }], requestedToCapacityRatio: { shape } });
    const at = (cpu: string) => scores('NodeResourcesFit', { nodes: [node('n', { cpu: '100' })], pod: pod('p', { cpu }), args });
    expect(['10', '20', '33', '50', '77', '100', '101'].map((cpu) => at(cpu)?.n)).toEqual([
      30, // before the first point
      30,
      60, // 30 + trunc(70 * 13 / 30) = 30 + 30
      100,
      46, // 100 + trunc(-100 * 27 / 50) = 100 - 54
      0,
      0,
    ]);
  });
});

describe('NodeResourcesFit filters', () => {
  const nodes = [node('n', { cpu: '4', memory: '8', 'nvidia.com/gpu': '2', pods: '2' })];
  const there = { n: [pod('a', { cpu: '3', memory: '1', 'nvidia.com/gpu': '1' })] };
  test.each([
    { what: 'what is left fits', requests: { cpu: '1', memory: '7', 'nvidia.com/gpu': '1' }, verdict: 'yes' },
    { what: 'all reasons are told', requests: { cpu: '2', memory: '8' }, verdict: 'Insufficient cpu, Insufficient memory' },
    { what: 'too small a node', requests: { cpu: '2', memory: '9' }, verdict: 'never: Insufficient cpu, Insufficient memory' },
    { what: 'GPUs', requests: { 'nvidia.com/gpu': '2' }, verdict: 'Insufficient nvidia.com/gpu' },
    { what: 'an unknown resource', requests: { 'example.com/x': '1' }, verdict: 'never: Insufficient example.com/x' },
  ])('$what', ({ requests, verdict }) => {
    expect(filter('NodeResourcesFit', { nodes, pods: there, pod: pod('p', requests) })).toEqual({ n: verdict });
  });

  test('1.26 does not know that a node is too small', () => {
    const case126 = { nodes, pods: there, pod: pod('p', { cpu: '9' }), behaviour: V126 };
    expect(filter('NodeResourcesFit', case126)).toEqual({ n: 'Insufficient cpu' });
  });

  test('pod slots run out', () => {
    const full = { n: [pod('a'), pod('b')] };
    expect(filter('NodeResourcesFit', { nodes, pods: full, pod: pod('p') })).toEqual({ n: 'Too many pods' });
  });

  test('extended resources can be ignored, by name and by group', () => {
    const args = { ignoredResources: ['example.com/x'], ignoredResourceGroups: ['other.org'] };
    const asks = (name: string) => filter('NodeResourcesFit', { nodes, pod: pod('p', { [name]: '1' }), args })?.['n' as never];
    expect(['example.com/x', 'other.org/y', 'example.com/z'].map(asks)).toEqual([
      'yes',
      'yes',
      'never: Insufficient example.com/z',
    ]);
  });

  test('init containers count by their maximum, sidecars beside the others, overhead on top', () => {
    const container = (cpu: string, more = {}) => ({ resources: { requests: { cpu } }, ...more });
    const spec = {
      // Running: 1 + 1 (sidecar) = 2. Starting: first 3, then sidecar 1 + 2 = 3. Maximum 3, and 500m of overhead.
      containers: [container('1')],
      initContainers: [container('3'), container('1', { restartPolicy: 'Always' }), container('2')],
      overhead: { cpu: '500m' },
    };
    const at = (cpu: string) => filter('NodeResourcesFit', { nodes: [node('n', { cpu })], pod: pod('p', {}, { spec }) });
    expect(at('3500m')).toEqual({ n: 'yes' });
    expect(at('3499m')).toEqual({ n: 'never: Insufficient cpu' });
  });
});

describe('NodeResourcesBalancedAllocation', () => {
  const nodes = [node('n', { cpu: '8', memory: '1000' })];
  test.each([
    // 3/8 and 1/2: half their difference is 0.0625, so 93. An empty node is even: 100. 50 + (50 + 93 - 100) / 2 = 71.
    { what: 'before 1.33: what it would be', behaviour: V126, requests: { cpu: '3', memory: '500' }, score: 93 },
    { what: 'since 1.33: what changes', behaviour: V136, requests: { cpu: '3', memory: '500' }, score: 71 },
    { what: 'an even pod changes nothing', behaviour: V136, requests: { cpu: '4', memory: '500' }, score: 75 },
    { what: 'nothing requested, before 1.33', behaviour: V126, requests: {}, score: 100 },
    { what: 'nothing requested, since 1.33', behaviour: V136, requests: {}, score: undefined },
  ])('$what: $score', ({ behaviour, requests, score }) => {
    const found = scores('NodeResourcesBalancedAllocation', { nodes, pod: pod('p', requests), behaviour });
    expect(found).toEqual(score === undefined ? undefined : { n: score });
  });

  test('rounds as binary fractions do', () => {
    // 68/100 and 0 differ by 0.68, half of which is 0.34: 66 exactly, but 65.99999999999999 in doubles.
    const hundred = [node('n', { cpu: '100', memory: '100' })];
    const one = pod('p', { cpu: '68', memory: '0' });
    expect(scores('NodeResourcesBalancedAllocation', { nodes: hundred, pod: one, behaviour: V126 })).toEqual({ n: 65 });
  });
});

describe('taints, node affinity, names, ports', () => {
  const tainted = (name: string, count: number, effect: string) =>
    node(name, {}, { spec: { taints: Array.from({ length: count }, (_, i) => ({ key: `k${i}`, value: 'v', effect })) } });

  test('soft taints are counted: 0, 1 and 3 of at most 3', () => {
    const nodes = [0, 1, 3].map((count) => tainted(`n${count}`, count, 'PreferNoSchedule'));
    expect(scores('TaintToleration', { nodes, pod: pod('p') })).toEqual({ n0: 100, n1: 67, n3: 0 });
  });

  test.each([
    { toleration: { key: 'k0', operator: 'Exists' }, verdict: 'yes' },
    { toleration: { key: 'k0', value: 'v' }, verdict: 'yes' },
    { toleration: { operator: 'Exists' }, verdict: 'yes' },
    { toleration: { key: 'k0', value: 'w' }, verdict: 'never: node(s) had untolerated taint(s)' },
    { toleration: { key: 'k0', operator: 'Exists', effect: 'NoExecute' }, verdict: 'never: node(s) had untolerated taint(s)' },
  ])('toleration $toleration: $verdict', ({ toleration, verdict }) => {
    const one = pod('p', {}, { spec: { tolerations: [toleration] } });
    expect(filter('TaintToleration', { nodes: [tainted('n', 1, 'NoSchedule')], pod: one })).toEqual({ n: verdict });
  });

  test.each([
    { operator: 'Gt', value: '950', fits: true },
    { operator: 'Gt', value: '980', fits: false },
    { operator: 'Lt', value: '981', fits: true },
    { operator: 'Lt', value: 'many', fits: false },
  ])('a taint of 980 against $operator $value: $fits', ({ operator, value, fits }) => {
    const nodes = [node('n', {}, { spec: { taints: [{ key: 'sla', value: '980', effect: 'NoSchedule' }] } })];
    const one = pod('p', {}, { spec: { tolerations: [{ key: 'sla', operator, value }] } });
    expect(filter('TaintToleration', { nodes, pod: one })).toEqual({ n: fits ? 'yes' : expect.stringContaining('taint') });
  });

  test('1.26 names the taint', () => {
    const found = filter('TaintToleration', { nodes: [tainted('n', 1, 'NoSchedule')], pod: pod('p'), behaviour: V126 });
    expect(found).toEqual({ n: 'never: node(s) had untolerated taint {k0: v}' });
  });

  test('preferred node affinity: 3 and 7 of 7', () => {
    const prefers = (weight: number, disk: string) => ({
      weight,
      preference: { matchExpressions: [{ key: disk, operator: 'Exists' }] },
    });
    const affinity = {
      nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [prefers(3, 'ssd'), prefers(4, 'fast')] },
    };
    const nodes = [node('one', {}, { labels: { ssd: '' } }), node('both', {}, { labels: { ssd: '', fast: '' } }), node('none')];
    const one = pod('p', {}, { spec: { affinity } });
    expect(scores('NodeAffinity', { nodes, pod: one })).toEqual({ one: 42, both: 100, none: 0 });
  });

  test.each([
    { operator: 'In', values: ['r1', 'r2'], passed: ['a'] },
    { operator: 'NotIn', values: ['r1'], passed: ['b', 'c'] },
    { operator: 'Exists', values: [], passed: ['a', 'b'] },
    { operator: 'DoesNotExist', values: [], passed: ['c'] },
    { operator: 'Gt', values: ['6'], passed: ['b'] },
    { operator: 'Lt', values: ['7'], passed: [] },
    { operator: 'Near', values: ['7'], passed: [] },
  ])('required node affinity: rack $operator $values', ({ operator, values, passed }) => {
    const nodes = [node('a', {}, { labels: { rack: 'r1' } }), node('b', {}, { labels: { rack: '7' } }), node('c')];
    const nodeSelectorTerms = [{ matchExpressions: [{ key: 'rack', operator, values }] }];
    const required = { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } };
    const found = filter('NodeAffinity', { nodes, pod: pod('p', {}, { spec: { affinity: { nodeAffinity: required } } }) });
    expect(
      Object.entries(found ?? {})
        .filter(([, verdict]) => verdict === 'yes')
        .map(([name]) => name),
    ).toEqual(passed);
  });

  test('cordoned nodes, nodes by name, ports of the node', () => {
    const nodes = [node('a', {}, { spec: { unschedulable: true } }), node('b')];
    expect(filter('NodeUnschedulable', { nodes, pod: pod('p') })).toEqual({ a: 'never: node(s) were unschedulable', b: 'yes' });
    expect(filter('NodeName', { nodes, pod: pod('p', {}, { spec: { nodeName: 'a' } }) })).toEqual({
      a: 'yes',
      b: "never: node(s) didn't match the requested node name",
    });
    const listening = (hostPort: number, hostIP = '') =>
      pod('p', {}, { spec: { containers: [{ ports: [{ hostPort, hostIP }] }] } });
    const pods = { a: [listening(80, '10.0.0.1')] };
    const verdicts = (one: Pod) => filter('NodePorts', { nodes, pods, pod: one });
    expect(verdicts(listening(80))).toEqual({ a: "node(s) didn't have free ports for the requested pod ports", b: 'yes' });
    expect(verdicts(listening(80, '10.0.0.2'))).toEqual({ a: 'yes', b: 'yes' });
    expect(verdicts(listening(81))).toEqual({ a: 'yes', b: 'yes' });
    expect(verdicts(pod('p'))).toBe('Skip');
  });

  test('images: 900 MiB that one of two nodes has', () => {
    // 450 MiB between 23 and 1000: 427 of 977 = 43.7 %.
    const images = [{ names: ['big:latest'], sizeBytes: 900 * 2 ** 20 }];
    const nodes = [node('a', {}, { status: { images } }), node('b')];
    const one = pod('p', {}, { spec: { containers: [{ image: 'big' }] } });
    expect(scores('ImageLocality', { nodes, pod: one })).toEqual({ a: 43, b: 0 });
  });
});

describe('PodTopologySpread', () => {
  const nodes = [zoned('a1', 'a'), zoned('b1', 'b'), zoned('b2', 'b'), zoned('nowhere')];
  const pods = { a1: [labelled('1', 'web'), labelled('2', 'web')], b2: [labelled('3', 'web'), labelled('4', 'db')] };
  const spread = (whenUnsatisfiable: string, more = {}) => {
    const constraint = { maxSkew: 1, topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable, ...more };
    const topologySpreadConstraints = [{ labelSelector: { matchLabels: { app: 'web' } }, ...constraint }];
    return pod('p', {}, { metadata: { labels: { app: 'web' } }, spec: { topologySpreadConstraints } });
  };
  const uneven = "node(s) didn't match pod topology spread constraints";
  const missing = `never: ${uneven} (missing required label)`;

  test('hard: zone a has 2 pods, zone b 1', () => {
    const found = filter('PodTopologySpread', { nodes, pods, pod: spread('DoNotSchedule') });
    expect(found).toEqual({ a1: uneven, b1: 'yes', b2: 'yes', nowhere: missing });
  });

  test('hard: with fewer domains than asked for the smallest count is 0', () => {
    const found = filter('PodTopologySpread', { nodes, pods, pod: spread('DoNotSchedule', { minDomains: 3 }) });
    expect(found).toEqual({ a1: uneven, b1: uneven, b2: uneven, nowhere: missing });
  });

  test('soft: counts 2 and 1 weigh ln 4: 2.8 and 1.4, so 3 and 1', () => {
    // 100 * (3 + 1 - 3) / 3 = 33; 100 * (3 + 1 - 1) / 3 = 100; without the label 0.
    const found = scores('PodTopologySpread', { nodes, pods, pod: spread('ScheduleAnyway') });
    expect(found).toEqual({ a1: 33, b1: 100, b2: 100, nowhere: 0 });
  });

  test("the system's defaults are for pods that a controller stands behind", () => {
    const selector = { matchLabels: { app: 'web' } };
    const replicator = readReplicator(
      { kind: 'ReplicaSet', metadata: { name: 'r', namespace: 'default' }, spec: { selector } },
      'r',
    );
    const objects = { services: [], replicators: [replicator] };
    const ownerReferences = [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'r', controller: true }];
    const owned = pod('p', {}, { metadata: { labels: { app: 'web' }, ownerReferences } });
    expect(scores('PodTopologySpread', { nodes, pods, pod: labelled('bare', 'web'), objects })).toBeUndefined();
    // No node has a hostname. Zones a, b and none are 3 domains: ln 5 = 1.6; 2 pods 3.2, 1 pod 1.6, each plus 4:
    // 7, 6 and, without the label, nothing at all. 100 * (7 + 0 - 7) / 7 = 0; 100 * 1 / 7 = 14; 100.
    expect(scores('PodTopologySpread', { nodes, pods, pod: owned, objects })).toEqual({ a1: 0, b1: 14, b2: 14, nowhere: 100 });
  });
});

describe('InterPodAffinity', () => {
  const nodes = [zoned('a1', 'a'), zoned('a2', 'a'), zoned('b1', 'b')];
  const term = { topologyKey: 'topology.kubernetes.io/zone', labelSelector: { matchLabels: { app: 'web' } } };
  const required = (kind: string, metadata = {}) =>
    pod('p', {}, { metadata, spec: { affinity: { [kind]: { requiredDuringSchedulingIgnoredDuringExecution: [term] } } } });
  const web = { a1: [labelled('1', 'web')] };

  test('near, away, and kept away by others', () => {
    expect(filter('InterPodAffinity', { nodes, pods: web, pod: required('podAffinity') })).toEqual({
      a1: 'yes',
      a2: 'yes',
      b1: "never: node(s) didn't match pod affinity rules",
    });
    const away = "node(s) didn't match pod anti-affinity rules";
    expect(filter('InterPodAffinity', { nodes, pods: web, pod: required('podAntiAffinity') })).toEqual({
      a1: away,
      a2: away,
      b1: 'yes',
    });
    const objects = "node(s) didn't satisfy existing pods anti-affinity rules";
    const pods = { b1: [required('podAntiAffinity')] };
    expect(filter('InterPodAffinity', { nodes, pods, pod: labelled('p', 'web') })).toEqual({ a1: 'yes', a2: 'yes', b1: objects });
  });

  test('the first of a group that wants to be together may go anywhere with the label', () => {
    const first = required('podAffinity', { labels: { app: 'web' } });
    const found = filter('InterPodAffinity', { nodes: [...nodes, zoned('nowhere')], pod: first });
    expect(found).toEqual({ a1: 'yes', a2: 'yes', b1: 'yes', nowhere: "never: node(s) didn't match pod affinity rules" });
  });

  test('a selector that cannot be understood rejects the pod', () => {
    const bad = { ...term, labelSelector: { matchLabels: { app: 'not valid!' } } };
    const spec = { affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [bad] } } };
    expect(filter('InterPodAffinity', { nodes, pod: pod('p', {}, { spec }) })).toBe('UnschedulableAndUnresolvable');
  });

  test('preferences add up by zone: 5 and -2 are stretched to 100 and 0, none lies at 28', () => {
    const prefers = (kind: string, weight: number, app: string) => ({
      [kind]: {
        preferredDuringSchedulingIgnoredDuringExecution: [
          { weight, podAffinityTerm: { ...term, labelSelector: { matchLabels: { app } } } },
        ],
      },
    });
    const affinity = { ...prefers('podAffinity', 5, 'web'), ...prefers('podAntiAffinity', 2, 'db') };
    const pods = { ...web, b1: [labelled('2', 'db')] };
    const all = [...nodes, zoned('nowhere')];
    // 100 * (0 + 2) / (5 + 2) = 28.6
    const found = scores('InterPodAffinity', { nodes: all, pods, pod: pod('p', {}, { spec: { affinity } }) });
    expect(found).toEqual({ a1: 100, a2: 100, b1: 0, nowhere: 28 });
    expect(scores('InterPodAffinity', { nodes, pods, pod: labelled('p', 'web') })).toBeUndefined();
  });

  test('a required term of a pod that is there counts hardPodAffinityWeight', () => {
    const pods = { b1: [required('podAffinity')] };
    expect(scores('InterPodAffinity', { nodes, pods, pod: labelled('p', 'web') })).toEqual({ a1: 0, a2: 0, b1: 100 });
    const args = { hardPodAffinityWeight: 0 };
    expect(scores('InterPodAffinity', { nodes, pods, pod: labelled('p', 'web'), args })).toBeUndefined();
  });
});
