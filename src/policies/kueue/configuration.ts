/**
 * Kueue's own configuration (config.kueue.x-k8s.io/v1beta1 and v1beta2), as far as admission reads it.
 * Source: apis/config/v1beta2/configuration_types.go, defaults.go (Kueue v0.19.2).
 */
import { usageError } from '../../errors.ts';
import { JsonField, readDocuments } from '../../kubernetes-json.ts';
import type { ParameterFile } from '../../parameters.ts';
import { MINUTE, parseDuration, SECOND } from '../../units.ts';
import { readFeatures } from './features.ts';
import type { Features } from './features.ts';
import { expectAbsent } from './named-object.ts';

export interface KueueConfiguration {
  /** Absent: heads and victims are chosen by priority and time alone. */
  readonly fairSharing?: { readonly strategies: readonly FairStrategy[] };
  /** Absent: workloads may wait for their pods for ever. */
  readonly podsReady?: PodsReadySettings;
  /** Workloads without a queue wait, instead of being left to the scheduler of pods. */
  readonly managesAll: boolean;
  /** Resources whose names begin so are not counted. */
  readonly excludedPrefixes: readonly string[];
  /** Resources that a queue does not cover are not counted. */
  readonly ignoresUndeclared: boolean;
  readonly features: Features;
}

export type FairStrategy = 'LessThanOrEqualToFinalShare' | 'LessThanInitialShare';

export interface PodsReadySettings {
  /** How long an admitted workload may take until all its pods are ready [ms]. */
  readonly timeout: number;
  /** How long a workload that has lost pods may take until they are back [ms]; Infinity: any time. */
  readonly recoveryTimeout: number;
  /** Nothing else is admitted until they are. */
  readonly blocksAdmission: boolean;
  /** An evicted workload stands in the queue by the time of its eviction, not of its creation. */
  readonly ordersByEviction: boolean;
  /** First and longest wait of an evicted workload [ms]. */
  readonly backoffBase: number;
  readonly backoffMax: number;
  /** How many times it is queued again [count]; Infinity: always. */
  readonly backoffLimit: number;
}

/** Fields that say nothing about who is admitted. */
const ELSEWHERE = [
  'apiVersion',
  'kind',
  'namespace',
  'webhook',
  'leaderElection',
  'metrics',
  'health',
  'pprofBindAddress',
  'controller',
  'manageJobsWithoutQueueName',
  'managedJobsNamespaceSelector',
  'internalCertManagement',
  'waitForPodsReady',
  'clientConnection',
  'integrations',
  'queueVisibility',
  'multiKueue',
  'fairSharing',
  'admissionFairSharing',
  'resources',
  'featureGates',
  'objectRetentionPolicies',
  'visibility',
  'tls',
];

export function readKueueConfiguration(file: ParameterFile | undefined): KueueConfiguration {
  const [field = new JsonField({}, 'the configuration')] = file === undefined ? [] : readDocuments(file);
  field.expectOnly(...ELSEWHERE);
  const features = readFeatures(field.at('featureGates'));
  const isOld = field.at('apiVersion').text()?.endsWith('/v1beta1') ?? false;
  const resources = field.at('resources');
  resources.expectOnly('quotaCheckStrategy', 'excludeResourcePrefixes', 'transformations', 'deviceClassMappings');
  expectAbsent(resources.at('transformations'), 'transformations of resources are not modelled: take them out');
  const strategy = resources.at('quotaCheckStrategy').word('BlockUndeclared', 'IgnoreUndeclared');
  return {
    fairSharing: readFairSharing(field.at('fairSharing'), isOld),
    podsReady: features.DisableWaitForPodsReady ? undefined : readPodsReady(field.at('waitForPodsReady'), isOld),
    managesAll: field.at('manageJobsWithoutQueueName').flag() ?? false,
    excludedPrefixes: resources.at('excludeResourcePrefixes').texts(),
    ignoresUndeclared: strategy === 'IgnoreUndeclared',
    features,
  };
}

/** v1beta1 has a switch; in v1beta2 the section itself is the switch. */
function readFairSharing(field: JsonField, isOld: boolean): KueueConfiguration['fairSharing'] {
  field.expectOnly('enable', 'preemptionStrategies');
  if (field.absent || !(field.at('enable').flag() ?? !isOld)) return undefined;
  const list = field.at('preemptionStrategies').list();
  const strategies = list.flatMap((one) => one.word('LessThanOrEqualToFinalShare', 'LessThanInitialShare') ?? []);
  if (strategies[1] === 'LessThanOrEqualToFinalShare') {
    const hint = 'allowed: either of the two alone, or [LessThanOrEqualToFinalShare, LessThanInitialShare]';
    throw usageError(`the second strategy is ${strategies[1]}`, field.path, hint);
  }
  return { strategies: strategies.length > 0 ? strategies : ['LessThanOrEqualToFinalShare', 'LessThanInitialShare'] };
}

/** On by default in v1beta2; v1beta1 has a switch, which is off by default, and other defaults. */
function readPodsReady(field: JsonField, isOld: boolean): PodsReadySettings | undefined {
  field.expectOnly('enable', 'timeout', 'blockAdmission', 'requeuingStrategy', 'recoveryTimeout');
  if (!(field.at('enable').flag() ?? !isOld)) return undefined;
  const strategy = field.at('requeuingStrategy');
  strategy.expectOnly('timestamp', 'backoffLimitCount', 'backoffBaseSeconds', 'backoffMaxSeconds');
  const timeout = duration(field.at('timeout')) || (isOld ? 5 : 30) * MINUTE;
  return {
    timeout,
    recoveryTimeout: (duration(field.at('recoveryTimeout')) ?? timeout) || Infinity,
    blocksAdmission: field.at('blockAdmission').flag() ?? isOld,
    ordersByEviction: strategy.at('timestamp').word('Eviction', 'Creation') !== 'Creation',
    backoffBase: (strategy.at('backoffBaseSeconds').integer() ?? 60) * SECOND,
    backoffMax: (strategy.at('backoffMaxSeconds').integer() ?? 3600) * SECOND,
    backoffLimit: strategy.at('backoffLimitCount').integer() ?? Infinity,
  };
}

/** As Go writes durations: `5m`, `1h30m`, `0s`. */
function duration(field: JsonField): number | undefined {
  return field.absent ? undefined : parseDuration(String(field.value), field.path);
}
