/**
 * Feature gates that change what is admitted, with their defaults.
 * Source: pkg/features/kube_features.go (Kueue v0.19.2).
 */
import { didYouMean, usageError } from '../../errors.ts';
import type { JsonField } from '../../kubernetes-json.ts';

const DEFAULTS = {
  /** A workload that can do with fewer pods may be admitted with fewer. */
  PartialAdmission: true,
  /** The order of heads within a cohort goes by priority before time. */
  PrioritySortingWithinCohort: true,
  /** In fair sharing, a queue within its nominal quota preempts whatever the shares. */
  FairSharingPreemptWithinNominal: true,
  /** In fair sharing, heads that do not make their queue borrow come first. */
  FairSharingPrioritizeNonBorrowing: true,
  /** Heads that wait for those they have preempted come first. */
  PrioritizePreemptorWorkloads: false,
  /** Workloads like one that did not fit are put aside with it. */
  SchedulingEquivalenceHashing: true,
  /** Workloads that were put aside are looked at again 10 s after something became free, not 1 s. */
  SchedulerLongRequeueInterval: false,
  /** A workload counts as newer than another only if it is so by five minutes. */
  SchedulerTimestampPreemptionBuffer: false,
  /** The search for a flavor goes on where it was left in the cycle before. */
  FlavorFungibilityPreserveScanProgress: true,
  /** No timeout for pods that are not ready. */
  DisableWaitForPodsReady: false,
  /** Domains of the topology are found for pods. */
  TopologyAwareScheduling: true,
};

export type Features = Readonly<typeof DEFAULTS>;

/** Reads the `featureGates` of a Configuration. */
export function readFeatures(field: JsonField): Features {
  const features = { ...DEFAULTS };
  for (const [name, gate] of field.entries()) {
    if (!isFeature(name)) throw usageError(`there is no gate "${name}" here`, gate.path, didYouMean(name, Object.keys(DEFAULTS)));
    features[name] = gate.flag() ?? DEFAULTS[name];
  }
  return features;
}

function isFeature(name: string): name is keyof Features {
  return Object.hasOwn(DEFAULTS, name);
}
