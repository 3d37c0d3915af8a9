// What plugins wait for: a hint says yes where the plugin's own filter would change its mind, and where it does not the
// case is named, with its reason.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Node, Pod } from '../src/kubernetes.ts';
import { defaultProfile } from '../src/policies/kube-default/profile.ts';
import type { PodInfo } from '../src/policies/kube-default/pod-info.ts';
import { incidentsOf, podIncidents } from '../src/policies/kube-default/queue/events.ts';
import type { ClusterEvent, Incident } from '../src/policies/kube-default/queue/events.ts';
import { nodeAffinityHints } from '../src/policies/kube-default/queue/node-hints.ts';
import { admissionTo } from '../src/policies/kube-default/queue/node-admission.ts';
import { DEFAULT_HINTS, QueueingHints } from '../src/policies/kube-default/queue/queueing-hints.ts';
import { QUEUE_RULES } from '../src/policies/kube-default/queue/rules.ts';
import { makeNode, makePod, node, nodeJson, pod, podJson, rowOf, snapshotOf, V126, V136 } from './kube-objects.ts';

const snapshot = snapshotOf([]);
const hints = new QueueingHints(DEFAULT_HINTS, V136);
const old = new QueueingHints(DEFAULT_HINTS, V126);
const RULES = QUEUE_RULES['1.36'];
const bind = (one: Pod): PodInfo => snapshot.podInfo({ ...one, nodeName: 'n' });
const info = (one: Pod): PodInfo => snapshot.podInfo(one);

function helps(plugin: string, one: PodInfo, event: ClusterEvent): boolean {
  return incidentsOf(event, RULES).some((incident) => hints.helps(plugin, one, incident));
}

/** The filter's own verdict on the pod and the node, empty. */
function accepts(plugin: string, one: Pod, candidate: Node): boolean {
  const alone = snapshotOf([candidate]);
  const filter = defaultProfile(V136).filters.find(({ name }) => name === plugin);
  const { status, check } = filter?.preFilter(alone.podInfo(one), alone) ?? {};
  if (check === undefined) return status?.code === 'Skip';
  return check.filter(rowOf(alone, candidate.name)).code === 'Success';
}

const nodes = nodeJson.map((json) => makeNode('n', json));
const pods = podJson.map((json) => makePod('p', json));

describe('hints and filters', () => {
  test.each(['NodeUnschedulable', 'TaintToleration', 'NodeAffinity', 'NodeResourcesFit'])(
    '%s: a new node helps a pod that the filter would accept there',
    (plugin) => {
      fc.assert(
        fc.property(nodes, pods, (added, one) => {
          // Who bears a cordon is not rejected for it, so the hint does not ask.
          const accepted = plugin === 'NodeUnschedulable' ? !added.unschedulable : accepts(plugin, one, added);
          expect(helps(plugin, info(one), { kind: 'NodeAdd', node: added })).toBe(accepted);
        }),
        { numRuns: 500 },
      );
    },
  );

  test.each(['NodeUnschedulable', 'TaintToleration', 'NodeAffinity'])(
    '%s: a node that changes helps a pod that the filter would accept there, and would not before',
    (plugin) => {
      fc.assert(
        fc.property(nodes, nodes, pods, (before, after, one) => {
          const changed =
            plugin === 'NodeUnschedulable'
              ? before.unschedulable && !after.unschedulable
              : !accepts(plugin, one, before) && accepts(plugin, one, after);
          expect(helps(plugin, info(one), { kind: 'NodeUpdate', old: before, node: after })).toBe(changed);
        }),
        { numRuns: 1000 },
      );
    },
  );

  test('NodeResourcesFit: a node that changes helps a pod that fits there now, if something it wants has grown', () => {
    fc.assert(
      fc.property(nodes, nodes, pods, (before, after, one) => {
        const wanted = [...info(one).class.requests.exact].filter(([, amount]) => amount > 0).map(([name]) => name);
        const grown = ['pods', ...wanted].filter(
          (name) => (after.allocatable.get(name) ?? 0) > (before.allocatable.get(name) ?? 0),
        );
        const expected = grown.length > 0 && accepts('NodeResourcesFit', one, after);
        expect(helps('NodeResourcesFit', info(one), { kind: 'NodeUpdate', old: before, node: after })).toBe(expected);
      }),
      { numRuns: 1000 },
    );
  });

  test('NodePorts: a pod that goes helps one that the filter kept off its node', () => {
    fc.assert(
      fc.property(pods, pods, (gone, one) => {
        const here = snapshotOf([node('n')], { n: [gone] });
        const filter = defaultProfile(V136).filters.find(({ name }) => name === 'NodePorts');
        const rejected = filter?.preFilter(here.podInfo(one), here).check?.filter(0).code === 'Unschedulable';
        expect(helps('NodePorts', info(one), { kind: 'AssignedPodDelete', pod: bind(gone) })).toBe(rejected);
      }),
      { numRuns: 500 },
    );
  });

  test('without hints a node is asked whether it would take the pod: the filters of its own kinds', () => {
    const plugins = ['NodeName', 'TaintToleration', 'NodeAffinity', 'NodePorts', 'NodeResourcesFit'];
    fc.assert(
      fc.property(nodes, fc.array(pods, { maxLength: 3 }), pods, (there, others, one) => {
        const here = snapshotOf([there], { n: others }, V126);
        const filters = defaultProfile(V126).filters.filter(({ name }) => plugins.includes(name));
        const verdicts = filters.map((filter) => {
          const { status, check } = filter.preFilter(here.podInfo(one), here);
          return check === undefined ? status.code === 'Skip' : check.filter(0).code === 'Success';
        });
        expect(admissionTo(here, 0)(here.podInfo(one))).toBe(verdicts.every(Boolean));
      }),
      { numRuns: 500 },
    );
  });
});

