/** What the status of an object tells of the past. */
import type { JsonField } from '../../kubernetes-json.ts';
import { readTime } from '../../kubernetes-read-pod.ts';

/** What became of a pod. Times are ms since 1970. */
export interface PodStatus {
  /** Succeeded or failed. */
  readonly finished: boolean;
  readonly fails: boolean;
  /** When the kubelet took it up, or else when it was bound. */
  readonly started?: number;
  /** How long it ran; undefined if it has not ended or does not tell [ms]. */
  readonly runtime?: number;
}

export function readPodStatus(pod: JsonField): PodStatus {
  const status = pod.at('status');
  const phase = status.at('phase').text();
  const finished = phase === 'Succeeded' || phase === 'Failed';
  const started = pastTime(status.at('startTime')) ?? conditionTime(status, 'PodScheduled', 'True');
  const deleted = pastTime(pod.at('metadata').at('deletionTimestamp'));
  const runtime = finished ? (ranFor(status, started) ?? wasReadyFor(status, started)) : terminatesAfter(started, deleted);
  return { finished, fails: phase === 'Failed', started, runtime };
}

/**
 * From the first start to the last end of its containers. A container that was restarted tells of its last run only;
 * then the pod's own start counts.
 */
function ranFor(status: JsonField, started: number | undefined): number | undefined {
  let first = Infinity;
  let last = -Infinity;
  for (const container of [...status.at('containerStatuses').list(), ...status.at('initContainerStatuses').list()]) {
    const terminated = container.at('state').at('terminated');
    const began = pastTime(terminated.at('startedAt'));
    const ended = pastTime(terminated.at('finishedAt'));
    if (ended === undefined) continue;
    const restarts = container.at('restartCount').integer() ?? 0;
    first = Math.min(first, (restarts > 0 ? started : began) ?? began ?? started ?? ended);
    last = Math.max(last, ended);
  }
  return last < first ? undefined : last - first;
}

/** An evicted pod tells nothing of its containers, but when it ceased to be ready. */
function wasReadyFor(status: JsonField, started: number | undefined): number | undefined {
  const ceased = conditionTime(status, 'Ready', 'False');
  return started === undefined || ceased === undefined || ceased <= started ? undefined : ceased - started;
}

/** A pod whose deletion was asked for ends when its grace is over. */
function terminatesAfter(started: number | undefined, deleted: number | undefined): number | undefined {
  return started === undefined || deleted === undefined ? undefined : Math.max(0, deleted - started);
}

/** What became of a Job and its like. */
export function readJobStatus(object: JsonField): { fails: boolean; started?: number; runtime?: number } {
  const status = object.at('status');
  const failed = conditionTime(status, 'Failed', 'True');
  const fails = hasCondition(status, 'Failed');
  const started = pastTime(status.at('startTime'));
  const ended = pastTime(status.at('completionTime')) ?? failed;
  return { fails, started, runtime: started === undefined || ended === undefined ? undefined : Math.max(0, ended - started) };
}

export function isComplete(object: JsonField): boolean {
  const status = object.at('status');
  return (
    !status.at('completionTime').absent ||
    ['Complete', 'Completed', 'Succeeded', 'Failed'].some((type) => hasCondition(status, type))
  );
}

function hasCondition(status: JsonField, type: string): boolean {
  return status
    .at('conditions')
    .list()
    .some((one) => one.at('type').text() === type && one.at('status').text() === 'True');
}

/** When a condition came to have this status. */
function conditionTime(status: JsonField, type: string, value: string): number | undefined {
  const condition = status
    .at('conditions')
    .list()
    .find((one) => one.at('type').text() === type && one.at('status').text() === value);
  return condition && pastTime(condition.at('lastTransitionTime'));
}

/** A time after 1970: before it are the zeros with which Kubernetes says that there is none. */
export function pastTime(field: JsonField): number | undefined {
  const time = readTime(field);
  return time !== undefined && time > 0 && Number.isSafeInteger(time) ? time : undefined;
}
