/** Reads a pod in the shape that `kubectl get pods -o json` prints. Fields that scheduling does not read are ignored. */
import type {
  Container,
  OwnerReference,
  Pod,
  PodAffinity,
  PodAffinityTerm,
  PodSpec,
  Resources,
  Toleration,
  TopologySpreadConstraint,
} from './kubernetes.ts';
import { JsonField } from './kubernetes-json.ts';
import { readResources } from './kubernetes-quantity.ts';
import { readLabels, readLabelSelector, readNodeAffinity } from './kubernetes-read-selectors.ts';
import { SECOND } from './units.ts';

/** A pod from parsed JSON; `where` names the document in errors. */
export function readPod(json: unknown, where: string): Pod {
  const field = new JsonField(json, where);
  const metadata = field.at('metadata');
  const spec = field.at('spec');
  const status = field.at('status');
  const name = metadata.at('name').text() ?? '';
  const namespace = metadata.at('namespace').text() ?? '';
  return {
    name,
    namespace,
    uid: metadata.at('uid').text() ?? '',
    labels: readLabels(metadata.at('labels')),
    owners: metadata.at('ownerReferences').list().map(readOwner),
    spec: readPodSpec(spec),
    nodeName: spec.at('nodeName').text() || undefined,
    nominatedNodeName: status.at('nominatedNodeName').text() || undefined,
    created: readTime(metadata.at('creationTimestamp')),
    startTime: readTime(status.at('startTime')),
    deletionTimestamp: readTime(metadata.at('deletionTimestamp')),
    phase: status.at('phase').text(),
    preempted: status.at('conditions').list().some(tellsPreemption),
  };
}

/** The spec of a pod, or of a template in a Job or Deployment. */
export function readPodSpec(field: JsonField): PodSpec {
  const affinity = field.at('affinity');
  const containers = field.at('containers').list().map(readContainer);
  const initContainers = field.at('initContainers').list().map(readContainer);
  const grace = field.at('terminationGracePeriodSeconds').integer() ?? 30;
  return {
    priority: field.at('priority').integer() ?? 0,
    preemptionPolicy: field.at('preemptionPolicy').word('PreemptLowerPriority', 'Never') ?? 'PreemptLowerPriority',
    schedulerName: field.at('schedulerName').text() ?? 'default-scheduler',
    terminationGrace: grace * SECOND,
    nodeSelector: readLabels(field.at('nodeSelector')),
    nodeAffinity: readNodeAffinity(affinity.at('nodeAffinity')),
    podAffinity: readPodAffinity(affinity.at('podAffinity')),
    podAntiAffinity: readPodAffinity(affinity.at('podAntiAffinity')),
    tolerations: field.at('tolerations').list().map(readToleration),
    topologySpreadConstraints: field.at('topologySpreadConstraints').list().map(readSpreadConstraint),
    containers,
    initContainers,
    podRequests: readPodRequests(field.at('resources'), [...containers, ...initContainers]),
    overhead: readResources(field.at('overhead')),
    schedulingGates: field
      .at('schedulingGates')
      .list()
      .map((gate) => gate.at('name').text() ?? ''),
    imageVolumes: field
      .at('volumes')
      .list()
      .flatMap((volume) => volume.at('image').at('reference').text() ?? []),
  };
}

export function readOwner(field: JsonField): OwnerReference {
  return {
    apiVersion: field.at('apiVersion').text() ?? '',
    kind: field.at('kind').text() ?? '',
    name: field.at('name').text() ?? '',
    uid: field.at('uid').text() ?? '',
    controller: field.at('controller').flag() ?? false,
  };
}

function readContainer(field: JsonField): Container {
  const resources = field.at('resources');
  const requests = new Map(readResources(resources.at('requests')));
  // A limit without a request stands for both: the API server fills the request in when the pod is created.
  for (const [name, limit] of readResources(resources.at('limits'))) if (!requests.has(name)) requests.set(name, limit);
  return {
    name: field.at('name').text() ?? '',
    image: field.at('image').text() ?? '',
    requests,
    ports: field
      .at('ports')
      .list()
      .map((port) => ({
        hostPort: port.at('hostPort').integer() ?? 0,
        hostIP: port.at('hostIP').text() ?? '',
        protocol: port.at('protocol').text() ?? '',
      })),
    restartable: field.at('restartPolicy').text() === 'Always',
  };
}

