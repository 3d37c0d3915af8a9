/**
 * topology/tree: as few leaf switches as may be, the tightest that suffices first, then those nearest to what was chosen.
 * Source: Slurm 22.05, src/plugins/select/cons_tres/job_test.c, _eval_nodes_topo.
 */
import { addNode, countCommon, emptyNodeSet, hasNode, isWithin, keepOnly, nodeSetOf, overlaps } from '../node-set.ts';
import type { NodeSet } from '../node-set.ts';
import type { Search } from './search.ts';
import type { Switch } from './switches.ts';

/** Whether enough was found. The nodes that the job names have been taken already. */
export function chooseInTree(search: Search, switches: readonly Switch[], required: readonly number[]): boolean {
  const { processors } = search.room;
  const all = emptyNodeSet(processors.length);
  for (let node = 0; node < processors.length; node++) if (processors[node] > 0 || search.has(node)) addNode(all, node);
  const named = nodeSetOf(processors.length, required);
  const top = topSwitch(search, switches, all, required.length > 0 ? named : undefined);
  if (top < 0 || !isWithin(named, switches[top].nodes)) return false;
  if (required.length > 0 && search.isDone) return true;
  if (search.maxNodes <= 0) return false;
  keepOnly(all, switches[top].nodes);
  const best = lightest(search, all);
  if (best === undefined) return false;
  const tree = new Tree(search, switches, best.nodes);
  return tree.choose(required, best.lighter);
}

/** The highest switch with all nodes that are named; else with nodes enough, among them the lightest; -1 if there is none. */
function topSwitch(search: Search, switches: readonly Switch[], all: NodeSet, named: NodeSet | undefined): number {
  let top = -1;
  let topWeight = 0;
  for (let index = 0; index < switches.length; index++) {
    const { nodes, level } = switches[index];
    if (named !== undefined) {
      if (overlaps(nodes, named) && (top < 0 || level > switches[top].level)) top = index;
      continue;
    }
    if ((top >= 0 && level < switches[top].level) || !search.hasEnoughWith(countCommon(nodes, all))) continue;
    const weight = lightestOf(search, nodes, all);
    if (weight === Infinity || (top >= 0 && weight > topWeight)) continue;
    top = index;
    topWeight = weight;
  }
  return top;
}

function lightestOf({ room: { weight } }: Search, nodes: NodeSet, all: NodeSet): number {
  let least = Infinity;
  for (let word = 0; word < nodes.length; word++) {
    for (let bits = nodes[word] & all[word]; bits !== 0; bits &= bits - 1) {
      const own = weight[word * 32 + 31 - Math.clz32(bits & -bits)];
      if (own < least) least = own;
    }
  }
  return least;
}

/**
 * Nodes of the lowest weights, until they suffice. All of the lighter ones are used: only the heaviest ones of them are
 * chosen by topology. Undefined if all nodes together do not suffice.
 */
function lightest(search: Search, all: NodeSet): { nodes: NodeSet; lighter: number[] } | undefined {
  const { processors, weight } = search.room;
  const free: number[] = [];
  const weights = new Set<number>();
  for (let node = 0; node < processors.length; node++) {
    if (!hasNode(all, node) || search.has(node)) continue;
    free.push(node);
    weights.add(weight[node]);
  }
  const nodes = emptyNodeSet(processors.length);
  const taken: number[] = [];
  let found = 0;
  for (const own of [...weights].sort((a, b) => a - b)) {
    const lighter = [...taken].sort((a, b) => a - b);
    for (const node of free) {
      if (weight[node] !== own) continue;
      addNode(nodes, node);
      taken.push(node);
      found += processors[node];
    }
    if (found < search.processors || !search.hasEnoughWith(taken.length) || !search.wouldHaveGres(taken)) continue;
    return { nodes, lighter };
  }
  return undefined;
}

class Tree {
  readonly #search: Search;
  readonly #switches: readonly Switch[];
  /** Of each switch: nodes that may be used. */
  readonly #nodes: readonly NodeSet[];
  readonly #count: number[];
  readonly #leaves: readonly number[];
  readonly #isRequired: boolean[];
  /** Of each switch: links to all that were chosen so far. */
  readonly #distance: number[];

  constructor(search: Search, switches: readonly Switch[], best: NodeSet) {
    for (const node of search.picked) addNode(best, node);
    this.#search = search;
    this.#switches = switches;
    this.#nodes = switches.map(({ nodes }) => {
      const own = nodes.slice();
      keepOnly(own, best);
      return own;
    });
    this.#count = this.#nodes.map((nodes) => countCommon(nodes, nodes));
    this.#leaves = switches.flatMap(({ level }, index) => (level === 0 ? [index] : []));
    this.#isRequired = switches.map(() => false);
    this.#distance = switches.map(() => 0);
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
    for (const index of this.#leaves) if (this.#isRequired[index]) this.#takeFrom(index, Infinity);
    if (search.isDone) return true;
    this.#isRequired.forEach((is, index) => is && this.#addDistance(index));
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
    const nodes = this.#nodes[index];
    let left = most;
    for (let node = 0; node < search.room.processors.length; node++) {
      if (left <= 0 || search.isDone) return;
      if (!hasNode(nodes, node) || search.has(node) || !search.take(node)) continue;
      left--;
    }
  }

  #addDistance(from: number): void {
    this.#switches[from].distance.forEach((links, to) => (this.#distance[to] += links));
  }

  /** The nearest leaf that is at least as good a fit, or the tightest of those that are as near; -1 if none has nodes. */
  #bestLeaf(): number {
    let best = -1;
    for (const leaf of this.#leaves) {
      if (this.#isRequired[leaf] || this.#count[leaf] === 0 || this.#distance[leaf] === Infinity) continue;
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
