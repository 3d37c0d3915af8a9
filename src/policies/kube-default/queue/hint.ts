/** What plugins say of incidents that may help the pods they have rejected. */
import type { KubeVersion } from '../behaviour.ts';
import type { PodInfo } from '../pod-info.ts';
import type { Action, Incident, Resource } from './events.ts';

/** May this incident help this pod? */
export type Hint = (pod: PodInfo, incident: Incident) => boolean;

export interface Registration {
  readonly resource: Resource;
  readonly actions: readonly Action[];
  /** Absent: any such incident may help. Versions without hints do not ask. */
  readonly hint?: Hint;
}

/** The incidents that a plugin waits for, by version. */
export interface PluginHints {
  readonly plugin: string;
  readonly registered: Readonly<Record<KubeVersion, readonly Registration[]>>;
}

export const NODE_UPDATES: readonly Action[] = [
  'UpdateNodeAllocatable',
  'UpdateNodeLabel',
  'UpdateNodeTaint',
  'UpdateNodeCondition',
];

/** It counts on a node: it is bound, or preemption is emptying the node for it. */
export function countsOnNode({ pod }: PodInfo): boolean {
  return pod.nodeName !== undefined || pod.nominatedNodeName !== undefined;
}

/** A hint for `TargetPod`: any such change of the pod may help it. */
export const ALWAYS: Hint = () => true;
