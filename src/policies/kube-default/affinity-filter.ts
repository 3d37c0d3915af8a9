/**
 * Required pod affinity and anti-affinity, of the pod and against it.
 * Source: plugins/interpodaffinity/filtering.go (Kubernetes v1.36.2).
 */
import type { AffinityTerm } from './affinity-term.ts';
import type { NodeCheck } from './plugin.ts';
import type { PodClass, PodInfo } from './pod-info.ts';
import type { Snapshot } from './snapshot.ts';
import { SUCCESS, unresolvable, unschedulable } from './status.ts';
import type { Status } from './status.ts';
import { TermCounts } from './term-counts.ts';

const NO_AFFINITY = unresolvable("node(s) didn't match pod affinity rules");
const ANTI_AFFINITY = unschedulable("node(s) didn't match pod anti-affinity rules");
const OTHERS_ANTI_AFFINITY = unschedulable("node(s) didn't satisfy existing pods anti-affinity rules");

export class AffinityCheck implements NodeCheck {
  readonly #pod: PodClass;
  /** Pods that match all affinity terms; pods that match an anti-affinity term; pods there that object to this one. */
  readonly #wanted: TermCounts;
  readonly #unwanted: TermCounts;
  readonly #objections: TermCounts;

  private constructor(pod: PodClass, wanted: TermCounts, unwanted: TermCounts, objections: TermCounts) {
    this.#pod = pod;
    this.#wanted = wanted;
    this.#unwanted = unwanted;
    this.#objections = objections;
  }

  static count(pod: PodClass, snapshot: Snapshot): AffinityCheck {
    const counts = () => new TermCounts(snapshot);
    const check = new AffinityCheck(pod, counts(), counts(), counts());
    for (const row of snapshot.antiAffinityRows) {
      for (const there of snapshot.podsWithRequiredAntiAffinity[row]) check.#countObjections(there.class, row, 1);
    }
    if (pod.affinity.required.length + pod.antiAffinity.required.length > 0) {
      for (const row of snapshot.order) for (const there of snapshot.pods[row]) check.#countMatches(there.class, row, 1);
    }
    return check;
  }

  /** No term concerns the pod. */
  get idle(): boolean {
    const { affinity, antiAffinity } = this.#pod;
    return this.#objections.empty && affinity.required.length === 0 && antiAffinity.required.length === 0;
  }

  filter(row: number): Status {
    if (!this.#affinityHolds(row)) return NO_AFFINITY;
    for (const { topologyKey } of this.#pod.antiAffinity.required) {
      if ((this.#unwanted.of(topologyKey, row) ?? 0) > 0) return ANTI_AFFINITY;
    }
    return !this.#objections.empty && this.#objections.anyAbove0(row) ? OTHERS_ANTI_AFFINITY : SUCCESS;
  }

  shift(pod: PodInfo, row: number, by: 1 | -1): void {
    this.#countObjections(pod.class, row, by);
    this.#countMatches(pod.class, row, by);
  }

  copy(): AffinityCheck {
    return new AffinityCheck(this.#pod, this.#wanted.copy(), this.#unwanted.copy(), this.#objections.copy());
  }

  #affinityHolds(row: number): boolean {
    const terms = this.#pod.affinity.required;
    let found = true;
    for (const { topologyKey } of terms) {
      const count = this.#wanted.of(topologyKey, row);
      if (count === undefined) return false;
      if (count <= 0) found = false;
    }
    // The first pod of a group that wants to be together may go anywhere that has the labels.
    return found || (this.#wanted.empty && matchesAll(terms, this.#pod));
  }

  #countObjections(there: PodClass, row: number, by: number): void {
    for (const term of there.antiAffinity.required) {
      if (term.matchesAsPresent(this.#pod)) this.#objections.add(term.topologyKey, row, by);
    }
  }

  #countMatches(there: PodClass, row: number, by: number): void {
    const { affinity, antiAffinity } = this.#pod;
    if (matchesAll(affinity.required, there)) {
      for (const { topologyKey } of affinity.required) this.#wanted.add(topologyKey, row, by);
    }
    for (const term of antiAffinity.required) {
      if (term.matchesAsComing(there)) this.#unwanted.add(term.topologyKey, row, by);
    }
  }
}

function matchesAll(terms: readonly AffinityTerm[], pod: PodClass): boolean {
  if (terms.length === 0) return false;
  for (const term of terms) if (!term.matchesAsComing(pod)) return false;
  return true;
}
