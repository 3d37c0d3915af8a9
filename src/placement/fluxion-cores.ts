import type { PlacementSetup } from '../placement.ts';
import type { Task } from './ranked.ts';

/** A task as Fluxion sees it: a slot of whole cores and GPUs. */
interface Slot {
  readonly cores: number;
  readonly gpus: number;
}

/** Cores of a node, and its GPUs, that are taken and free [count]. */
interface Taken {
  readonly taken: number;
  readonly free: number;
}

/** What a match policy of Fluxion makes of the next slot on a node, when `placed` slots of the job are there already. */
export type SlotScore = (node: number, task: Task, placed: number) => number;

/**
 * The numbers of the cores and GPUs of a slot, summed, if each node gives those with the lowest numbers first. Cores are
 * not told apart here: those that are taken are thought to be the lowest.
 */
export function lowestNumbers(setup: PlacementSetup): SlotScore {
  return scoreOf(setup, ({ taken }, size, placed) => firstOf(taken + placed * size, size));
}

/** The same if each node gives those with the highest numbers first, and the highest are thought to be taken. */
export function highestNumbers(setup: PlacementSetup): SlotScore {
  return scoreOf(setup, ({ free }, size, placed) => firstOf(free - (placed + 1) * size, size));
}

/** Cores of a node that are free, as Fluxion counts them: whole ones [count]. */
export function freeCores(node: number, { plan }: Pick<Task, 'plan'>): number {
  return Math.floor(plan.freeLeft(node, 'cpu') / 1000);
}

type Numbers = (units: Taken, size: number, placed: number) => number;

function scoreOf({ jobs }: PlacementSetup, numbers: Numbers): SlotScore {
  const slots: Slot[] = jobs.requests.map(({ cpu, gpu }) => ({ cores: Math.ceil(cpu / 1000), gpus: Math.ceil(gpu / 1000) }));
  return (node, task, placed) => {
    const { cores, gpus } = slots[task.request];
    return numbers(unitsOf(node, 'cpu', task), cores, placed) + numbers(unitsOf(node, 'gpu', task), gpus, placed);
  };
}

function unitsOf(node: number, resource: string, { room, plan }: Task): Taken {
  const all = Math.floor(room.capacity(node, resource) / 1000);
  const free = Math.floor(plan.freeLeft(node, resource) / 1000);
  return all === Infinity ? { taken: 0, free: 0 } : { taken: all - free, free };
}

/** The sum of so many numbers one after the other. */
const firstOf = (lowest: number, count: number) => count * lowest + (count * (count - 1)) / 2;
