/**
 * Soft spread constraints. Source: plugins/podtopologyspread/scoring.go (Kubernetes v1.36.2).
 */
import { MAX_SCORE } from './plugin.ts';
import type { NodeScorer } from './plugin.ts';
import type { PodInfo } from './pod-info.ts';
import type { Snapshot } from './snapshot.ts';
import { countPods } from './spread-constraint.ts';
import type { SpreadConstraint } from './spread-constraint.ts';
import { hasAllKeys, takesPart, topologiesOf } from './spread-counts.ts';
import type { Topology } from './topologies.ts';

const HOSTNAME = 'kubernetes.io/hostname';

/** Whether a node must have all labels that are spread over; with the system's defaults it need not. */
export type Demand = 'all-keys' | 'any-keys';

export class SpreadScorer implements NodeScorer {
  readonly #pod: PodInfo;
  readonly #snapshot: Snapshot;
  readonly #constraints: readonly SpreadConstraint[];
  readonly #topologies: readonly Topology[];
  readonly #demand: Demand;
  /** By constraint and domain: matching pods; -1 in domains that no candidate is in. Hosts are counted when scored. */
  readonly #counts: Int32Array[];
  readonly #weights: number[];

  constructor(
    pod: PodInfo,
    snapshot: Snapshot,
    nodes: ArrayLike<number>,
    constraints: readonly SpreadConstraint[],
    demand: Demand,
  ) {
    this.#pod = pod;
    this.#snapshot = snapshot;
    this.#constraints = constraints;
    this.#demand = demand;
    this.#topologies = topologiesOf(constraints, snapshot);
    this.#counts = this.#topologies.map(({ size }) => new Int32Array(size).fill(-1));
    this.#weights = this.#weigh(nodes);
    for (const row of snapshot.order) this.#count(row);
  }

  score(row: number): number {
    if (this.#ignores(row)) return 0;
    let score = 0;
    for (let i = 0; i < this.#constraints.length; i++) {
      const constraint = this.#constraints[i];
      const domain = this.#topologies[i].values[row];
      if (domain === 0) continue;
      const count =
        constraint.topologyKey === HOSTNAME
          ? countPods(this.#snapshot.pods[row], constraint, this.#pod.class.namespace)
          : this.#counts[i][domain];
      score += count * this.#weights[i] + (constraint.maxSkew - 1);
    }
    return Math.round(score);
  }

  normalize(scores: Float64Array, rows: ArrayLike<number>): void {
    let smallest = Infinity;
    let largest = 0;
    for (let i = 0; i < scores.length; i++) {
      if (this.#ignores(rows[i])) continue;
      smallest = Math.min(smallest, scores[i]);
      largest = Math.max(largest, scores[i]);
    }
    for (let i = 0; i < scores.length; i++) {
      if (this.#ignores(rows[i])) scores[i] = 0;
      else if (largest === 0) scores[i] = MAX_SCORE;
      else scores[i] = Math.trunc((MAX_SCORE * (largest + smallest - scores[i])) / largest);
    }
  }

  #ignores(row: number): boolean {
    return this.#demand === 'all-keys' && !hasAllKeys(this.#topologies, row);
  }

  /** A constraint weighs by the number of its domains among the candidates, so that many do not drown few. */
  #weigh(nodes: ArrayLike<number>): number[] {
    const sizes = this.#constraints.map(() => 0);
    for (let n = 0; n < nodes.length; n++) {
      if (this.#ignores(nodes[n])) continue;
      for (let i = 0; i < sizes.length; i++) {
        if (this.#constraints[i].topologyKey === HOSTNAME) {
          sizes[i]++;
          continue;
        }
        // A node without the label counts as a domain of its own.
        const domain = this.#topologies[i].values[nodes[n]];
        if (this.#counts[i][domain] >= 0) continue;
        this.#counts[i][domain] = 0;
        sizes[i]++;
      }
    }
    return sizes.map((size) => Math.log(size + 2));
  }

  #count(row: number): void {
    if (this.#ignores(row)) return;
    const { class: pod } = this.#pod;
    const node = this.#snapshot.node(row);
    for (let i = 0; i < this.#constraints.length; i++) {
      const domain = this.#topologies[i].values[row];
      if (this.#counts[i][domain] < 0 || !takesPart(this.#constraints[i], pod, node)) continue;
      this.#counts[i][domain] += countPods(this.#snapshot.pods[row], this.#constraints[i], pod.namespace);
    }
  }
}
