import type { PlacementSetup } from '../placement.ts';
import type { TaskRequest } from '../workload.ts';
import type { Ranking } from './ranked.ts';

/** What a task asks for of one resource, in the units of `NodeRoom.free`. */
interface Amount {
  readonly resource: string;
  readonly amount: number;
}

/**
 * How full a node would be with one more task: allocated / capacity [share], the mean over the resources that the task
 * asks for and that the node does not have without limit; 0 if there is none.
 */
export function allocationAfter({ jobs }: PlacementSetup): Ranking {
  const amounts = jobs.requests.map(amountsOf);
  return (node, { request, room, plan }, placed) => {
    const asked = amounts[request];
    let sum = 0;
    let count = 0;
    for (let index = 0; index < asked.length; index++) {
      const { resource, amount } = asked[index];
      const capacity = room.capacity(node, resource);
      if (capacity === Infinity) continue;
      sum += (capacity - plan.freeLeft(node, resource) + (placed + 1) * amount) / capacity;
      count++;
    }
    return count === 0 ? 0 : sum / count;
  };
}

function amountsOf({ cpu, memory, gpu, other = {} }: TaskRequest): Amount[] {
  const all = [
    { resource: 'cpu', amount: cpu },
    { resource: 'memory', amount: memory },
    { resource: 'gpu', amount: gpu },
    ...Object.entries(other).map(([resource, amount]) => ({ resource, amount })),
  ];
  return all.filter(({ amount }) => amount > 0);
}
