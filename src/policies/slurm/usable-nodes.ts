/** Nodes that a job may use at all, whatever is free on them. */
import { keepOnly, removeAll } from './node-set.ts';
import type { NodeSet } from './node-set.ts';
import type { Reserved } from './reservations/reservations.ts';
import type { Scheduling } from './scheduling.ts';

/** Nodes of its partition among `nodes` that are up, that it does not exclude and that no reservation keeps from it. */
export function usableNodes(scheduling: Scheduling, job: number, nodes: NodeSet, reserved: Reserved | undefined): NodeSet {
  if (reserved === undefined) return new Uint32Array(nodes.length);
  const { partitions, running, queue } = scheduling;
  const candidates = nodes.slice();
  keepOnly(candidates, reserved.nodes);
  keepOnly(candidates, partitions.rules[partitions.of(job)].nodes);
  keepOnly(candidates, running.up);
  const { excluded } = queue.demandOf(job);
  if (excluded !== undefined) removeAll(candidates, excluded);
  return candidates;
}
