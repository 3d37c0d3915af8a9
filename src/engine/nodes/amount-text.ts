import { formatBytes } from '../../units.ts';

/** So much of a resource, for messages, in the words and units of cluster descriptions: `cpus 1.5`, `memory 64 GiB`, `gpus 0.25`. */
export function amountText(resource: string, amount: number): string {
  if (resource === 'memory') return `memory ${amount === Infinity ? 'unlimited' : formatBytes(amount)}`;
  if (resource === 'cpu' || resource === 'gpu') return `${resource}s ${amount / 1000}`;
  return `${resource} ${amount}`;
}
