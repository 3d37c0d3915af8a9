/**
 * Which taints a pod bears.
 * Source: component-helpers, scheduling/corev1/helpers.go, and Kubernetes enhancement 5471 for Lt and Gt.
 */
import type { Taint, Toleration } from './kubernetes.ts';
import { parseInt64 } from './kubernetes-selectors.ts';

export function tolerates(toleration: Toleration, taint: Taint): boolean {
  if (toleration.effect !== '' && toleration.effect !== taint.effect) return false;
  if (toleration.key !== '' && toleration.key !== taint.key) return false;
  switch (toleration.operator) {
    case '':
    case 'Equal':
      return toleration.value === taint.value;
    case 'Exists':
      return true;
    case 'Lt':
    case 'Gt':
      return comparesTo(taint.value, toleration.operator, toleration.value);
    default:
      return false;
  }
}

/** The taint's value is below (Lt) or above (Gt) the toleration's; what is no whole number compares to nothing. */
function comparesTo(taintValue: string, operator: 'Lt' | 'Gt', bound: string): boolean {
  const value = parseInt64(taintValue);
  const limit = parseInt64(bound);
  if (value === undefined || limit === undefined) return false;
  return operator === 'Lt' ? value < limit : value > limit;
}

export function toleratesAny(tolerations: readonly Toleration[], taint: Taint): boolean {
  return tolerations.some((toleration) => tolerates(toleration, taint));
}

/** The first taint that keeps the pod off the node (NoSchedule or NoExecute). */
export function untoleratedTaint(tolerations: readonly Toleration[], taints: readonly Taint[]): Taint | undefined {
  return taints.find(({ effect, ...rest }) => {
    if (effect !== 'NoSchedule' && effect !== 'NoExecute') return false;
    return !toleratesAny(tolerations, { effect, ...rest });
  });
}
