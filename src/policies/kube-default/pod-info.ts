/**
 * A pod with all that is worked out from its spec once. Pods that share spec, namespace and labels share that work:
 * they are of one class, and a verdict on a node holds for all of them.
 */
import type { Labels, Namespace, Pod, PodAffinity, PodSpec } from '../../kubernetes.ts';
import { compilePreferredNodes, compileRequiredNodes, nodesByName } from '../../kubernetes-node-selectors.ts';
import type { NodeMatcher } from '../../kubernetes-node-selectors.ts';
import { AffinityTerm } from './affinity-term.ts';
import type { Behaviour } from './behaviour.ts';
import { hostPorts } from './host-ports.ts';
import type { HostPort } from './host-ports.ts';
import type { Matchable } from './match-memory.ts';
import { misreadOverhead, podRequests } from './pod-requests.ts';
import type { PodRequests } from './pod-requests.ts';
import { compileConstraint } from './spread-constraint.ts';
import type { SpreadConstraint } from './spread-constraint.ts';
import type { StringIds } from './string-ids.ts';

export interface PodInfo {
  readonly pod: Pod;
  readonly class: PodClass;
}

export interface PodClass extends Matchable {
  readonly id: number;
  readonly spec: PodSpec;
  readonly requests: PodRequests;
  /** The resources it requests, as numbers of the snapshot's table, and how much of each. */
  readonly resources: Int32Array;
  readonly amounts: Float64Array;
  /** Added to the cpu when it is scored by its true requests; 0 but for a mistake of old versions. */
  readonly misreadOverhead: number;
  /** The nodes it accepts; all if absent. */
  readonly requiredNodes?: NodeMatcher;
  readonly nodesByName?: ReadonlySet<string>;
  readonly preferredNodes: ReturnType<typeof compilePreferredNodes>;
  readonly affinity: PodTerms;
  readonly antiAffinity: PodTerms;
  readonly hardConstraints: readonly SpreadConstraint[];
  readonly softConstraints: readonly SpreadConstraint[];
  readonly ports: readonly HostPort[];
  /** With a tag each; one for each container, so that a name may come twice. */
  readonly images: readonly string[];
}

export interface PodTerms {
  readonly required: readonly AffinityTerm[];
  readonly preferred: readonly AffinityTerm[];
}

/** It has terms of pod affinity or anti-affinity of any kind. */
export function hasPodAffinity({ affinity, antiAffinity }: PodClass): boolean {
  if (affinity.required.length > 0 || affinity.preferred.length > 0) return true;
  return antiAffinity.required.length > 0 || antiAffinity.preferred.length > 0;
}

/** Makes pods ready, and keeps what it worked out for each class. */
export class PodClasses {
  readonly #behaviour: Behaviour;
  readonly #resources: StringIds;
  readonly #namespaces: ReadonlyMap<string, Namespace>;
  readonly #bySpec = new WeakMap<PodSpec, PodClass[]>();
  readonly #kin = new Map<string, number>();
  #count = 0;

  constructor(behaviour: Behaviour, resources: StringIds, namespaces: ReadonlyMap<string, Namespace>) {
    this.#behaviour = behaviour;
    this.#resources = resources;
    this.#namespaces = namespaces;
  }

  /** Pods are of one class if they share the very spec object and are alike in namespace and labels. */
  of(pod: Pod): PodClass {
    let classes = this.#bySpec.get(pod.spec);
    if (classes === undefined) this.#bySpec.set(pod.spec, (classes = []));
    for (const one of classes) if (one.namespace === pod.namespace && sameLabels(one.labels, pod.labels)) return one;
    const made = this.#compile(pod);
    classes.push(made);
    return made;
  }

  #compile({ spec, namespace, labels }: Pod): PodClass {
    const behaviour = this.#behaviour;
    const requests = podRequests(spec, behaviour);
    const owner = { namespace, labels };
    const constraints = (action: string) =>
      spec.topologySpreadConstraints
        .filter(({ whenUnsatisfiable }) => whenUnsatisfiable === action)
        .map((constraint) => compileConstraint(constraint, labels, behaviour));
    const containers = [...(behaviour.readsInitContainers ? spec.initContainers : []), ...spec.containers];
    const volumes = behaviour.readsInitContainers ? spec.imageVolumes : [];
    return {
      ...owner,
      id: this.#count++,
      kin: this.#kinOf(namespace, labels),
      spec,
      requests,
      resources: Int32Array.from([...requests.exact.keys()].map((name) => this.#resources.id(name))),
      amounts: Float64Array.from(requests.exact.values()),
      misreadOverhead: misreadOverhead(spec, behaviour),
      requiredNodes: compileRequiredNodes(spec.nodeSelector, spec.nodeAffinity),
      nodesByName: nodesByName(spec.nodeAffinity),
      preferredNodes: compilePreferredNodes(spec.nodeAffinity.preferred),
      affinity: this.#terms(spec.podAffinity, owner),
      antiAffinity: this.#terms(spec.podAntiAffinity, owner),
      hardConstraints: constraints('DoNotSchedule'),
      softConstraints: constraints('ScheduleAnyway'),
      ports: hostPorts(spec, behaviour),
      images: [...containers.map(({ image }) => image), ...volumes].map(withTag),
    };
  }

  #terms({ required, preferred }: PodAffinity, owner: Omit<Matchable, 'kin'>): PodTerms {
    return {
      required: required.map((term) => new AffinityTerm(term, owner, this.#namespaces)),
      preferred: preferred.map(({ term, weight }) => new AffinityTerm(term, owner, this.#namespaces, weight)),
    };
  }

  #kinOf(namespace: string, labels: Labels): number {
    const key = JSON.stringify([namespace, ...[...labels].sort(([a], [b]) => (a < b ? -1 : 1))]);
    let kin = this.#kin.get(key);
    if (kin === undefined) this.#kin.set(key, (kin = this.#kin.size));
    return kin;
  }
}

function sameLabels(one: Labels, other: Labels): boolean {
  if (one === other) return true;
  if (one.size !== other.size) return false;
  for (const [key, value] of one) if (other.get(key) !== value) return false;
  return true;
}

/** An image without a tag means the tag `latest`. A colon before the last slash is a registry's port. */
function withTag(image: string): string {
  return image.lastIndexOf(':') <= image.lastIndexOf('/') ? `${image}:latest` : image;
}
