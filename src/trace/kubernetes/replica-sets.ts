/** The ReplicaSets of Deployments: their names and selectors, where only the Deployments are listed. */
import type { Replicator } from '../../kubernetes.ts';
import type { JsonField } from '../../kubernetes-json.ts';
import { readLabelSelector } from '../../kubernetes-read-selectors.ts';
import type { NamedObject } from './controller.ts';

/** The label by which a ReplicaSet knows its pods from those of earlier versions of the Deployment. */
export const TEMPLATE_HASH = 'pod-template-hash';

/** A hash of the template, in the way of Kubernetes but not by its algorithm: only equality matters. */
export function templateHash(deployment: JsonField): string {
  const text = JSON.stringify(deployment.at('spec').at('template').value) ?? '';
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return (hash >>> 0).toString(36);
}

/** The ReplicaSet of this hash, as far as default spreading reads it. */
export function replicaSetOf({ field, name, namespace }: NamedObject, hash: string): Replicator {
  const { matchLabels = new Map<string, string>(), matchExpressions = [] } =
    readLabelSelector(field.at('spec').at('selector')) ?? {};
  const selector = { matchLabels: new Map([...matchLabels, [TEMPLATE_HASH, hash]]), matchExpressions };
  return { kind: 'ReplicaSet', name: `${name}-${hash}`, namespace, selector };
}
