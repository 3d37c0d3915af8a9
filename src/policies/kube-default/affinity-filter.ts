/**
 * Required pod affinity and anti-affinity, of the pod and against it.
 * Source: plugins/interpodaffinity/filtering.go (Kubernetes v1.36.2).
 */
import type { AffinityTerm } from './affinity-term.ts';
import { Journal } from './journal.ts';
import type { Tally } from './journal.ts';
import type { Kept } from './kept-by-class.ts';
import type { NodeCheck } from './plugin.ts';
import type { PodClass, PodInfo } from './pod-info.ts';
import type { Snapshot } from './snapshot.ts';
import { SUCCESS, unresolvable, unschedulable } from './status.ts';
import type { Status } from './status.ts';
import { TermCounts } from './term-counts.ts';
import type { KeyCounts } from './term-counts.ts';

const NO_AFFINITY = unresolvable("node(s) didn't match pod affinity rules");
const ANTI_AFFINITY = unschedulable("node(s) didn't match pod anti-affinity rules");
const OTHERS_ANTI_AFFINITY = unschedulable("node(s) didn't satisfy existing pods anti-affinity rules");

export class AffinityCheck implements NodeCheck, Tally, Kept {
  readonly #pod: PodClass;
  readonly #snapshot: Snapshot;
  /** Pods that match all affinity terms; pods that match an anti-affinity term; pods there that object to this one. */
  readonly #wanted: TermCounts;
  readonly #unwanted: TermCounts;
  readonly #objections: TermCounts;
  /** The first two once more: the counts that each of the pod's terms reads. */
  readonly #wantedByTerm: readonly KeyCounts[];
  readonly #unwantedByTerm: readonly KeyCounts[];
  readonly #read = Journal.unread();

  constructor(pod: PodClass, snapshot: Snapshot) {
    this.#pod = pod;
    this.#snapshot = snapshot;
    this.#wanted = new TermCounts(snapshot);
    this.#unwanted = new TermCounts(snapshot);
    this.#objections = new TermCounts(snapshot);
    this.#wantedByTerm = pod.affinity.required.map(({ topologyKey }) => this.#wanted.of(topologyKey));
    this.#unwantedByTerm = pod.antiAffinity.required.map(({ topologyKey }) => this.#unwanted.of(topologyKey));
  }

  /** [B] */
  get bytes(): number {
    return 2000 + this.#wanted.bytes + this.#unwanted.bytes + this.#objections.bytes;
  }

  /** No term concerns the pod. */
  get idle(): boolean {
    return this.#objections.empty && !hasRequiredTerms(this.#pod);
  }

  /** Counts what has changed since it was last asked to. */
  catchUp(): void {
    this.#snapshot.journal.catchUp(this, this.#read);
  }

  recount(): void {
    const snapshot = this.#snapshot;
    for (const counts of [this.#wanted, this.#unwanted, this.#objections]) counts.clear();
    for (const row of snapshot.antiAffinityRows) {
      for (const there of snapshot.podsWithRequiredAntiAffinity[row]) this.#countObjections(there.class, row, 1);
    }
    if (!hasRequiredTerms(this.#pod)) return;
    for (const row of snapshot.order) for (const there of snapshot.pods[row]) this.#countMatches(there.class, row, 1);
  }

  follow(pod: PodInfo, row: number, by: 1 | -1): void {
    this.#countObjections(pod.class, row, by);
    this.#countMatches(pod.class, row, by);
  }

  filter(row: number): Status {
    if (!this.#affinityHolds(row)) return NO_AFFINITY;
    for (const counts of this.#unwantedByTerm) if (counts.orZero(row) > 0) return ANTI_AFFINITY;
    return !this.#objections.empty && this.#objections.anyAbove0(row) ? OTHERS_ANTI_AFFINITY : SUCCESS;
  }

  shift(pod: PodInfo, row: number, by: 1 | -1): void {
    this.follow(pod, row, by);
  }

  #affinityHolds(row: number): boolean {
    let found = true;
    for (const counts of this.#wantedByTerm) {
      const count = counts.of(row);
      if (count === undefined) return false;
      if (count <= 0) found = false;
    }
    // The first pod of a group that wants to be together may go anywhere that has the labels.
    return found || (this.#wanted.empty && matchesAll(this.#pod.affinity.required, this.#pod));
  }

  #countObjections(there: PodClass, row: number, by: 1 | -1): void {
    for (const term of there.antiAffinity.required) {
      if (term.matchesAsPresent(this.#pod)) this.#objections.add(term.topologyKey, row, 1, by);
    }
  }

  #countMatches(there: PodClass, row: number, by: 1 | -1): void {
    const { affinity, antiAffinity } = this.#pod;
    if (matchesAll(affinity.required, there)) {
      for (const { topologyKey } of affinity.required) this.#wanted.add(topologyKey, row, 1, by);
    }
    for (const term of antiAffinity.required) {
      if (term.matchesAsComing(there)) this.#unwanted.add(term.topologyKey, row, 1, by);
    }
  }
}

export function hasRequiredTerms({ affinity, antiAffinity }: PodClass): boolean {
  return affinity.required.length > 0 || antiAffinity.required.length > 0;
}

function matchesAll(terms: readonly AffinityTerm[], pod: PodClass): boolean {
  if (terms.length === 0) return false;
  for (const term of terms) if (!term.matchesAsComing(pod)) return false;
  return true;
}
