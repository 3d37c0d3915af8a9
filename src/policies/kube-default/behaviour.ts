/** What differs between versions of kube-scheduler, as switches with names. */

export type KubeVersion = '1.26' | '1.36';

export interface Behaviour {
  readonly version: KubeVersion;
  /** How a host is chosen among equal scores: uniformly at random, or the first of a heap (1.36, without extenders). */
  readonly tieBreak: 'reservoir' | 'heap-first';
  /** NodeResourcesBalancedAllocation judges the balance after placing, or how placing changes it. */
  readonly balance: 'after' | 'change';
  /** NodeResourcesBalancedAllocation is skipped for pods that request none of its resources. */
  readonly skipsBestEffort: boolean;
  /** A request larger than the whole node cannot be helped by preemption. */
  readonly knowsTooSmallNodes: boolean;
  /** A request of nothing fits even where too much is promised already. */
  readonly passesZeroRequests: boolean;
  /** Requests of the pod as a whole count. */
  readonly podLevelResources: boolean;
  /** Spread constraints may say whether node affinity and taints count; else affinity does and taints do not. */
  readonly nodeInclusionPolicy: boolean;
  /** Spread constraints may name labels of the pod to select by. */
  readonly matchLabelKeys: boolean;
  /** Init containers count for ImageLocality, and sidecars' ports for NodePorts. */
  readonly readsInitContainers: boolean;
  /** The reason for an untolerated taint names the taint. */
  readonly namesTaint: boolean;
  /** What preemption says in the message for people is followed by a second full stop. */
  readonly endsTwice: boolean;
  /** Before preemption, claims of the pod to devices are looked at; what comes of it is said. */
  readonly looksAtClaims: boolean;
  /** The cpu overhead of a pod is scored in whole cores, as if they were millicores (a mistake of old versions). */
  readonly misreadsOverhead: boolean;
  /** The scheduler goes on while victims are deleted; their preemptor is held back until then. */
  readonly preemptsAside: boolean;
}

const V136: Behaviour = {
  version: '1.36',
  tieBreak: 'heap-first',
  balance: 'change',
  skipsBestEffort: true,
  knowsTooSmallNodes: true,
  passesZeroRequests: true,
  podLevelResources: true,
  nodeInclusionPolicy: true,
  matchLabelKeys: true,
  readsInitContainers: true,
  namesTaint: false,
  endsTwice: false,
  looksAtClaims: true,
  misreadsOverhead: false,
  preemptsAside: true,
};

const V126: Behaviour = {
  version: '1.26',
  tieBreak: 'reservoir',
  balance: 'after',
  skipsBestEffort: false,
  knowsTooSmallNodes: false,
  passesZeroRequests: false,
  podLevelResources: false,
  nodeInclusionPolicy: true,
  matchLabelKeys: false,
  readsInitContainers: false,
  namesTaint: true,
  endsTwice: true,
  looksAtClaims: false,
  misreadsOverhead: true,
  preemptsAside: false,
};

export const BEHAVIOURS: Readonly<Record<KubeVersion, Behaviour>> = { '1.26': V126, '1.36': V136 };
