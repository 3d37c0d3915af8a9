/** Topologies of flavors, and what jobs ask of them. */
import { usageError } from '../../errors.ts';
import type { Snapshot } from '../kube-default/snapshot.ts';
import type { KueueObjects } from './objects.ts';
import type { TopologyRequest } from './topology-request.ts';
import { TopologyTree } from './topology-tree.ts';

/** The topology of each flavor that has one. */
export function buildTopologies({ flavors, topologies }: KueueObjects, snapshot: Snapshot): Map<string, TopologyTree> {
  const trees = new Map<string, TopologyTree>();
  for (const flavor of flavors.values()) {
    const keys = flavor.topology === undefined ? undefined : topologies.get(flavor.topology);
    if (keys === undefined) continue;
    const nodes = Array.from(snapshot.order, (row) => [row, snapshot.node(row)] as const);
    trees.set(flavor.name, new TopologyTree(flavor, keys, nodes));
  }
  return trees;
}

/** `required:KEY`, `preferred:KEY` or `unconstrained`; nothing is asked for if empty. */
export function parseTopologyRequest(text: string): TopologyRequest | undefined {
  if (text === '') return undefined;
  if (text === 'unconstrained') return { mode: 'unconstrained', level: '' };
  const [, mode, level] = /^(required|preferred):(.+)$/.exec(text) ?? [];
  if (mode === 'required' || mode === 'preferred') return { mode, level };
  throw usageError(
    `"${text}" asks for nothing that a topology has`,
    'topology',
    'required:LABEL, preferred:LABEL or unconstrained',
  );
}
