/**
 * Soft spread constraints. Source: plugins/podtopologyspread/scoring.go (Kubernetes v1.36.2).
 */
import { Journal } from './journal.ts';
import type { Tally } from './journal.ts';
import { MAX_SCORE } from './plugin.ts';
import type { NodeScorer } from './plugin.ts';
import type { PodClass, PodInfo } from './pod-info.ts';
import type { Snapshot } from './snapshot.ts';
import { countPods, counts } from './spread-constraint.ts';
import type { SpreadConstraint } from './spread-constraint.ts';
import { hasAllKeys, takesPart, topologiesOf } from './spread-counts.ts';
import type { Topology } from './topologies.ts';

const HOSTNAME = 'kubernetes.io/hostname';

/** Whether a node must have all labels that are spread over; with the system's defaults it need not. */
export type Demand = 'all-keys' | 'any-keys';

/** What soft constraints count. It does not depend on the candidates. */
export class SpreadTally implements Tally {
  readonly constraints: readonly SpreadConstraint[];
  readonly topologies: readonly Topology[];
  /** By constraint: matching pods by domain; for hosts, by row. */
  readonly counts: Int32Array[];
  /** By constraint and domain: the last round that met it among the candidates. */
  readonly #met: Int32Array[];
  #round = 0;
  readonly #pod: PodClass;
  readonly #snapshot: Snapshot;
  readonly #demand: Demand;
  readonly #read = Journal.unread();

  constructor(pod: PodClass, snapshot: Snapshot, constraints: readonly SpreadConstraint[], demand: Demand) {
    this.#pod = pod;
    this.#snapshot = snapshot;
    this.constraints = constraints;
    this.topologies = topologiesOf(constraints, snapshot);
    this.counts = constraints.map(() => new Int32Array(0));
    this.#met = constraints.map(() => new Int32Array(0));
    this.#demand = demand;
  }

  /** [B] */
  get bytes(): number {
    return this.counts.reduce((sum, { byteLength }) => sum + 2 * byteLength, 1000);
  }

  ignores(row: number): boolean {
    return this.#demand === 'all-keys' && !hasAllKeys(this.topologies, row);
  }

  countsHosts(constraint: number): boolean {
    return this.constraints[constraint].topologyKey === HOSTNAME;
  }

  /** Counts what has changed since it was last asked to. */
  catchUp(): void {
    this.#snapshot.journal.catchUp(this, this.#read);
  }

  recount(): void {
    const { order, pods, versions } = this.#snapshot;
    this.constraints.forEach((constraint, i) => {
      const { size } = this.topologies[i];
      this.counts[i] = new Int32Array(this.countsHosts(i) ? versions.length : size);
      this.#met[i] = new Int32Array(size);
      for (const row of order) this.#add(i, row, countPods(pods[row], constraint, this.#pod.namespace));
    });
  }

  follow(pod: PodInfo, row: number, by: 1 | -1): void {
    for (let i = 0; i < this.constraints.length; i++) {
      if (counts(pod, this.constraints[i], this.#pod.namespace)) this.#add(i, row, by);
    }
  }

  /** A constraint weighs by the number of its domains among the candidates, so that many do not drown few. */
  weigh(nodes: ArrayLike<number>): number[] {
    this.#round++;
    const sizes = this.constraints.map(() => 0);
    for (let n = 0; n < nodes.length; n++) {
      if (this.ignores(nodes[n])) continue;
      for (let i = 0; i < sizes.length; i++) {
        // A node without the label counts as a domain of its own.
        const domain = this.topologies[i].values[nodes[n]];
        if (!this.countsHosts(i) && this.#met[i][domain] === this.#round) continue;
        this.#met[i][domain] = this.#round;
        sizes[i]++;
      }
    }
    return sizes.map((size) => Math.log(size + 2));
  }

  #add(constraint: number, row: number, pods: number): void {
    if (pods === 0) return;
    if (this.countsHosts(constraint)) this.counts[constraint][row] += pods;
    else if (!this.ignores(row) && takesPart(this.constraints[constraint], this.#pod, this.#snapshot.node(row))) {
      this.counts[constraint][this.topologies[constraint].values[row]] += pods;
    }
  }
}

export class SpreadScorer implements NodeScorer {
  readonly #tally: SpreadTally;
  readonly #weights: readonly number[];

  /** `nodes`: the candidates. */
  constructor(tally: SpreadTally, nodes: ArrayLike<number>) {
    this.#tally = tally;
    this.#weights = tally.weigh(nodes);
  }

  score(row: number): number {
    const { constraints, topologies, counts } = this.#tally;
    if (this.#tally.ignores(row)) return 0;
    let score = 0;
    for (let i = 0; i < constraints.length; i++) {
      const domain = topologies[i].values[row];
      if (domain === 0) continue;
      const count = counts[i][this.#tally.countsHosts(i) ? row : domain];
      score += count * this.#weights[i] + (constraints[i].maxSkew - 1);
    }
    return Math.round(score);
  }

  normalize(scores: Float64Array, rows: ArrayLike<number>): void {
    const tally = this.#tally;
    let smallest = Infinity;
    let largest = 0;
    for (let i = 0; i < scores.length; i++) {
      if (tally.ignores(rows[i])) continue;
      smallest = Math.min(smallest, scores[i]);
      largest = Math.max(largest, scores[i]);
    }
    for (let i = 0; i < scores.length; i++) {
      if (tally.ignores(rows[i])) scores[i] = 0;
      else if (largest === 0) scores[i] = MAX_SCORE;
      else scores[i] = Math.trunc((MAX_SCORE * (largest + smallest - scores[i])) / largest);
    }
  }
}
