/**
 * topology/tree: as few leaf switches as may be, the tightest that suffices first, then those nearest to what was chosen.
 * Source: Slurm 22.05, src/plugins/select/cons_tres/job_test.c, _eval_nodes_topo.
 */
import { addAll, countCommon, hasNode, isWithin, keepOnly, membersOf, nodeSetOf, overlaps } from '../node-set.ts';
import type { NodeSet } from '../node-set.ts';
import type { WeightClass } from './room.ts';
import type { Search } from './search.ts';
import type { Switch } from './switches.ts';

/** Whether enough was found. The nodes that the job names have been taken already. */
export function chooseInTree(search: Search, switches: readonly Switch[], required: readonly number[]): boolean {
  const all = nodesOf(search);
  const classes = search.room.classes();
  const named = nodeSetOf(search.room.processors.length, required);
  const top = topSwitch(search, switches, all, required.length > 0 ? named : undefined, classes);
  if (top < 0 || !isWithin(named, switches[top].nodes)) return false;
  if (required.length > 0 && search.isDone) return true;
  if (search.maxNodes <= 0) return false;
  keepOnly(all, switches[top].nodes);
  const best = lightest(search, all, classes);
  if (best === undefined) return false;
  addAll(best.nodes, search.pickedSet);
  return new Tree(search, switches, best.nodes).choose(required, best.lighter);
}

/** Nodes that have room still, and those that were taken. */
function nodesOf({ room: { there, processors }, pickedSet }: Search): NodeSet {
  const all = pickedSet.slice();
  for (let word = 0; word < all.length; word++) {
    for (let bits = there[word]; bits !== 0; bits &= bits - 1) {
      const bit = bits & -bits;
      if (processors[word * 32 + 31 - Math.clz32(bit)] > 0) all[word] |= bit;
    }
  }
  return all;
}

/** The highest switch with all nodes that are named; else with nodes enough, among them the lightest; -1 if there is none. */
function topSwitch(
  search: Search,
  switches: readonly Switch[],
  all: NodeSet,
  named: NodeSet | undefined,
  classes: readonly WeightClass[],
): number {
  let top = -1;
  let topWeight = 0;
  for (let index = 0; index < switches.length; index++) {
    const { nodes, level } = switches[index];
    if (named !== undefined) {
      if (overlaps(nodes, named) && (top < 0 || level > switches[top].level)) top = index;
      continue;
    }
    if ((top >= 0 && level < switches[top].level) || !search.hasEnoughWith(countCommon(nodes, all))) continue;
    const weight = lightestOf(classes, nodes, all);
    if (weight === Infinity || (top >= 0 && weight > topWeight)) continue;
    top = index;
    topWeight = weight;
  }
  return top;
}

function lightestOf(classes: readonly WeightClass[], nodes: NodeSet, all: NodeSet): number {
  for (const { weight, nodes: own } of classes) {
    for (let word = 0; word < own.length; word++) if ((own[word] & nodes[word] & all[word]) !== 0) return weight;
  }
  return Infinity;
}

/**
 * Nodes of the lowest weights, until they suffice. All of the lighter ones are used: only the heaviest ones of them are
 * chosen by topology. Undefined if all nodes together do not suffice.
 */
function lightest(
  search: Search,
  all: NodeSet,
  classes: readonly WeightClass[],
): { nodes: NodeSet; lighter: readonly number[] } | undefined {
  const { processors } = search.room;
  const nodes = new Uint32Array(all.length);
  const before = new Uint32Array(all.length);
  let found = 0;
  let count = 0;
  for (const { nodes: own } of classes) {
    const known = count;
    before.set(nodes);
    for (let word = 0; word < all.length; word++) {
      const more = own[word] & all[word] & ~search.pickedSet[word];
      nodes[word] |= more;
      for (let bits = more; bits !== 0; bits &= bits - 1) {
        found += processors[word * 32 + 31 - Math.clz32(bits & -bits)];
        count++;
      }
    }
    if (count === known || found < search.processors || !search.hasEnoughWith(count)) continue;
    if (search.wantsGresPerJob && !search.wouldHaveGres(membersOf(nodes))) continue;
    return { nodes, lighter: known === 0 ? NONE : membersOf(before) };
  }
  return undefined;
}

const NONE: readonly number[] = [];

