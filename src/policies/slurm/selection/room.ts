/**
 * What a job could have of each node. Source: Slurm 22.05, src/plugins/select/cons_tres/job_test.c, can_job_run_on_node and
 * _select_cores; src/plugins/select/cons_common/gres_select_filter.c. Departs from it in that the cores of a node are
 * counted, not numbered: GPUs that are bound to a socket are taken to be near all of its cores.
 */
import type { Books } from '../books.ts';
import type { Machine } from '../machine.ts';
import { addNode, emptyNodeSet } from '../node-set.ts';
import type { NodeSet } from '../node-set.ts';
import type { JobDemand } from '../demand.ts';
import { tasksOnNode } from './ask.ts';
import type { GresAsk, GroupAsk } from './ask.ts';
import { unitProcessors } from './hardware.ts';

/** The last byte of a weight tells how many GPUs are near; more of them make the node lighter. */
const NEAR = 256;

/** Nodes of one weight. */
export interface WeightClass {
  readonly weight: number;
  readonly nodes: NodeSet;
}

export class Room {
  readonly #machine: Machine;
  /** Of each node: processors that the job may have there [thousandths]. Lowered when some of them are left to other nodes. */
  readonly processors: Float64Array;
  /** Of each node: less is better. */
  readonly weight: Float64Array;
  /** Of each node: GPUs that it might have there, whatever it needs [count]. */
  readonly gpus: Int32Array;
  #books: Books;
  #job!: JobDemand;
  #ask!: GroupAsk;
  /** GPUs near the nodes were weighed in. */
  #weighted = true;
  /** Without regard to GPUs. */
  #plainClasses: readonly WeightClass[] | undefined;
  #bounds = { least: 1, most: Infinity };
  /** Nodes with room, as they were measured [count]. */
  count = 0;
  /** All that they had together when they were measured [thousandths]. */
  sum = 0;
  /** Nodes with room, as they were measured. */
  readonly there: NodeSet;

  constructor(machine: Machine, books: Books) {
    this.#machine = machine;
    this.#books = books;
    this.processors = new Float64Array(machine.nodes);
    this.weight = new Float64Array(machine.nodes);
    this.gpus = new Int32Array(machine.nodes);
    this.there = emptyNodeSet(machine.nodes);
  }

  get machine(): Machine {
    return this.#machine;
  }

  get books(): Books {
    return this.#books;
  }

