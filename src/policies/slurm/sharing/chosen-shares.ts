/** What a job would be given now. */
import type { NodeSet } from '../node-set.ts';
import type { Scheduling } from '../scheduling.ts';
import type { Share } from '../share.ts';

/** Where cores may have several jobs, QoS lets it in over those that it suspends. Undefined if it does not fit. */
export function chosenShares(
  { overlay, preemption, queue, willRun }: Scheduling,
  job: number,
  nodes: NodeSet,
): readonly Share[] | undefined {
  const demand = queue.demandOf(job);
  if (overlay === undefined) return willRun.choices.of(demand, nodes);
  const shares = overlay.choose(demand, nodes);
  if (shares !== undefined || preemption?.suspends(job) !== true) return shares;
  return overlay.choose(demand, nodes, 'preemptor');
}
