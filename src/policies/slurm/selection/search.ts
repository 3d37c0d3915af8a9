/**
 * What has been chosen for a job so far, and what is still to be found. Every way of choosing adds node by node to it.
 * Source: Slurm 22.05, src/plugins/select/cons_tres/job_test.c, _cpus_to_use; gres_sched.c, gres_sched_add.
 */
import { addNode, emptyNodeSet, hasNode } from '../node-set.ts';
import type { NodeSet } from '../node-set.ts';
import type { GroupAsk } from './ask.ts';
import { unitProcessors } from './hardware.ts';
import type { Room } from './room.ts';

export interface Bounds {
  readonly minNodes: number;
  readonly maxNodes: number;
  readonly wantedNodes: number;
  readonly whole: boolean;
  /** Without which it cannot run [thousandths]. */
  readonly processors: number;
}

export class Search {
  readonly ask: GroupAsk;
  readonly room: Room;
  readonly bounds: Bounds;
  readonly picked: number[] = [];
  /** The same as a set. */
  readonly pickedSet: NodeSet;
  /** Processors still to be found [thousandths]. */
  processors: number;
  /** The most that it may still get. */
  #mostProcessors: number;
  /** Nodes that it would still like. */
  nodes: number;
  /** Nodes without which it cannot run. */
  leastNodes: number;
  maxNodes: number;
  /** Of each generic resource that is asked for the whole job [count]. */
  readonly #found: number[];
  /** Whether generic resources are asked for the job as a whole. */
  readonly wantsGresPerJob: boolean;

  constructor(ask: GroupAsk, room: Room, bounds: Bounds) {
    const { minNodes, wantedNodes, maxNodes, processors } = bounds;
    this.ask = ask;
    this.room = room;
    this.bounds = bounds;
    this.pickedSet = emptyNodeSet(room.processors.length);
    this.wantsGresPerJob = ask.gres.some(({ per }) => per === 'job');
    this.nodes = this.wantsGresPerJob ? Math.min(minNodes, wantedNodes) : Math.max(minNodes, wantedNodes);
    this.leastNodes = minNodes;
    this.maxNodes = maxNodes;
    this.processors = processors;
    this.#mostProcessors = Math.max(processors, this.#forGpus * this.nodes, this.#forGpusOfJob);
    this.#found = ask.gres.map(() => 0);
  }

  has(node: number): boolean {
    return hasNode(this.pickedSet, node);
  }

  /** Adds a node with as much of it as may be; false if that is nothing. */
  take(node: number): boolean {
    const { processors } = this.room;
    this.#spare(node);
    const here = processors[node];
    if (here <= 0) return false;
    addNode(this.pickedSet, node);
    this.picked.push(node);
    this.processors -= here;
    this.#mostProcessors -= here;
    this.nodes--;
    this.leastNodes--;
    this.maxNodes--;
    if (this.wantsGresPerJob) {
      this.ask.gres.forEach(
        (want, index) => (this.#found[index] += this.#gresHere(node, index, want.count - this.#found[index])),
      );
    }
    return true;
  }

  /** Leaves something to the nodes that must still come. */
  #spare(node: number): void {
    const { ask, room, bounds } = this;
    if (bounds.whole) return;
    const { machine, processors } = room;
    const hardware = machine.hardware[machine.poolOf[node]];
    const each = hardware.unitCores === 0 ? ask.perTask : unitProcessors(hardware, ask.mostThreads);
    const most = this.#mostProcessors - Math.max(this.leastNodes - 1, 0) * each;
    if (processors[node] > most) processors[node] = Math.min(processors[node], Math.max(most, ask.nodeProcessors, this.#forGpus));
  }

  /** Processors that its GPUs bring on each node. */
  get #forGpus(): number {
    const { gres, perGpu } = this.ask;
    return perGpu === 0 ? 0 : (gres.find(({ name, per }) => name === 'gpu' && per === 'node')?.count ?? 0) * perGpu;
  }

  get #forGpusOfJob(): number {
    const { gres, perGpu } = this.ask;
    return perGpu === 0 ? 0 : (gres.find(({ name, per }) => name === 'gpu' && per === 'job')?.count ?? 0) * perGpu;
  }

  #gresHere(node: number, index: number, most: number): number {
    const { gres, perGpu } = this.ask;
    const want = gres[index];
    if (want.per !== 'job') return 0;
    const usable = perGpu > 0 && want.name === 'gpu' ? Math.floor(this.room.processors[node] / perGpu) : Infinity;
    return Math.max(0, Math.min(most, usable, this.room.freeGres(node, want)));
  }

  /** Whether enough of what is asked for the whole job has been found. */
  get hasGres(): boolean {
    return !this.wantsGresPerJob || this.ask.gres.every(({ per, count }, index) => per !== 'job' || this.#found[index] >= count);
  }

  /** Whether these nodes beside those that were chosen have enough of it. */
  wouldHaveGres(nodes: readonly number[]): boolean {
    if (!this.wantsGresPerJob) return true;
    return this.ask.gres.every((want, index) => {
      if (want.per !== 'job') return true;
      return nodes.reduce((sum, node) => sum + this.room.freeGres(node, want), this.#found[index]) >= want.count;
    });
  }

  /** All that it would like. */
  get isDone(): boolean {
    return this.nodes <= 0 && this.processors <= 0 && this.hasGres;
  }

  /** All without which it cannot run. */
  get isEnough(): boolean {
    return this.leastNodes <= 0 && this.processors <= 0 && this.hasGres;
  }

  /** Whether so many nodes more would be enough of them. */
  hasEnoughWith(nodes: number): boolean {
    const { minNodes, wantedNodes } = this.bounds;
    return nodes >= (wantedNodes > minNodes ? this.nodes + minNodes - wantedNodes : this.nodes);
  }

  /** Adds nodes that the job names; false if one of them has nothing for it, or there are too many. */
  takeAll(nodes: readonly number[]): boolean {
    if (nodes.length > this.maxNodes) return false;
    return nodes.every((node) => this.take(node));
  }
}