  /** Measures nodes one by one from now on, for this job. */
  begin(books: Books, job: JobDemand, ask: GroupAsk): void {
    this.#books = books;
    this.#job = job;
    this.#ask = ask;
    this.#bounds = tasksOnNode(ask);
    if (this.#weighted) for (let node = 0; node < this.weight.length; node++) this.weight[node] = this.#plainWeight(node);
    this.#weighted = ask.gres.length > 0;
    if (this.#weighted) this.gpus.fill(0);
  }

  /** `known`: what nodes have for the job, if that was found out before. */
  measure(books: Books, job: JobDemand, ask: GroupAsk, candidates: NodeSet, known?: Float64Array): void {
    this.begin(books, job, ask);
    this.processors.fill(0);
    this.count = 0;
    this.sum = 0;
    for (let word = 0; word < candidates.length; word++) {
      let there = 0;
      for (let bits = candidates[word]; bits !== 0; bits &= bits - 1) {
        const node = word * 32 + 31 - Math.clz32(bits & -bits);
        const processors = known === undefined ? this.on(node) : known[node];
        this.processors[node] = processors;
        this.sum += processors;
        if (processors <= 0) continue;
        this.count++;
        there |= bits & -bits;
      }
      this.there[word] = there;
    }
  }

  /** The nodes by their weights, the lightest first. */
  classes(): readonly WeightClass[] {
    return this.#weighted ? classesOf(this.weight) : (this.#plainClasses ??= classesOf(this.weight));
  }

  /** Processors that no job has, whatever this one needs: what nodes are called loaded by [thousandths]. */
  free(node: number): number {
    const hardware = this.#machine.hardware[this.#machine.poolOf[node]];
    return this.#books.units[node] * unitProcessors(hardware, Infinity);
  }

  /** All of its processors [thousandths]. */
  total(node: number): number {
    const hardware = this.#machine.hardware[this.#machine.poolOf[node]];
    return hardware.units * unitProcessors(hardware, Infinity);
  }

  /** What of a generic resource the job might take there [count]. */
  freeGres(node: number, { name, types }: GresAsk): number {
    const { hardware, poolOf, gresSlots } = this.#machine;
    const { gres } = hardware[poolOf[node]];
    let count = 0;
    for (let slot = 0; slot < gres.length; slot++) {
      const { name: own, type = '' } = gres[slot];
      if (own === name && types?.includes(type) !== false) count += this.#books.gres[node * gresSlots + slot];
    }
    return count;
  }

  /** Processors that the job may have on a node [thousandths]. */
  on(node: number): number {
    const { whole, user, forUser } = this.#job;
    const books = this.#books;
    const ask = this.#ask;
    if (!books.isOpen(node, whole) || books.fitting(node, ask.request, 1) === 0) return 0;
    if (this.#machine.tracksTenants && !books.tenants.admits(node, user, forUser)) return 0;
    const hardware = this.#machine.hardware[this.#machine.poolOf[node]];
    const unit = unitProcessors(hardware, ask.mostThreads);
    const open = this.#withinPartition(node, books.units[node] * unit, unitProcessors(hardware, Infinity));
    if (open < Math.max(ask.nodeProcessors, this.#bounds.least * ask.perTask)) return 0;
    return this.#withTasks(node, this.#withMemory(node, open, unit));
  }

  #plainWeight(node: number): number {
    return this.#machine.weight[node] * NEAR + NEAR - 1;
  }

  /** MaxCPUsPerNode of the partition. */
  #withinPartition(node: number, open: number, unit: number): number {
    const { mostPerNode, partition, whole } = this.#job;
    if (mostPerNode === Infinity) return open;
    const used = this.#books.tenants.unitsOf(partition, node) * unit;
    if (this.free(node) + used <= mostPerNode) return open;
    return whole ? 0 : Math.min(open, Math.max(0, mostPerNode - used));
  }

  #withMemory(node: number, open: number, unit: number): number {
    const { memory, perTask, tasksPerNode, nodeProcessors } = this.#ask;
    if (memory === undefined) return open;
    const free = this.#books.memory[node];
    if (memory.per === 'all') return free < this.#machine.memory[node] ? 0 : open;
    if (memory.per === 'node') return free < memory.bytes ? 0 : open;
    if (memory.per === 'gpu') return free < memory.bytes ? 0 : open;
    if (memory.per === 'task') return Math.min(open, Math.floor(free / memory.bytes) * perTask);
    const affordable = Math.floor(free / memory.bytes) * 1000;
    if (affordable < Math.max(tasksPerNode * 1000, nodeProcessors)) return 0;
    if (affordable >= open) return open - (open % perTask);
    // A whole node comes with memory for all of its processors.
    if (this.#job.whole) return 0;
    const left = open - Math.ceil((open - affordable) / unit) * unit;
    const processors = left - (left % perTask);
    return processors < tasksPerNode * 1000 ? 0 : Math.max(0, processors);
  }

  /** What so many tasks as may be there can use, beside enough of each generic resource. */
  #withTasks(node: number, open: number): number {
    const { perTask, gres, perGpu } = this.#ask;
    const { least } = this.#bounds;
    const fit = Math.floor(open / perTask);
    if (fit < least) return 0;
    if (gres.length === 0) return open;
    let most = Math.min(this.#bounds.most, fit);
    let near = 0;
    let gpus = 0;
    let forGpus = 0;
    for (const want of gres) {
      const free = this.#usable(node, want, open);
      if (free < (want.per === 'node' || want.per === 'task' ? want.count : 1)) return 0;
      if (want.per === 'socket' && free < want.count) return 0;
      if (want.per === 'task') most = Math.min(most, Math.floor(free / want.count));
      if (want.name !== 'gpu') continue;
      gpus += free;
      near += !this.#job.whole && (want.per === 'node' || want.per === 'job') ? Math.min(free, want.count) : free;
      forGpus += (want.per === 'node' ? want.count : want.per === 'task' ? most * want.count : free) * perGpu;
    }
    this.weight[node] = this.#plainWeight(node) - Math.min(near, NEAR - 1);
    this.gpus[node] = gpus;
    most = Math.floor(most / least) * least;
    if (most === 0) return 0;
    return Math.min(open, perGpu > 0 ? Math.max(most * perTask, forGpus) : most * perTask);
  }

  /** Of a generic resource, what there are processors and memory for [count]. */
  #usable(node: number, want: GresAsk, open: number): number {
    const { perGpu, memory } = this.#ask;
    let free = this.freeGres(node, want);
    if (want.name !== 'gpu') return free;
    if (perGpu > 0) free = Math.min(free, Math.floor(open / perGpu));
    if (memory?.per === 'gpu') free = Math.min(free, Math.floor(this.#books.memory[node] / memory.bytes));
    return free;
  }
}

function classesOf(weight: Float64Array): WeightClass[] {
  const classes = new Map<number, NodeSet>();
  for (let node = 0; node < weight.length; node++) {
    let nodes = classes.get(weight[node]);
    if (nodes === undefined) classes.set(weight[node], (nodes = emptyNodeSet(weight.length)));
    addNode(nodes, node);
  }
  return [...classes].sort(([a], [b]) => a - b).map(([own, nodes]) => ({ weight: own, nodes }));
}
