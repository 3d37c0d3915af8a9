/** What KWOK may do: be the kubelet of its nodes. Source: kwok v0.8.0, kustomize/rbac/role.yaml, without its own resources. */
import { CLUSTER_LABEL, contextName } from './names.ts';

const nameOf = (cluster: string) => `${contextName(cluster)}-kwok`;
const RBAC = 'rbac.authorization.k8s.io';

export const ROLES = `/apis/${RBAC}/v1/clusterroles`;
export const ROLE_BINDINGS = `/apis/${RBAC}/v1/clusterrolebindings`;

const RULES = [
  { apiGroups: [''], resources: ['events'], verbs: ['create', 'patch', 'update'] },
  { apiGroups: [''], resources: ['nodes'], verbs: ['get', 'list', 'watch'] },
  { apiGroups: [''], resources: ['nodes/status', 'pods/status'], verbs: ['patch', 'update'] },
  { apiGroups: [''], resources: ['pods'], verbs: ['delete', 'get', 'list', 'patch', 'update', 'watch'] },
  {
    apiGroups: ['coordination.k8s.io'],
    resources: ['leases'],
    verbs: ['create', 'get', 'list', 'patch', 'update', 'watch'],
  },
];

export function kwokRole(cluster: string): object {
  return { apiVersion: `${RBAC}/v1`, kind: 'ClusterRole', metadata: metadata(cluster), rules: RULES };
}

/** Who plays KWOK. */
export type Subject = { readonly kind: 'User' | 'ServiceAccount'; readonly name: string; readonly namespace?: string };

export function kwokRoleBinding(cluster: string, subject: Subject): object {
  return {
    apiVersion: `${RBAC}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: metadata(cluster),
    roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: nameOf(cluster) },
    subjects: [{ ...subject, ...(subject.kind === 'User' ? { apiGroup: RBAC } : {}) }],
  };
}

function metadata(cluster: string): object {
  return { name: nameOf(cluster), labels: { [CLUSTER_LABEL]: cluster } };
}
