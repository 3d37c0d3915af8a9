/** Where the cluster of a scenario is not the one that Slurm says it is. */
import { gpuCount, nodeCount, nodeName, processorCount } from '../../cluster.ts';
import type { Cluster } from '../../cluster.ts';

/** Differences that are named [count]. */
const NAMED = 8;
/** Nodes are compared by themselves: how they are put into pools is no matter of Slurm's. */
const LEFT_OUT = new Set(['pools', 'clusterName', 'accounts', 'reservations']);

/** A phrase for each; none if a simulation of the scenario is about this cluster. */
export function clusterDifferences(ours: Cluster, real: Cluster): string[] {
  const found: string[] = [];
  const compare = (what: string, a: number, b: number) => {
    if (a !== b) found.push(`${what}: ${a} in the scenario, ${b} in Slurm`);
  };
  compare('nodes', nodeCount(ours), nodeCount(real));
  compare('processors', processorCount(ours), processorCount(real));
  compare('GPUs', gpuCount(ours), gpuCount(real));
  if (found.length === 0 && !ours.interchangeable) {
    const other = Array.from({ length: nodeCount(ours) }, (_, node) => node).find(
      (node) => nodeName(ours, node) !== nodeName(real, node),
    );
    if (other !== undefined)
      found.push(`node ${other + 1}: ${nodeName(ours, other)} in the scenario, ${nodeName(real, other)} in Slurm`);
  }
  if (ours.slurm === undefined) found.push('the scenario says nothing of the settings of Slurm');
  else found.push(...settingsApart(ours.slurm, real.slurm, ''));
  return found.length > NAMED ? [...found.slice(0, NAMED), `and ${found.length - NAMED} more`] : found;
}

function settingsApart(a: unknown, b: unknown, path: string): string[] {
  if (isObject(a) && isObject(b) && !(a instanceof Set)) {
    const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((key) => path !== '' || !LEFT_OUT.has(key));
    return keys.flatMap((key) => settingsApart(a[key], b[key], path === '' ? key : `${path}.${key}`));
  }
  const [one, other] = [a, b].map((value) => shown(value));
  return one === other ? [] : [`${path}: ${one} in the scenario, ${other} in Slurm`];
}

function shown(value: unknown): string {
  if (value instanceof Set) return [...value].sort().join(',') || 'none';
  return value === undefined ? 'nothing' : String(value);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
