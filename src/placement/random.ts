import type { NodeRoom, PlacementPlan, PlacementSpec } from '../placement.ts';
import { fillInOrder } from './ranked.ts';

export const random: PlacementSpec = {
  name: 'random',
  summary:
    'Fills nodes in an order drawn anew for each job, and takes shares of a GPU that is drawn from those with room; ties to the lowest number.',
  source: 'the baseline Random of Weng et al., "Beware of fragmentation", USENIX ATC 2023',
  create(setup) {
    // One draw for the run: a draw for each call would give the same job other nodes in the same room.
    const salt = setup.random.integer(2 ** 32);
    const fill = fillInOrder(setup, (node, { job }) => scatter(scatter(salt ^ job) ^ node));
    const { requests, firstGroup, groupRequest, groupTasks } = setup.jobs;
    return {
      place(job, room, plan) {
        const first = firstGroup[job];
        const { gpu, gpuMemory, mig } = requests[groupRequest[first]];
        const isShare = gpu > 0 && gpu < 1000 && mig === undefined && gpuMemory === undefined;
        if (!isShare || firstGroup[job + 1] - first > 1 || groupTasks[first] > 1) return fill.place(job, room, plan);
        return placeShare(job, groupRequest[first], gpu, { room, plan, draw: scatter(salt ^ job) });
      },
    };
  },
};

interface Draw {
  readonly room: NodeRoom;
  readonly plan: PlacementPlan;
  readonly draw: number;
}

/** One task with a share of a GPU: any node with room for it, any of its GPUs with room. */
function placeShare(job: number, request: number, share: number, { room, plan, draw }: Draw): boolean {
  let chosen = -1;
  let lowest = Infinity;
  for (let node = room.nextWithRoom(0, request, job); node >= 0; node = room.nextWithRoom(node + 1, request, job)) {
    const key = scatter(draw ^ node);
    if (key >= lowest) continue;
    chosen = node;
    lowest = key;
  }
  if (chosen < 0) return false;
  const fitting: number[] = [];
  for (let gpu = 0; gpu < room.devices(chosen); gpu++) if (room.deviceFree(chosen, gpu) >= share) fitting.push(gpu);
  plan.add(0, chosen, 1, fitting.length === 0 ? undefined : [fitting[scatter(lowest ^ job) % fitting.length]]);
  return true;
}

/** Mixes the bits of a 32-bit number so that neighbours fall far apart: the finalizer of MurmurHash3 (Appleby, public domain). */
function scatter(number: number): number {
  let mixed = number ^ (number >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
