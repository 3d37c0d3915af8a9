/** Pods as they are read from the API: as much as the driver looks at. */
import { FINALIZER, readMark } from './run-marks.ts';
import type { TaskMark } from './run-marks.ts';

export interface LivePod {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  /** The task that it is; undefined for a pod of somebody else. */
  readonly mark: TaskMark | undefined;
  readonly nodeName: string | undefined;
  /** Which node is being emptied for it. */
  readonly nominatedNodeName?: string;
  readonly phase: string;
  /** Its deletion has been asked for. */
  readonly terminating: boolean;
  /** Its object stays when it is deleted, until we let it go. */
  readonly isHeld: boolean;
  /** It is gone but for its object, which is held. Whoever had to stop it has done so, or was passed over. */
  readonly isTombstone: boolean;
  /** Why it failed, if it did: `OutOfcpu`, `Evicted` ... */
  readonly reason: string;
  /** As the API server has it. */
  readonly json: unknown;
}

interface RawPod {
  readonly metadata?: {
    readonly name?: string;
    readonly namespace?: string;
    readonly uid?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly deletionTimestamp?: string;
    readonly deletionGracePeriodSeconds?: number;
    readonly finalizers?: readonly string[];
  };
  readonly spec?: { readonly nodeName?: string; readonly schedulerName?: string };
  readonly status?: { readonly phase?: string; readonly reason?: string; readonly nominatedNodeName?: string };
}

/** Whose pods are the driver's own. */
export interface Ownership {
  readonly run: string;
  readonly namespace: string;
  /** What they name as their scheduler. */
  readonly schedulerName: string;
}

export function readLivePod(json: unknown, { run, namespace, schedulerName }: Ownership): LivePod {
  const { metadata = {}, spec = {}, status = {} } = json as RawPod;
  const isHeld = metadata.finalizers?.includes(FINALIZER) === true;
  const isOurs = spec.schedulerName === schedulerName && metadata.namespace === namespace;
  return {
    name: metadata.name ?? '',
    namespace: metadata.namespace ?? '',
    uid: metadata.uid ?? '',
    mark: isOurs ? readMark(run, metadata.labels ?? {}) : undefined,
    nodeName: spec.nodeName === '' ? undefined : spec.nodeName,
    nominatedNodeName: status.nominatedNodeName,
    phase: status.phase ?? 'Pending',
    terminating: metadata.deletionTimestamp !== undefined,
    isHeld,
    // Without finalizers the API server would have removed it when its time to stop became 0. Source: apiserver,
    // pkg/registry/rest/delete.go (BeforeDelete), registry/generic/registry/store.go (markAsDeleting).
    isTombstone: isHeld && metadata.deletionTimestamp !== undefined && metadata.deletionGracePeriodSeconds === 0,
    reason: status.reason ?? '',
    json,
  };
}

/** Its containers run, or have run. */
export function isUp({ phase }: LivePod): boolean {
  return phase === 'Running' || phase === 'Succeeded' || phase === 'Failed';
}

/** It uses nothing of its node any more. */
export function isFinished({ phase }: LivePod): boolean {
  return phase === 'Succeeded' || phase === 'Failed';
}

/**
 * Its node has turned it away or thrown it out: it says nothing of the job.
 * Source: kubelet, lifecycle/predicate.go (OutOf..., NodeAffinity, UnexpectedAdmissionError), eviction, node shutdown.
 */
export function failedByNode({ phase, reason }: LivePod): boolean {
  return phase === 'Failed' && (reason.startsWith('OutOf') || NODE_REASONS.has(reason));
}

const NODE_REASONS: ReadonlySet<string> = new Set([
  'NodeAffinity',
  'NodeLost',
  'NodeShutdown',
  'Terminated',
  'Evicted',
  'UnexpectedAdmissionError',
  'TaintToleration',
]);