const web = { metadata: { labels: { app: 'web' } } };
const affinity = (kind: string, app = 'web', more = {}) => ({
  affinity: {
    [kind]: {
      requiredDuringSchedulingIgnoredDuringExecution: [{ labelSelector: { matchLabels: { app } }, topologyKey: 'zone', ...more }],
    },
  },
});
const WANTS = info(pod('wants', {}, { spec: affinity('podAffinity') }));
const AVOIDS = info(pod('avoids', {}, { spec: affinity('podAntiAffinity') }));
const PLAIN = info(pod('plain', {}, web));
const WEB = bind(pod('web', {}, web));
const DB = bind(pod('db', {}, { metadata: { labels: { app: 'db' } } }));
const zone = (value?: string) => node('n', {}, { labels: value === undefined ? {} : { zone: value } });
const add = (one: PodInfo): ClusterEvent => ({ kind: 'AssignedPodAdd', pod: one });
const gone = (one: PodInfo): ClusterEvent => ({ kind: 'AssignedPodDelete', pod: one });
const relabel = (before: PodInfo, after: PodInfo): ClusterEvent => ({ kind: 'AssignedPodUpdate', old: before, pod: after });
const move = (before: Node, after: Node): ClusterEvent => ({ kind: 'NodeUpdate', old: before, node: after });
const HATES_WEB = bind(pod('hater', {}, { spec: affinity('podAntiAffinity') }));

// plugins/interpodaffinity/plugin.go
test.each<[string, PodInfo, ClusterEvent, boolean]>([
  ['a wanted pod comes', WANTS, add(WEB), true],
  ['another pod comes', WANTS, add(DB), false],
  ['a wanted pod that is not bound comes', WANTS, add(info(pod('web', {}, web))), false],
  ['a wanted pod is nominated', WANTS, add(info(pod('web', {}, { ...web, status: { nominatedNodeName: 'n' } }))), true],
  ['a wanted pod goes', WANTS, gone(WEB), false],
  ['a pod becomes wanted', WANTS, relabel(DB, WEB), true],
  ['a pod is no longer wanted', WANTS, relabel(WEB, DB), false],
  ['an avoided pod comes', AVOIDS, add(WEB), false],
  ['an avoided pod goes', AVOIDS, gone(WEB), true],
  ['another pod goes', AVOIDS, gone(DB), false],
  ['a pod is no longer avoided', AVOIDS, relabel(WEB, DB), true],
  ['a pod goes that avoided this one', PLAIN, gone(HATES_WEB), true],
  ['a node comes with the key', WANTS, { kind: 'NodeAdd', node: zone('a') }, true],
  ['a node comes without it', WANTS, { kind: 'NodeAdd', node: zone() }, false],
  ['a node moves', WANTS, move(zone('a'), zone('b')), true],
  ['a node gets the key', AVOIDS, move(zone(), zone('b')), true],
  ['a node loses the key: no place to be wanted', WANTS, move(zone('a'), zone()), false],
  ['a node loses the key: no place to be avoided', AVOIDS, move(zone('a'), zone()), true],
  [
    'a node is tainted',
    AVOIDS,
    move(zone('a'), node('n', {}, { labels: { zone: 'a' }, spec: { taints: [{ key: 'x' }] } })),
    false,
  ],
])('InterPodAffinity: %s', (_, one, event, expected) => {
  expect(helps('InterPodAffinity', one, event)).toBe(expected);
});

