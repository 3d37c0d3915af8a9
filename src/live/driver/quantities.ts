import type { Resources } from '../../kubernetes.ts';

/** Amounts as the API takes them: cpu in millicores, all others in their own units. */
export function quantities(resources: Resources): Record<string, string> {
  return Object.fromEntries(
    [...resources].map(([name, amount]) => [name, name === 'cpu' ? `${amount}m` : String(Math.ceil(amount))]),
  );
}
