/**
 * Tries the pods of a group one after the other, each as if those before it were on their nodes already. Nothing is done
 * about it yet: afterwards the snapshot is as it was.
 * Source: pkg/scheduler/schedule_one_podgroup.go, podGroupSchedulingDefaultAlgorithm (Kubernetes v1.36.2).
 */
import type { Answer, Attempts } from './attempts.ts';
import { NO_ROW } from './job-pod.ts';
import type { JobPod } from './job-pod.ts';
import type { PodCluster } from './pod-cluster.ts';
import type { PodGroup } from './pod-group.ts';
import type { Nominator } from './queue/nominator.ts';
import type { QueuedPod } from './queue/scheduling-queue.ts';

export interface Member {
  readonly queued: QueuedPod;
  readonly pod: JobPod;
}

export interface Trial extends Member {
  readonly answer: Answer;
  /** The node that it gets, or where it preempts others; NO_ROW: neither. */
  readonly row: number;
}

/** `preempting`: all could be placed if only the victims were gone already. */
export type GroupVerdict = 'placed' | 'preempting' | 'unschedulable';

export interface GroupTrial {
  readonly trials: readonly Trial[];
  readonly verdict: GroupVerdict;
  /** What it lacks even so. */
  readonly lack: string | undefined;
}

/** What the scheduler lends for it. */
export interface TrialParts {
  readonly attempts: Attempts;
  readonly cluster: PodCluster;
  readonly nominator: Nominator;
}

export function tryGroup(members: readonly Member[], group: PodGroup, parts: TrialParts, now: number): GroupTrial {
  const { cluster, nominator } = parts;
  const trials: Trial[] = [];
  for (const member of members) {
    const { pod } = member;
    const answer = parts.attempts.make(pod, now);
    const row = rowOf(answer, cluster);
    trials.push({ ...member, answer, row });
    if (row === NO_ROW) continue;
    cluster.assume(pod, row);
    nominator.remove(pod);
  }
  const there = trials.filter(({ row }) => row !== NO_ROW);
  const lack = group.lack();
  for (const { pod } of there.reverse()) {
    cluster.forget(pod);
    nominator.add(pod);
  }
  return { trials, verdict: verdictOn(there, lack), lack };
}

/** One that preempts counts where its victims are, which stay in the snapshot. */
function rowOf(answer: Answer, { snapshot }: PodCluster): number {
  if ('row' in answer) return answer.row;
  const { nominatedNodeName = '' } = answer.postFilter;
  return snapshot.rowOf(nominatedNodeName) ?? NO_ROW;
}

function verdictOn(there: readonly Trial[], lack: string | undefined): GroupVerdict {
  if (there.length === 0 || lack !== undefined) return 'unschedulable';
  return there.every(({ answer }) => 'row' in answer) ? 'placed' : 'preempting';
}