test('InterPodAffinity: hints do not know what namespaces are labelled with', () => {
  const selecting = { namespaceSelector: { matchLabels: { team: 'a' } } };
  expect(helps('InterPodAffinity', info(pod('p', {}, { spec: affinity('podAffinity', 'web', selecting) })), add(WEB))).toBe(
    false,
  );
  const all = { namespaceSelector: {} };
  expect(helps('InterPodAffinity', info(pod('p', {}, { spec: affinity('podAffinity', 'web', all) })), add(WEB))).toBe(true);
});

const spread = (more = {}) => ({
  topologySpreadConstraints: [
    {
      maxSkew: 1,
      topologyKey: 'zone',
      whenUnsatisfiable: 'DoNotSchedule',
      labelSelector: { matchLabels: { app: 'web' } },
      ...more,
    },
  ],
});
const SPREAD = info(pod('spread', {}, { spec: spread(), ...web }));
const HONORS = info(pod('spread', {}, { spec: spread({ nodeTaintsPolicy: 'Honor' }), ...web }));
const elsewhere = bind(pod('web', {}, { metadata: { namespace: 'other', labels: { app: 'web' } } }));
const tainted = node('n', {}, { labels: { zone: 'a' }, spec: { taints: [{ key: 'x', effect: 'NoSchedule' }] } });

// plugins/podtopologyspread/plugin.go
test.each<[string, PodInfo, ClusterEvent, boolean]>([
  ['a pod comes that counts', SPREAD, add(WEB), true],
  ['a pod goes that counts', SPREAD, gone(WEB), true],
  ['a pod goes that does not', SPREAD, gone(DB), false],
  ['a pod of another namespace goes', SPREAD, gone(elsewhere), false],
  ['a pod that was not bound goes', SPREAD, gone(info(pod('web', {}, web))), false],
  ['a pod no longer counts', SPREAD, relabel(WEB, DB), true],
  ['a node comes with the key', SPREAD, { kind: 'NodeAdd', node: zone('a') }, true],
  ['a node comes without it', SPREAD, { kind: 'NodeAdd', node: zone() }, false],
  ['a node with the key goes', SPREAD, { kind: 'NodeDelete', node: zone('a') }, true],
  ['a node moves', SPREAD, move(zone('a'), zone('b')), true],
  ['a node loses the key', SPREAD, move(zone('a'), zone()), true],
  ['a node of a domain is tainted', SPREAD, move(zone('a'), tainted), true],
  ['a node without the key is labelled', SPREAD, move(zone(), node('n', {}, { labels: { rack: 'r' } })), false],
])('PodTopologySpread: %s', (_, one, event, expected) => {
  expect(helps('PodTopologySpread', one, event)).toBe(expected);
});

const tolerant = (one: PodInfo, key: string) =>
  info({ ...one.pod, spec: { ...one.pod.spec, tolerations: [{ key, operator: 'Exists', value: '', effect: '' }] } });

// Events of the waiting pod itself
test.each<[string, PodInfo, PodInfo, boolean]>([
  ['TaintToleration', PLAIN, tolerant(PLAIN, 'any'), true],
  ['NodeUnschedulable', PLAIN, tolerant(PLAIN, 'any'), false],
  ['NodeUnschedulable', PLAIN, tolerant(PLAIN, 'node.kubernetes.io/unschedulable'), true],
  ['PodTopologySpread', SPREAD, tolerant(SPREAD, 'any'), false],
  ['PodTopologySpread', HONORS, tolerant(HONORS, 'any'), true],
  ['InterPodAffinity', PLAIN, info(pod('plain')), true],
  ['NodeResourcesFit', info(pod('p', { cpu: '2' })), info(pod('p', { cpu: '1' })), true],
  ['NodeResourcesFit', info(pod('p', { cpu: '1' })), info(pod('p', { cpu: '2' })), false],
  ['SchedulingGates', info(pod('p', {}, { spec: { schedulingGates: [{ name: 'g' }] } })), info(pod('p')), true],
])('%s: the pod itself changes', (plugin, before, after, expected) => {
  const incidents: readonly Incident[] = podIncidents('TargetPod', before, after, RULES);
  expect(incidents.some((incident) => hints.helps(plugin, after, incident))).toBe(expected);
});

