/**
 * Splits victims into those whose loss breaks a disruption budget and the others.
 * Source: plugins/defaultpreemption/default_preemption.go, filterPodsWithPDBViolation (Kubernetes v1.36.2).
 */
import { compileLabelSelector } from '../../kubernetes-selectors.ts';
import type { LabelMatcher } from '../../kubernetes-selectors.ts';
import type { PodDisruptionBudget } from '../../kubernetes.ts';
import type { PodInfo } from './pod-info.ts';

/** A budget with its selector made ready. */
export interface Budget {
  readonly budget: PodDisruptionBudget;
  readonly selector: LabelMatcher;
}

export function compileBudgets(budgets: readonly PodDisruptionBudget[]): Budget[] {
  return budgets.map((budget) => ({ budget, selector: compileLabelSelector(budget.selector) }));
}

/** `pods` in the order in which their budgets are spent. */
export function splitByBudget(pods: readonly PodInfo[], budgets: readonly Budget[]): { violating: PodInfo[]; others: PodInfo[] } {
  const left = budgets.map(({ budget }) => budget.disruptionsAllowed);
  const violating: PodInfo[] = [];
  const others: PodInfo[] = [];
  for (const pod of pods) {
    let violates = false;
    for (let i = 0; i < budgets.length; i++) {
      if (!covers(budgets[i], pod)) continue;
      left[i]--;
      if (left[i] < 0) violates = true;
    }
    (violates ? violating : others).push(pod);
  }
  return { violating, others };
}

function covers({ budget, selector }: Budget, { pod }: PodInfo): boolean {
  if (pod.labels.size === 0 || budget.namespace !== pod.namespace || selector.empty) return false;
  return selector.matches(pod.labels) && !budget.disruptedPods.includes(pod.name);
}
