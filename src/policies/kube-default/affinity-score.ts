/**
 * What speaks for and against a node by the pods around it: the pod's own preferences, and those of pods that are there.
 * Source: plugins/interpodaffinity/scoring.go (Kubernetes v1.36.2).
 */
import type { AffinityTerm } from './affinity-term.ts';
import { Journal } from './journal.ts';
import type { Tally } from './journal.ts';
import type { Kept } from './kept-by-class.ts';
import { MAX_SCORE } from './plugin.ts';
import type { NodeScorer } from './plugin.ts';
import type { PodClass, PodInfo } from './pod-info.ts';
import type { Snapshot } from './snapshot.ts';
import { TermCounts } from './term-counts.ts';

export class AffinityScorer implements NodeScorer, Tally, Kept {
  readonly #pod: PodClass;
  readonly #snapshot: Snapshot;
  readonly #hardWeight: number;
  readonly #counts: TermCounts;
  readonly #read = Journal.unread();

  constructor(pod: PodClass, snapshot: Snapshot, hardWeight: number) {
    this.#pod = pod;
    this.#snapshot = snapshot;
    this.#hardWeight = hardWeight;
    this.#counts = new TermCounts(snapshot);
  }

  /** [B] */
  get bytes(): number {
    return 1000 + this.#counts.bytes;
  }

  /** Nothing speaks for or against any node. */
  get idle(): boolean {
    return !this.#counts.touched;
  }

  /** Counts what has changed since it was last asked to. */
  catchUp(): void {
    this.#snapshot.journal.catchUp(this, this.#read);
  }

  recount(): void {
    const snapshot = this.#snapshot;
    this.#counts.clear();
    // A pod without preferences of its own meets only those of pods that have terms.
    if (hasPreferences(this.#pod)) for (const row of snapshot.order) this.#countAll(snapshot.pods[row], row);
    else for (const row of snapshot.affinityRows) this.#countAll(snapshot.podsWithAffinity[row], row);
  }

  follow({ class: there }: PodInfo, row: number, by: 1 | -1): void {
    const pod = this.#pod;
    this.#addComing(pod.affinity.preferred, there, row, 1, by);
    this.#addComing(pod.antiAffinity.preferred, there, row, -1, by);
    if (this.#hardWeight > 0) {
      for (const term of there.affinity.required) {
        if (term.matchesAsPresent(pod)) this.#counts.add(term.topologyKey, row, this.#hardWeight, by);
      }
    }
    this.#addPresent(there.affinity.preferred, row, 1, by);
    this.#addPresent(there.antiAffinity.preferred, row, -1, by);
  }

  score(row: number): number {
    return this.#counts.sum(row);
  }

  normalize(scores: Float64Array): void {
    stretch(scores);
  }

  #countAll(pods: readonly PodInfo[], row: number): void {
    for (const pod of pods) this.follow(pod, row, 1);
  }

  #addComing(terms: readonly AffinityTerm[], there: PodClass, row: number, sign: 1 | -1, by: 1 | -1): void {
    for (const term of terms) {
      if (term.matchesAsComing(there)) this.#counts.add(term.topologyKey, row, sign * term.weight, by);
    }
  }

  #addPresent(terms: readonly AffinityTerm[], row: number, sign: 1 | -1, by: 1 | -1): void {
    for (const term of terms) {
      if (term.matchesAsPresent(this.#pod)) this.#counts.add(term.topologyKey, row, sign * term.weight, by);
    }
  }
}

/** It would rather be near some pods, or away from some. */
export function hasPreferences({ affinity, antiAffinity }: PodClass): boolean {
  return affinity.preferred.length > 0 || antiAffinity.preferred.length > 0;
}

/** Stretches scores to 0 to 100. The order of the operations is that of the source, so that the rounding is too. */
function stretch(scores: Float64Array): void {
  let smallest = Infinity;
  let largest = -Infinity;
  for (const score of scores) {
    smallest = Math.min(smallest, score);
    largest = Math.max(largest, score);
  }
  const range = largest - smallest;
  for (let i = 0; i < scores.length; i++) {
    scores[i] = range > 0 ? Math.trunc(MAX_SCORE * ((scores[i] - smallest) / range)) : 0;
  }
}
