/** The cluster, the pod and the switches of a vector. */
import type { JsonField } from '../kubernetes-json.ts';
import { readNamespace, readNode, readPodDisruptionBudget, readReplicator, readService } from '../kubernetes-read-cluster.ts';
import { readPod } from '../kubernetes-read-pod.ts';
import type { Namespace, Node, Pod, PodDisruptionBudget, Replicator } from '../kubernetes.ts';
import { BEHAVIOURS } from '../policies/kube-default/behaviour.ts';
import type { Behaviour, KubeVersion } from '../policies/kube-default/behaviour.ts';
import type { SpreadingObjects } from '../policies/kube-default/default-selector.ts';
import { Snapshot } from '../policies/kube-default/snapshot.ts';

export interface VectorCluster {
  readonly snapshot: Snapshot;
  /** Rows of the nodes that a score is asked for, in the order of the vector. */
  readonly rows: readonly number[];
  readonly objects: SpreadingObjects;
}

export function readCluster(vector: JsonField, version: KubeVersion): VectorCluster {
  const cluster = vector.at('cluster');
  const snapshot = new Snapshot(readBehaviour(vector, version), readNamespaces(vector));
  const add = (nodes: readonly Node[]) => nodes.map((node) => snapshot.addNode(node));
  const rows = add(readAll(cluster.at('nodes'), readNode));
  add(readAll(cluster.at('infeasibleNodes'), readNode));
  for (const pod of readAll(cluster.at('pods'), readPod)) {
    const row = pod.nodeName === undefined ? undefined : snapshot.rowOf(pod.nodeName);
    if (row !== undefined) snapshot.addPod(snapshot.podInfo(pod), row);
  }
  return { snapshot, rows, objects: readObjects(cluster) };
}

export function readVectorPod(vector: JsonField): Pod {
  return readPod(vector.at('pod').value ?? {}, vector.at('pod').path);
}

export function readBudgets(vector: JsonField): PodDisruptionBudget[] {
  return readAll(vector.at('cluster').at('pdbs'), readPodDisruptionBudget);
}

function readAll<Item>(field: JsonField, read: (json: unknown, where: string) => Item): Item[] {
  return field.list().map(({ value, path }) => read(value, path));
}

function readObjects(cluster: JsonField): SpreadingObjects {
  const replicators = (name: string, kind: Replicator['kind']) =>
    readAll(cluster.at(name), (json, where) => readReplicator(json, where, kind));
  return {
    services: readAll(cluster.at('services'), readService),
    replicators: [
      ...replicators('replicaSets', 'ReplicaSet'),
      ...replicators('statefulSets', 'StatefulSet'),
      ...replicators('replicationControllers', 'ReplicationController'),
    ],
  };
}

/** Vectors switch features that the version would have on. */
function readBehaviour(vector: JsonField, version: KubeVersion): Behaviour {
  const behaviour = BEHAVIOURS[version];
  const gates = vector.at('gates');
  return {
    ...behaviour,
    nodeInclusionPolicy: gates.at('nodeInclusionPolicy').flag() ?? behaviour.nodeInclusionPolicy,
    matchLabelKeys: gates.at('matchLabelKeys').flag() ?? behaviour.matchLabelKeys,
    podLevelResources: vector.at('podLevelResources').flag() ?? behaviour.podLevelResources,
  };
}

/** The namespaces that all tests of InterPodAffinity share, with their label `team`. */
const TEAMS = 'subteam1.team1={team:team1},subteam2.team1={team:team1},subteam1.team2={team:team2},subteam2.team2={team:team2}';

function readNamespaces(vector: JsonField): Namespace[] {
  const field = vector.at('namespaces');
  if (Array.isArray(field.value)) return readAll(field, readNamespace);
  const implied = vector.at('plugin').text() === 'InterPodAffinity' ? TEAMS : '';
  const text = field.text() ?? implied;
  return [...text.matchAll(/([^,={}]+)=\{([^}]*)\}/g)].map(([, name, labels]) => ({ name, labels: parseLabels(labels) }));
}

function parseLabels(text: string): Map<string, string> {
  const pairs = text.split(',').filter((pair) => pair.includes(':'));
  return new Map(pairs.map((pair) => [pair.slice(0, pair.indexOf(':')), pair.slice(pair.indexOf(':') + 1)]));
}
