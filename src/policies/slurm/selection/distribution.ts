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
  const nodes = search.picked.slice().sort(upwards);
  const layout = layOut(search, nodes, job.whole);
  const gres = heldGres(ask, room, layout.nodes, layout.tasks);
  const tasks = placeTasks(ask, room, { ...layout, gpus: gres.gpus });
  if (tasks === undefined) return undefined;
  const shares: Share[] = [];
  for (let index = 0; index < nodes.length; index++) {
    if (tasks[index] === 0) continue;
    const slots = gres.slots[index];
    const plain = heldOn(search, job, nodes[index], layout.processors[index], layout.tasks[index], gres.gpus[index]);
    const held = slots === undefined ? plain : { ...plain, gres: slots };
    shares.push({ node: nodes[index], group: ask.group, request: ask.request, tasks: tasks[index], held });
  }
  return shares;
}

function upwards(a: number, b: number): number {
  return a - b;
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
  const rows = new Rows(ask, nodes.length);
  for (let index = 0; index < nodes.length; index++) {
    rows.open[index] = processors[nodes[index]];
    rows.threads[index] = machine.hardware[machine.poolOf[nodes[index]]].threads;
  }
  rows.fill();
  return { nodes, tasks: rows.tasks, processors: whole ? rows.open : rows.used };
}

/** Nodes on which tasks are laid out. */
class Rows {
  readonly open: Float64Array;
  readonly used: Float64Array;
  readonly tasks: Int32Array;
  readonly threads: Int32Array;
  readonly #perTask: number;
  /** Tasks on each node at most [count]. */
  readonly #limit: number;
  /** Tasks that stand nowhere yet [count]. */
  #left: number;

  constructor(ask: GroupAsk, nodes: number) {
    this.open = new Float64Array(nodes);
    this.used = new Float64Array(nodes);
    this.tasks = new Int32Array(nodes);
    this.threads = new Int32Array(nodes);
    this.#perTask = ask.perTask;
    this.#limit = ask.tasksPerNode > 0 ? ask.tasksPerNode : Infinity;
    this.#left = tasksInAll(ask, nodes);
  }

  fill(): void {
    const nodes = this.open.length;
    for (let index = 0; index < nodes && this.#left > 0; index++) this.#add(index, 1);
    this.#fillCores();
    this.#takeRounds();
    for (let added = this.#left > 0; added;) {
      added = false;
      for (let index = 0; index < nodes; index++) added = this.#addFitting(index, this.#atOnce(index)) > 0 || added;
    }
    // What is left over fits nowhere: Slurm puts it on top.
    for (let index = 0; this.#left > 0; index = (index + 1) % nodes) this.#add(index, nodes === 1 ? this.#left : 1);
  }

  #add(index: number, tasks: number): void {
    this.tasks[index] += tasks;
    this.used[index] = Math.min(this.open[index], this.used[index] + tasks * this.#perTask);
    this.#left -= tasks;
  }

  /** Adds as many tasks to the node as fit, at most so many. Answers how many those were. */
  #addFitting(index: number, most: number): number {
    const tasks = Math.min(most, this.#left, this.#roomOn(index));
    if (tasks <= 0) return 0;
    this.#add(index, tasks);
    return tasks;
  }

  #roomOn(index: number): number {
    return Math.min(Math.floor((this.open[index] - this.used[index]) / this.#perTask), this.#limit - this.tasks[index]);
  }

  /** Cores that were begun. */
  #fillCores(): void {
    for (let index = 0; index < this.threads.length; index++) {
      const count = this.threads[index];
      const rest = Math.floor((this.#perTask % (count * 1000)) / this.#perTask);
      if (count > 1 && rest > 0) this.#addFitting(index, rest);
    }
  }

  /** Tasks that a node gets in its turn. */
  #atOnce(index: number): number {
    return Math.max(1, Math.floor((this.threads[index] * 1000) / this.#perTask));
  }

  /** All turns at once in which every node gets all that it may. */
  #takeRounds(): void {
    let inAll = 0;
    let rounds = Infinity;
    for (let index = 0; index < this.open.length; index++) {
      inAll += this.#atOnce(index);
      rounds = Math.min(rounds, Math.floor(this.#roomOn(index) / this.#atOnce(index)));
    }
    rounds = Math.min(rounds, Math.floor(this.#left / inAll));
    if (rounds <= 0 || rounds === Infinity) return;
    for (let index = 0; index < this.open.length; index++) this.#add(index, rounds * this.#atOnce(index));
  }
}

function tasksInAll(ask: GroupAsk, nodes: number): number {
  if (ask.perTask > 1000 && ask.tasksPerNode > 0) return ask.tasksPerNode * nodes;
  const processors = Math.max(ask.processors, nodes * ask.nodeProcessors, nodes * ask.tasksPerNode * 1000);
  return Math.max(1, Math.floor(processors / ask.perTask));
}
