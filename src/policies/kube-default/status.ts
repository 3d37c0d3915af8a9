/** What a plugin answers about a node. */

/**
 * `Unschedulable`: evicting pods may help. `UnschedulableAndUnresolvable`: it cannot. `Error`: the scheduler itself
 * failed, and the cycle ends.
 */
export type Code = 'Success' | 'Unschedulable' | 'UnschedulableAndUnresolvable' | 'Skip' | 'Error';

export interface Status {
  readonly code: Code;
  /** In kube-scheduler's words. */
  readonly reasons: readonly string[];
}

export const SUCCESS: Status = { code: 'Success', reasons: [] };
export const SKIP: Status = { code: 'Skip', reasons: [] };

export function unschedulable(...reasons: readonly string[]): Status {
  return { code: 'Unschedulable', reasons };
}

export function unresolvable(...reasons: readonly string[]): Status {
  return { code: 'UnschedulableAndUnresolvable', reasons };
}

export function failed(reason: string): Status {
  return { code: 'Error', reasons: [reason] };
}