/** Requests of the whole pod. A limit without a request stands for both, unless a container requests that resource. */
function readPodRequests(field: JsonField, containers: readonly Container[]): Resources {
  const requests = new Map(readResources(field.at('requests')));
  for (const [name, limit] of readResources(field.at('limits'))) {
    const elsewhere = requests.has(name) || containers.some((container) => container.requests.has(name));
    if (!elsewhere) requests.set(name, limit);
  }
  return requests;
}

function readPodAffinity(field: JsonField): PodAffinity {
  return {
    required: field.at('requiredDuringSchedulingIgnoredDuringExecution').list().map(readAffinityTerm),
    preferred: field
      .at('preferredDuringSchedulingIgnoredDuringExecution')
      .list()
      .map((one) => ({ weight: one.at('weight').integer() ?? 0, term: readAffinityTerm(one.at('podAffinityTerm')) })),
  };
}

function readAffinityTerm(field: JsonField): PodAffinityTerm {
  return {
    labelSelector: readLabelSelector(field.at('labelSelector')),
    namespaces: field.at('namespaces').texts(),
    namespaceSelector: readLabelSelector(field.at('namespaceSelector')),
    topologyKey: field.at('topologyKey').text() ?? '',
    matchLabelKeys: field.at('matchLabelKeys').texts(),
    mismatchLabelKeys: field.at('mismatchLabelKeys').texts(),
  };
}

function readToleration(field: JsonField): Toleration {
  return {
    key: field.at('key').text() ?? '',
    operator: field.at('operator').text() ?? '',
    value: field.at('value').text() ?? '',
    effect: field.at('effect').text() ?? '',
    tolerationSeconds: field.at('tolerationSeconds').integer(),
  };
}

/** One constraint of a pod, or a default constraint of the plugin's arguments. */
export function readSpreadConstraint(field: JsonField): TopologySpreadConstraint {
  return {
    maxSkew: field.at('maxSkew').integer() ?? 1,
    topologyKey: field.at('topologyKey').text() ?? '',
    whenUnsatisfiable: field.at('whenUnsatisfiable').word('DoNotSchedule', 'ScheduleAnyway') ?? 'DoNotSchedule',
    labelSelector: readLabelSelector(field.at('labelSelector')),
    minDomains: field.at('minDomains').integer(),
    nodeAffinityPolicy: field.at('nodeAffinityPolicy').word('Honor', 'Ignore'),
    nodeTaintsPolicy: field.at('nodeTaintsPolicy').word('Honor', 'Ignore'),
    matchLabelKeys: field.at('matchLabelKeys').texts(),
  };
}

/** The second is what Kubernetes 1.26 wrote. */
const PREEMPTION_REASONS: ReadonlySet<string> = new Set(['PreemptionByScheduler', 'PreemptionByKubeScheduler']);

function tellsPreemption(condition: JsonField): boolean {
  return (
    condition.at('type').text() === 'DisruptionTarget' &&
    condition.at('status').text() === 'True' &&
    PREEMPTION_REASONS.has(condition.at('reason').text() ?? '')
  );
}

/**
 * A time in ms since 1970. Beside RFC 3339, which Kubernetes prints, `{unixNano}` is taken, and the word `now` for a
 * time of which only is known that it has come.
 */
export function readTime(field: JsonField): number | undefined {
  if (field.absent) return undefined;
  if (typeof field.value === 'object') return (field.at('unixNano').integer() ?? 0) / 1e6;
  const text = field.text() ?? '';
  const time = text === 'now' ? 0 : Date.parse(text);
  if (Number.isNaN(time)) throw field.wrong('a time such as "2026-01-31T12:00:00Z"');
  return time;
}
