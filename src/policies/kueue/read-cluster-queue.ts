/** ClusterQueues and Cohorts of v1beta2 and v1beta1. */
import { usageError } from '../../errors.ts';
import type { JsonField } from '../../kubernetes-json.ts';
import { readLabelSelector } from '../../kubernetes-read-selectors.ts';
import type { ClusterQueueObject, CohortObject, Fungibility, PreemptionRules } from './objects.ts';
import { expectAbsent } from './named-object.ts';
import { readResourceGroups, readWeight } from './read-quota.ts';

const QUEUE_FIELDS = [
  'resourceGroups',
  'cohortName',
  'cohort',
  'queueingStrategy',
  'namespaceSelector',
  'flavorFungibility',
  'preemption',
  'admissionChecks',
  'admissionChecksStrategy',
  'stopPolicy',
  'fairSharing',
  'admissionScope',
  'concurrentAdmissionPolicy',
];

export function readClusterQueue(name: string, object: JsonField): ClusterQueueObject {
  const spec = object.at('spec');
  spec.expectOnly(...QUEUE_FIELDS);
  expectAbsent(spec.at('admissionChecks'), 'admission checks are not modelled: take them out of the file');
  expectAbsent(spec.at('admissionChecksStrategy'), 'admission checks are not modelled: take them out of the file');
  expectAbsent(spec.at('concurrentAdmissionPolicy'), 'concurrent admission is not modelled: take it out of the file');
  const mode = spec.at('admissionScope').at('admissionMode').word('NoAdmissionFairSharing', 'UsageBasedAdmissionFairSharing');
  if (mode === 'UsageBasedAdmissionFairSharing') {
    expectAbsent(spec.at('admissionScope'), 'fair sharing between local queues by their usage is not modelled');
  }
  const parent = spec.at('cohortName').text() ?? spec.at('cohort').text();
  const groups = readResourceGroups(spec.at('resourceGroups'));
  const limited = groups.some(({ flavors }) =>
    flavors.some(({ quotas }) => [...quotas.values()].some((quota) => quota.borrowingLimit < Infinity)),
  );
  if (parent === undefined && limited) {
    throw usageError('it has a borrowingLimit, but no cohort to borrow from', spec.path, 'name one: cohortName');
  }
  return {
    name,
    parent,
    groups,
    weight: readWeight(spec.at('fairSharing')),
    strategy: spec.at('queueingStrategy').word('StrictFIFO', 'BestEffortFIFO') ?? 'BestEffortFIFO',
    namespaces: readLabelSelector(spec.at('namespaceSelector')),
    fungibility: readFungibility(spec.at('flavorFungibility')),
    preemption: readPreemption(spec.at('preemption')),
    stopPolicy: spec.at('stopPolicy').word('None', 'Hold', 'HoldAndDrain') ?? 'None',
  };
}

/** v1beta1 calls them `parent` too before v1beta2 said `parentName`. */
export function readCohort(name: string, object: JsonField): CohortObject {
  const spec = object.at('spec');
  spec.expectOnly('parentName', 'parent', 'resourceGroups', 'fairSharing');
  return {
    name,
    parent: spec.at('parentName').text() ?? spec.at('parent').text(),
    groups: readResourceGroups(spec.at('resourceGroups')),
    weight: readWeight(spec.at('fairSharing')),
  };
}

function readFungibility(field: JsonField): Fungibility {
  field.expectOnly('whenCanBorrow', 'whenCanPreempt', 'preference');
  const borrow = field.at('whenCanBorrow').word('MayStopSearch', 'TryNextFlavor', 'Borrow') ?? 'MayStopSearch';
  const preempt = field.at('whenCanPreempt').word('MayStopSearch', 'TryNextFlavor', 'Preempt') ?? 'TryNextFlavor';
  const preference = field.at('preference').word('BorrowingOverPreemption', 'PreemptionOverBorrowing');
  if (preference !== undefined && (borrow !== 'TryNextFlavor' || preempt !== 'TryNextFlavor')) {
    throw usageError('a preference only means something if all flavors are tried', field.path, 'set both to TryNextFlavor');
  }
  return {
    whenCanBorrow: borrow === 'TryNextFlavor' ? borrow : 'MayStopSearch',
    whenCanPreempt: preempt === 'TryNextFlavor' ? preempt : 'MayStopSearch',
    preference: preference ?? 'BorrowingOverPreemption',
  };
}

function readPreemption(field: JsonField): PreemptionRules {
  field.expectOnly('withinClusterQueue', 'reclaimWithinCohort', 'borrowWithinCohort');
  const borrow = field.at('borrowWithinCohort');
  borrow.expectOnly('policy', 'maxPriorityThreshold');
  const borrows = borrow.at('policy').word('Never', 'LowerPriority') === 'LowerPriority';
  const reclaimWithinCohort = field.at('reclaimWithinCohort').word('Never', 'LowerPriority', 'Any') ?? 'Never';
  if (borrows && reclaimWithinCohort === 'Never') {
    throw usageError('it reclaims nothing, but would preempt to borrow', field.path, 'set reclaimWithinCohort as well');
  }
  const maxPriorityThreshold = borrow.at('maxPriorityThreshold').integer() ?? Infinity;
  return {
    withinClusterQueue: field.at('withinClusterQueue').word('Never', 'LowerPriority', 'LowerOrNewerEqualPriority') ?? 'Never',
    reclaimWithinCohort,
    ...(borrows ? { borrowWithinCohort: { maxPriorityThreshold } } : {}),
  };
}