class Tree {
  readonly #search: Search;
  readonly #switches: readonly Switch[];
  /** Nodes that may be used. */
  readonly #best: NodeSet;
  /** Of each switch: how many of them it has. */
  readonly #count: number[];
  readonly #isRequired: boolean[];
  /** Of each switch: links to all that were chosen so far. */
  readonly #distance: number[];

  constructor(search: Search, switches: readonly Switch[], best: NodeSet) {
    this.#search = search;
    this.#switches = switches;
    this.#best = best;
    this.#count = [];
    this.#isRequired = [];
    this.#distance = [];
    for (const { nodes } of switches) {
      this.#count.push(countCommon(nodes, best));
      this.#isRequired.push(false);
      this.#distance.push(0);
    }
  }

  choose(required: readonly number[], lighter: readonly number[]): boolean {
    const search = this.#search;
    for (const node of required) this.#require(node);
    for (const node of lighter) {
      if (search.maxNodes <= 0) break;
      search.take(node);
      this.#require(node);
    }
    if (lighter.length > 0 && search.isDone) return true;
    if (lighter.length > 0 && search.maxNodes <= 0) return false;
    for (let index = 0; index < this.#switches.length; index++) {
      if (this.#isRequired[index] && this.#switches[index].level === 0) this.#takeFrom(index, Infinity);
    }
    if (search.isDone) return true;
    for (let index = 0; index < this.#switches.length; index++) if (this.#isRequired[index]) this.#addDistance(index);
    while (!search.isDone) {
      const before = search.nodes;
      const leaf = this.#bestLeaf();
      if (leaf < 0) break;
      this.#addDistance(leaf);
      this.#takeFrom(leaf, search.maxNodes);
      this.#count[leaf] = 0;
      if (search.nodes === before) break;
    }
    return search.isDone || search.isEnough;
  }

  #require(node: number): void {
    this.#switches.forEach(({ nodes }, index) => (this.#isRequired[index] ||= hasNode(nodes, node)));
  }

  #takeFrom(index: number, most: number): void {
    const search = this.#search;
    const { nodes } = this.#switches[index];
    let left = most;
    for (let word = 0; word < nodes.length; word++) {
      for (let bits = nodes[word] & this.#best[word]; bits !== 0; bits &= bits - 1) {
        if (left <= 0 || search.isDone) return;
        const node = word * 32 + 31 - Math.clz32(bits & -bits);
        if (!search.has(node) && search.take(node)) left--;
      }
    }
  }

  #addDistance(from: number): void {
    const { distance } = this.#switches[from];
    for (let to = 0; to < distance.length; to++) this.#distance[to] += distance[to];
  }

  /** The nearest leaf that is at least as good a fit, or the tightest of those that are as near; -1 if none has nodes. */
  #bestLeaf(): number {
    let best = -1;
    for (let leaf = 0; leaf < this.#switches.length; leaf++) {
      if (
        this.#switches[leaf].level > 0 ||
        this.#isRequired[leaf] ||
        this.#count[leaf] === 0 ||
        this.#distance[leaf] === Infinity
      )
        continue;
      if (best < 0) {
        best = leaf;
        continue;
      }
      const fit = this.#compare(leaf, best);
      const nearer = this.#distance[best] - this.#distance[leaf];
      if ((nearer > 0 && fit >= 0) || (nearer === 0 && fit > 0)) best = leaf;
    }
    return best;
  }

  /** Positive if the first is the better fit: the smaller of two that suffice, or below the smaller that does. */
  #compare(a: number, b: number): number {
    const wanted = this.#search.nodes;
    const count = this.#count;
    const { parent } = this.#switches[a];
    const other = this.#switches[b].parent;
    const [aFits, bFits] = [count[a] >= wanted, count[b] >= wanted];
    if (aFits && bFits && count[a] !== count[b]) return count[b] - count[a];
    if (aFits !== bFits) return aFits ? 1 : -1;
    if (!aFits && (parent !== a || other !== b) && parent !== other) return this.#compare(parent, other);
    return count[a] - count[b] || this.#switches[b].level - this.#switches[a].level;
  }
}

/** Leaf switches of the nodes [count]. */
export function countLeaves(switches: readonly Switch[], nodes: NodeSet): number {
  return switches.filter(({ level, nodes: own }) => level === 0 && overlaps(own, nodes)).length;
}
