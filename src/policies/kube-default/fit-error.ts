/**
 * Why a pod fits nowhere, in kube-scheduler's words.
 * Source: pkg/scheduler/framework/types.go, FitError (Kubernetes v1.36.2).
 */
import type { Behaviour } from './behaviour.ts';
import type { StatusesByNode } from './node-statuses.ts';
import type { Status } from './status.ts';

export interface Diagnosis {
  /** By node name, for nodes that were looked at. */
  readonly statuses: StatusesByNode;
  /** What holds for all other nodes. */
  readonly absent: Status;
  /** Why it was clear before any node was looked at. */
  readonly preFilter?: string;
  /** What preemption had to say. */
  readonly postFilter?: string;
  /** Old versions put a full stop after it, although it ends with one. */
  readonly endsTwice?: boolean;
}

/** "0/20 nodes are available: 12 Insufficient cpu, 8 node(s) were unschedulable." */
export function fitErrorMessage({ statuses, absent, preFilter, postFilter, endsTwice }: Diagnosis, nodes: number): string {
  const parts = [`0/${nodes} nodes are available:`];
  if (preFilter !== undefined && preFilter !== '') parts.push(`${preFilter}.`);
  else {
    const counts = new Map<string, number>();
    const count = (reason: string, times: number) => counts.set(reason, (counts.get(reason) ?? 0) + times);
    if (statuses.counts === undefined)
      for (const { reasons } of statuses.values()) for (const reason of reasons) count(reason, 1);
    else for (const [{ reasons }, times] of statuses.counts) for (const reason of reasons) count(reason, times);
    if (statuses.size < nodes) for (const reason of absent.reasons) count(reason, nodes - statuses.size);
    // Sorted as texts, with the number in front, as the real one does.
    const sorted = [...counts].map(([reason, times]) => `${times} ${reason}`).sort(byBytes);
    if (sorted.length > 0) parts.push(`${sorted.join(', ')}.`);
  }
  if (postFilter !== undefined && postFilter !== '') parts.push(endsTwice ? `${postFilter}.` : postFilter);
  return parts.join(' ');
}

/**
 * What is said of the attempts to help a pod that fits nowhere; nothing if one has. Claims to devices are not modelled, so
 * there are none. Source: plugins/dynamicresources (PostFilter), runtime/framework.go (RunPostFilterPlugins); as kube-scheduler
 * v1.36.3 says it.
 */
export function postFilterWords({ code, reasons }: Status, { looksAtClaims }: Behaviour): string {
  if (code === 'Success') return '';
  return (looksAtClaims ? ['no new claims to deallocate', ...reasons] : reasons).join(', ');
}

function byBytes(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
