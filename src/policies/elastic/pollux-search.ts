/**
 * The genetic search of Pollux for how GPUs are best shared out. Source: petuum/adaptdl (osdi21), simulator/pollux.py (`Problem`:
 * `_crossover`, `_mutation`, `_repair`). There, NSGA-II keeps the population, with utility as a second aim, and the state of the
 * best speedup is taken in the end; here, that aim is the only one, and the best states are kept.
 */
import type { Random } from '../../random.ts';

/** What is searched: states are GPUs of each job on each node, row by row, the job that comes first in each place first. */
export interface PolluxProblem {
  readonly jobs: number;
  readonly nodes: number;
  /** Of each node [GPUs]. */
  readonly capacity: ArrayLike<number>;
  /** Of each job [GPUs]. */
  readonly fewest: ArrayLike<number>;
  readonly most: ArrayLike<number>;
  /** What jobs hold now. */
  readonly base: Int16Array;
  /** Whether a job must not be on a node at all. */
  forbids(job: number, node: number): boolean;
  /** How good a state is: more is better. */
  value(state: Int16Array): number;
}

export interface PolluxSearchOptions {
  readonly population: number;
  readonly generations: number;
  /** Whether a node may have several jobs that are on other nodes too. */
  readonly interference: 'avoid' | 'allow';
}

/** Share of the jobs of a state that go back to what they hold now, and of those of which GPUs are taken; and of these. */
const RESET = 0.1;
const CLEAR = 0.1;
/** Nodes that a job may be on, as there [count]. */
const MOST_NODES = 16;

interface Member {
  readonly state: Int16Array;
  readonly value: number;
}

export class PolluxSearch {
  readonly #problem: PolluxProblem;
  readonly #options: PolluxSearchOptions;
  readonly #random: Random;

  constructor(problem: PolluxProblem, options: PolluxSearchOptions, random: Random) {
    this.#problem = problem;
    this.#options = options;
    this.#random = random;
  }

