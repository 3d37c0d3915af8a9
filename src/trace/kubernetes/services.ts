/** Controllers that keep a number of pods running: Deployment, ReplicaSet, ReplicationController, StatefulSet, DaemonSet. */
import { compileRequiredNodes } from '../../kubernetes-node-selectors.ts';
import { untoleratedTaint } from '../../kubernetes-tolerations.ts';
import type { Node, PodSpec, Toleration } from '../../kubernetes.ts';
import { NoJobs } from './controller.ts';
import type { Controller } from './controller.ts';
import type { GangClaim, JobPlan, PodGroupPlan } from './plan.ts';
import type { PodKind } from './pod-kind.ts';
import { templateHash, TEMPLATE_HASH } from './replica-sets.ts';

const SERVICE = Infinity;

export function planDeployment(controller: Controller): JobPlan[] {
  const { field, object } = controller;
  const kind = controller.kind(field.at('spec').at('template'));
  const hash = templateHash(field);
  const set = `${object.name}-${hash}`;
  const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: set, uid: '', controller: true };
  return replicas(controller, kind, (index) => {
    const group = controller.group(kind, { name: `${set}-${index}`, naming: 'new', labels: new Map([[TEMPLATE_HASH, hash]]) });
    return { ...group, template: { ...group.template, owners: [owner] } };
  });
}

export function planReplicaSet(controller: Controller): JobPlan[] {
  const kind = controller.kind(controller.field.at('spec').at('template'));
  return replicas(controller, kind, (index) =>
    controller.group(kind, { name: `${controller.object.name}-${index}`, naming: 'new' }),
  );
}

export function planStatefulSet(controller: Controller): JobPlan[] {
  const spec = controller.field.at('spec');
  const kind = controller.kind(spec.at('template'));
  const first = controller.count(spec.at('ordinals').at('start'), 0);
  return replicas(controller, kind, (index) => {
    const ordinal = String(first + index);
    const name = `${controller.object.name}-${ordinal}`;
    const labels = new Map([
      ['statefulset.kubernetes.io/pod-name', name],
      ['apps.kubernetes.io/pod-index', ordinal],
    ]);
    return controller.group(kind, { name, naming: 'same', labels });
  });
}

/** One job for each replica; one for all of them if they are a gang. */
function replicas(controller: Controller, kind: PodKind, group: (index: number) => PodGroupPlan): JobPlan[] {
  const count = controller.count(controller.field.at('spec').at('replicas'), 1);
  if (count === 0) throw new NoJobs('empty', `controllers scaled to 0`);
  const gang = controller.gang(kind);
  if (gang !== undefined) return [gangOf(controller, kind, gang, { ...group(0), tasks: count })];
  return Array.from({ length: count }, (_, index) => {
    const one = group(index);
    return controller.job(one.template.name, kind, [one], { runtime: SERVICE });
  });
}

function gangOf(controller: Controller, kind: PodKind, gang: GangClaim, group: PodGroupPlan): JobPlan {
  return controller.job(gang.name, kind, [group], { runtime: SERVICE, gang });
}

/**
 * A pod for each node that it may run on, as the controller decides it.
 * Source: Kubernetes v1.36, pkg/controller/daemon (NodeShouldRunDaemonPod, util.AddOrUpdateDaemonPodTolerations,
 * util.ReplaceDaemonSetPodNodeNameNodeAffinity).
 */
export function planDaemonSet(controller: Controller, nodes: readonly Node[]): JobPlan[] {
  const { field, object } = controller;
  if (nodes.length === 0) throw new NoJobs('skip', 'DaemonSet: it has a pod on each node, and no nodes are listed');
  const template = field.at('spec').at('template');
  const kind = controller.kind(template);
  const isHost = template.at('spec').at('hostNetwork').flag() ?? false;
  const tolerations = [...kind.spec.spec.tolerations, ...daemonTolerations(isHost)];
  const nodeName = template.at('spec').at('nodeName').text();
  const matches = compileRequiredNodes(kind.spec.spec.nodeSelector, kind.spec.spec.nodeAffinity) ?? (() => true);
  const chosen = nodes.filter(
    (node) =>
      (nodeName === undefined || nodeName === node.name) &&
      matches(node) &&
      untoleratedTaint(tolerations, node.taints) === undefined,
  );
  if (chosen.length === 0) throw new NoJobs('empty', 'DaemonSets that match no node');
  return chosen.map(({ name }) => {
    const spec = controller.changedSpec(kind.spec, (asked) => ({ ...onNode(asked, name), tolerations }));
    const group = controller.group({ ...kind, spec }, { name: `${object.name}-${name}`, naming: 'new' });
    return controller.job(`${object.name}-${name}`, kind, [group], { runtime: SERVICE });
  });
}

function onNode(spec: PodSpec, name: string): PodSpec {
  const requirement = { key: 'metadata.name', operator: 'In', values: [name] };
  const required = [{ matchExpressions: [], matchFields: [requirement] }];
  return { ...spec, nodeAffinity: { ...spec.nodeAffinity, required } };
}

function daemonTolerations(isHost: boolean): Toleration[] {
  const tolerate = (key: string, effect: string) => ({ key: `node.kubernetes.io/${key}`, operator: 'Exists', value: '', effect });
  const pressures = [
    'disk-pressure',
    'memory-pressure',
    'pid-pressure',
    'unschedulable',
    ...(isHost ? ['network-unavailable'] : []),
  ];
  return [
    ...['not-ready', 'unreachable'].map((key) => tolerate(key, 'NoExecute')),
    ...pressures.map((key) => tolerate(key, 'NoSchedule')),
  ];
}
