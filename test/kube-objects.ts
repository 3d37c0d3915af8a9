// Kubernetes objects for tests: a few words make a node or a pod, and dense random ones for properties.
import fc from 'fast-check';
import { readNode } from '../src/kubernetes-read-cluster.ts';
import { readPod } from '../src/kubernetes-read-pod.ts';
import type { Namespace, Node, Pod } from '../src/kubernetes.ts';
import { BEHAVIOURS } from '../src/policies/kube-default/behaviour.ts';
import type { Behaviour } from '../src/policies/kube-default/behaviour.ts';
import { Snapshot } from '../src/policies/kube-default/snapshot.ts';

export const V136 = BEHAVIOURS['1.36'];
export const V126 = BEHAVIOURS['1.26'];

type Json = Record<string, unknown>;

/** A node with plenty of room for pods, unless it says otherwise. */
export function node(
  name: string,
  allocatable: Json = {},
  { labels = {}, spec = {}, status = {} }: Record<string, Json> = {},
): Node {
  const json = { metadata: { name, labels }, spec, status: { allocatable: { pods: '110', ...allocatable }, ...status } };
  return readNode(json, `node ${name}`);
}

/** A pod with one container that requests so much. */
export function pod(
  name: string,
  requests: Json = {},
  { metadata = {}, spec = {}, status = {} }: Record<string, Json> = {},
): Pod {
  const json = {
    metadata: { name, uid: name, namespace: 'default', ...metadata },
    spec: { containers: [{ name: 'main', resources: { requests } }], ...spec },
    status,
  };
  return readPod(json, `pod ${name}`);
}

/** Nodes with the pods on them, by node name. */
export function snapshotOf(
  nodes: readonly Node[],
  pods: Record<string, readonly Pod[]> = {},
  behaviour: Behaviour = V136,
): Snapshot {
  const snapshot = new Snapshot(behaviour, NAMESPACES);
  for (const one of nodes) snapshot.addNode(one);
  for (const [name, there] of Object.entries(pods)) {
    for (const one of there) snapshot.addPod(snapshot.podInfo(one), rowOf(snapshot, name));
  }
  return snapshot;
}

export function rowOf(snapshot: Snapshot, name: string): number {
  const row = snapshot.rowOf(name);
  if (row === undefined) throw new Error(`there is no node ${name}`);
  return row;
}

export const NAMESPACES: readonly Namespace[] = [
  { name: 'default', labels: new Map([['team', 'a']]) },
  { name: 'other', labels: new Map([['team', 'b']]) },
];

const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });

/** Few keys and values, so that nodes and pods meet. */
const labels = fc.record({ app: maybe(fc.constantFrom('web', 'db')), rank: maybe(fc.constantFrom('1', '2')) });
const selector = fc.oneof(
  fc.record({ matchLabels: fc.record({ app: fc.constantFrom('web', 'db') }) }),
  fc.record({
    matchExpressions: fc.array(
      fc.oneof(
        fc.record({ key: fc.constant('app'), operator: fc.constantFrom('Exists', 'DoesNotExist') }),
        fc.record({ key: fc.constant('rank'), operator: fc.constantFrom('In', 'NotIn'), values: fc.constant(['1']) }),
      ),
      { maxLength: 2 },
    ),
  }),
);
const topologyKey = fc.constantFrom('topology.kubernetes.io/zone', 'kubernetes.io/hostname', 'rack');

const affinityTerm = fc.record({
  labelSelector: maybe(selector),
  topologyKey,
  namespaces: maybe(fc.constantFrom(['other'], ['default', 'other'])),
  namespaceSelector: maybe(
    fc.constantFrom<Json>({}, { matchLabels: { team: 'b' } }, { matchExpressions: [{ key: 'team', operator: 'DoesNotExist' }] }),
  ),
});
const podAffinity = fc.record({
  requiredDuringSchedulingIgnoredDuringExecution: fc.array(affinityTerm, { maxLength: 2 }),
  preferredDuringSchedulingIgnoredDuringExecution: fc.array(
    fc.record({ weight: fc.integer({ min: 1, max: 3 }), podAffinityTerm: affinityTerm }),
    { maxLength: 2 },
  ),
});
const nodeTerm = fc.record({
  matchExpressions: fc.array(
    fc.record({ key: fc.constant('rack'), operator: fc.constantFrom('In', 'NotIn'), values: fc.constant(['r1']) }),
    { minLength: 1, maxLength: 1 },
  ),
});
const spreadConstraint = fc.record({
  maxSkew: fc.integer({ min: 1, max: 2 }),
  topologyKey,
  whenUnsatisfiable: fc.constantFrom('DoNotSchedule', 'ScheduleAnyway'),
  labelSelector: maybe(selector),
  minDomains: maybe(fc.integer({ min: 1, max: 3 })),
  nodeAffinityPolicy: maybe(fc.constantFrom('Honor', 'Ignore')),
  nodeTaintsPolicy: maybe(fc.constantFrom('Honor', 'Ignore')),
});
const toleration = fc.record({
  key: fc.constantFrom('dedicated', ''),
  operator: fc.constant('Exists'),
  effect: fc.constantFrom('', 'NoSchedule'),
});

