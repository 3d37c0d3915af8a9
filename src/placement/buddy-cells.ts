import { nodeCount } from '../cluster.ts';
import type { NodeRoom, PlacementPlan, PlacementSpec } from '../placement.ts';
import type { TaskRequest } from '../workload.ts';
import { domainsByLevel } from './best-switch.ts';

export const buddyCells: PlacementSpec = {
  name: 'buddy-cells',
  summary:
    'Cuts GPUs into cells as buddies do: a task gets the aligned cell of 1, 2, 4, 8 ... GPUs of a node that is just large enough, out of the smallest free cell that holds it: of a node, or of the domains above that are all free. Ties to the lowest node, then GPU.',
  source:
    'buddy cell allocation of HiveD (Zhao et al., OSDI 2020), for one virtual cluster that owns all cells; shares fill the fullest GPU first',
  needsDevices: true,
  create({ jobs, cluster }) {
    const levels = domainsByLevel(cluster);
    const domainOf = levels.map((domains) => {
      const of = new Int32Array(nodeCount(cluster)).fill(-1);
      domains.forEach((nodes, domain) => nodes.forEach((node) => (of[node] = domain)));
      return of;
    });
    return {
      place(job, room, plan) {
        for (let index = jobs.firstGroup[job]; index < jobs.firstGroup[job + 1]; index++) {
          const request = jobs.groupRequest[index];
          for (let task = 0; task < jobs.groupTasks[index]; task++) {
            const cell = smallestCell(job, request, jobs.requests[request], { room, plan, levels, domainOf });
            if (cell === undefined) return false;
            plan.add(index - jobs.firstGroup[job], cell.node, 1, cell.gpus);
          }
        }
        return true;
      },
    };
  },
};

interface Cells {
  readonly room: NodeRoom;
  readonly plan: PlacementPlan;
  /** Nodes of the domains above, from the lowest level to the highest, and the domain of each node. */
  readonly levels: readonly (readonly (readonly number[])[])[];
  readonly domainOf: readonly Int32Array[];
}

interface Cell {
  readonly node: number;
  /** Undefined: as the plan chooses. */
  readonly gpus: readonly number[] | undefined;
}

/** Where a task splits the smallest free cell; undefined if no cell holds it. */
function smallestCell(job: number, request: number, task: TaskRequest, cells: Cells): Cell | undefined {
  const { room, plan } = cells;
  const whole = task.mig === undefined ? Math.floor(task.gpu / 1000) : 0;
  const isCell = task.mig === undefined && task.gpu > 0 && task.gpu % 1000 === 0;
  let best: Cell | undefined;
  let least = Infinity;
  for (let node = room.nextWithRoom(0, request, job); node >= 0; node = room.nextWithRoom(node + 1, request, job)) {
    if (plan.roomLeft(node, request, job) < 1) continue;
    if (!isCell || room.devices(node) === 0) {
      const { size, gpus } = cellForShare(node, task, cells);
      if (size < least) [best, least] = [{ node, gpus }, size];
      continue;
    }
    const block = Math.min(powerOfTwo(whole), room.devices(node));
    for (let first = 0; first + block <= room.devices(node); first += block) {
      const size = freeAround(node, first, block, cells);
      if (size >= least || size === 0) continue;
      least = size;
      best = { node, gpus: Array.from({ length: whole }, (_, index) => first + index) };
    }
  }
  return best;
}

/** The least power of two that is not smaller. */
function powerOfTwo(count: number): number {
  return 2 ** Math.ceil(Math.log2(count));
}

/** GPUs of the largest free cell that this block is a part of; 0 if the block is not free [count]. */
function freeAround(node: number, first: number, block: number, cells: Cells): number {
  const { room } = cells;
  if (!isFree(node, first, block, cells)) return 0;
  const gpus = room.devices(node);
  let size = block;
  for (let larger = 2 * size; larger <= gpus; larger *= 2) {
    if (!isFree(node, Math.floor(first / larger) * larger, larger, cells)) return size;
    size = larger;
  }
  if (!isFree(node, 0, gpus, cells)) return size;
  return freeAbove(node, gpus, cells);
}

/** GPUs of the largest domain above a free node that is free as a whole. */
function freeAbove(node: number, own: number, { room, plan, levels, domainOf }: Cells): number {
  let size = own;
  for (let level = 0; level < levels.length; level++) {
    const nodes = levels[level][domainOf[level][node]] ?? [];
    let free = 0;
    for (const other of nodes) {
      for (let gpu = 0; gpu < room.devices(other); gpu++) {
        if (plan.deviceLeft(other, gpu) < 1000) return size;
        free++;
      }
    }
    if (nodes.length > 0) size = Math.max(size, free);
  }
  return size;
}

function isFree(node: number, first: number, count: number, { plan }: Cells): boolean {
  for (let gpu = first; gpu < first + count; gpu++) if (plan.deviceLeft(node, gpu) < 1000) return false;
  return true;
}

/** The cell that a share is taken from: less than one for a GPU in use already, the fuller the less; else what must be opened. */
function cellForShare(node: number, { gpu, mig, gpuMemory }: TaskRequest, cells: Cells): { size: number; gpus?: number[] } {
  const { room, plan } = cells;
  // Anything else finds its GPUs by itself, on the first node with room.
  if (gpu === 0 || gpu > 1000 || mig !== undefined || gpuMemory !== undefined) return { size: 0 };
  let size = Infinity;
  let chosen = -1;
  for (let device = 0; device < room.devices(node); device++) {
    const free = plan.deviceLeft(node, device);
    const cell = free < gpu ? Infinity : free < 1000 ? free / 1000 : freeAround(node, device, 1, cells);
    if (cell < size) [size, chosen] = [cell, device];
  }
  return chosen < 0 ? { size: 0 } : { size, gpus: [chosen] };
}
