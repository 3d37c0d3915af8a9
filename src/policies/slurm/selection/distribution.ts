/**
 * How the tasks of a job stand on the nodes that were chosen, and what they take of them. Source: Slurm 22.05,
 * src/plugins/select/cons_tres/dist_tasks.c, dist_tasks_compute_c_b.
 */
import type { JobDemand } from '../demand.ts';
import type { Held, Share } from '../share.ts';
import type { GroupAsk } from './ask.ts';
import { placeTasks } from './group-tasks.ts';
import { heldGres } from './held-gres.ts';
import { unitProcessors } from './hardware.ts';
import type { Search } from './search.ts';

/** Tasks and processors on each of the nodes, in their order. */
interface Layout {
  readonly nodes: readonly number[];
  readonly tasks: Int32Array;
  readonly processors: Float64Array;
}

/** Undefined if the tasks, as the workload has them, do not fit on these nodes. */
export function sharesOf(search: Search, job: JobDemand): Share[] | undefined {
  const { ask, room } = search;
  const nodes = [...search.picked].sort((a, b) => a - b);
  const layout = layOut(search, nodes, job.whole);
  const gres = heldGres(ask, room, layout.nodes, layout.tasks);
  const tasks = placeTasks(ask, room, { ...layout, gpus: gres.gpus });
  if (tasks === undefined) return undefined;
  return nodes.flatMap((node, index) => {
    if (tasks[index] === 0) return [];
    const held = { ...heldOn(search, job, node, layout.processors[index], layout.tasks[index], gres.gpus[index]) };
    const slots = gres.slots[index];
    return [
      {
        node,
        group: ask.group,
        request: ask.request,
        tasks: tasks[index],
        held: slots === undefined ? held : { ...held, gres: slots },
      },
    ];
  });
}

function heldOn({ ask, room }: Search, job: JobDemand, node: number, processors: number, tasks: number, gpus: number): Held {
  const { machine } = room;
  const hardware = machine.hardware[machine.poolOf[node]];
  const unit = unitProcessors(hardware, ask.mostThreads);
  const units = job.whole ? hardware.units : Math.ceil(processors / unit);
  const memory = memoryOn(ask, units * unit, tasks, gpus, room.books.memory[node]);
  return { units, memory, partition: job.partition, user: job.user, forUser: job.forUser };
}

function memoryOn({ memory }: GroupAsk, processors: number, tasks: number, gpus: number, free: number): number {
  if (memory === undefined) return 0;
  if (memory.per === 'all') return free === Infinity ? 0 : free;
  if (memory.per === 'node') return memory.bytes;
  if (memory.per === 'gpu') return memory.bytes * gpus;
  if (memory.per === 'task') return memory.bytes * tasks;
  return Math.min(free, (memory.bytes * processors) / 1000);
}

/** One task on each node, then as many as share a core, in turns; nobody gets more processors than are there. */
function layOut({ ask, room }: Search, nodes: readonly number[], whole: boolean): Layout {
  const { machine, processors } = room;
  const open = nodes.map((node) => processors[node]);
  const tasks = new Int32Array(nodes.length);
  const used = new Float64Array(nodes.length);
  let left = tasksInAll(ask, nodes.length);
  const limit = ask.tasksPerNode > 0 ? ask.tasksPerNode : Infinity;
  const add = (index: number) => {
    tasks[index]++;
    used[index] = Math.min(open[index], used[index] + ask.perTask);
    left--;
  };
  for (let index = 0; index < nodes.length && left > 0; index++) add(index);
  const threads = nodes.map((node) => machine.hardware[machine.poolOf[node]].threads);
  fillCores(ask, threads, (index) => {
    const fits = left > 0 && open[index] - used[index] >= ask.perTask && tasks[index] < limit;
    if (fits) add(index);
    return fits;
  });
  // What is left over fits nowhere: Slurm puts it on top.
  for (let index = 0; left > 0; index = (index + 1) % nodes.length) add(index);
  return { nodes, tasks, processors: whole ? Float64Array.from(open) : used };
}

/** Adds tasks to the cores that were begun, then to all nodes in turns, until none fits any more. */
function fillCores({ perTask }: GroupAsk, threads: readonly number[], add: (index: number) => boolean): void {
  threads.forEach((count, index) => {
    const rest = Math.floor((perTask % (count * 1000)) / perTask);
    for (let task = 0; task < rest && count > 1 && add(index); task++);
  });
  for (let added = true; added;) {
    added = false;
    threads.forEach((count, index) => {
      const atOnce = Math.max(1, Math.floor((count * 1000) / perTask));
      for (let task = 0; task < atOnce && add(index); task++) added = true;
    });
  }
}

function tasksInAll(ask: GroupAsk, nodes: number): number {
  if (ask.perTask > 1000 && ask.tasksPerNode > 0) return ask.tasksPerNode * nodes;
  const processors = Math.max(ask.processors, nodes * ask.nodeProcessors, nodes * ask.tasksPerNode * 1000);
  return Math.max(1, Math.floor(processors / ask.perTask));
}
