/** Pods that are listed themselves: they are what happened. */
import type { OwnerReference } from '../../kubernetes.ts';
import type { JsonField } from '../../kubernetes-json.ts';
import type { Replacement } from '../../kubernetes-workload.ts';
import { readOwner } from '../../kubernetes-read-pod.ts';
import { inherit, runtimeMark } from './marks.ts';
import type { Marks } from './marks.ts';
import { readPodStatus } from './observed.ts';
import type { PodStatus } from './observed.ts';
import type { JobPlan } from './plan.ts';
import type { PodGroups } from './pod-groups.ts';
import { readPodKind } from './pod-kind.ts';
import type { PodKind } from './pod-kind.ts';
import type { PodSpecs } from './pod-specs.ts';

export interface ListedPod {
  /** Counted from 1. */
  readonly source: number;
  readonly name: string;
  readonly namespace: string;
  readonly created?: number;
  readonly kind: PodKind;
  readonly owners: readonly OwnerReference[];
  readonly owner?: OwnerReference;
  readonly status: PodStatus;
  readonly nodeName?: string;
}

/** Of these the pods run for ever; those of a Node are started by its kubelet. */
const KEEPERS: ReadonlySet<string> = new Set(['ReplicaSet', 'StatefulSet', 'DaemonSet', 'ReplicationController', 'Node']);
const INDEX_LABEL = 'batch.kubernetes.io/job-completion-index';

export function readListedPod(
  field: JsonField,
  named: Pick<ListedPod, 'source' | 'name' | 'namespace' | 'created'>,
  specs: PodSpecs,
): ListedPod {
  const owners = field.at('metadata').at('ownerReferences').list().map(readOwner);
  const owner = owners.find(({ controller }) => controller);
  const nodeName = field.at('spec').at('nodeName').text() || undefined;
  const { source, name, namespace, created } = named;
  const kind = readPodKind(field, specs);
  return { source, name, namespace, created, kind, owners, owner, status: readPodStatus(field), nodeName };
}

/** `inherited`: the marks of its controllers. `recreate`: until there is a new pod for an evicted one [ms]. */
export function planPod(pod: ListedPod, inherited: Marks, groups: PodGroups, recreate: number): JobPlan {
  const { source, name, namespace, created, kind, owners, status } = pod;
  const marks = inherit(kind.marks, inherited);
  const naming = namingOf(pod);
  const template = {
    ...{ namespace, name, labels: kind.labels, owners },
    // What has ended is scheduled anew; what is on a node stays there.
    ...(status.finished || pod.nodeName === undefined ? {} : { nodeName: pod.nodeName }),
    ...(naming === undefined ? {} : { replacement: { name: naming, delay: recreate } }),
  };
  return {
    ...{ source, id: `${namespace}/${name}`, created, namespace, marks },
    runtime: runtimeOf(pod, marks),
    walltime: kind.walltime,
    fails: status.fails,
    recordedStart: status.started,
    groups: [{ tasks: 1, template, spec: kind.spec }],
    gang: groups.claim(namespace, marks, kind.podGroup),
  };
}

/** Undefined if nothing tells; Infinity for a service [ms]. */
function runtimeOf({ status, kind, owner }: ListedPod, marks: Marks): number | undefined {
  if (status.finished) return status.runtime ?? runtimeMark(marks);
  const isService = kind.restarts || (owner !== undefined && KEEPERS.has(owner.kind));
  return runtimeMark(marks) ?? status.runtime ?? (isService ? Infinity : undefined);
}

/** Undefined if nobody makes a new pod when this one is evicted. */
function namingOf({ owner, kind }: ListedPod): Replacement['name'] | undefined {
  if (owner === undefined || owner.kind === 'Node') return undefined;
  return owner.kind === 'StatefulSet' || kind.labels.has(INDEX_LABEL) ? 'same' : 'new';
}