const podSpecs = fc.record({
  priority: fc.integer({ min: 0, max: 2 }),
  containers: fc.array(
    fc.record({
      image: fc.constantFrom('small', 'large'),
      resources: fc.record({
        requests: fc.record({
          cpu: maybe(fc.constantFrom('0', '1', '1500m')),
          memory: maybe(fc.constantFrom('1Gi', '2Gi')),
          gpu: maybe(fc.constant('1')),
        }),
      }),
      ports: fc.array(fc.record({ hostPort: fc.constantFrom(0, 80) }), { maxLength: 1 }),
    }),
    { minLength: 1, maxLength: 2 },
  ),
  affinity: maybe(
    fc.record({
      nodeAffinity: maybe(
        fc.record({
          requiredDuringSchedulingIgnoredDuringExecution: maybe(
            fc.record({ nodeSelectorTerms: fc.array(nodeTerm, { maxLength: 1 }) }),
          ),
          preferredDuringSchedulingIgnoredDuringExecution: fc.array(
            fc.record({ weight: fc.integer({ min: 1, max: 3 }), preference: nodeTerm }),
            { maxLength: 1 },
          ),
        }),
      ),
      podAffinity: maybe(podAffinity),
      podAntiAffinity: maybe(podAffinity),
    }),
  ),
  topologySpreadConstraints: fc.array(spreadConstraint, { maxLength: 2 }),
  tolerations: fc.array(toleration, { maxLength: 1 }),
});

/** A pod in all but its name. Specs are often alike, as those of the pods of a job are. */
export const podJson = fc.record({
  namespace: fc.constantFrom('default', 'default', 'other', 'unknown'),
  labels,
  spec: podSpecs,
  terminating: fc.constantFrom(false, false, true),
});

export const nodeJson = fc.record({
  labels: fc.record({
    'topology.kubernetes.io/zone': maybe(fc.constantFrom('a', 'b')),
    'kubernetes.io/hostname': maybe(fc.constantFrom('h1', 'h2', 'h3')),
    rack: maybe(fc.constantFrom('r1', 'r2')),
  }),
  unschedulable: fc.constantFrom(false, false, true),
  taints: fc.array(
    fc.record({ key: fc.constantFrom('dedicated', 'old'), effect: fc.constantFrom('NoSchedule', 'PreferNoSchedule') }),
    { maxLength: 2 },
  ),
  cpu: fc.constantFrom('2', '4'),
  gpu: maybe(fc.constantFrom('0', '2')),
  pods: fc.constantFrom('3', '110'),
  images: fc.subarray(['small', 'large']),
});

export type PodJson = typeof podJson extends fc.Arbitrary<infer Value> ? Value : never;
export type NodeJson = typeof nodeJson extends fc.Arbitrary<infer Value> ? Value : never;

const IMAGE_SIZES: Record<string, number> = { small: 50 * 2 ** 20, large: 900 * 2 ** 20 };

export function makeNode(name: string, { labels: given, unschedulable, taints, cpu, gpu, pods, images }: NodeJson): Node {
  const allocatable = { cpu, memory: '8Gi', 'nvidia.com/gpu': gpu, pods };
  const status = { images: images.map((image) => ({ names: [`${image}:latest`], sizeBytes: IMAGE_SIZES[image] })) };
  return node(name, allocatable, { labels: given, spec: { unschedulable, taints }, status });
}

export function makePod(name: string, { namespace, labels: given, spec, terminating }: PodJson): Pod {
  const containers = spec.containers.map(
    ({
      resources: {
        requests: { gpu, ...rest },
      },
      ...container
    }) => ({
      ...container,
      resources: { requests: { ...rest, 'nvidia.com/gpu': gpu } },
    }),
  );
  const metadata = { namespace, labels: given, deletionTimestamp: terminating ? 'now' : undefined };
  return pod(name, {}, { metadata, spec: { ...spec, containers } });
}
