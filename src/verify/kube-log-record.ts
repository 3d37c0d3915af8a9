/** Records of what a real kube-scheduler did (format `kube-real-log/1`). */
import { readResources } from '../kubernetes-quantity.ts';
import { JsonField } from '../kubernetes-json.ts';
import { readNode } from '../kubernetes-read-cluster.ts';
import { readPod } from '../kubernetes-read-pod.ts';
import type { Node, Pod } from '../kubernetes.ts';
import type { KnownOrder } from './kube-log-sampling.ts';

/** A pod with the time of its creation [ms]. */
export interface LogPod {
  readonly at: number;
  readonly pod: Pod;
}

/**
 * What the API server saw [ms]. `bind`: a pod got its node; `patch`: the status of a pod was written; `delete`: its
 * deletion was asked for; `gone`: its object was removed; `pending`: the recorder did not wait for it any longer.
 */
export interface LogEvent {
  readonly at: number;
  readonly kind: 'bind' | 'patch' | 'delete' | 'gone' | 'pending';
  readonly pod: string;
  readonly node?: string;
  /** Absent: not written; null: taken away. */
  readonly nominatedNode?: string | null;
  /** Type and reason of a condition that was written. */
  readonly condition?: string;
  readonly message?: string;
}

export interface KubeLog {
  readonly scheduler: string;
  readonly scenario: string;
  readonly nodes: readonly Node[];
  /** What is known of the order in which its scheduler looks at the nodes. */
  readonly order: KnownOrder;
  readonly pods: readonly LogPod[];
  /** By time. */
  readonly events: readonly LogEvent[];
  /** A profile of a KubeSchedulerConfiguration; undefined: the default one. */
  readonly profile: unknown;
  /** What was measured if pods came faster than they could be bound [pods/s]. */
  readonly throughput?: number;
}

export function readKubeLog(json: unknown, where: string): KubeLog {
  const field = new JsonField(json, where);
  field.at('format').word('kube-real-log/1');
  if (field.at('format').value === undefined) throw field.at('format').wrong('"kube-real-log/1"');
  const nodes = needed(field, 'nodes');
  const pods = needed(field, 'pods');
  const events = needed(field, 'events');
  const nodeNames = distinctNames(nodes);
  const podNames = distinctNames(pods);
  for (const event of events) {
    if (!podNames.has(event.at('pod').text() ?? '')) throw event.at('pod').wrong('the name of a pod of the record');
    const node = event.at('node').text();
    if (node !== undefined && !nodeNames.has(node)) throw event.at('node').wrong('the name of a node of the record');
  }
  const throughput = field.at('summary').at('podsPerS').value;
  return {
    scheduler: field.at('scheduler').text() ?? 'kube-scheduler',
    scenario: field.at('scenario').text() ?? '',
    nodes: nodes.map(readLogNode),
    order: field.at('order').word('fresh', 'running', 'unknown') ?? 'fresh',
    pods: pods.map(readLogPod),
    events: events.map(readEvent).sort((a, b) => a.at - b.at),
    profile: field.at('profile').value,
    throughput: typeof throughput === 'number' ? throughput : undefined,
  };
}

/** A record in which one is missing was cut short: it would agree with anything. */
function needed(field: JsonField, list: string): JsonField[] {
  const found = field.at(list);
  if (found.absent) throw found.wrong('a list');
  return found.list();
}

/** Events tell whom they are about by name only. */
function distinctNames(named: readonly JsonField[]): ReadonlySet<string> {
  const names = new Set<string>();
  for (const one of named) {
    const name = one.at('name');
    const text = name.text() ?? '';
    if (text === '' || names.has(text)) throw name.wrong('a name that nothing before it has');
    names.add(text);
  }
  return names;
}

function readLogNode(field: JsonField): Node {
  const { name, labels, allocatable, capacity, ...spec } = members(field);
  return readNode({ metadata: { name, labels }, spec, status: { allocatable, capacity: capacity ?? allocatable } }, field.path);
}

/** One container; what is not named here belongs to the spec as it is. */
function readLogPod(field: JsonField): LogPod {
  const { t: _, name, namespace = 'default', labels, requests, grace = 30, ...spec } = members(field);
  const containers = [{ name: 'main', image: '', resources: { requests } }];
  // Read here too, so that an error tells the place in the record.
  readResources(field.at('requests'));
  const metadata = { name, namespace, uid: name, labels };
  const json = { metadata, spec: { containers, terminationGracePeriodSeconds: grace, ...spec } };
  return { at: field.at('t').integer() ?? 0, pod: readPod(json, field.path) };
}

function readEvent(field: JsonField): LogEvent {
  const nominated = members(field).nominatedNodeName;
  return {
    at: field.at('t').integer() ?? 0,
    kind: field.at('ev').word('bind', 'patch', 'delete', 'gone', 'pending') ?? 'pending',
    pod: field.at('pod').text() ?? '',
    node: field.at('node').text(),
    nominatedNode: nominated === null ? null : field.at('nominatedNodeName').text(),
    condition: field.at('cond').text(),
    message: field.at('msg').text(),
  };
}

function members(field: JsonField): Readonly<Record<string, unknown>> {
  const { value } = field;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw field.wrong('an object');
  return value as Record<string, unknown>;
}
