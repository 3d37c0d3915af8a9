/**
 * What happens when a pod fits nowhere: may it preempt, and where.
 * Source: pkg/scheduler/framework/preemption/preemption.go, Preempt (Kubernetes v1.36.2).
 */
import type { Random } from '../../random.ts';
import { fitErrorMessage } from './fit-error.ts';
import type { StatusesByNode } from './node-statuses.ts';
import type { PodInfo } from './pod-info.ts';
import { bestCandidates, candidatesWanted, dryRunPreemption } from './preemption.ts';
import type { Candidate, PreemptionArgs, PreemptionSetup } from './preemption.ts';
import type { Snapshot } from './snapshot.ts';
import { failed, SUCCESS, unresolvable, unschedulable } from './status.ts';
import type { Status } from './status.ts';

/** Why the pod fits nowhere, node by node. */
export interface FilterStatuses {
  readonly statuses: StatusesByNode;
  /** What holds for nodes that have no entry. */
  readonly absent: Status;
}

export interface PostFilter {
  readonly status: Status;
  /** The node that the pod is nominated to; empty: its nomination is cleared; absent: it stays as it is. */
  readonly nominatedNodeName?: string;
  readonly candidate?: Candidate;
}

const UNHELPFUL = unresolvable('Preemption is not helpful for scheduling');

/** May the pod evict others? If not, why. */
export function preemptionBar(pod: PodInfo, snapshot: Snapshot, nominatedNodeStatus: Status | undefined): string | undefined {
  const { spec, nominatedNodeName } = pod.pod;
  if (spec.preemptionPolicy === 'Never') return 'not eligible due to preemptionPolicy=Never.';
  if (nominatedNodeName === undefined || nominatedNodeStatus?.code === 'UnschedulableAndUnresolvable') return undefined;
  const row = snapshot.rowOf(nominatedNodeName);
  // One that nobody may evict has been evicted before this scheduler came: its priority was lower.
  const isLower = (priority: number) => priority < spec.priority || priority === Infinity;
  const makesRoom = ({ pod: there }: PodInfo) =>
    isLower(there.spec.priority) && there.deletionTimestamp !== undefined && there.preempted;
  if (row === undefined || !snapshot.pods[row].some(makesRoom)) return undefined;
  return 'not eligible due to a terminating pod on the nominated node.';
}

/** Chooses victims for a pod that failed. Nobody is evicted yet. `now` is the start of pods that have none [ms]. */
export function preempt(
  pod: PodInfo,
  { statuses, absent }: FilterStatuses,
  setup: PreemptionSetup,
  args: PreemptionArgs,
  random: Random,
  now: number,
): PostFilter {
  const { snapshot } = setup;
  const statusOf = (node: string) => statuses.get(node) ?? absent;
  const nominated = pod.pod.nominatedNodeName;
  const bar = preemptionBar(pod, snapshot, nominated === undefined ? undefined : statusOf(nominated));
  if (bar !== undefined) return { status: unschedulable(`preemption: ${bar}`) };
  const statusOfRow = (row: number) => {
    return statuses.ofRow === undefined ? statusOf(snapshot.node(row).name) : (statuses.ofRow(row) ?? absent);
  };
  const rows = snapshot.order.filter((row) => statusOfRow(row).code === 'Unschedulable');
  const offset = rows.length === 0 ? 0 : random.integer(rows.length);
  const found = dryRunPreemption(rows, offset, candidatesWanted(rows.length, args), setup);
  if (found.candidates.length === 0) return noCandidate(found.statuses, snapshot);
  const best = bestCandidates(found.candidates, now);
  const candidate = best.length === 1 ? best[0] : (setup.choose?.(best) ?? best[random.integer(best.length)]);
  return { status: SUCCESS, nominatedNodeName: snapshot.node(candidate.row).name, candidate };
}

function noCandidate(statuses: ReadonlyMap<string, Status>, snapshot: Snapshot): PostFilter {
  const error = [...statuses.values()].find(({ code }) => code === 'Error');
  if (error !== undefined) return { status: failed(`preemption: ${error.reasons.join(', ')}`) };
  const message = fitErrorMessage({ statuses, absent: UNHELPFUL }, snapshot.nodeCount);
  return { status: unschedulable(`preemption: ${message}`), nominatedNodeName: '' };
}
