/** What stands around the pods: services, disruption budgets, namespaces, ReplicaSets. */
import type { Namespace, PodDisruptionBudget, Replicator, Service } from '../../kubernetes.ts';
import type { KubernetesContext } from '../../workload-templates.ts';
import { readNamespace, readPodDisruptionBudget, readReplicator, readService } from '../../kubernetes-read-cluster.ts';
import { readLabelSelector } from '../../kubernetes-read-selectors.ts';
import type { NamedObject } from './controller.ts';
import type { ListedPod } from './listed-pod.ts';
import { replicaSetOf, templateHash, TEMPLATE_HASH } from './replica-sets.ts';

/** The label that the API server gives every namespace. */
const NAME_LABEL = 'kubernetes.io/metadata.name';

export class Surroundings {
  readonly #budgets: PodDisruptionBudget[] = [];
  readonly #services: Service[] = [];
  readonly #namespaces = new Map<string, Namespace>();
  /** By kind, namespace and name. */
  readonly #replicators = new Map<string, Replicator>();
  /** By namespace and name. */
  readonly #deployments = new Map<string, NamedObject>();

  addBudget({ field, namespace }: NamedObject): void {
    this.#budgets.push({ ...readPodDisruptionBudget(field.value, field.path), namespace });
  }

  addService({ field, namespace }: NamedObject): void {
    this.#services.push({ ...readService(field.value, field.path), namespace });
  }

  addNamespace({ field }: NamedObject): void {
    const { name, labels } = readNamespace(field.value, field.path);
    this.#namespaces.set(name, { name, labels: new Map([[NAME_LABEL, name], ...labels]) });
  }

  addReplicator({ field, namespace }: NamedObject): void {
    this.#add({ ...readReplicator(field.value, field.path), namespace });
  }

  addDeployment(object: NamedObject): void {
    // Read now, so that a selector that cannot be read is told with this object.
    readLabelSelector(object.field.at('spec').at('selector'));
    this.#deployments.set(`${object.namespace}/${object.name}`, object);
  }

  /** The ReplicaSet by which a Deployment makes the pods that have been planned for it. */
  addPlanned(deployment: NamedObject): void {
    this.#add(replicaSetOf(deployment, templateHash(deployment.field)));
  }

  /** The ReplicaSet of a listed pod, if only its Deployment is listed. */
  addOwnerOf({ owner, namespace, kind }: ListedPod): void {
    const hash = kind.labels.get(TEMPLATE_HASH);
    if (owner?.kind !== 'ReplicaSet' || hash === undefined || !owner.name.endsWith(`-${hash}`)) return;
    const deployment = this.#deployments.get(`${namespace}/${owner.name.slice(0, -hash.length - 1)}`);
    if (deployment !== undefined) this.#add(replicaSetOf(deployment, hash));
  }

  /** With a namespace for each name that pods have, listed or not. */
  context(namespaces: Iterable<string>): KubernetesContext {
    for (const name of namespaces) {
      if (!this.#namespaces.has(name)) this.#namespaces.set(name, { name, labels: new Map([[NAME_LABEL, name]]) });
    }
    return {
      budgets: this.#budgets,
      services: this.#services,
      replicators: [...this.#replicators.values()],
      namespaces: [...this.#namespaces.values()],
    };
  }

  /** One that is listed says more than one that is made up. */
  #add(replicator: Replicator): void {
    const key = `${replicator.kind} ${replicator.namespace}/${replicator.name}`;
    if (!this.#replicators.has(key)) this.#replicators.set(key, replicator);
  }
}
