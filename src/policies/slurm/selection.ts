/**
 * Which nodes a job gets: runs of consecutive nodes, lightest first, the tightest one that suffices.
 * Source: Slurm 22.05, src/plugins/select/cons_tres/job_test.c, _eval_nodes. Departs from it in that nodes beside those of
 * --nodelist are chosen as if there were no list.
 */
import type { Books } from './books.ts';
import type { GroupDemand, JobDemand } from './demand.ts';
import type { Machine } from './machine.ts';
import { countCommon, countNodes, hasNode } from './node-set.ts';
import type { NodeSet } from './node-set.ts';

/** More tasks than any node holds: what requests that take nothing are counted with. */
const MANY = 2 ** 20;

/** Tasks of one group of a job on one node. */
export interface Share {
  readonly node: number;
  /** [index within the job] */
  readonly group: number;
  /** [index into `jobs.requests`] */
  readonly request: number;
  readonly tasks: number;
}

/** Nodes that follow each other, have room, and are of one weight. */
interface Run {
  readonly first: number;
  last: number;
  nodes: number;
  tasks: number;
  readonly weight: number;
}

export class Selection {
  readonly #machine: Machine;
  /** Of each node: tasks of the group in question that fit there [count]. */
  readonly #room: Int32Array;

  constructor(machine: Machine) {
    this.#machine = machine;
    this.#room = new Int32Array(machine.nodes);
  }

  /** Where the job would go among the candidates; undefined if it does not fit there. */
  choose(books: Books, demand: JobDemand, candidates: NodeSet): Share[] | undefined {
    const { groups, whole } = demand;
    // Most searches end here: a whole node must be empty, and there are too few of them.
    const few = whole ? countCommon(candidates, books.empty) : countNodes(candidates);
    if (few < demand.leastNodes) return undefined;
    if (groups.length === 1) return this.#chooseGroup(books, groups[0], demand, candidates);
    const scratch = books.copy();
    const shares: Share[] = [];
    for (const group of groups) {
      const own = this.#chooseGroup(scratch, group, demand, candidates);
      if (own === undefined) return undefined;
      scratch.take(own, whole);
      shares.push(...own);
    }
    return shares;
  }

  #chooseGroup(books: Books, group: GroupDemand, demand: JobDemand, candidates: NodeSet): Share[] | undefined {
    const { required, whole } = demand;
    const picked = new Choice(group, this.#room, whole);
    this.#measure(books, group, whole, candidates);
    if (required !== undefined) {
      for (let node = 0; node < this.#machine.nodes; node++) {
        if (hasNode(required, node) && !picked.add(node)) return undefined;
      }
    }
    const runs = this.#runs();
    while (!picked.isEnough && picked.maxNodes > 0) {
      const best = bestRun(runs, picked);
      if (best === undefined) return undefined;
      picked.addFrom(best);
      best.nodes = best.tasks = 0;
    }
    return picked.isEnough ? picked.shares() : undefined;
  }

  /** A node counts with all that it has room for, whether or not the job needs so much: the fullest node fits tightest. */
  #measure(books: Books, { request, perNode }: GroupDemand, whole: boolean, candidates: NodeSet): void {
    const most = Math.min(perNode, MANY);
    for (let node = 0; node < this.#machine.nodes; node++) {
      this.#room[node] = hasNode(candidates, node) ? books.fitting(node, request, most, whole) : 0;
    }
  }

  #runs(): Run[] {
    const { nodes, weight } = this.#machine;
    const runs: Run[] = [];
    let run: Run | undefined;
    for (let node = 0; node < nodes; node++) {
      const tasks = this.#room[node];
      if (tasks === 0) run = undefined;
      else if (run === undefined || run.weight !== weight[node]) {
        run = { first: node, last: node, nodes: 1, tasks, weight: weight[node] };
        runs.push(run);
      } else {
        run.last = node;
        run.nodes++;
        run.tasks += tasks;
      }
    }
    return runs;
  }
}

/** The lightest run; of equal ones the tightest that suffices, or the largest if none does. */
function bestRun(runs: readonly Run[], { remaining, remainingNodes }: Choice): Run | undefined {
  let best: Run | undefined;
  let bestSuffices = false;
  for (const run of runs) {
    if (run.nodes === 0) continue;
    const suffices = run.tasks >= remaining && run.nodes >= remainingNodes;
    const better =
      best === undefined ||
      run.weight < best.weight ||
      (run.weight === best.weight &&
        ((suffices && (!bestSuffices || run.tasks < best.tasks)) || (!suffices && run.tasks > best.tasks)));
    if (!better) continue;
    best = run;
    bestSuffices = suffices;
  }
  return best;
}

/** What has been chosen for a group so far, and what is still to be found. */
class Choice {
  readonly #group: GroupDemand;
  readonly #room: Int32Array;
  readonly #whole: boolean;
  readonly #nodes: number[] = [];
  readonly #counts: number[] = [];
  /** Tasks still without a place, by the count of Slurm: a whole node takes all that it could hold. */
  remaining: number;
  remainingNodes: number;
  maxNodes: number;

  constructor(group: GroupDemand, room: Int32Array, whole: boolean) {
    this.#group = group;
    this.#room = room;
    this.#whole = whole;
    this.remaining = group.tasks;
    this.remainingNodes = group.minNodes;
    this.maxNodes = group.maxNodes;
  }

  get isEnough(): boolean {
    return this.remaining <= 0 && this.remainingNodes <= 0;
  }

  /** Adds a node; false if nothing fits there. */
  add(node: number): boolean {
    const room = this.#room[node];
    if (room === 0) return false;
    // Shared nodes leave one task for each node that must still come.
    const used = this.#whole ? room : Math.max(1, Math.min(room, this.remaining - Math.max(0, this.remainingNodes - 1)));
    this.#room[node] = 0;
    this.#nodes.push(node);
    this.#counts.push(used);
    this.remaining -= used;
    this.remainingNodes--;
    this.maxNodes--;
    return true;
  }

  addFrom({ first, last }: Run): void {
    const single = this.remainingNodes <= 1 ? this.#tightest(first, last) : -1;
    if (single >= 0) {
      this.add(single);
      return;
    }
    for (let node = first; node <= last && this.maxNodes > 0 && !this.isEnough; node++) {
      // The last node that it may have must hold all the rest.
      if (this.maxNodes === 1 && this.#room[node] < this.remaining) continue;
      this.add(node);
    }
  }

  /** The node of the run that alone holds what remains, with the least room; -1 if there is none. */
  #tightest(first: number, last: number): number {
    let best = -1;
    for (let node = first; node <= last; node++) {
      const room = this.#room[node];
      if (room >= Math.max(1, this.remaining) && (best < 0 || room < this.#room[best])) best = node;
    }
    return best;
  }

  /** Tasks in blocks over the nodes, at least one on each. */
  shares(): Share[] {
    const { group, request, tasks } = this.#group;
    let left = tasks;
    const shares: Share[] = [];
    this.#nodes.forEach((node, index) => {
      const behind = this.#nodes.length - index - 1;
      const count = Math.min(this.#counts[index], left - Math.min(behind, left));
      left -= count;
      if (count > 0) shares.push({ node, group, request, tasks: count });
    });
    return shares;
  }
}
