/**
 * A record of what a real kube-scheduler did (format `kube-real-log/1`), taken from the watch of pods: in the order of the
 * API server's own revisions, at the times at which it was heard. `yardmaster verify kube-log` judges it.
 */
import { PLACE } from '../cluster/names.ts';

interface RawPod {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly deletionTimestamp?: string;
  };
  readonly spec: Readonly<Record<string, unknown>> & {
    readonly nodeName?: string;
    readonly containers: readonly { readonly resources?: { readonly requests?: Readonly<Record<string, string>> } }[];
    readonly terminationGracePeriodSeconds?: number;
  };
  readonly status?: {
    readonly phase?: string;
    readonly nominatedNodeName?: string;
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason?: string;
      readonly message?: string;
    }[];
  };
}

interface RawNode {
  readonly metadata: {
    readonly name: string;
    readonly labels?: unknown;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly creationTimestamp?: string;
  };
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly status?: { readonly allocatable?: unknown; readonly capacity?: unknown };
}

/** What of a pod has been told. */
interface Told {
  bound: boolean;
  deleted: boolean;
  gone: boolean;
  scheduled: string;
  disrupted: boolean;
  nominated: string;
}

/** Of a spec: what the record says otherwise, or scheduling does not read. */
const LEFT_OUT = new Set(['containers', 'nodeName', 'terminationGracePeriodSeconds', 'schedulerName', 'restartPolicy']);

export class KubeRecord {
  readonly #pods: object[] = [];
  readonly #events: object[] = [];
  readonly #told = new Map<string, Told>();

  /** A pod is like this at this time [ms]. */
  see(json: unknown, now: number): void {
    const pod = json as RawPod;
    const { name } = pod.metadata;
    const t = Math.round(now);
    const told = this.#told.get(name) ?? this.#create(pod, t);
    const say = (event: object) => this.#events.push({ t, pod: name, ...event });
    this.#seeStatus(pod, told, say);
    if (pod.spec.nodeName !== undefined && pod.spec.nodeName !== '' && !told.bound) {
      told.bound = true;
      say({ ev: 'bind', node: pod.spec.nodeName });
    }
    if (pod.metadata.deletionTimestamp !== undefined && !told.deleted) {
      told.deleted = true;
      say({ ev: 'delete' });
    }
    if (pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed') this.gone(name, now);
  }

  /** It holds nothing of its node any more. */
  gone(name: string, now: number): void {
    const told = this.#told.get(name);
    if (told === undefined || told.gone) return;
    told.gone = true;
    this.#events.push({ t: Math.round(now), pod: name, ev: 'gone' });
  }

  document(nodes: readonly unknown[], scheduler: string, scenario: string): object {
    const known = nodes.map((node) => node as RawNode).sort(byCreation);
    return {
      format: 'kube-real-log/1',
      scheduler,
      scenario,
      // It may have searched before, for pods of others or of another run.
      order: known.every((node, place) => placeOf(node) === place) ? 'running' : 'unknown',
      nodes: known.map(nodeOf),
      pods: this.#pods,
      events: this.#events,
    };
  }

  #create({ metadata, spec }: RawPod, t: number): Told {
    const { name, namespace, labels } = metadata;
    const kept = Object.fromEntries(Object.entries(spec).filter(([key]) => !LEFT_OUT.has(key)));
    const requests = spec.containers[0]?.resources?.requests ?? {};
    this.#pods.push({ t, name, namespace, labels, requests, grace: spec.terminationGracePeriodSeconds ?? 30, ...kept });
    const told = { bound: false, deleted: false, gone: false, scheduled: '', disrupted: false, nominated: '' };
    this.#told.set(name, told);
    return told;
  }

  #seeStatus({ status = {} }: RawPod, told: Told, say: (event: object) => void): void {
    const find = (type: string) => status.conditions?.find((condition) => condition.type === type);
    if (find('DisruptionTarget') !== undefined && !told.disrupted) {
      told.disrupted = true;
      say({ ev: 'patch', cond: `DisruptionTarget/${find('DisruptionTarget')?.reason ?? ''}` });
    }
    const scheduled = find('PodScheduled');
    const message = scheduled?.status === 'False' ? (scheduled.message ?? '') : '';
    const { nominatedNodeName: nominated = '' } = status;
    if ((message === '' || message === told.scheduled) && nominated === told.nominated) return;
    if (told.bound || scheduled?.status === 'True') return;
    const isNew = nominated !== told.nominated;
    told.scheduled = message;
    told.nominated = nominated;
    say({
      ev: 'patch',
      ...(message === '' ? {} : { cond: `PodScheduled/${scheduled?.reason ?? ''}`, msg: message }),
      ...(isNew ? { nominatedNodeName: nominated === '' ? null : nominated } : {}),
    });
  }
}

/** Of names of the same second: node2 before node10. */
const NAMES = new Intl.Collator('en', { numeric: true });

/**
 * In the order in which a scheduler came to know them, which says where it looks first in a cluster so large that it does
 * not look at all nodes. Source: kube-scheduler, internal/cache/node_tree.go. The API tells only the second.
 */
function byCreation(one: RawNode, other: RawNode): number {
  const { metadata: a } = one;
  const { metadata: b } = other;
  const places = placeOf(one) - placeOf(other);
  if (!Number.isNaN(places)) return places;
  const [first = '', second = ''] = [a.creationTimestamp, b.creationTimestamp];
  if (first !== second) return first < second ? -1 : 1;
  return NAMES.compare(a.name, b.name);
}

/** NaN if it does not say. */
function placeOf({ metadata: { annotations = {} } }: RawNode): number {
  return Number(annotations[PLACE]);
}

function nodeOf({ metadata, spec = {}, status = {} }: RawNode): object {
  const { taints, unschedulable } = spec;
  const { allocatable, capacity } = status;
  return { name: metadata.name, labels: metadata.labels, allocatable, capacity, taints, unschedulable };
}