test('NodeResourcesFit: a pod that goes helps if it was bound or nominated, and one that shrinks if both want the same', () => {
  const one = info(pod('p', { cpu: '4' }));
  expect(helps('NodeResourcesFit', one, gone(info(pod('q'))))).toBe(false);
  expect(helps('NodeResourcesFit', one, gone(info(pod('q', {}, { status: { nominatedNodeName: 'n' } }))))).toBe(true);
  expect(helps('NodeResourcesFit', one, relabel(bind(pod('q', { cpu: '2' })), bind(pod('q', { cpu: '1' }))))).toBe(true);
  const memory = relabel(bind(pod('q', { memory: '2Gi' })), bind(pod('q', { memory: '1Gi' })));
  expect(helps('NodeResourcesFit', one, memory)).toBe(false);
});

test('NodeAffinity: what the configuration adds is asked of new nodes', () => {
  const required = [{ matchExpressions: [{ key: 'rack', operator: 'Exists', values: [] }], matchFields: [] }];
  const strict = new QueueingHints([nodeAffinityHints({ addedAffinity: { required, preferred: [] } })], V136);
  const added = (labels: Record<string, string>): Incident => ({
    resource: 'Node',
    action: 'Add',
    newNode: node('n', {}, { labels }),
  });
  expect(strict.helps('NodeAffinity', PLAIN, added({}))).toBe(false);
  expect(strict.helps('NodeAffinity', PLAIN, added({ rack: 'r' }))).toBe(true);
});

// EventsToRegister of v1.26.5: which kinds wake pods of which plugin, whatever the objects are
test('version 1.26 goes by kinds of events', () => {
  const kinds = [
    'AssignedPod/Add AssignedPod/Update AssignedPod/Delete',
    'Node/Add Node/Delete Node/UpdateNodeAllocatable Node/UpdateNodeLabel Node/UpdateNodeTaint Node/UpdateNodeCondition',
  ].flatMap((line) => line.split(' '));
  const incidents = kinds.map((kind) => ({ resource: kind.split('/')[0], action: kind.split('/')[1] }) as Incident);
  const waked = DEFAULT_HINTS.map(({ plugin }) => {
    const marks = incidents.map((incident) => (old.helps(plugin, PLAIN, incident) ? 'x' : '.')).join('');
    return `${marks} ${plugin}`;
  });
  expect(waked).toEqual([
    '......... SchedulingGates',
    '...x...x. NodeUnschedulable',
    '...x.xxxx NodeName',
    '...x.xxxx TaintToleration',
    '...x.xxxx NodeAffinity',
    '..xx.xxxx NodePorts',
    '..xx.xxxx NodeResourcesFit',
    'xxxxx.x.. PodTopologySpread',
    'xxxx..x.. InterPodAffinity',
    '......... DefaultPreemption',
  ]);
});

test('what of a node has changed, in order', () => {
  const [before, after] = [
    node('n', { cpu: '1' }, { spec: { unschedulable: true } }),
    node('n', { cpu: '2' }, { labels: { a: 'b' }, spec: { taints: [{ key: 'x', effect: 'NoSchedule' }] } }),
  ];
  const changes = (event: ClusterEvent, rules = RULES) => incidentsOf(event, rules).map(({ action }) => action);
  const all = ['UpdateNodeTaint', 'UpdateNodeAllocatable', 'UpdateNodeLabel', 'UpdateNodeTaint'];
  expect(changes(move(before, after))).toEqual(all);
  // v1.26.5 sends the first change only.
  expect(changes(move(before, after), QUEUE_RULES['1.26'])).toEqual(all.slice(0, 1));
  expect(changes(move(after, { ...after, unschedulable: true }))).toEqual([]);
});
