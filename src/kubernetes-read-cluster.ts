/** Readers of nodes and of the objects around pods, in the shapes that `kubectl get -o json` prints. */
import type { Namespace, Node, PodDisruptionBudget, Replicator, Service, Taint } from './kubernetes.ts';
import { JsonField } from './kubernetes-json.ts';
import { readResources } from './kubernetes-quantity.ts';
import { readLabels, readLabelSelector } from './kubernetes-read-selectors.ts';

export function readNode(json: unknown, where: string): Node {
  const field = new JsonField(json, where);
  const metadata = field.at('metadata');
  const spec = field.at('spec');
  const status = field.at('status');
  return {
    name: metadata.at('name').text() ?? '',
    labels: readLabels(metadata.at('labels')),
    taints: spec.at('taints').list().map(readTaint),
    unschedulable: spec.at('unschedulable').flag() ?? false,
    allocatable: readResources(status.at('allocatable')),
    capacity: readResources(status.at('capacity')),
    images: status
      .at('images')
      .list()
      .map((image) => ({ names: image.at('names').texts(), size: image.at('sizeBytes').integer() ?? 0 })),
    declaredFeatures: status.at('declaredFeatures').texts(),
  };
}

/** Whether the kubelet of a node says that it is well; a node that says nothing is taken to be. */
export function isReady(json: unknown, where: string): boolean {
  const conditions = new JsonField(json, where).at('status').at('conditions').list();
  const ready = conditions.find((condition) => condition.at('type').text() === 'Ready');
  return ready === undefined || ready.at('status').text() === 'True';
}

function readTaint(field: JsonField): Taint {
  return {
    key: field.at('key').text() ?? '',
    value: field.at('value').text() ?? '',
    effect: field.at('effect').text() ?? '',
  };
}

export function readPodDisruptionBudget(json: unknown, where: string): PodDisruptionBudget {
  const field = new JsonField(json, where);
  const spec = field.at('spec');
  const status = field.at('status');
  return {
    ...readName(field),
    selector: readLabelSelector(spec.at('selector')),
    disruptionsAllowed: status.at('disruptionsAllowed').integer() ?? 0,
    disruptedPods: status
      .at('disruptedPods')
      .entries()
      .map(([pod]) => pod),
    minAvailable: readCountOrShare(spec.at('minAvailable')),
    maxUnavailable: readCountOrShare(spec.at('maxUnavailable')),
  };
}

function readCountOrShare(field: JsonField): string | undefined {
  return typeof field.value === 'number' ? String(field.integer()) : field.text();
}

export function readService(json: unknown, where: string): Service {
  const field = new JsonField(json, where);
  const selector = field.at('spec').at('selector');
  return { ...readName(field), selector: selector.absent ? undefined : readLabels(selector) };
}

/** A ReplicaSet, StatefulSet or ReplicationController. `kind` is for lists, whose elements do not name their kind. */
export function readReplicator(json: unknown, where: string, kind?: Replicator['kind']): Replicator {
  const field = new JsonField(json, where);
  const named = field.at('kind').word('ReplicaSet', 'StatefulSet', 'ReplicationController') ?? kind;
  if (named === undefined) throw field.at('kind').wrong('"ReplicaSet", "StatefulSet" or "ReplicationController"');
  const selector = field.at('spec').at('selector');
  const own =
    named === 'ReplicationController' && !selector.absent
      ? { matchLabels: readLabels(selector), matchExpressions: [] }
      : readLabelSelector(selector);
  return { kind: named, ...readName(field), selector: own };
}

export function readNamespace(json: unknown, where: string): Namespace {
  const field = new JsonField(json, where);
  return { name: readName(field).name, labels: readLabels(field.at('metadata').at('labels')) };
}

function readName(field: JsonField): { name: string; namespace: string } {
  const metadata = field.at('metadata');
  return { name: metadata.at('name').text() ?? '', namespace: metadata.at('namespace').text() ?? '' };
}