  /** The last population, the best state first. `first`: states to begin with. */
  run(first: readonly Int16Array[]): Int16Array[] {
    const { population, generations } = this.#options;
    const known = new Set<string>();
    let members = this.#members(
      first.map((state) => this.#repaired(state.slice())),
      known,
    ).slice(0, population);
    while (members.length === 0 || (members.length < population && members.length < first.length + population)) {
      const before = members.length;
      const more = Array.from({ length: population - before }, () => this.#mutated(this.#problem.base.slice()));
      members = best([...members, ...this.#members(more, known)], population);
      if (members.length === before) break;
    }
    for (let generation = 0; generation < generations; generation++) {
      members = best([...members, ...this.#members(this.#offspring(members), known)], population);
    }
    return members.map(({ state }) => state);
  }

  /** Those that are not there yet, with their values. */
  #members(states: readonly Int16Array[], known: Set<string>): Member[] {
    const members: Member[] = [];
    for (const state of states) {
      const key = String.fromCharCode(...state);
      if (known.has(key)) continue;
      known.add(key);
      members.push({ state, value: this.#problem.value(state) });
    }
    return members;
  }

  #offspring(members: readonly Member[]): Int16Array[] {
    const { jobs, nodes } = this.#problem;
    const children: Int16Array[] = [];
    while (children.length < this.#options.population) {
      const [one, other] = [this.#parent(members), this.#parent(members)];
      const point = this.#random.integer(jobs) * nodes;
      for (const [head, tail] of [
        [one, other],
        [other, one],
      ]) {
        const child = head.slice();
        child.set(tail.subarray(0, point), 0);
        children.push(this.#mutated(child));
      }
    }
    return children;
  }

  /** The better one of two. */
  #parent(members: readonly Member[]): Int16Array {
    return members[Math.min(this.#random.integer(members.length), this.#random.integer(members.length))].state;
  }

  #mutated(state: Int16Array): Int16Array {
    const { jobs, nodes, base } = this.#problem;
    for (let job = 0; job < jobs; job++) {
      const [from, to] = [job * nodes, (job + 1) * nodes];
      if (this.#random.uniform() < RESET) state.set(base.subarray(from, to), from);
      if (this.#random.uniform() >= CLEAR) continue;
      for (let at = from; at < to; at++) if (this.#random.uniform() < CLEAR) state[at] = 0;
    }
    this.#increase(state);
    return this.#repaired(state);
  }

  /** Gives more of nodes with free GPUs, about once to any job and once to one that is there already. */
  #increase(state: Int16Array): void {
    const free = this.#freeOf(state);
    const any: number[] = [];
    const there: number[] = [];
    for (let at = 0; at < state.length; at++) {
      if (free[at % free.length] < 1) continue;
      any.push(at);
      if (state[at] > 0) there.push(at);
    }
    const raised = new Set([...this.#some(any), ...this.#some(there)]);
    const { capacity, nodes } = this.#problem;
    for (const at of raised) {
      const most = capacity[at % nodes];
      if (state[at] <= most) state[at] += this.#random.integer(most + 1 - state[at]);
    }
  }

  /** Each of them with the same chance, one on average. */
  #some(places: readonly number[]): number[] {
    const some: number[] = [];
    if (places.length === 1) return [...places];
    const step = Math.log(1 - 1 / places.length);
    let at = -1;
    for (;;) {
      at += 1 + Math.floor(Math.log(1 - this.#random.uniform()) / step);
      if (!(at < places.length)) return some;
      some.push(places[at]);
    }
  }

  #freeOf(state: Int16Array): number[] {
    const { nodes, capacity } = this.#problem;
    const free = Array.from(capacity);
    for (let at = 0; at < state.length; at++) free[at % nodes] -= state[at];
    return free;
  }

  /** What is too much is taken away: of a node, from those jobs that come later. */
  #repaired(state: Int16Array): Int16Array {
    const { jobs, nodes, capacity, fewest, forbids } = this.#problem;
    const free = Array.from(capacity);
    const spread = new Uint8Array(nodes);
    for (let job = 0; job < jobs; job++) {
      const row = state.subarray(job * nodes, (job + 1) * nodes);
      for (let node = 0; node < nodes; node++) if (row[node] > 0 && forbids(job, node)) row[node] = 0;
      if (this.#options.interference === 'avoid') keepApart(row, spread);
      this.#keepMost(row, this.#problem.most[job]);
      let gpus = 0;
      for (let node = 0; node < nodes; node++) {
        row[node] = Math.min(row[node], free[node]);
        gpus += row[node];
      }
      if (gpus < fewest[job]) row.fill(0);
      else for (let node = 0; node < nodes; node++) free[node] -= row[node];
    }
    return state;
  }

  /** Takes GPUs of nodes by chance until the job has no more than it may. */
  #keepMost(row: Int16Array, most: number): void {
    const places: number[] = [];
    let gpus = 0;
    row.forEach((some, node) => {
      gpus += some;
      if (some > 0) places.push(node);
    });
    if (gpus <= most && places.length <= MOST_NODES) return;
    let [left, kept] = [most, 0];
    for (let last = places.length; last > 0; last--) {
      const pick = this.#random.integer(last);
      const node = places[pick];
      places[pick] = places[last - 1];
      row[node] = kept < MOST_NODES ? Math.min(row[node], left) : 0;
      left -= row[node];
      if (row[node] > 0) kept++;
    }
  }
}

/** A job that is on several nodes leaves those that have another such job already. */
function keepApart(row: Int16Array, spread: Uint8Array): void {
  let places = 0;
  for (const some of row) if (some > 0) places++;
  if (places < 2) return;
  row.forEach((some, node) => {
    if (some === 0) return;
    if (spread[node] === 1) row[node] = 0;
    spread[node] = 1;
  });
}

/** Those of the highest value; of equal ones, the older. */
function best(members: Member[], count: number): Member[] {
  return members.sort((a, b) => b.value - a.value).slice(0, count);
}
