/**
 * What the driver may do: a role for the user or service account that it runs as. Nothing in it can be left out, and nothing
 * more is needed: a test on a real API server takes each right away in turn.
 */
import { stringify } from 'yaml';

export interface RoleRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

export const DRIVER_RULES: readonly RoleRule[] = [
  // All pods: those of others use the nodes, too. It makes and deletes only those that bear the label of its run.
  { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch', 'create', 'patch', 'delete'] },
  { apiGroups: [''], resources: ['pods/binding'], verbs: ['create'] },
  { apiGroups: [''], resources: ['pods/status'], verbs: ['patch'] },
  { apiGroups: [''], resources: ['nodes'], verbs: ['list', 'watch'] },
  { apiGroups: ['events.k8s.io'], resources: ['events'], verbs: ['create'] },
  { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['get', 'create', 'update', 'delete'] },
];

/** Needed only if pods are taken off by eviction. */
export const EVICTION_RULES: readonly RoleRule[] = [{ apiGroups: [''], resources: ['pods/eviction'], verbs: ['create'] }];

/** Needed only for runs under a scheduler that is there, which knows priorities by their classes. */
export const STOCK_RULES: readonly RoleRule[] = [
  { apiGroups: ['scheduling.k8s.io'], resources: ['priorityclasses'], verbs: ['list', 'create', 'delete'] },
];

export const DRIVER_ROLE = 'yardmaster-driver';

export function clusterRole(rules: readonly RoleRule[], name = DRIVER_ROLE): object {
  return { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name }, rules };
}

export function clusterRoleBinding(serviceAccount: string, namespace: string, name = DRIVER_ROLE): object {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
    subjects: [{ kind: 'ServiceAccount', name: serviceAccount, namespace }],
  };
}

/** For `kubectl apply -f -`: a service account, the role, and that the one has the other. */
export function rbacManifest(serviceAccount: string, namespace: string, more: readonly RoleRule[]): string {
  const rules = [...DRIVER_RULES, ...more];
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: serviceAccount, namespace } };
  return [account, clusterRole(rules), clusterRoleBinding(serviceAccount, namespace)].map((one) => stringify(one)).join('---\n');
}
